"""The jobs: huey carries "deliver row N"; the outbox is the truth, and a sweep finds what was left behind.

Huey loses the task whose worker is killed, on every storage. So a job is only a wake-up: it is safe to lose, and
safe to run twice.
"""

import logging
import os
import signal
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

from core.accounts.resets.operations import anything_asked, mail_what_was_asked
from core.actions.handover import hand_over_what_is_left
from core.audit.anchors import add_new, keep_head_of_day
from core.circulation.catcher import catching
from core.circulation.delivery import deliver_due
from core.circulation.queue.workers import at_work
from core.clock import local_date, utc_now
from core.config import Config
from core.errors import Refused
from core.extensions import db
from core.meetings.diary.departing import take_out_what_is_left
from core.reminders.operations import make_digests
from core.retention.working import look_after
from core.web.answers import forget_old
from core.web.transaction import begin_write

if TYPE_CHECKING:
    from huey import Huey

log = logging.getLogger("roundtable.jobs")

EXTENSION = "roundtable_jobs"


class Jobs:
    """One application's queue. Connects when first used: a page that sends nothing needs none."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    @cached_property
    def huey(self) -> "Huey":
        """The queue, with our tasks on it."""
        from huey import crontab  # it brings psycopg: a process that sends nothing needs neither

        huey = _queue(self._app.config["ROUNDTABLE"])
        self._deliver = huey.task(name="deliver")(self._work)
        huey.periodic_task(crontab(minute="*"), name="sweep")(self.sweep)
        huey.periodic_task(crontab(minute="*"), name="remind")(self.remind)
        huey.periodic_task(crontab(minute="*/15"), name="look after")(self.look_after)
        return huey

    def wake(self) -> None:
        """Ask a worker to look at the outbox. Losing this is harmless: the sweep looks every minute."""
        self.huey  # noqa: B018  makes the queue and its tasks
        self._deliver()

    def sweep(self) -> None:
        """What is done every minute: hand over the actions of agencies that left, take meetings to come out of their
        people's calendars, send what was left behind, forget what nobody will ask for again, and tell the file of
        anchors how far the trail has come.
        """
        with self._app.app_context():
            begin_write()
            hand_over_what_is_left(now=utc_now(), on=local_date(utc_now()))
            take_out_what_is_left(now=utc_now(), on=local_date(utc_now()))
            forget_old(now=utc_now())
            keep_head_of_day(now=utc_now())
            db.session.commit()
            self._add_anchors()
        self._work()

    def _add_anchors(self) -> None:
        """A file that cannot be written to holds up no mail: it is said, and tried again the next minute."""
        try:
            add_new(self._app.config["ROUNDTABLE"].anchors)
        except (OSError, Refused) as failure:
            log.error("the file of anchors cannot be added to: %s", type(failure).__name__)
        db.session.rollback()

    def remind(self) -> None:
        """Looked at every minute: once it is time, make the day's digests and send them."""
        with self._app.app_context():
            made = make_digests(now=utc_now(), hour=self._app.config["ROUNDTABLE"].digest_at)
        if made:
            self._work()

    def look_after(self) -> None:
        """Every quarter of an hour: make the month's lists of what is due, erase what two people approved, and tidy."""
        with self._app.app_context():
            look_after(file=self._app.config["ROUNDTABLE"].erasures, now=utc_now())

    def _work(self) -> int:
        with self._app.app_context():
            asked = anything_asked()
            db.session.rollback()  # what only read must not be what writes
            if asked:
                begin_write()
                mail_what_was_asked(now=utc_now())
                db.session.commit()
            return deliver_due(now=utc_now)


def connect_jobs(app: Flask) -> None:
    """Give the application its queue."""
    app.extensions[EXTENSION] = Jobs(app)


def _queue(config: Config) -> "Huey":
    """SQLite beside an SQLite database, PostgreSQL beside PostgreSQL."""
    from huey import PostgresHuey, SqliteHuey

    if config.url.startswith("sqlite"):
        return SqliteHuey("roundtable", filename=str(Path(config.data) / "jobs.db"), results=False)
    return PostgresHuey("roundtable", dsn=config.url.replace("+psycopg", "", 1), results=False)


def run_worker(app: Flask) -> None:
    """Work until told to stop. In a demonstration the mails go to a mail server of our own, shown on a page."""
    config: Config = app.config["ROUNDTABLE"]
    with ExitStack() as stack:
        if config.demo and not config.smtp_host:
            port = stack.enter_context(catching(app))
            app.config["ROUNDTABLE"] = replace(config, smtp_host="127.0.0.1", smtp_port=port)
        jobs: Jobs = app.extensions[EXTENSION]
        _end_with_parent()
        stack.enter_context(at_work(app, now=utc_now))
        log.warning("worker started")
        jobs.wake()
        jobs.huey.create_consumer(workers=1, periodic=True, initial_delay=0.1, max_delay=0.5).run()


def _end_with_parent() -> None:
    """A worker that `serve` started ends when that ends, however it ended."""
    parent = int(os.environ.get("ROUNDTABLE_PARENT", "0"))
    if not parent:
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
