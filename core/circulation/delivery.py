"""The worker's side of the outbox: claim a row, ask again whether its reader may, send, note what came of it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import or_, select, update
from sqlalchemy.orm import joinedload

from core import audit
from core.accounts.queries import actor_as_of
from core.audit import Category
from core.circulation.attaching import enclosure_for, make_document
from core.circulation.mailing import Enclosure, NotSent, message_of, send
from core.circulation.models import UNSENT, Circulation, Copy, Mail
from core.circulation.rights import lost_since
from core.clock import local_date
from core.errors import Refused
from core.extensions import db
from core.facts import EXTRACTS, SYSTEM, CirculationKind, MailKind, MailState
from core.meetings.models import Meeting
from core.partnerships.models import Group
from core.policy import Permission, decide
from core.reminders.operations import written_anew
from core.web.transaction import begin_write

LEASE = timedelta(minutes=2)
"""How long a worker may take over one mail; after that another takes it up."""

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
"""Before each further try. After the last, the mail has failed and waits for the coordinator."""


class _ServerDown(Exception):
    """The mail server takes nothing from anybody just now."""


def deliver_due(*, now: Callable[[], datetime]) -> int:
    """Send everything that is due; how many were sent. Each mail is two short transactions around the sending.

    Ends early when the mail server is down: one mail has found out, the others keep their tries and their turn.
    """
    sent = 0
    with suppress(_ServerDown):
        while (claim := _claim(now())) is not None:
            sent += _deliver(claim, now)
    return sent


@dataclass(frozen=True, slots=True)
class _Claim:
    """A mail that this worker has taken up, and the number of the try by which its lease is known."""

    mail_id: int
    attempt: int


def _claim(now: datetime) -> _Claim | None:
    """Take the next row that is due, or whose worker went missing, under a lease."""
    begin_write()
    due = (
        select(Mail.id, Mail.attempts)
        .where(
            UNSENT,
            or_(
                (Mail.state == MailState.WAITING) & (Mail.next_attempt_at <= now),
                (Mail.state == MailState.SENDING) & (Mail.leased_until < now),
            ),
        )
        .order_by(Mail.copy_id.is_not(None), Mail.next_attempt_at, Mail.id)  # nobody waits for others' documents
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = db.session.execute(due).first()
    if found is not None:
        db.session.execute(
            update(Mail)
            .where(Mail.id == found.id)
            .values(state=MailState.SENDING, leased_until=now + LEASE, attempts=found.attempts + 1)
        )
    db.session.commit()
    return _Claim(found.id, found.attempts + 1) if found is not None else None


def _deliver(claim: _Claim, now: Callable[[], datetime]) -> bool:
    mail = mail_to_send(claim.mail_id)
    config = current_app.config["ROUNDTABLE"]
    refusal = why_not(mail, now())
    db.session.commit()
    if refusal:
        return _note(claim, now(), MailState.WITHDRAWN, refusal)
    try:
        enclosed = _document(mail, claim, now) if _has_document(mail) else None
        message = message_of(mail_to_send(claim.mail_id), sender=config.mail_from, at=now(), enclosed=enclosed)
        db.session.commit()  # however long the mail server takes, nobody waits for this transaction
        send(message, config)
    except _TakenUp:
        return False
    except _NoLonger as refused:
        return _note(claim, now(), MailState.WITHDRAWN, refused.reason)
    except NotSent as failure:
        if failure.for_good or claim.attempt > len(WAITS):
            _note(claim, now(), MailState.FAILED, failure.reason)
        else:
            _note(claim, now(), MailState.WAITING, failure.reason, again=now() + WAITS[claim.attempt - 1])
        if failure.by_nobody:
            raise _ServerDown from failure
        return False
    return _note(claim, now(), MailState.SENT, "")


class _TakenUp(Exception):
    """While the file was made the lease ran out, and another worker took the mail up."""


class _NoLonger(Exception):
    """While the file was made, its reader lost the right to it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _has_document(mail: Mail) -> bool:
    """Whether a document goes with it, or stands behind its link and is yet to be made."""
    if mail.copy is None:
        return False
    kind = mail.copy.circulation.kind
    return mail.attaches or (mail.copy.document_id is None and (kind is CirculationKind.MINUTES or kind in EXTRACTS))


