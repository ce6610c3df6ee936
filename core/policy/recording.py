"""Who may do what in the room."""

from collections.abc import Collection
from dataclasses import dataclass, field

from core.actions.models import Action
from core.facts import (
    LEADING_ROLES,
    RECORDING_ROLES,
    Actor,
    ItemKind,
    MeetingStatus,
    Presence,
    Verdict,
    Visibility,
    visible,
)
from core.meetings.models import AgendaItem, Meeting
from core.policy import meetings
from core.policy.permissions import Permission
from core.recording.models import Attendance, Entry, Recusal

ACCEPT_FIRST = "Accept the confidentiality statement before you see this meeting."
NOT_IN_SESSION = "This meeting is not in session."
PAUSED = (
    "This meeting is paused. Nothing is recorded until it goes on: keep what you wrote, and save it then. The chair, "
    "the coordinator and the minute-taker may finish writing what was said before."
)
PAUSED_STEPS = "This meeting is paused. Go on with it first."
NOT_CLOSED = "Only a meeting that was closed is opened again."
APPROVED = "The minutes are approved, so this meeting stays closed. A correction is an item of the next meeting."
GOES_ON_ELSEWHERE = "This meeting was adjourned: what was left goes on at another day. Record it there."
OVER = "This meeting is over. What was recorded while you were there comes to you with the minutes."
LEFT = (
    "You have left this meeting. What was recorded while you were there comes to you with the minutes. "
    "If you are back, ask the chair or the coordinator to mark you present again."
)
NOT_WIDER = "This is information of {agency}. Anybody who mends it may narrow who reads it; only {agency} may widen it."
STRUCK_BY_SOURCE = "{agency} struck out its own information, so only {agency} takes that back."
TAKEN_OFF = "This item was taken off the agenda."
NOT_YOUR_ACTION = "Only the person who recorded this, the chair, the coordinator or the minute-taker may correct it."
NOT_TO_MEND = (
    "The record is mended between the end of the meeting and the approval of its minutes, by the chair, the "
    "coordinator and the minute-taker."
)
IN_CHAIR_ELSEWHERE = (
    "You are in the chair for another item alone. Ask the chair or the coordinator of the meeting to do this."
)
NOBODYS_INTEREST = "A conflict of interest is declared in a case or a place."
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


def record(actor: Actor, target: ItemInRoom) -> Verdict:
    """Whoever is in the room, present, may read the item and is not an observer; while the meeting is in session.

    In a pause nobody says anything that could be recorded; whoever keeps the record catches up with what was said.
    """
    verdict = read_in_room(actor, target)
    if not verdict:
        return verdict
    if target.item.meeting.status is not MeetingStatus.IN_SESSION:
        return Verdict.no(NOT_IN_SESSION)
    meeting = target.item.meeting
    if actor.groups.get(meeting.group_id) not in RECORDING_ROLES and meeting.id not in actor.deputises_at:
        return Verdict.no("Observers do not record.")
    if target.attendance is not None and target.attendance.presence is not Presence.PRESENT:
        return Verdict.no("You have left this meeting. Ask the coordinator to mark you present again.")
    if target.item.taken_off_at is not None:
        return Verdict.no(TAKEN_OFF)
    if meeting.paused_at is not None and not keeps_record(actor, meeting):
        return Verdict.no(PAUSED)
    return Verdict.yes()


def write_under_item(actor: Actor, target: ItemInRoom) -> Verdict:
    """Whoever records; after the meeting those who keep its record add what is missing, until the minutes' approval."""
    if may_mend(actor, target.item.meeting):
        return _open_for_mending(actor, target)
    return record(actor, target)


def correct_action(actor: Actor, target: ActionAtItem) -> Verdict:
    """How an action was recorded is put right, or struck out: in session by whoever recorded it and those who keep the
    record, after the meeting by those who keep it.
    """
    meeting = target.item.meeting
    if may_mend(actor, meeting):
        return _open_for_mending(actor, target)
    if meeting.status is not MeetingStatus.IN_SESSION:
        verdict = read_in_room(actor, target)
        return Verdict.no(NOT_TO_MEND) if verdict else verdict
    verdict = record(actor, target)
    if verdict and not _recorded_or_keeps(actor, target.action, meeting):
        return Verdict.no(NOT_YOUR_ACTION)
    return verdict


def _recorded_or_keeps(actor: Actor, action: Action, meeting: Meeting) -> bool:
    return action.recorded_by_id == actor.user_id or keeps_record(actor, meeting)


def _open_for_mending(actor: Actor, target: ItemInRoom) -> Verdict:
    verdict = read_in_room(actor, target)
    if verdict and target.item.taken_off_at is not None:
        return Verdict.no(TAKEN_OFF)
    return verdict


def read_entry(actor: Actor, entry: Entry) -> Verdict:
    """Visibility of what was shared; the source agency always sees its own, and so does its author's agency."""
    verdict = meetings.read_item(actor, entry.item)
    if not verdict:
        return verdict
    return (
        Verdict.yes()
        if visible(
            entry.visibility,
            source_agency_id=entry.source_agency_id,
            named={link.agency_id for link in entry.named_agencies},
            agency_id=actor.agency_id,
            leads=actor.groups.get(entry.item.meeting.group_id) in LEADING_ROLES,
        )
        else Verdict.hidden()
    )


