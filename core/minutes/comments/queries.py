"""Reads of comments on minutes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload, raiseload

from core.extensions import db
from core.facts import Actor
from core.meetings.models import Meeting
from core.minutes.models import Minutes, MinutesComment
from core.policy.composing import comments_read_by


def comments_for(actor: Actor, minutes: Minutes) -> Sequence[MinutesComment]:
    """The comments on these minutes that are open to somebody who may see them, the oldest first. One query."""
    return db.session.scalars(
        select(MinutesComment)
        .join(Minutes, Minutes.id == MinutesComment.minutes_id)
        .join(Meeting, Meeting.id == Minutes.meeting_id)
        .where(MinutesComment.minutes_id == minutes.id, comments_read_by(actor))
        .order_by(MinutesComment.id)
        .options(joinedload(MinutesComment.by), joinedload(MinutesComment.settled_by), raiseload("*", sql_only=True))
        .execution_options(populate_existing=True)
    ).all()


def open_ones(comments: Sequence[MinutesComment]) -> Sequence[MinutesComment]:
    """Those that nobody has settled."""
    return [each for each in comments if each.settled_at is None]


def anything_settled_since(minutes: Minutes, moment: datetime) -> bool:
    """Whether a comment on these minutes was settled after that."""
    settled = exists().where(MinutesComment.minutes_id == minutes.id, MinutesComment.settled_at > moment)
    return bool(db.session.scalar(select(settled)))


def by_place(comments: Sequence[MinutesComment]) -> Mapping[int | None, Sequence[MinutesComment]]:
    """Item id, or None for the whole -> the comments made there."""
    found: defaultdict[int | None, list[MinutesComment]] = defaultdict(list)
    for each in comments:
        found[each.item_id].append(each)
    return found


def comment_on(minutes: Minutes, comment_id: int) -> MinutesComment | None:
    """A comment on those minutes, with who made it."""
    return db.session.scalars(
        select(MinutesComment)
        .where(MinutesComment.id == comment_id, MinutesComment.minutes_id == minutes.id)
        .options(joinedload(MinutesComment.by), joinedload(MinutesComment.settled_by), raiseload("*", sql_only=True))
    ).first()
