"""Minutes behind the server: a second download, and the other pages while a document is rendered.

    python bench/minutes_downloads.py [--cases 40] [--rounds 41] [--windows 8]

Prints four JSON lines. The approved minutes, downloaded again by the chair with every check and the record in the
trail, beside a page that says hello to whoever is signed in: processor time in one process, in turn. The same by a
coordinator to whom one item is closed, and of that coordinator's copy as it was circulated. Then the p95 of the
meeting's page over HTTP, in windows of a second in turn: nothing else asked, and a draft's PDF rendered all along.
"""

import argparse
import http.client
import json
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from flask import Flask

from bench.case_lists import HELLO, medians, report
from bench.room import quantile
from core.accounts.operations import sign_in
from core.app import create_app
from core.circulation.models import Copy
from core.circulation.operations import circulate_minutes
from core.clock import local_date, utc_now
from core.config import Config
from core.extensions import db
from core.facts import Actor, EntryKind, GroupRole, ItemOutcome
from core.minutes.operations import approve, compose, fair_copy, submit
from core.minutes.queries import minutes_of
from core.policy import Permission
from core.recording.entries.operations import share
from core.recording.models import Recusal
from core.recording.queries import agenda_items, attendance_by_user
from core.recording.room.operations import accept, open_meeting
from core.recording.sitting.operations import close_meeting
from core.schema import bring_up_to_date
from core.web import render, requires
from tests.builders import a_case, a_group, a_meeting, a_partnership, a_person, a_user, an_action, an_agency
from tests.support.server import Client, Server

WINDOW = 1.0
"""Seconds in which one state is measured before it is the other's turn."""
SAID = "The household was visited twice, and nobody answered the door; the neighbours have kept a diary since. " * 2


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, default=40)
    options.add_argument("--rounds", type=int, default=41)
    options.add_argument("--windows", type=int, default=8)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Config(data=Path(folder)))
        bring_up_to_date(app)
        with app.app_context():
            actor, meeting_id, token, recused = a_held_meeting(chosen.cases)
            db.session.remove()
            db.engine.dispose()
        path = f"/meetings/{meeting_id}/minutes.pdf"
        quiet, rendering = other_pages(app, Path(folder), f"/meetings/{meeting_id}", path, token, chosen.windows)
        with app.app_context():
            copy_id, their_token = put_right(actor, meeting_id, recused)
        second_downloads(
            app,
            {
                "minutes PDF, a second download": (token, path),
                "minutes PDF with an item less, a second download": (their_token, path),
                "a circulated copy with an item less, a second download": (
                    their_token,
                    f"/copies/{copy_id}/minutes.pdf",
                ),
            },
            chosen.rounds,
        )
        report_pages(quiet, rendering)


def a_held_meeting(cases: int) -> tuple[Actor, int, str, int]:
    """A closed meeting of so many cases, two paragraphs and four actions each, with draft minutes: who chaired it.

    And, by id, the coordinator, who declared an interest in one of the cases.
    """
    partnership = a_partnership()
    agencies = [an_agency(partnership) for _ in range(8)]
    group = a_group(partnership)
    roles = (GroupRole.CHAIR, GroupRole.MEMBER, GroupRole.COORDINATOR)
    chair, taker, coordinator = (a_user(agencies[0], group=group, role=role) for role in roles)
    heard = [a_case(partnership, agencies[0], group=group, subject=a_person(partnership)) for _ in range(cases)]
    held, now = a_meeting(group, cases=heard), utc_now()
    actor = Actor(
        chair.id,
        chair.name,
        agency_id=chair.agency_id,
        partnership_id=partnership.id,
        signatory=True,
        in_partnership=True,
        groups={group.id: GroupRole.CHAIR},
    )
    open_meeting(actor, meeting=held, chair_id=chair.id, minute_taker_id=taker.id, now=now, on=local_date(now))
    accept(actor, meeting=held, line=attendance_by_user(held.id)[chair.id], now=now)
    for item in agenda_items(held.id):
        assert item.case is not None
        for kind in (EntryKind.DISCUSSION, EntryKind.DECISION):
            share(actor, item=item, kind=kind, text=SAID, now=now)
        for number in range(4):
            an_action(item.case, group, agencies[number], text=f"Visit the household, part {number}", item=item)
    closed = held.items[0]
    db.session.add(
        Recusal(item_id=closed.id, case_id=closed.case_id, user_id=coordinator.id, declared_at=now, reason="Kin")
    )
    close_meeting(actor, meeting=held, now=now, of_the_recorded=ItemOutcome.HEARD)
    compose(actor, held, now=now)
    token = sign_in(chair.id, now=now)
    db.session.commit()
    return actor, held.id, token, coordinator.id


