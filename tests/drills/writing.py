"""Four attendees who write without a pause, and the count of what became of it."""

import http.client
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import func, select

from core.audit.models import AuditRecord
from core.extensions import db
from core.meetings import models
from core.recording.models import Entry
from tests.drills.conftest import Meeting
from tests.support.server import Client

WRITERS = 4

AWAY = 503
"""Not saved: to be sent again."""


class Writer(threading.Thread):
    """Writes one line after the other, each under a key of its own, and sends each until it is acknowledged."""

    def __init__(self, client: Client, path: str) -> None:
        super().__init__(daemon=True)
        self._client, self._path = client, path
        self.acknowledged: dict[str, float] = {}
        """Key -> the moment (seconds since the epoch) at which the answer was there."""
        self.unexpected: list[tuple[int, str]] = []
        self.repeated = self.refused = 0
        self.stopping = threading.Event()

    def run(self) -> None:
        """Until it is stopped; the line in hand is brought to its end."""
        while not self.stopping.is_set():
            self._write(str(uuid.uuid4()))
        self._client.close()

    def _write(self, key: str) -> None:
        while True:
            try:
                status, location, body = self._client.post(self._path, {"text": f"Line {key}"}, key=key)
            except (OSError, http.client.HTTPException):
                status = 0
            except AssertionError:  # the page that it takes its token from was none
                status = AWAY
            if status == 303 and location:
                self.acknowledged[key] = time.time()
                return
            if status not in (0, 303, AWAY):
                self.unexpected.append((status, re.sub(r"<[^>]*>|\\s+", " ", body)[:2000]))
                return
            self.repeated += 1
            self.refused += status == AWAY
            time.sleep(0.1)  # what was cut off or is away is tried again


@contextmanager
def writing(meeting: Meeting, port: int = 0) -> Iterator[list[Writer]]:
    """Four attendees who write as long as it lasts, at the server or at what stands before it on another port."""
    clients = [Client(port or meeting.server.port, token) for token in meeting.tokens[:WRITERS]]
    writers = [Writer(client, f"{meeting.write}/write/discussion") for client in clients]
    for writer in writers:
        writer.start()
    try:
        yield writers
    finally:
        for writer in writers:
            writer.stopping.set()
    for writer in writers:
        writer.join(60)
        assert not writer.is_alive(), "it is not answered"


def written(writers: Sequence[Writer]) -> int:
    """How many lines were acknowledged up to now."""
    return sum(len(writer.acknowledged) for writer in writers)


def wait_for_more(writers: Sequence[Writer], lines: int = 1, *, seconds: float = 60) -> None:
    """Until so many more lines were acknowledged."""
    until, wanted = time.monotonic() + seconds, written(writers) + lines
    while written(writers) < wanted:
        assert time.monotonic() < until, "nothing is written any more"
        time.sleep(0.005)


@dataclass
class Tally:
    """What was written, and what is there."""

    acknowledged: int
    sent_again: int
    lost: list[str]
    twice: list[str]

    def __str__(self) -> str:
        return (
            f"{self.acknowledged} acknowledged, {self.sent_again} sent again, "
            f"lost {len(self.lost)}, twice {len(self.twice)}"
        )


def tally(writers: Sequence[Writer]) -> Tally:
    """Compare what was acknowledged with what is stored."""
    db.session.rollback()
    acknowledged = [key for writer in writers for key in writer.acknowledged]
    stored = Counter(text.removeprefix("Line ") for text in db.session.scalars(select(Entry.text)))
    lost = [key for key in acknowledged if key not in stored]
    twice = [key for key, times in stored.items() if times > 1]
    return Tally(len(acknowledged), sum(writer.repeated for writer in writers), lost, twice)


def check(writers: Sequence[Writer], begun: int) -> None:
    """Nothing is lost, nothing is there twice or without having been acknowledged; each took one number, one record."""
    counted = tally(writers)
    unexpected = [answer for writer in writers for answer in writer.unexpected]
    assert not unexpected, unexpected[:3]
    assert (counted.lost, counted.twice) == ([], [])
    assert db.session.scalar(select(func.count()).select_from(Entry)) == counted.acknowledged
    audited = db.session.scalar(select(func.count()).where(AuditRecord.action == "entry.write"))
    assert number_of_meeting() - begun == audited == counted.acknowledged, "each took a number, and took one"


def number_of_meeting() -> int:
    """The number that the meeting stands at."""
    found = db.session.scalar(select(models.Meeting.revision))
    db.session.rollback()
    return int(found or 0)
