"""What the live page's addresses name, loaded through the meeting; with the reader's own line in its attendance."""

from dataclasses import dataclass
from typing import TypeVar

from core.actions.queries import agreed_under
from core.errors import NotFound
from core.facts import EntryKind
from core.policy.room import ActionAtItem, EntryInRoom, ItemInRoom, LineInRoom, RecusalInRoom, Room
from core.recording import queries
from core.web.gate import current_actor

T = TypeVar("T")

KINDS = {"information": EntryKind.INFORMATION, "discussion": EntryKind.DISCUSSION, "decision": EntryKind.DECISION}
"""Kinds of entry, as addresses name them."""


@dataclass(frozen=True, slots=True)
class Writing(ItemInRoom):
    """An item in the room, and what is to be written under it."""

    kind: EntryKind


def room_of(meeting_id: int) -> Room:
    """The meeting, and the reader's line."""
    return _found(queries.room(meeting_id, user_id=current_actor().user_id))


def item_of(meeting_id: int, item_id: int) -> ItemInRoom:
    """An item of the meeting, and the reader's line."""
    return _found(queries.item_in_room(meeting_id, item_id, user_id=current_actor().user_id))


def writing_of(meeting_id: int, item_id: int, kind: str) -> Writing:
    """An item of the meeting, and the kind of entry that the address names."""
    here = item_of(meeting_id, item_id)
    return Writing(here.item, here.attendance, _found(KINDS.get(kind)), missed=here.missed)


def action_of(meeting_id: int, item_id: int, action_id: int) -> ActionAtItem:
    """An action agreed under an item of the meeting, and the reader's line."""
    here = item_of(meeting_id, item_id)
    return ActionAtItem(here.item, here.attendance, _found(agreed_under(item_id, action_id)), missed=here.missed)


def entry_of(meeting_id: int, item_id: int, entry_id: int) -> EntryInRoom:
    """An entry of an item, and the reader's line."""
    return _found(queries.entry_in_room(meeting_id, item_id, entry_id, user_id=current_actor().user_id))


def line_of(meeting_id: int, line_id: int) -> LineInRoom:
    """A line of the attendance, and the reader's own."""
    return _found(queries.line_in_room(meeting_id, line_id, user_id=current_actor().user_id))


def recusal_of(meeting_id: int, item_id: int, recusal_id: int) -> RecusalInRoom:
    """A declared conflict of interest in an item, and the reader's line."""
    return _found(queries.recusal_in_room(meeting_id, item_id, recusal_id, user_id=current_actor().user_id))


def _found(thing: T | None) -> T:
    if thing is None:
        raise NotFound
    return thing
