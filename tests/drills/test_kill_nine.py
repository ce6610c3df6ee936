"""Drill: kill -9 of the server while four attendees record. What was acknowledged is there, once."""

import http.client
import random
import threading
import time
import uuid
from collections import Counter

from sqlalchemy import func, select

from core.audit.models import AuditRecord
from core.extensions import db
from core.meetings.models import Meeting
from core.recording.models import Entry

WRITERS = 4


class Writer(threading.Thread):
    """Writes one line after the other, each under a key of its own, and sends each until it is acknowledged."""

    def __init__(self, meeting, number):
        super().__init__(daemon=True)
        self.client = meeting.client(number)
        self.path = f"{meeting.write}/write/discussion"
        self.acknowledged: list[str] = []
        self.unexpected: list[tuple[int, str, str]] = []
        self.repeated = 0
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.is_set():
            self._write(str(uuid.uuid4()))
        self.client.close()

    def _write(self, key):
        while True:
            try:
                answer = self.client.post(self.path, {"text": f"Line {key}"}, key=key)
            except (OSError, http.client.HTTPException):
                self.repeated += 1
                time.sleep(0.1)  # the server is being started again
                continue
            (self.acknowledged if answer[0] == 303 else self.unexpected).append(key)
            return


def test_what_was_acknowledged_survives_a_kill_and_is_there_once(meeting, full, database):
    rounds = 200 if full else 3
    rng = random.Random(41)
    begun = db.session.scalar(select(Meeting.revision))
    db.session.rollback()
    writers = [Writer(meeting, number) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for _ in range(rounds):
        written = sum(len(writer.acknowledged) for writer in writers)
        deadline = time.monotonic() + 30
        while sum(len(writer.acknowledged) for writer in writers) == written and time.monotonic() < deadline:
            time.sleep(0.005)  # at least one line gets through in each round
        time.sleep(rng.uniform(0.0, 0.4))
        meeting.server.kill()
        meeting.server.start()
    for writer in writers:
        writer.stopping.set()
    for writer in writers:
        writer.join(60)
        assert not writer.is_alive()

    acknowledged = [key for writer in writers for key in writer.acknowledged]
    stored = Counter(text.removeprefix("Line ") for text in db.session.scalars(select(Entry.text)))
    lost = [key for key in acknowledged if key not in stored]
    twice = [key for key, times in stored.items() if times > 1]
    unknown = stored.keys() - set(acknowledged)
    revision = db.session.scalar(select(Meeting.revision))
    audited = db.session.scalar(select(func.count()).where(AuditRecord.action == "entry.write"))
    print(
        f"kill -9 on {database}: {rounds} rounds, {len(acknowledged)} acknowledged, "
        f"{sum(writer.repeated for writer in writers)} sent again, lost {len(lost)}, twice {len(twice)}"
    )
    assert [answer for writer in writers for answer in writer.unexpected] == []
    assert (lost, twice, unknown) == ([], [], set())
    assert revision - begun == audited == len(acknowledged), "each took a number, and took one"
    assert len(acknowledged) >= rounds
