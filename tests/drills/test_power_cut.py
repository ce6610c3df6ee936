"""Drill: the power goes. Only what was written *and* synchronised before that moment is there afterwards.

A kill alone shows nothing: what a killed process wrote is still in the kernel's memory. Therefore every write and
every fsync of the database's files is recorded (strace), and for many moments the files are put together anew in an
empty folder: once with nothing but what had been synchronised by then, once with a random half of the other writes,
too, since a disk may keep them in any order. What had been acknowledged must be there, and the database must be sound.

A second server, told to synchronise less, must be caught by the same drill: else it shows nothing either.
"""

import random
import re
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.drills.conftest import Meeting, Report, a_meeting_in_session
from tests.drills.writing import wait_for_more, writing
from tests.support.databases import Place
from tests.support.server import PROGRAM, Server

CALLS = ("pwrite64", "write", "fsync", "fdatasync", "ftruncate", "unlink", "rename", "fallocate")
NAMES = ("drill.db", "drill.db-wal", "drill.db-journal")
SECTOR = 512

WEAKER = PROGRAM.replace(
    "Embedded(create_app(Config.from_environment()), ",
    """
from sqlalchemy import event
from core.extensions import db
app = create_app(Config.from_environment())
with app.app_context():
    db.engine.dispose()
    event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=LESS"))
Embedded(app, """,
)
"""The product, but for one setting of its database."""

LINE = re.compile(r"(\d+) +(\d+\.\d+) (.*)")
CALL = re.compile(r"(\w+)\((?:\d+<([^>]*)>)?(?:, )?(.*)\) += (-?\d+)")


@dataclass(frozen=True)
class Event:
    """A call that came to its end: when it was begun or went on, at which file, with what."""

    at: float
    call: str
    name: str
    arguments: str

    @property
    def data(self) -> bytes:
        """What was written."""
        return _text(self.arguments.partition('"')[2].partition('"')[0])

    @property
    def number(self) -> int:
        """The last argument: where it was written, or how long the file became."""
        return int(self.arguments.rpartition(",")[2])


def events_of(trace: Path, folder: Path) -> Iterator[Event]:
    """What was done to the database's files, in order."""
    begun: dict[str, str] = {}
    for line in trace.read_text().splitlines():
        who, at, text = LINE.fullmatch(line).groups()  # type: ignore[union-attr]  # a line that is none stops the drill
        if text.endswith("<unfinished ...>"):
            begun[who] = text.removesuffix("<unfinished ...>").rstrip()
            continue
        if text.startswith("<... "):
            text = begun.pop(who, "") + text.partition(" resumed>")[2]
        found = CALL.match(text)
        if found is None or int(found[4]) < 0:
            continue  # a signal, an end, a call that failed
        path = Path(_text(found[2] or "").decode())
        assert found[1] in CALLS, text[:200]
        if path.name in NAMES or path == folder:
            yield Event(float(at), found[1], path.name if path != folder else "", found[3])


def _text(escaped: str) -> bytes:
    """What strace prints byte by byte."""
    return bytes.fromhex(escaped.replace("\\x", ""))


