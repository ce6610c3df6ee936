"""Writing mails: rows of the outbox, in the transaction that caused them. They name no one of a case."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.accounts.models import User
from core.circulation.letters import Letter
from core.circulation.models import Copy, Mail
from core.extensions import db
from core.facts import MailKind, MailState
from core.meetings.models import Meeting
from core.web.gate import after_commit

JOBS = "roundtable_jobs"


def queue(
    user: User,
    *,
    kind: MailKind,
    letter: Letter,
    now: datetime,
    partnership_id: int | None = None,
    meeting: Meeting | None = None,
    copy: Copy | None = None,
    calendar: str = "",
    once_key: str | None = None,
    attaches: bool = False,
) -> Mail:
    """Put a mail to somebody into the outbox.

    `once_key` says what it is about where that must not be told twice ("digest:u_7:2026-03-03"): when a mail with that
    key is there already, whoever wrote it and whatever became of it, nothing is written and that mail is given back.
    `calendar`: an iCalendar text. `attaches`: the copy goes with it, encrypted.
    """
    mail = _mail(
        user,
        kind=kind,
        letter=letter,
        now=now,
        partnership_id=partnership_id,
        meeting_id=meeting.id if meeting is not None else None,
        copy_id=copy.id if copy is not None else None,
        calendar=calendar,
        once_key=once_key,
        attaches=attaches,
    )
    if once_key is None:
        db.session.add(mail)
    else:
        there = _mail_with(once_key) or _added_unless_there(mail, once_key)
        if there is not mail:
            return there
    after_commit(wake_worker)
    return mail


@dataclass(frozen=True, slots=True)
class Entry:
    """A reader of a letter about a meeting, with the calendar entry that is theirs and the key of `queue`."""

    user: User
    calendar: str
    once_key: str


def queue_each(entries: Sequence[Entry], *, kind: MailKind, letter: Letter, now: datetime, meeting: Meeting) -> None:
    """Put the same letter about a meeting to many into the outbox, in as many statements as for one.

    Whoever has a mail with their key already is passed over.
    """
    keys = [entry.once_key for entry in entries]
    there = frozenset(db.session.scalars(select(Mail.once_key).where(Mail.once_key.in_(keys))))
    mails = {
        entry.once_key: _mail(
            entry.user,
            kind=kind,
            letter=letter,
            now=now,
            partnership_id=meeting.group.partnership_id,
            meeting_id=meeting.id,
            calendar=entry.calendar,
            once_key=entry.once_key,
        )
        for entry in entries
        if entry.once_key not in there
    }
    try:
        with db.session.begin_nested():
            db.session.add_all(mails.values())
    except IntegrityError:  # somebody wrote one of them at this moment
        for once_key, mail in mails.items():
            _added_unless_there(mail, once_key)
    after_commit(wake_worker)


def _mail(user: User, *, letter: Letter, now: datetime, **values: Any) -> Mail:
    """The row, waiting to be sent at once."""
    return Mail(
        user_id=user.id,
        to_address=user.email,
        subject=letter.subject,
        body=letter.text,
        body_html=letter.html,
        message_id=f"<{uuid.uuid4()}@{_host()}>",
        state=MailState.WAITING,
        created_at=now,
        next_attempt_at=now,
        **values,
    )


def _mail_with(once_key: str) -> Mail | None:
    return db.session.scalars(select(Mail).where(Mail.once_key == once_key)).first()


def _added_unless_there(mail: Mail, once_key: str) -> Mail:
    """The look before saw none; whoever writes the same at this moment is met by the unique constraint."""
    try:
        with db.session.begin_nested():
            db.session.add(mail)
    except IntegrityError:
        there = _mail_with(once_key)
        if there is None:
            raise
        return there
    return mail


def wait_anew(mail: Mail, *, now: datetime) -> None:
    """A mail that did not go waits again, as if it had never been tried."""
    mail.state, mail.next_attempt_at, mail.attempts, mail.failure = MailState.WAITING, now, 0, ""


def wake_worker() -> None:
    """Tell a worker that there is something to send; without one, the next sweep finds it."""
    if not current_app.testing:
        current_app.extensions[JOBS].wake()


def _host() -> str:
    return urlsplit(current_app.config["ROUNDTABLE"].external_url).hostname or "roundtable.invalid"
