"""The home page at a million actions beside itself at forty thousand: the same books, 25 times over.

    python bench/home_page.py [--few 40000] [--many 1000000] [--rounds 41]

The actions are those of a partnership's diary: 160 a meeting, over six years, one in twenty of the old ones and three
in five of the recent ones open, in thirty agencies. The reader chairs a group with meetings, research, nominations and
minutes waiting. Prints a JSON line: medians of rounds taken in turn, SQLite, one process, the request with all checks
and its record in the trail. Milliseconds and ratio are processor time, since the machine is shared; `wall_ratio` is
that of the clock, the waits for the disk included.
"""

import argparse
import json
import statistics
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert

from core.accounts.operations import sign_in
from core.actions.models import Action
from core.app import create_app
from core.clock import local_date, utc_now
from core.config import Config
from core.extensions import db
from core.facts import ActionStatus, GroupRole, ItemKind, MeetingStatus
from core.meetings.models import AgendaItem, Meeting, Nomination, Research
from core.schema import bring_up_to_date
from tests.builders import a_case, a_group, a_meeting, a_partnership, a_person, a_user, an_agency

TARGET = 2
AGENCIES, GROUPS, PER_MEETING, YEARS = 30, 8, 160, 6
BATCH = 10_000


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--few", type=int, default=40_000)
    options.add_argument("--many", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=41)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        few, many = (reader_of(Path(folder) / str(number), number) for number in (chosen.few, chosen.many))
        processor, clock = in_turn({"few": few, "many": many}, chosen.rounds)
    ratio = processor["many"] / processor["few"]
    print(
        json.dumps(
            {
                "job": f"home page, {chosen.many:,} actions",
                "product_ms": round(processor["many"], 2),
                "yardstick": f"the same page, {chosen.few:,} actions",
                "yardstick_ms": round(processor["few"], 2),
                "ratio": round(ratio, 2),
                "wall_ratio": round(clock["many"] / clock["few"], 2),
                "target": TARGET,
                "met": ratio <= TARGET,
            }
        )
    )


def in_turn(readers: dict[str, FlaskClient], rounds: int) -> tuple[dict[str, float], dict[str, float]]:
    """Milliseconds of the processor and of the clock: medians, after two rounds to warm up."""
    processor: dict[str, list[float]] = {name: [] for name in readers}
    clock: dict[str, list[float]] = {name: [] for name in readers}
    for turn in range(rounds + 2):
        for name, client in readers.items():
            began, ticked = time.process_time(), time.perf_counter()
            answer = client.get("/")
            spent, passed = time.process_time() - began, time.perf_counter() - ticked
            assert answer.status_code == 200 and "overdue" in answer.text
            if turn >= 2:
                processor[name].append(1000 * spent)
                clock[name].append(1000 * passed)
    return (
        {name: statistics.median(times) for name, times in processor.items()},
        {name: statistics.median(times) for name, times in clock.items()},
    )


def reader_of(folder: Path, actions: int) -> FlaskClient:
    """The browser of a chair in a partnership with so many actions."""
    folder.mkdir()
    app = create_app(Config(data=folder))
    bring_up_to_date(app)
    with app.app_context():
        user_id = fill(actions)
        token = sign_in(user_id, now=utc_now())
        db.session.commit()
        db.session.execute(db.text("ANALYZE"))
        db.session.commit()
    client = app.test_client()
    client.set_cookie("roundtable", token)
    return client


def fill(actions: int) -> int:
    """Books with so many actions, and what waits for the chair of one group; the chair's account."""
    random, now, today = Random(5), utc_now(), local_date(utc_now())
    partnership = a_partnership()
    agencies = [an_agency(partnership) for _ in range(AGENCIES)]
    groups = [a_group(partnership, f"Group {number}") for number in range(GROUPS)]
    chair = a_user(agencies[0], group=groups[0], role=GroupRole.CHAIR)
    member = a_user(agencies[1], group=groups[0])
    person = a_person(partnership)
    cases = [a_case(partnership, agencies[0], group=groups[0], subject=person) for _ in range(40)]
    for week in range(1, 4):
        meeting = a_meeting(groups[0], starts_at=now + timedelta(days=7 * week), cases=cases[:10])
        for item in meeting.items:
            db.session.add(Research(item_id=item.id, agency_id=agencies[0].id, asked_at=now, due_on=today))
        nomination = {"agency_id": agencies[1].id, "made_by_id": member.id, "made_at": now, "reason": "Again"}
        db.session.add_all([Nomination(meeting_id=meeting.id, case_id=each.id, **nomination) for each in cases[10:13]])
    held = hold_meetings([group.id for group in groups], actions // PER_MEETING, today)
    case_ids = [case.id for case in cases]
    rows: list[dict[str, Any]] = []
    for number in range(actions):
        meeting_id, group_id, day = held[number // PER_MEETING % len(held)]
        open_share = 0.05 if (today - day).days > 300 else 0.6
        is_open = random.random() < open_share
        rows.append(
            {
                "partnership_id": partnership.id,
                "ref": f"B{number:07}",
                "group_id": group_id,
                "case_id": case_ids[number % len(case_ids)],
                "meeting_id": meeting_id,
                "text": "Visit and deliver a warning letter",
                "owner_agency_id": agencies[random.randrange(AGENCIES)].id,
                "agreed_on": day,
                "due_on": day + timedelta(days=random.randrange(7, 60)),
                "status": ActionStatus.OPEN if is_open else ActionStatus.DONE,
                "outcome": "",
                "updated_at": now,
                "version": 1,
            }
        )
        if len(rows) == BATCH:
            db.session.execute(insert(Action), rows)
            rows.clear()
    if rows:
        db.session.execute(insert(Action), rows)
    db.session.commit()
    return chair.id


def hold_meetings(group_ids: list[int], number: int, today: date) -> list[tuple[int, int, date]]:
    """So many meetings over six years, each with an item that waits for nothing: (id, group, day)."""
    held = []
    for each in range(max(number, 1)):
        group_id = group_ids[each % len(group_ids)]
        day = today - timedelta(days=1 + (YEARS * 365 * each) // max(number, 1))
        starts = utc_now() - (today - day)
        meeting = Meeting(
            group_id=group_id,
            ref=f"H-{each:06}",
            starts_at=starts,
            ends_at=starts + timedelta(hours=2),
            status=MeetingStatus.CLOSED,
        )
        db.session.add(meeting)
        db.session.flush()
        db.session.add(AgendaItem(meeting_id=meeting.id, position=1, kind=ItemKind.STANDING, heading="Welcome"))
        held.append((meeting.id, group_id, day))
    return held


if __name__ == "__main__":
    main()
