"""Who is in the room, and what they hear there."""

from dataclasses import dataclass, field

from core.actions.models import Action
from core.facts import (
    Actor,
    MeetingStatus,
    Presence,
    Verdict,
)
from core.meetings.models import AgendaItem, Meeting
from core.policy import meetings
from core.policy.permissions import Permission
from core.recording.models import Attendance, Entry, Recusal

ACCEPT_FIRST = "Accept the confidentiality statement before you see this meeting."
NOT_IN_SESSION = "This meeting is not in session."
OVER = "This meeting is over. What was recorded while you were there comes to you with the minutes."
LEFT = (
    "You have left this meeting. What was recorded while you were there comes to you with the minutes. "
    "If you are back, ask the chair or the coordinator to mark you present again."
)
MISSED = "You were not there for this item, so what was recorded is closed to you. Ask the chair."


@dataclass(frozen=True, slots=True)
class Room:
    """A meeting and the actor's own line in its attendance.

    `missed` holds ids of the items that were dealt with while the actor was not there.
    """

    meeting: Meeting
    attendance: Attendance | None
    missed: frozenset[int] = field(default=frozenset(), kw_only=True)


@dataclass(frozen=True, slots=True)
class LineInRoom(Room):
    """A line of the attendance, somebody's or a guest's, in the room that the actor is in."""

    line: Attendance


@dataclass(frozen=True, slots=True)
class ItemInRoom:
    """An item and the actor's own line in its meeting's attendance."""

    item: AgendaItem
    attendance: Attendance | None
    missed: frozenset[int] = field(default=frozenset(), kw_only=True)

    @property
    def room(self) -> Room:
        """The room that the item is heard in."""
        return Room(self.item.meeting, self.attendance, missed=self.missed)


@dataclass(frozen=True, slots=True)
class ActionAtItem(ItemInRoom):
    """An item in the room, and an action that was agreed under it."""

    action: Action


@dataclass(frozen=True, slots=True)
class EntryInRoom:
    """An entry, and the actor's own line in its meeting's attendance."""

    entry: Entry
    attendance: Attendance | None
    missed: frozenset[int] = field(default=frozenset(), kw_only=True)

    @property
    def at(self) -> ItemInRoom:
        """The item that it stands under."""
        return ItemInRoom(self.entry.item, self.attendance, missed=self.missed)


@dataclass(frozen=True, slots=True)
class RecusalInRoom:
    """A declared conflict of interest, and the actor's own line in its meeting's attendance."""

    recusal: Recusal
    attendance: Attendance | None
    missed: frozenset[int] = field(default=frozenset(), kw_only=True)

    @property
    def at(self) -> ItemInRoom:
        """The item that it was declared in."""
        return ItemInRoom(self.recusal.item, self.attendance, missed=self.missed)


def join_meeting(actor: Actor, meeting: Meeting) -> Verdict:
    """Members of the group, of signatory agencies: they are asked to accept the confidentiality statement."""
    seen = meetings.see_meeting(actor, meeting)
    if not seen:
        return seen
    if not meetings.sits_in(actor, meeting):
        return Verdict.no(meetings.NOT_IN_GROUP)
    return Verdict.yes() if actor.signatory else Verdict.no(actor.standing)


def enter_room(actor: Actor, room: Room) -> Verdict:
    """No name before the confidentiality statement was accepted in person, at this meeting (docs/domain.md, step 6)."""
    verdict = join_meeting(actor, room.meeting)
    if not verdict:
        return verdict
    if room.attendance is None or room.attendance.accepted_at is None:
        return Verdict.no(ACCEPT_FIRST)
    if keeps_record(actor, room.meeting):
        return Verdict.yes()
    if room.meeting.status is MeetingStatus.CLOSED:
        return Verdict.no(OVER)
    return Verdict.no(LEFT) if room.attendance.presence is Presence.LEFT else Verdict.yes()


def keeps_record(actor: Actor, meeting: Meeting) -> bool:
    """Those who lead the group, whoever was handed the chair, and the minute-taker: the whole record is theirs."""
    return actor.leads(meeting.group_id) or actor.user_id in (meeting.chair_id, meeting.minute_taker_id)


def may_mend(actor: Actor, meeting: Meeting) -> bool:
    """Whether the wording of a closed meeting's record is still open to this actor: until its minutes are approved."""
    return meeting.status is MeetingStatus.CLOSED and meeting.frozen_at is None and keeps_record(actor, meeting)


def read_in_room(actor: Actor, target: ItemInRoom) -> Verdict:
    """Whoever has accepted the confidentiality statement, and may open what the item is about."""
    verdict = enter_room(actor, target.room)
    return hear_item(actor, target.item, target.room) if verdict else verdict


def hear_item(actor: Actor, item: AgendaItem, room: Room) -> Verdict:
    """What is behind an item, for somebody in the room: not of one that was dealt with before they came.

    Attendance is kept per item, and decides who receives which part of the minutes (docs/domain.md, step 6).
    """
    verdict = meetings.read_item(actor, item)
    if verdict and item.id in room.missed and not keeps_record(actor, room.meeting):
        return Verdict.no(MISSED)
    return verdict


def _join_room(actor: Actor, room: Room) -> Verdict:
    return join_meeting(actor, room.meeting)


RULES = {
    Permission.JOIN_MEETING: _join_room,
    Permission.ENTER_ROOM: enter_room,
    Permission.READ_IN_ROOM: read_in_room,
}
