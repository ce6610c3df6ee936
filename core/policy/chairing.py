"""Who runs a meeting, says what became of its items, and declares or lifts a conflict of interest."""

from core.facts import (
    Actor,
    ItemKind,
    MeetingStatus,
    Verdict,
)
from core.meetings.models import AgendaItem, Meeting
from core.policy import meetings
from core.policy.permissions import Permission
from core.policy.room import (
    NOT_IN_SESSION,
    ItemInRoom,
    RecusalInRoom,
    Room,
    enter_room,
    hear_item,
    join_meeting,
    may_mend,
    read_in_room,
)

PAUSED_STEPS = "This meeting is paused. Go on with it first."
NOT_CLOSED = "Only a meeting that was closed is opened again."
APPROVED = "The minutes are approved, so this meeting stays closed. A correction is an item of the next meeting."
GOES_ON_ELSEWHERE = "This meeting was adjourned: what was left goes on at another day. Record it there."
IN_CHAIR_ELSEWHERE = (
    "You are in the chair for another item alone. Ask the chair or the coordinator of the meeting to do this."
)
NOBODYS_INTEREST = "A conflict of interest is declared in a case or a place."


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


RULES = {
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
