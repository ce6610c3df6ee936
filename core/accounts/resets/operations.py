"""Asking for a new password, and mailing the link for it."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from core import audit
from core.accounts.models import ResetAsked
from core.accounts.operations import count_try, invite
from core.accounts.queries import user_by_email
from core.audit import Category
from core.circulation.letters import write
from core.circulation.outbox import queue
from core.extensions import db
from core.facts import SYSTEM, MailKind

LASTS = timedelta(hours=1)
AT_AN_ADDRESS = 3
"""Asked for at one address within a quarter of an hour: more would flood somebody's mailbox."""


def ask(email: str, *, network: str, now: datetime) -> None:
    """Note that a new password is asked for at an address; whether anybody has it is looked at later, by the worker.

    So the answer takes as long, and reads the same, whether or not it is an account's. Raises Refused after too many.
    """
    address = email.strip().lower()
    count_try(f"\0reset at {address}", network=network, now=now, anywhere=AT_AN_ADDRESS)
    db.session.add(ResetAsked(email=address, asked_at=now))


def mail_what_was_asked(*, now: datetime) -> None:
    """Mail a link to the owner of each account that was asked for, and forget what was asked.

    Nothing goes to an address that is nobody's, nor to one whose account is retired or was never opened: that goes by
    invitation.
    """
    # Taken away as they are read: of two workers one has each.
    for address in sorted(set(db.session.scalars(delete(ResetAsked).returning(ResetAsked.email)))):
        user = user_by_email(address)
        if user is not None and user.retired_at is None and user.password_hash is not None:
            token = invite(SYSTEM, user, lasts=LASTS, now=now)
            letter = write("reset", subject="Set a new password", link=f"/invitations/{token}")
            queue(user, kind=MailKind.ACCOUNT, letter=letter, now=now)
            audit.record(
                SYSTEM, Category.AUTH, "account.mail_reset", object=f"account:{user.id}", recipient=f"u_{user.id}"
            )


def anything_asked() -> bool:
    """Whether somebody waits for a link."""
    return db.session.scalar(select(ResetAsked.id).limit(1)) is not None
