"""Drill: sixty pages in four meetings, open for half an hour: streams, the parts they fetch, and what is saved.

No request fails, no stream breaks off, every page ends at its meeting's last number, and the server does not grow.
"""

import http.client
import json
import random
import re
import socket
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from core.actions.models import Action
from core.clock import local_date, utc_now
from core.extensions import db
from core.recording.feed import LONGEST_SECONDS
from core.recording.models import Entry
from tests.drills.conftest import Meeting, Report, meetings_in_session
from tests.support.server import Client, Server

MEETINGS, PAGES_EACH, CASES = 4, 15, 20

SAMPLES = 100

PART = {"agenda": ("agenda",), "attendance": ("people",), "meeting": ("agenda", "item", "people")}
"""What a page fetches again for a part that is named; for an item it is that item's."""


@dataclass(frozen=True)
class Pace:
    """Seconds: how long, and how often what happens."""

    warm_up: float
    lasts: float
    a_save: float
    """Of one page, on average."""
    an_item: float
    """After so long the chair takes up the next."""
    growth: float
    """Part of the memory after the warm-up."""


FULL = Pace(warm_up=180, lasts=1800, a_save=60, an_item=90, growth=0.05)
SHORT = Pace(warm_up=5, lasts=6, a_save=20, an_item=4, growth=0.2)


@dataclass
class Room:
    """A meeting, what its pages write under, and what they did."""

    meeting: Meeting
    items: list[str]
    """Addresses, in order."""
    over: threading.Event
    at: int = 0
    saved: Counter[str] = field(default_factory=Counter)
    fetched: int = 0
    errors: list[str] = field(default_factory=list)

    def expect(self, what: str, answer: tuple[int, str, str], status: int) -> str:
        """The body, where it was answered with that; else an error."""
        self.fetched += 1
        if answer[0] != status:
            self.errors.append(f"{what}: {answer[0]} {answer[2][:200]}")
        return answer[2]


class Page(threading.Thread):
    """An open live page: it listens, and fetches what it is told has changed."""

    def __init__(self, room: Room, number: int) -> None:
        super().__init__(daemon=True)
        self.room = room
        self._token = room.meeting.tokens[number]
        self._client = room.meeting.client(number)
        self._socket: socket.socket | None = None
        self.number = -1

    def run(self) -> None:
        """Opens the page, and opens it again when its stream has come to its end."""
        try:
            while not self.room.over.is_set():
                page = self.room.expect("page", self._client.get(self.room.meeting.live), 200)
                found = re.search(r'data-live-number="(\d+)"', page)
                assert found, "the page has no number"
                self.number = int(found[1])
                self._client.close()
                begun = time.monotonic()
                self._listen()
                if not self.room.over.is_set() and time.monotonic() - begun < LONGEST_SECONDS:
                    self.room.errors.append(f"a stream broke off after {time.monotonic() - begun:.0f} s")
        except (OSError, http.client.HTTPException, AssertionError, ValueError) as failure:
            if not self.room.over.is_set():
                self.room.errors.append(f"a page: {failure!r}")

    def leave(self) -> None:
        """Close the page."""
        if self._socket is not None:
            self._socket.shutdown(socket.SHUT_RDWR)
        self.join(20)
        self._client.close()

    def _listen(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self.room.meeting.server.port), timeout=60)
        request = f"GET {self.room.meeting.live}/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        self._socket.sendall(f"{request}Cookie: roundtable={self._token}\r\n\r\n".encode())
        with self._socket, self._socket.makefile("rb") as lines:
            for line in lines:
                if line.startswith(b"data: {"):
                    self._hear(json.loads(line.removeprefix(b"data: ")))

    def _hear(self, hint: dict[str, object]) -> None:
        if int(str(hint["number"])) <= self.number:
            return
        named = hint.get("parts", ["meeting"])
        assert isinstance(named, list)
        for part in {part for name in named for part in PART.get(name, ("item",))}:
            self.room.expect(part, self._client.get(f"{self.room.meeting.live}/{part}"), 200)
        self.number = int(str(hint["number"]))
        self._client.close()  # the server hangs up on who says nothing for a while


def save(room: Room, client: Client, pace: Pace, rng: random.Random) -> None:
    """What one person writes: mostly what was said, now and then an action."""
    while not room.over.wait(rng.uniform(0, 2 * pace.a_save)):
        due, said = (
            local_date(utc_now()),
            f"Said at {time.time():.6f}, and written down by one of those who were there.",
        )
        form: dict[str, object] = {"text": said}
        if rng.random() < 0.25:
            kind, address = "action", f"{room.items[room.at]}/action"
            form |= {"owner": room.meeting.agency_id, "due-day": due.day, "due-month": due.month}
            form |= {"due-year": due.year + 1}
        else:
            kind, address = "discussion", f"{room.items[room.at]}/write/discussion"
        room.expect(kind, client.get(address), 200)
        answer = client.post(address, form)
        room.expect(f"save {kind}", answer, 303)
        room.saved[kind] += answer[0] == 303
        client.close()  # the server hangs up on who says nothing for a while