def put_right(actor: Actor, meeting_id: int, reader: int) -> tuple[int, str]:
    """Approve the minutes: from now on the document is kept. Sent to one reader: the copy, and their token."""
    minutes, now = minutes_of(meeting_id), utc_now()
    assert minutes is not None
    submit(actor, minutes, now=now)
    db.session.commit()
    approve(actor, minutes, fair_copy(actor, minutes, now=now), now=now)
    circulate_minutes(actor, minutes, readers=[reader], now=now)
    token = sign_in(reader, now=now)
    db.session.commit()
    return db.session.query(Copy).one().id, token


def second_downloads(app: Flask, jobs: Mapping[str, tuple[str, str]], rounds: int) -> None:
    """The kept documents, each by its token and path, beside hello."""
    page: Any = app.jinja_env.from_string(HELLO)
    app.add_url_rule("/hello", "hello", requires(Permission.SEE_HOME)(lambda: render(page, rows=0)))
    for job, (token, path) in jobs.items():
        client = app.test_client()
        client.set_cookie("roundtable", token)
        product, hello = medians(rounds, (client, path), (client, "/hello"))
        report(job, product, "hello page, sign-in", hello, target=2)


def other_pages(
    app: Flask, folder: Path, page: str, pdf: str, token: str, windows: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of the page while nothing is rendered, and while something is."""
    server = Server(folder, app.config["ROUNDTABLE"].url)
    server.start()
    taken: dict[bool, list[float]] = {False: [], True: []}
    try:
        reader = Client(server.port, token)
        for _ in range(20):
            reader.get(page)
        for window in range(windows * 2):
            rendering = window % 2 == 1
            with renders(server.port, pdf, token) if rendering else nothing():
                with suppress(http.client.HTTPException):  # the server may have hung up on the silent connection
                    reader.get(page)
                end = time.monotonic() + WINDOW
                while time.monotonic() < end:
                    start = time.perf_counter()
                    assert reader.get(page)[0] == 200
                    taken[rendering].append((time.perf_counter() - start) * 1000)
                    time.sleep(0.01)
    finally:
        server.kill()
    return taken[False], taken[True]


@contextmanager
def nothing() -> Iterator[None]:
    """Nothing else is asked."""
    yield


@contextmanager
def renders(port: int, path: str, token: str) -> Iterator[None]:
    """One render after the other, until the window is over; the last is waited for."""
    over = threading.Event()
    status: list[int] = []

    def run() -> None:
        while not over.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", path, headers={"Cookie": f"roundtable={token}"})
            answer = connection.getresponse()
            answer.read()
            status.append(answer.status)
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.1)  # its record is read in the web process; from here on the child renders
    yield
    over.set()
    thread.join()
    assert set(status) == {200}, status


def report_pages(quiet: list[float], rendering: list[float]) -> None:
    """One line."""
    ours, alone = quantile(rendering, 0.95), quantile(quiet, 0.95)
    line = {
        "job": "other pages' p95 while minutes are rendered",
        "product_ms": round(ours, 1),
        "yardstick": "the same page, nothing rendered",
        "yardstick_ms": round(alone, 1),
        "ratio": round(ours / alone, 2),
        "target": "<= 1.3 x",
        "met": ours <= 1.3 * alone,
        "pages": len(quiet) + len(rendering),
    }
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
