"""What the addresses of minutes name, loaded through the meeting. Raises NotFound for what is not there."""

from typing import TypeVar

from core.errors import NotFound
from core.meetings.models import Meeting
from core.minutes import queries
from core.minutes.comments.queries import comment_on
from core.minutes.models import Minutes
from core.minutes.wording.queries import entry_in_minutes, item_of_entry
from core.policy.composing import CommentInMinutes, EntryInMinutes, InMinutes
from core.web.gate import current_actor

T = TypeVar("T")


def minutes_of(meeting_id: int) -> Minutes:
    """A meeting's minutes."""
    return _found(queries.minutes_of(meeting_id))


def minutes_meeting_of(meeting_id: int) -> Meeting:
    """The meeting of minutes that were composed."""
    return minutes_of(meeting_id).meeting


def whole_of(meeting_id: int) -> InMinutes:
    """The minutes as a whole."""
    return InMinutes(minutes_of(meeting_id), None, heard=False)


def item_of(meeting_id: int, item_id: int) -> InMinutes:
    """An item of the minutes."""
    minutes = minutes_of(meeting_id)
    return _found(queries.item_in_minutes(minutes, item_id, user_id=current_actor().user_id))


def entry_of(meeting_id: int, entry_id: int) -> EntryInMinutes:
    """An entry of the minutes, under its item."""
    here = item_of(meeting_id, _found(item_of_entry(meeting_id, entry_id)))
    return _found(entry_in_minutes(here, entry_id))


def comment_of(meeting_id: int, comment_id: int) -> CommentInMinutes:
    """A comment on the minutes, at its place."""
    minutes = minutes_of(meeting_id)
    comment = _found(comment_on(minutes, comment_id))
    here = whole_of(meeting_id) if comment.item_id is None else item_of(meeting_id, comment.item_id)
    return CommentInMinutes(here, comment)


def _found(thing: T | None) -> T:
    if thing is None:
        raise NotFound
    return thing
