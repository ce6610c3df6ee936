"""Making and revoking a calendar feed, and noting that a calendar asked for it."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update

from core import audit
from core.accounts.models import CalendarFeed, User
from core.accounts.passwords import token_hash
from core.errors import Refused
from core.extensions import db
from core.facts import Actor
from core.policy.standing import member_of_partnership

NOTED_EVERY = timedelta(hours=1)
"""How often at most it is noted that a calendar asked for the feed."""


def make_feed(actor: Actor, *, now: datetime) -> str:
    """Make the actor's feed of the partnership in hand and return its token, whose hash alone is kept.

    The one before is worth nothing from here on. Raises Refused for somebody who is in no group of it by right.
    """
    allowed = member_of_partnership(actor)
    if not allowed or actor.partnership_id is None:
        raise Refused(allowed.reason)
    db.session.execute(select(User.id).where(User.id == actor.user_id).with_for_update())  # one at a time
    _revoke(actor, now=now)
    token = secrets.token_urlsafe(32)
    db.session.add(
        CalendarFeed(
            user_id=actor.user_id, partnership_id=actor.partnership_id, token_hash=token_hash(token), made_at=now
        )
    )
    audit.record(actor, audit.Category.AUTH, "calendar.make", object=f"account:{actor.user_id}")
    return token


def revoke_feed(actor: Actor, *, now: datetime) -> None:
    """From here on the feed's address is worth nothing. Of one that is revoked already, nothing is done."""
    if _revoke(actor, now=now):
        audit.record(actor, audit.Category.AUTH, "calendar.revoke", object=f"account:{actor.user_id}")


def _revoke(actor: Actor, *, now: datetime) -> bool:
    revoked = db.session.execute(
        update(CalendarFeed)
        .where(
            CalendarFeed.user_id == actor.user_id,
            CalendarFeed.partnership_id == actor.partnership_id,
            CalendarFeed.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .returning(CalendarFeed.id)
    )
    return revoked.first() is not None


def needs_noting(feed: CalendarFeed, *, now: datetime) -> bool:
    """Whether it was not noted within the last hour that a calendar asked for the feed."""
    return feed.read_at is None or feed.read_at <= now - NOTED_EVERY


def note_reading(feed_id: int, *, now: datetime) -> None:
    """Note that a calendar asked for the feed."""
    db.session.execute(update(CalendarFeed).where(CalendarFeed.id == feed_id).values(read_at=now))
