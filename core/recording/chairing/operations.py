"""Handing the chair over: for one item, after which it goes back, or for the rest of the meeting."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import exists, or_, select, update

from core import audit
from core.accounts.queries import actors_as_of
from core.errors import Refused
from core.extensions import db
from core.facts import Actor, MeetingStatus, Presence
from core.meetings.models import AgendaItem, Meeting
from core.policy.chairing import PAUSED_STEPS
from core.policy.meetings import read_item
from core.policy.room import NOT_IN_SESSION
from core.recording import queries
from core.recording.models import Attendance, ChairHandedOver, ItemChair, Recusal
from core.recording.numbers import Part, take_number
from core.recording.queries import Member
from core.recording.room.members import who_may_run
from core.recording.room.timing import time_of

AT_ONCE = timedelta(minutes=1)
"""Whoever takes the chair within it chaired the item from its beginning."""

HAND_OVER_FIRST = "The chair declared an interest in this item. Choose who takes the chair for it."
NOT_ONESELF = (
    "You are in the chair for another item. Ask the chair or the coordinator to hand it to you for this one too."
)
NOT_TO_CHAIR = (
    "Choose somebody who is present and may read this item: a member of the group who records, and not the "
    "minute-taker."
)
NOT_FOR_THE_REST = (
    "Choose somebody who is present and may read the item that is being heard: a member of the group who records, and "
    "not the minute-taker."
)


def who_may_chair(item: AgendaItem, *, on: date) -> Sequence[Member]:
    """Who could take the chair for that item: members who record, are present, do not take the minutes, and to whom the
    item is open. Whoever is in the chair already is left out.
    """
    meeting = item.meeting
    out = in_the_chair(meeting) if meeting.current_item_id == item.id else None
    return _to_whom_it_is_open(item, _able(meeting, out, on=on), on=on)


def who_may_chair_the_rest(meeting: Meeting, *, on: date) -> Sequence[Member]:
    """Who could be the meeting's chair from now on: the same, without its chair of now. The item that is being heard
    need be open to them only where nobody else chairs it.
    """
    able = _able(meeting, meeting.chair_id, on=on)
    item = None
    if meeting.acting_chair_id is None and meeting.current_item_id is not None:
        item = queries.item_of(meeting, meeting.current_item_id)
    return able if item is None else _to_whom_it_is_open(item, able, on=on)


def _able(meeting: Meeting, out: int | None, *, on: date) -> list[Member]:
    """Members who record, are present, and do not take the minutes; `out` is left out."""
    lines = queries.attendance_by_user(meeting.id)
    here = {
        user_id for user_id, line in lines.items() if line.presence is Presence.PRESENT and line.accepted_at is not None
    }
    return [member for member in who_may_run(meeting, on=on) if member.user_id in here - {meeting.minute_taker_id, out}]


def _to_whom_it_is_open(item: AgendaItem, members: Sequence[Member], *, on: date) -> list[Member]:
    actors = actors_as_of([member.user_id for member in members], item.meeting.group.partnership_id, on=on)
    return [member for member in members if read_item(actors[member.user_id], item)]


def in_the_chair(meeting: Meeting) -> int | None:
    """Who is in the chair now: the meeting's chair, or whom it was handed to for the item that is being heard."""
    return meeting.acting_chair_id or meeting.chair_id


def must_hand_over(item: AgendaItem) -> bool:
    """Whether the meeting's chair declared an interest in that item, or in its case, and so cannot chair it."""
    declared = exists().where(
        Recusal.user_id == item.meeting.chair_id,
        Recusal.lifted_at.is_(None),
        or_(Recusal.item_id == item.id, Recusal.case_id == item.case_id),
    )
    return bool(db.session.scalar(select(declared)))


def hand_over(actor: Actor, *, item: AgendaItem, chair_id: int, now: datetime, on: date) -> None:
    """Give the chair to somebody for the item that is being heard, or back to the meeting's chair.

    Raises Refused for another item, and for whoever cannot chair it.
    """
    meeting = item.meeting
    if meeting.paused_at is not None:
        raise Refused(PAUSED_STEPS)
    if meeting.current_item_id != item.id:
        raise Refused("The chair is handed over for the item that is being heard.")
    seat(actor, item=item, chair_id=chair_id, now=now, on=on)
    db.session.flush()
    take_number(meeting, Part.MEETING, item=item)


