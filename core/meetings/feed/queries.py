"""Reads for calendar feeds."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, raiseload

from core.accounts.models import CalendarFeed, User
from core.extensions import db
from core.facts import Actor
from core.meetings.models import Meeting
from core.partnerships.models import Group

KEPT = timedelta(days=90)
"""How long a meeting that is over stays in the feed."""


def feed_by_token(hashed: str) -> CalendarFeed | None:
    """The feed in force with that token's hash, with its owner; none of a retired account."""
    return db.session.scalars(
        select(CalendarFeed)
        .join(User, User.id == CalendarFeed.user_id)
        .where(CalendarFeed.token_hash == hashed, CalendarFeed.revoked_at.is_(None), User.retired_at.is_(None))
        .options(joinedload(CalendarFeed.user), raiseload("*"))
    ).first()


def own_feed(actor: Actor) -> CalendarFeed | None:
    """The actor's own feed of the partnership in hand, while it is in force."""
    return db.session.scalars(
        select(CalendarFeed)
        .where(
            CalendarFeed.user_id == actor.user_id,
            CalendarFeed.partnership_id == actor.partnership_id,
            CalendarFeed.revoked_at.is_(None),
        )
        .options(raiseload("*"))
    ).first()


def meetings_of(actor: Actor, *, now: datetime) -> Sequence[Meeting]:
    """The meetings of the actor's groups, and those at which they deputise, in order, each with its group.

    From those of the last ninety days on; cancelled ones too. One query.
    """
    return db.session.scalars(
        select(Meeting)
        .join(Group, Group.id == Meeting.group_id)
        .where(
            Group.partnership_id == actor.partnership_id,
            or_(Meeting.group_id.in_(actor.groups), Meeting.id.in_(actor.deputises_at)),
            Meeting.starts_at >= now - KEPT,
        )
        .order_by(Meeting.starts_at, Meeting.id)
        .options(joinedload(Meeting.group), raiseload("*"))
    ).all()