@dataclass
class Disk:
    """The files as they are for certain, and what was written since and may be gone."""

    files: dict[str, bytearray]
    pending: dict[str, list[Event]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    def take(self, event: Event) -> None:
        """One call more."""
        self.done[f"{event.call} {event.name}"] += 1
        if event.call in ("fsync", "fdatasync"):
            for each in self.pending.pop(event.name, ()):
                _apply(self.files, each)
        else:
            assert event.call in ("pwrite64", "ftruncate"), event
            self.pending.setdefault(event.name, []).append(event)

    def after_the_cut(self, rng: random.Random | None) -> dict[str, bytearray]:
        """What is there when the power is back: what is certain; with `rng`, some of the other writes, too, torn."""
        found = {name: bytearray(content) for name, content in self.files.items()}
        for events in self.pending.values() if rng else ():
            for event in events:
                if rng.random() < 0.5:
                    sectors = len(event.data) // SECTOR if event.call == "pwrite64" else 0
                    _apply(found, event, SECTOR * rng.randint(1, sectors) if sectors and rng.random() < 0.3 else None)
        return found


def _apply(files: dict[str, bytearray], event: Event, length: int | None = None) -> None:
    content = files.setdefault(event.name, bytearray())
    at, data = event.number, event.data[:length] if event.call == "pwrite64" else b""
    if event.call == "ftruncate":
        del content[at:]
    content.extend(bytes(max(0, at + len(data) - len(content))))
    content[at : at + len(data)] = data


def found_in(files: dict[str, bytearray], folder: Path) -> set[str] | None:
    """The lines that are in these files once they are opened again; None where the database is not sound."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    connection = sqlite3.connect(folder / NAMES[0])
    try:
        sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        lines = {text.removeprefix("Line ") for (text,) in connection.execute("SELECT text FROM entry")}
    except sqlite3.DatabaseError:
        sound, lines = False, set()
    connection.close()
    shutil.rmtree(folder)
    return lines if sound else None


@dataclass
class Recorded:
    """A server that wrote for a while: its files at the beginning, what was done to them, what it acknowledged when."""

    files: dict[str, bytearray]
    events: list[Event]
    acknowledged: dict[str, float]


def record(place: Place, program: str, lines: int) -> Recorded:
    """Have four attendees write so many lines at a server that is looked on."""
    trace = place.data / "trace"
    looked_on = ("strace", "-f", "--seccomp-bpf", "-ttt", "-y", "-xx", "-s", "10000000", "-o", str(trace))
    paths = [argument for path in (place.data, *(place.data / name for name in NAMES)) for argument in ("-P", path)]
    server = Server(
        place.data, place.url, program=program, under=(*looked_on, "-e", f"trace={','.join(CALLS)}", *map(str, paths))
    )
    try:
        meeting: Meeting = a_meeting_in_session(server)
        files = {path.name: bytearray(path.read_bytes()) for path in place.data.iterdir() if path.name in NAMES}
        begun = time.time()
        with writing(meeting) as writers:
            wait_for_more(writers, lines)
        server.kill_what_is_watched()
    finally:
        server.kill()
    acknowledged = {key: at for writer in writers for key, at in writer.acknowledged.items()}
    events = list(events_of(trace, place.data))
    assert not [each for each in events if each.at < begun and each.name], "the files had changed before they were read"
    return Recorded(files, events, acknowledged)


@dataclass
class Found:
    """What was missing over all cuts, and what had been done to the files in all."""

    lost: int
    unsound: int
    done: Counter[str]

    def __str__(self) -> str:
        return f"lost {self.lost}, not sound {self.unsound} times"


def after_cuts(recorded: Recorded, cuts: int, folder: Path) -> Found:
    """Cut the power at so many moments, and look what is there, both ways."""
    disk, rng, lost, unsound = Disk(recorded.files), random.Random(53), 0, 0
    at = {*rng.sample(range(len(recorded.events)), min(cuts, len(recorded.events)) - 1), len(recorded.events) - 1}
    for number, event in enumerate(recorded.events):
        if number in at:  # the power goes before this call
            promised = {key for key, moment in recorded.acknowledged.items() if moment < event.at}
            for chance in (None, rng):
                there = found_in(disk.after_the_cut(chance), folder / "again")
                lost, unsound = lost + len(promised - (there or set())), unsound + (there is None)
        disk.take(event)
    return Found(lost, unsound, disk.done)


@pytest.fixture
def lines(full: bool) -> int:
    """How many are written."""
    return 400 if full else 60


@pytest.mark.sqlite_alone
def test_what_was_acknowledged_survives_a_power_cut(place: Place, lines: int, full: bool, figure: Report) -> None:
    recorded = record(place, PROGRAM, lines)
    cuts = 500 if full else 15
    found = after_cuts(recorded, cuts, place.data)
    figure(
        "power cut",
        f"{len(recorded.acknowledged)} acknowledged, {len(recorded.events)} writes and synchronisations, "
        f"{cuts} cuts, each with and without some of what was not synchronised: {found}",
    )
    assert (found.lost, found.unsound) == (0, 0)
    assert found.done["pwrite64 drill.db-wal"] > lines
    assert not full or found.done["pwrite64 drill.db"], "no checkpoint was among it"


@pytest.mark.sqlite_alone
def test_the_drill_catches_a_server_that_synchronises_less(place: Place, full: bool, figure: Report) -> None:
    for less in ("NORMAL", "OFF") if full else ("NORMAL",):
        recorded = record(place, WEAKER.replace("LESS", less), 40)
        found = after_cuts(recorded, 5, place.data)
        figure(f"power cut, {less} instead", f"{len(recorded.acknowledged)} acknowledged, 5 cuts: {found}, as must be")
        assert found.lost
