"""Reads of the queue: mails that have not gone, oldest first, and the workers that send them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import joinedload, raiseload

from core.accounts.models import User
from core.circulation.models import UNFINISHED, Mail, Worker
from core.extensions import db
from core.facts import Actor, AdminRole, MailState
from core.meetings.models import Meeting

SHOWN = 100
"""Mails that a page lists; the counts above it are of all."""

SILENT_AFTER = timedelta(minutes=3)
"""A worker says every half minute that it is there: one that has not for so long is taken for dead."""

REMEMBERED = timedelta(days=7)
"""How long a worker that ended is still shown."""


@dataclass(frozen=True, slots=True)
class Queue:
    """How many mails have not gone, by state; since when the oldest waits; and the oldest of them."""

    waiting: int
    sending: int
    failed: int
    oldest: datetime | None
    mails: Sequence[Mail]


def queue_of_groups(actor: Actor) -> Queue:
    """The mails about meetings of the groups that the actor leads."""
    led = select(Meeting.id).where(Meeting.group_id.in_(actor.led_groups))
    return _queue(Mail.meeting_id.in_(led))


def queue_of_administrator(actor: Actor) -> Queue:
    """The partnership's mails; for whoever runs the machine all of them."""
    return _queue(administered_by(actor))


def administered_by(actor: Actor) -> ColumnElement[bool]:
    """Which mails an administrator answers for."""
    if AdminRole.PLATFORM_ADMIN in actor.roles:
        return true()
    return Mail.partnership_id == actor.partnership_id


def mails_unfinished() -> tuple[int, int, datetime | None]:
    """Of the whole installation: how many mails wait or are being sent, how many failed, and since when the oldest
    that did not fail waits.
    """
    failed = Mail.state == MailState.FAILED
    row = db.session.execute(
        select(
            func.count().filter(~failed), func.count().filter(failed), func.min(Mail.created_at).filter(~failed)
        ).where(UNFINISHED)
    ).one()
    return row[0], row[1], row[2]


def failed_of_groups(actor: Actor) -> int:
    """How many mails about meetings of the groups that the actor leads have failed."""
    led = select(Meeting.id).where(Meeting.group_id.in_(actor.led_groups))
    failed = select(func.count()).where(UNFINISHED, Mail.state == MailState.FAILED, Mail.meeting_id.in_(led))
    return db.session.scalars(failed).one()


def failed_mails(which: ColumnElement[bool]) -> Sequence[Mail]:
    """Those of them that have failed, oldest first."""
    return db.session.scalars(
        select(Mail).where(UNFINISHED, which, Mail.state == MailState.FAILED).order_by(Mail.id).options(raiseload("*"))
    ).all()


def workers(*, now: datetime) -> Sequence[Worker]:
    """The workers of late, the newest first."""
    return db.session.scalars(
        select(Worker).where(Worker.seen_at >= now - REMEMBERED).order_by(Worker.seen_at.desc()).limit(20)
    ).all()


def is_at_work(worker: Worker, *, now: datetime) -> bool:
    """Whether it runs: it has not stopped, and was seen of late."""
    return worker.stopped_at is None and worker.seen_at >= now - SILENT_AFTER


def _queue(which: ColumnElement[bool]) -> Queue:
    counts = db.session.execute(
        select(
            func.count().filter(Mail.state == MailState.WAITING),
            func.count().filter(Mail.state == MailState.SENDING),
            func.count().filter(Mail.state == MailState.FAILED),
            func.min(Mail.created_at).filter(Mail.state != MailState.FAILED),
        ).where(UNFINISHED, which)
    ).one()
    mails = db.session.scalars(
        select(Mail)
        .where(UNFINISHED, which)
        .order_by(Mail.created_at, Mail.id)
        .limit(SHOWN)
        .options(joinedload(Mail.user).joinedload(User.agency), joinedload(Mail.meeting), raiseload("*"))
    ).all()
    return Queue(*counts, mails)