def seat(actor: Actor, *, item: AgendaItem, chair_id: int | None, now: datetime, on: date) -> None:
    """Put somebody in the chair for an item that is current, or about to be; None is the meeting's own chair.

    Whoever chaired the item before goes back to their place. Raises Refused for whoever cannot chair it,
    and for whoever has the chair for one item and takes it for another: that is for those who run the meeting to say.
    """
    meeting = item.meeting
    if chair_id is None and must_hand_over(item):
        raise Refused(HAND_OVER_FIRST)
    keeps_it = chair_id == actor.user_id == meeting.acting_chair_id and item.id != meeting.current_item_id
    if keeps_it and not actor.leads(meeting.group_id):
        raise Refused(NOT_ONESELF, field="chair")
    if chair_id is not None and chair_id not in {each.user_id for each in who_may_chair(item, on=on)}:
        raise Refused(NOT_TO_CHAIR, field="chair")
    leave_the_chair(meeting, now=now)
    if chair_id is None:
        return
    meeting.acting_chair_id = chair_id if chair_id != meeting.chair_id else None
    begun = time_of(item, now=now).spent >= AT_ONCE
    db.session.add(ItemChair(item_id=item.id, user_id=chair_id, began_at=now, from_start=not begun))
    _trail(actor, item, chair_id)


def hand_over_the_rest(actor: Actor, *, meeting: Meeting, chair_id: int, now: datetime, on: date) -> None:
    """Give the chair to somebody until the meeting ends, with all that its chair may do; it is minuted from when.

    An item for which somebody else has the chair keeps them until the meeting goes on from it. Raises Refused outside
    the meeting, and for whoever cannot chair it.
    """
    if meeting.status is not MeetingStatus.IN_SESSION or meeting.chair_id is None:
        raise Refused(NOT_IN_SESSION)
    if chair_id not in {each.user_id for each in who_may_chair_the_rest(meeting, on=on)}:
        raise Refused(NOT_FOR_THE_REST, field="chair")
    db.session.add(
        ChairHandedOver(meeting_id=meeting.id, from_id=meeting.chair_id, to_id=chair_id, at=now, by_id=actor.user_id)
    )
    meeting.chair_id = chair_id
    if meeting.acting_chair_id == chair_id:
        meeting.acting_chair_id = None
    db.session.flush()
    take_number(meeting, Part.MEETING)
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "chair.hand_over_the_rest",
        object=f"meeting:{meeting.id}",
        recipient=f"u_{chair_id}",
    )


def must_hand_over_first(meeting: Meeting, line: Attendance, *, on: date) -> str:
    """Why that person cannot leave yet; empty where they can. Whoever is in the chair hands it over first, if anybody
    is there to take it.
    """
    if meeting.status is not MeetingStatus.IN_SESSION or line.user_id is None:
        return ""
    if line.user_id == meeting.chair_id and who_may_chair_the_rest(meeting, on=on):
        return f"{line.name} is in the chair. Hand over the chair for the rest of the meeting first."
    if line.user_id != meeting.acting_chair_id or meeting.current_item_id is None:
        return ""
    item = queries.item_of(meeting, meeting.current_item_id)
    if item is None or not who_may_chair(item, on=on):
        return ""
    return f"{line.name} is in the chair for item {item.position}. Hand over the chair for it first."


def leave_the_chair(meeting: Meeting, *, now: datetime) -> None:
    """The chair goes back to the meeting's own, at the end of the item that it was handed over for."""
    meeting.acting_chair_id = None
    of_the_meeting = select(AgendaItem.id).where(AgendaItem.meeting_id == meeting.id)
    db.session.execute(
        update(ItemChair)
        .where(ItemChair.item_id.in_(of_the_meeting), ItemChair.ended_at.is_(None))
        .values(ended_at=now)
    )


def _trail(actor: Actor, item: AgendaItem, chair_id: int) -> None:
    audit.record(
        actor, audit.Category.ALTERATION, "chair.hand_over", object=f"item:{item.id}", recipient=f"u_{chair_id}"
    )