def is_source(actor: Actor, entry: Entry) -> bool:
    """Whether what was shared is the actor's agency's own."""
    return entry.source_agency_id is not None and entry.source_agency_id == actor.agency_id


def has_part_in(actor: Actor, entry: Entry, meeting: Meeting) -> bool:
    """Whose entry it is to change in the meeting: its author's, its source agency's, and those' who lead."""
    return entry.author_id == actor.user_id or is_source(actor, entry) or actor.leads(meeting.group_id)


def readers_to_choose(actor: Actor, entry: Entry) -> tuple[Visibility, ...]:
    """Whom the actor may let read an entry that is changed, the widest first; of another agency's only the narrower."""
    widest_first = tuple(Visibility)
    if entry.source_agency_id is None or is_source(actor, entry):
        return widest_first
    return widest_first[widest_first.index(entry.visibility) :]


def choose_readers(actor: Actor, entry: Entry, *, visibility: Visibility, named: Collection[int]) -> Verdict:
    """The discloser keeps control (docs/domain.md): its source agency alone widens the readers."""
    wider = visibility not in readers_to_choose(actor, entry)
    if visibility is Visibility.NAMED is entry.visibility and not is_source(actor, entry):
        wider = not set(named) <= {link.agency_id for link in entry.named_agencies}
    if wider and entry.source_agency is not None:
        return Verdict.no(NOT_WIDER.format(agency=entry.source_agency.name))
    return Verdict.yes()


def edit_entry(actor: Actor, target: EntryInRoom) -> Verdict:
    """Its author, its source agency, and those who lead the meeting, while it is in session; until approval its
    wording is mended by those who keep the record.
    """
    entry = target.entry
    if may_mend(actor, entry.item.meeting):
        verdict = read_in_room(actor, target.at)
        return read_entry(actor, entry) if verdict else verdict
    verdict = record(actor, target.at)
    if not verdict:
        return verdict
    seen = read_entry(actor, entry)
    if not seen:
        return seen
    if has_part_in(actor, entry, entry.item.meeting):
        return Verdict.yes()
    return Verdict.no(
        "Only the person who wrote this, the agency that shared it, the chair or the coordinator may change it."
    )


def take_back_striking(actor: Actor, entry: Entry) -> Verdict:
    """What its source agency struck out, that agency alone takes back: the discloser keeps control (docs/domain.md).

    What somebody else struck out, whoever changes the entry restores. `entry.struck_by` must be loaded.
    """
    by = entry.struck_by
    by_source = by is not None and by.agency_id == entry.source_agency_id
    if entry.source_agency is None or not by_source or is_source(actor, entry):
        return Verdict.yes()
    return Verdict.no(STRUCK_BY_SOURCE.format(agency=entry.source_agency.name))


def restore_entry(actor: Actor, target: EntryInRoom) -> Verdict:
    """Whoever may change it, if its striking out is theirs to take back."""
    verdict = edit_entry(actor, target)
    return take_back_striking(actor, target.entry) if verdict else verdict


def run_meeting(actor: Actor, room: Room) -> Verdict:
    """Open, move on, close: those who lead the group, of signatory agencies; or whoever was handed the chair, be it for
    the item that is being heard.
    """
    verdict = join_meeting(actor, room.meeting)
    if not verdict:
        return verdict
    if actor.leads(room.meeting.group_id) or was_handed_the_chair(actor, room.meeting):
        return Verdict.yes()
    return Verdict.no(meetings.LEADERS_ONLY)


def was_handed_the_chair(actor: Actor, meeting: Meeting) -> bool:
    """Whether this is the meeting's chair, or whoever is in the chair for the item that is being heard."""
    return actor.user_id in (meeting.chair_id, meeting.acting_chair_id)


def chairs_item(actor: Actor, item: AgendaItem) -> bool:
    """Whether this is the meeting's chair, or whoever was handed the chair for this very item."""
    meeting = item.meeting
    handed = actor.user_id == meeting.acting_chair_id and item.id == meeting.current_item_id
    return handed or actor.user_id == meeting.chair_id


def reopen_meeting(actor: Actor, room: Room) -> Verdict:
    """Go on with a meeting that was closed too early: those who run it, until its minutes are approved.

    One that was adjourned goes on at its other day, unless that was cancelled. `meeting.adjourned_to` must be loaded.
    """
    verdict = run_meeting(actor, room)
    if not verdict:
        return verdict
    if room.meeting.status is not MeetingStatus.CLOSED:
        return Verdict.no(NOT_CLOSED)
    if room.meeting.frozen_at is not None:
        return Verdict.no(APPROVED)
    return Verdict.no(GOES_ON_ELSEWHERE) if goes_on_elsewhere(room.meeting) else Verdict.yes()


