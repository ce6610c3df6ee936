"""A worker's presence: begun, seen every half minute, ended. The queue's pages say by it whether mail is being sent."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError

from core.circulation.models import Worker
from core.circulation.queue.queries import REMEMBERED
from core.extensions import db
from core.web.transaction import Busy, begin_write

BEAT = timedelta(seconds=30)


@contextmanager
def at_work(app: Flask, *, now: Callable[[], datetime]) -> Iterator[None]:
    """Be seen as a worker of this application until the block ends."""
    with app.app_context():
        worker_id = _begin(now())
    ended = threading.Event()
    beat = threading.Thread(target=_beat, args=(app, worker_id, ended, now), name="worker-beat", daemon=True)
    beat.start()
    try:
        yield
    finally:
        ended.set()
        beat.join()
        with app.app_context():
            _seen(worker_id, now(), stopped=now())


def _begin(now: datetime) -> int:
    """A row for this process. Those of workers long gone are taken away."""
    begin_write()
    db.session.execute(delete(Worker).where(Worker.seen_at < now - REMEMBERED))
    worker = Worker(name=f"{socket.gethostname()}, process {os.getpid()}"[:120], started_at=now, seen_at=now)
    db.session.add(worker)
    db.session.commit()
    return worker.id


def _beat(app: Flask, worker_id: int, ended: threading.Event, now: Callable[[], datetime]) -> None:
    while not ended.wait(BEAT.total_seconds()):
        with app.app_context():
            try:
                _seen(worker_id, now(), stopped=None)
            except (Busy, OperationalError):  # the database is away: seen again at the next beat
                db.session.rollback()


def _seen(worker_id: int, now: datetime, *, stopped: datetime | None) -> None:
    begin_write()
    worker = db.session.get(Worker, worker_id)
    if worker is not None:
        worker.seen_at, worker.stopped_at = now, stopped
    db.session.commit()