def _document(mail: Mail, claim: _Claim, now: Callable[[], datetime]) -> Enclosure | None:
    """Make the reader's document before they are told of it: what each was sent is kept, whether they open it or not.

    Locked, if the partnership still sends it along. Takes a new lease: making it takes time.

    Raises NotSent when it cannot be made now, _NoLonger, and _TakenUp.
    """
    assert mail.copy is not None
    is_sent_along = mail.attaches and mail.copy.circulation.meeting.group.partnership.attach_copies
    enclosed = None
    try:
        if is_sent_along:
            enclosed = enclosure_for(mail.copy.id, now=now())
        else:
            make_document(mail.copy.id, now=now())
    except Refused as failure:
        db.session.rollback()
        lost = why_not(mail_to_send(claim.mail_id), now())
        db.session.commit()
        if lost:
            raise _NoLonger(lost) from failure
        raise NotSent(failure.reason) from failure
    begin_write()
    still_ours = db.session.scalar(
        update(Mail)
        .where(Mail.id == claim.mail_id, Mail.attempts == claim.attempt)
        .values(leased_until=now() + LEASE)
        .returning(Mail.id)
    )
    db.session.commit()
    if still_ours is None:
        raise _TakenUp
    return enclosed


def mail_to_send(mail_id: int) -> Mail:
    """A mail with all that sending it asks for."""
    return db.session.scalars(
        select(Mail)
        .where(Mail.id == mail_id)
        .options(
            joinedload(Mail.user),
            joinedload(Mail.copy)
            .joinedload(Copy.circulation)
            .joinedload(Circulation.meeting)
            .joinedload(Meeting.group)
            .joinedload(Group.partnership),
        )
        .execution_options(populate_existing=True)
    ).one()


def why_not(mail: Mail, now: datetime) -> str:
    """Why this mail may not go out any more, in plain words; empty when it may. Rights are asked as of now."""
    if mail.user.retired_at is not None:
        return "The account was retired."
    if mail.kind is MailKind.REMINDER:
        return written_anew(mail, now=now)
    if mail.partnership_id is None or mail.kind is MailKind.CANCELLATION:
        return ""  # who left is told, too: the meeting stands in their calendar, and its cancellation names nobody
    reader = actor_as_of(mail.user_id, mail.partnership_id, on=local_date(now))
    if not reader.in_partnership:
        return reader.standing or "Their agency does not belong to the partnership."
    if mail.copy is not None:
        verdict = decide(reader, Permission.READ_COPY, mail.copy)
        return "" if verdict else verdict.reason or "They may not read this document any more."
    return lost_since(reader, mail, now=now)


def _note(claim: _Claim, now: datetime, state: MailState, failure: str, *, again: datetime | None = None) -> bool:
    """Keep what came of it; whether it was sent.

    Of a lease that ran out, and that another worker has taken up since, only a success still counts.
    """
    begin_write()
    mail = db.session.get_one(Mail, claim.mail_id, populate_existing=True)
    taken_up_since = mail.attempts != claim.attempt or mail.state is not MailState.SENDING
    if taken_up_since and (state is not MailState.SENT or mail.state is MailState.SENT):
        db.session.rollback()
        return state is MailState.SENT
    mail.state, mail.failure, mail.leased_until = state, failure, None
    if mail.kind is MailKind.ACCOUNT and state is not MailState.WAITING:
        mail.body = mail.body_html = ""
    if state is MailState.SENT:
        mail.sent_at = now
        audit.record(
            SYSTEM,
            Category.DISCLOSURE,
            f"mail.{mail.kind}".replace(" ", "_"),
            object=f"copy:{mail.copy_id}" if mail.copy_id else f"meeting:{mail.meeting_id or '-'}",
            recipient=f"u_{mail.user_id}",
        )
    if again is not None:
        mail.next_attempt_at = again
    db.session.commit()
    return state is MailState.SENT
