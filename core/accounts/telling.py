"""Telling somebody by mail that the way into their account has changed, whoever changed it."""

from datetime import datetime

from core.accounts.models import User
from core.circulation.letters import write
from core.circulation.outbox import queue
from core.extensions import db
from core.facts import MailKind

APP_SET_UP = "An authenticator app was set up for your account in Roundtable."
PASSKEY_ADDED = "A passkey was added to your account in Roundtable."
PASSKEY_REMOVED = "A passkey was removed from your account in Roundtable."
AGENCY_ACCOUNT_LINKED = "Your account in Roundtable was linked with one at your agency, which now opens it."
AGENCY_ACCOUNT_UNLINKED = "Your account at your agency no longer opens yours in Roundtable: they were unlinked."
TAKEN_AWAY = "The app, recovery codes and passkeys of your account in Roundtable were taken away by an administrator."


def tell_owner(user_id: int, what: str, *, now: datetime) -> None:
    """Mail to the account's owner what was done. The link leads to their account, where signing in decides."""
    letter = write("way_in", subject="How you sign in has changed", link="/account", what=what)
    queue(db.session.get_one(User, user_id), kind=MailKind.ACCOUNT, letter=letter, now=now)