def lead(room: Room, client: Client, pace: Pace) -> None:
    """What the chair does: take up one item after the other."""
    while not room.over.wait(pace.an_item):
        following = (room.at + 1) % len(room.items)
        room.expect("next", client.post(f"{room.items[following]}/current", {"anyway": "1"}), 303)
        room.at = following
        client.close()


@pytest.fixture
def rooms(server: Server, place: object) -> list[Room]:
    """Four meetings, all at their first item."""
    over = threading.Event()
    made = []
    for meeting in meetings_in_session(server, MEETINGS, attendees=PAGES_EACH, cases=CASES):
        live, _, first = meeting.write.rpartition("/")
        made.append(Room(meeting, [f"{live}/{int(first) + place}" for place in range(CASES)], over))
    return made


def guarded(room: Room, work: Callable[[], None]) -> threading.Thread:
    """Somebody's work in a thread; what goes wrong is an error of the room."""

    def run() -> None:
        try:
            work()
        except (OSError, http.client.HTTPException, AssertionError) as failure:
            room.errors.append(f"{failure!r}")

    return threading.Thread(target=run, daemon=True)


def test_sixty_pages_stay_open_without_an_error_and_the_server_does_not_grow(
    rooms: list[Room], server: Server, full: bool, figure: Report
) -> None:
    pace = FULL if full else SHORT
    pages = [Page(room, number) for room in rooms for number in range(PAGES_EACH)]
    people: list[threading.Thread] = []
    for room in rooms:
        chair = room.meeting.client(0)
        people.append(guarded(room, lambda room=room, chair=chair: lead(room, chair, pace)))  # type: ignore[misc]
        for number in range(PAGES_EACH):
            arguments = (room, room.meeting.client(number), pace, random.Random(number))
            people.append(guarded(room, lambda arguments=arguments: save(*arguments)))  # type: ignore[misc]
    for thread in (*pages, *people):
        thread.start()
    own, mapped = _watch_memory(server, pace, lambda: any(room.errors for room in rooms))
    rooms[0].over.set()
    for thread in people:
        thread.join(60)
    behind = [page for page in pages if not _caught_up(page)]
    for page in pages:
        page.leave()

    errors = [error for room in rooms for error in room.errors]
    saved = sum((room.saved for room in rooms), Counter[str]())
    before, after = _ends(own)
    requests, growth = sum(room.fetched for room in rooms), (after / before - 1) * 100
    figure(
        "soak",
        f"{len(pages)} pages in {MEETINGS} meetings, {pace.lasts / 60:g} minutes: {requests} requests, "
        f"{sum(saved.values())} saves, {len(errors)} errors, {len(behind)} pages behind; the server's memory "
        f"{before:.1f} MB, then {after:.1f} MB ({growth:+.1f} %); mapped files {mapped[0]:.0f} MB, "
        f"then {mapped[-1]:.0f} MB",
    )
    assert errors == []
    assert behind == []
    assert _count(Entry) + _count(Action) == sum(saved.values())
    assert after < before * (1 + pace.growth)


def _watch_memory(server: Server, pace: Pace, over: Callable[[], bool]) -> tuple[list[float], list[float]]:
    """Megabytes of the server's own and of mapped files, from the end of the warm-up, a hundred times; or until it is
    over before.
    """
    time.sleep(pace.warm_up)
    own, mapped = [], []
    while len(own) < 10 or (len(own) < SAMPLES and not over()):
        time.sleep(pace.lasts / SAMPLES)
        memory = server.memory()
        own.append(memory["Pss_Anon"])
        mapped.append(memory["Pss_File"])
    return own, mapped


def _ends(samples: list[float]) -> tuple[float, float]:
    """The middle of the first tenth, and of the last."""
    tenth = len(samples) // 10
    return statistics.median(samples[:tenth]), statistics.median(samples[-tenth:])


def _caught_up(page: Page) -> bool:
    """Whether the page comes to the number of its meeting, which nobody changes any more."""
    client = page.room.meeting.client(0)
    newest = json.loads(client.get(f"{page.room.meeting.live}/now")[2])["number"]
    client.close()
    until = time.monotonic() + 20
    while page.number < newest and time.monotonic() < until:
        time.sleep(0.02)
    return page.number >= newest


def _count(rows: type[Entry] | type[Action]) -> int:
    found = db.session.scalar(select(func.count()).select_from(rows))
    db.session.rollback()
    return int(found or 0)
