"""The worker's side of the outbox: claim a row, ask again whether its reader may, send, note what came of it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import or_, select, update
from sqlalchemy.orm import joinedload

from core import audit
from core.accounts.queries import actor_as_of
from core.audit import Category
from core.circulation.mailing import NotSent, message_of, send
from core.circulation.models import Circulation, Copy, Mail
from core.circulation.outbox import INVITATION
from core.clock import local_date
from core.extensions import db
from core.facts import SYSTEM, MailState
from core.meetings.models import Meeting
from core.policy import Permission, decide
from core.web.transaction import begin_write

LEASE = timedelta(minutes=2)
"""How long a worker may take over one mail; after that another takes it up."""

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
"""Before each further try. After the last, the mail has failed and waits for the coordinator."""


def deliver_due(*, now: Callable[[], datetime]) -> int:
    """Send everything that is due; how many were sent. Each mail is two short transactions around the sending."""
    sent = 0
    while (mail_id := _claim(now())) is not None:
        sent += _deliver(mail_id, now)
    return sent


def _claim(now: datetime) -> int | None:
    """Take the next row that is due, or whose worker went missing, under a lease."""
    begin_write()
    due = (
        select(Mail.id)
        .where(
            or_(
                (Mail.state == MailState.WAITING) & (Mail.next_attempt_at <= now),
                (Mail.state == MailState.SENDING) & (Mail.leased_until < now),
            )
        )
        .order_by(Mail.next_attempt_at, Mail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    mail_id = db.session.scalar(due)
    if mail_id is not None:
        db.session.execute(
            update(Mail)
            .where(Mail.id == mail_id)
            .values(state=MailState.SENDING, leased_until=now + LEASE, attempts=Mail.attempts + 1)
        )
    db.session.commit()
    return mail_id


def _deliver(mail_id: int, now: Callable[[], datetime]) -> bool:
    mail = db.session.scalars(
        select(Mail)
        .where(Mail.id == mail_id)
        .options(
            joinedload(Mail.user),
            joinedload(Mail.copy)
            .joinedload(Copy.circulation)
            .joinedload(Circulation.meeting)
            .joinedload(Meeting.group),
        )
        .execution_options(populate_existing=True)
    ).one()
    config = current_app.config["ROUNDTABLE"]
    refusal = why_not(mail, now())
    db.session.commit()
    if refusal:
        return _note(mail_id, now(), MailState.WITHDRAWN, refusal)
    try:
        send(message_of(mail, sender=config.mail_from, at=now()), config)
    except NotSent as failure:
        if failure.for_good or mail.attempts > len(WAITS):
            return _note(mail_id, now(), MailState.FAILED, failure.reason)
        return _note(mail_id, now(), MailState.WAITING, failure.reason, again=now() + WAITS[mail.attempts - 1])
    return _note(mail_id, now(), MailState.SENT, "")


def why_not(mail: Mail, now: datetime) -> str:
    """Why this mail may not go out any more, in plain words; empty when it may. Rights are asked as of now."""
    if mail.user.retired_at is not None:
        return "The account was retired."
    if mail.partnership_id is None:
        return ""
    reader = actor_as_of(mail.user_id, mail.partnership_id, on=local_date(now))
    if not reader.in_partnership:
        return reader.standing or "Their agency does not belong to the partnership."
    if mail.copy is not None:
        verdict = decide(reader, Permission.READ_COPY, mail.copy)
        return "" if verdict else verdict.reason or "They may not read this document any more."
    return ""


def _note(mail_id: int, now: datetime, state: MailState, failure: str, *, again: datetime | None = None) -> bool:
    begin_write()
    mail = db.session.get_one(Mail, mail_id, populate_existing=True)
    mail.state, mail.failure, mail.leased_until = state, failure, None
    if mail.kind == INVITATION and state is not MailState.WAITING:
        mail.body = ""
    if state is MailState.SENT:
        mail.sent_at = now
        audit.record(
            SYSTEM,
            Category.DISCLOSURE,
            f"mail.{mail.kind}",
            object=f"copy:{mail.copy_id}" if mail.copy_id else f"meeting:{mail.meeting_id or '-'}",
            recipient=f"u_{mail.user_id}",
        )
    if again is not None:
        mail.next_attempt_at = again
    db.session.commit()
    return state is MailState.SENT
