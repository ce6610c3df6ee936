"""Writing mails: rows of the outbox, in the transaction that caused them. They name no one of a case."""

import uuid
from datetime import datetime

from flask import current_app

from core.accounts.models import User
from core.circulation.models import Copy, Mail
from core.extensions import db
from core.facts import MARKING, MailState
from core.meetings.models import Meeting
from core.web.gate import after_commit

INVITATION = "account"
"""A mail with a link that sets a password: the outbox forgets what it says once it has gone, or will never go."""

JOBS = "roundtable_jobs"


def queue(
    user: User,
    *,
    kind: str,
    subject: str,
    body: str,
    now: datetime,
    partnership_id: int | None = None,
    meeting: Meeting | None = None,
    copy: Copy | None = None,
    calendar: str = "",
) -> Mail:
    """Write a mail to somebody. Subject and body are neutral: marking, group, date, reference, link.

    `kind` is one of agenda, minutes, actions, cancellation, change, research, invitation, account.
    """
    mail = Mail(
        partnership_id=partnership_id,
        meeting_id=meeting.id if meeting is not None else None,
        copy_id=copy.id if copy is not None else None,
        kind=kind,
        user_id=user.id,
        to_address=user.email,
        subject=f"{MARKING}: {subject}",
        body=body,
        calendar=calendar,
        message_id=f"<{uuid.uuid4()}@roundtable.invalid>",
        state=MailState.WAITING,
        created_at=now,
        next_attempt_at=now,
    )
    db.session.add(mail)
    after_commit(wake_worker)
    return mail


def wake_worker() -> None:
    """Tell a worker that there is something to send; without one, the next sweep finds it."""
    if not current_app.testing:
        current_app.extensions[JOBS].wake()


def link_to(path: str) -> str:
    """The address in a mail. It carries no authority: signing in decides."""
    return f"{current_app.config['ROUNDTABLE'].external_url}{path}"