def goes_on_elsewhere(meeting: Meeting) -> bool:
    """Whether what was left of it is heard at another day, which was not cancelled."""
    return meeting.adjourned_to is not None and meeting.adjourned_to.status is not MeetingStatus.CANCELLED


def lead_room(actor: Actor, room: Room) -> Verdict:
    """Move on, add an urgent case: those who run the meeting and are in the room; while it is in session."""
    verdict = enter_room(actor, room)
    if not verdict:
        return verdict
    verdict = run_meeting(actor, room)
    if not verdict:
        return verdict
    return Verdict.yes() if room.meeting.status is MeetingStatus.IN_SESSION else Verdict.no(NOT_IN_SESSION)


def take_up_item(actor: Actor, target: ItemInRoom) -> Verdict:
    """Make an item the current one. It need not be open to whoever does: a chair moves on to what is closed to them."""
    return lead_room(actor, target.room)


def hand_over_for_the_rest(actor: Actor, room: Room) -> Verdict:
    """Give the chair to somebody until the meeting ends: the meeting's chair, and those who lead the group."""
    verdict = lead_room(actor, room)
    if verdict and not (actor.leads(room.meeting.group_id) or actor.user_id == room.meeting.chair_id):
        return Verdict.no(IN_CHAIR_ELSEWHERE)
    return verdict


def settle_item(actor: Actor, target: ItemInRoom) -> Verdict:
    """Say what became of an item: those who run the meeting, if the item is open to them; while it is in session.

    Whoever was handed the chair says it of the item that it was handed over for alone.
    """
    verdict = lead_room(actor, target.room)
    if not verdict:
        return verdict
    verdict = meetings.read_item(actor, target.item)
    if verdict and not (actor.leads(target.item.meeting.group_id) or chairs_item(actor, target.item)):
        return Verdict.no(IN_CHAIR_ELSEWHERE)
    return verdict


def keep_item_attendance(actor: Actor, target: ItemInRoom) -> Verdict:
    """Say who was there for an item: those who say what became of it, and did not miss it themselves; until the minutes
    are approved, by those who keep the record.
    """
    if may_mend(actor, target.item.meeting):
        return read_in_room(actor, target)
    verdict = settle_item(actor, target)
    return hear_item(actor, target.item, target.room) if verdict else verdict


def declare_conflict(actor: Actor, target: ItemInRoom) -> Verdict:
    """Anybody to whom the item is open, in the room or already before the meeting; until it is closed."""
    meeting = target.item.meeting
    if meeting.status is MeetingStatus.SCHEDULED:
        verdict = join_meeting(actor, meeting)
    elif meeting.status is MeetingStatus.IN_SESSION:
        verdict = enter_room(actor, target.room)
    else:
        return _seen_or_hidden(actor, meeting, "This meeting is over.")
    if not verdict:
        return verdict
    verdict = meetings.read_item(actor, target.item)
    if not verdict:
        return verdict
    return Verdict.no(NOBODYS_INTEREST) if target.item.kind is ItemKind.STANDING else Verdict.yes()


def lift_conflict(actor: Actor, target: RecusalInRoom) -> Verdict:
    """The chair alone, and not in a case of their own: somebody who declared a conflict cannot take it back."""
    item = target.recusal.item
    verdict = read_in_room(actor, target.at)
    if not verdict:
        return verdict
    if not (actor.chairs(item.meeting.group_id) or chairs_item(actor, item)):
        return Verdict.no("Only the chair may lift a conflict of interest.")
    if target.recusal.user_id == actor.user_id:
        return Verdict.no("Nobody lifts their own conflict of interest.")
    return Verdict.yes()


def _seen_or_hidden(actor: Actor, meeting: Meeting, reason: str) -> Verdict:
    seen = meetings.see_meeting(actor, meeting)
    return Verdict.no(reason) if seen else seen


def _join_room(actor: Actor, room: Room) -> Verdict:
    return join_meeting(actor, room.meeting)


RULES = {
    Permission.JOIN_MEETING: _join_room,
    Permission.ENTER_ROOM: enter_room,
    Permission.READ_IN_ROOM: read_in_room,
    Permission.RECORD: record,
    Permission.WRITE: write_under_item,
    Permission.CORRECT_ACTION: correct_action,
    Permission.EDIT_ENTRY: edit_entry,
    Permission.RESTORE_ENTRY: restore_entry,
    Permission.RUN_MEETING: run_meeting,
    Permission.PAUSE_MEETING: lead_room,
    Permission.ADJOURN_MEETING: lead_room,
    Permission.REOPEN_MEETING: reopen_meeting,
    Permission.TAKE_UP_ITEM: take_up_item,
    Permission.HAND_OVER_CHAIR: take_up_item,
    Permission.HAND_OVER_FOR_THE_REST: hand_over_for_the_rest,
    Permission.SETTLE_ITEM: settle_item,
    Permission.ADD_URGENT: lead_room,
    Permission.KEEP_ATTENDANCE: run_meeting,
    Permission.KEEP_ITEM_ATTENDANCE: keep_item_attendance,
    Permission.DECLARE_CONFLICT: declare_conflict,
    Permission.LIFT_CONFLICT: lift_conflict,
}
