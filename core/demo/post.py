"""The story's mails: they went out when what they tell of happened, not on the day on which the story is told."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.circulation.delivery import why_not
from core.circulation.models import CaughtMail, Circulation, Copy, Mail
from core.extensions import db
from core.facts import MailState
from core.meetings.models import Meeting
from core.web.transaction import begin_write

ON_THE_WAY = timedelta(seconds=40)


def catch_what_was_sent() -> None:
    """Send every mail of the outbox at its own time, to the page that shows what was caught. One that may not go out
    any more waits for the worker, which says why.
    """
    db.session.rollback()
    begin_write()
    mails = db.session.scalars(
        select(Mail)
        .where(Mail.state == MailState.WAITING)
        .order_by(Mail.created_at, Mail.id)
        .options(
            joinedload(Mail.user),
            joinedload(Mail.copy)
            .joinedload(Copy.circulation)
            .joinedload(Circulation.meeting)
            .joinedload(Meeting.group),
        )
    ).all()
    for mail in mails:
        at = mail.created_at + ON_THE_WAY
        if why_not(mail, at):
            continue
        mail.state, mail.sent_at, mail.attempts = MailState.SENT, at, 1
        db.session.add(
            CaughtMail(
                received_at=at,
                to_address=mail.to_address,
                subject=mail.subject,
                body=mail.body,
                body_html=mail.body_html,
                files="invite.ics" if mail.calendar else "",
            ),
        )
    db.session.commit()
