"""Declaring an interest in a case or a place, and lifting the declaration."""

from datetime import datetime

from sqlalchemy import delete, select

from core import audit
from core.clock import local_date
from core.errors import Refused
from core.extensions import db
from core.facts import Actor, ItemKind, MeetingStatus
from core.meetings.models import AgendaItem
from core.policy.chairing import NOBODYS_INTEREST
from core.recording import queries
from core.recording.chairing.operations import in_the_chair, leave_the_chair, seat, who_may_chair
from core.recording.items.operations import leave, subjects_of
from core.recording.models import Attendance, ItemAttendance, Recusal
from core.recording.numbers import Part, take_number

CHOOSE_THE_CHAIR = "You are in the chair. Choose who takes it for this item"


def declare_interest(
    actor: Actor, *, item: AgendaItem, reason: str, now: datetime, chair_id: int | None = None
) -> Recusal:
    """Close the case or the place to the actor, from the next request on: on screen, in the minutes and in research.

    Whoever is in the chair for it hands the chair over in the same moment, to `chair_id`; where nobody who is present
    could take it, the item is put down. Raises Refused for a standing item, and for a chair that is not handed
    over.
    """
    if item.kind is ItemKind.STANDING:
        raise Refused(NOBODYS_INTEREST)
    chairs_it = is_chairing(actor, item)
    if chairs_it and chair_id is None and who_may_chair(item, on=local_date(now)):
        raise Refused(CHOOSE_THE_CHAIR, field="chair")
    recusal = queries.recusal_by(actor.user_id, item_id=item.id)
    if recusal is None:
        recusal = Recusal(item_id=item.id, case_id=item.case_id, user_id=actor.user_id, declared_at=now)
        db.session.add(recusal)
    recusal.reason = reason
    recusal.declared_at = now
    recusal.lifted_at = None
    mine = select(Attendance.id).where(Attendance.meeting_id == item.meeting_id, Attendance.user_id == actor.user_id)
    db.session.execute(
        delete(ItemAttendance).where(ItemAttendance.item_id == item.id, ItemAttendance.attendance_id.in_(mine))
    )
    db.session.flush()
    if chairs_it:
        _leave_the_item(actor, item, chair_id=chair_id, now=now)
    take_number(item.meeting, Part.MEETING if chairs_it else Part.ITEM, item=item)
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "conflict.declare",
        object=f"item:{item.id}",
        subjects=subjects_of(item),
        payload={"reason": reason},
    )
    return recusal


def is_chairing(actor: Actor, item: AgendaItem) -> bool:
    """Whether the item is being heard, and the actor is in the chair for it."""
    meeting = item.meeting
    in_session = meeting.status is MeetingStatus.IN_SESSION and meeting.current_item_id == item.id
    return in_session and in_the_chair(meeting) == actor.user_id


def _leave_the_item(actor: Actor, item: AgendaItem, *, chair_id: int | None, now: datetime) -> None:
    """Somebody else takes the chair for it; without anybody who could, no item is being heard."""
    if chair_id is not None:
        seat(actor, item=item, chair_id=chair_id, now=now, on=local_date(now))
        return
    leave_the_chair(item.meeting, now=now)
    leave(item, now=now)
    item.meeting.current_item_id = None
    db.session.flush()


def lift_interest(actor: Actor, *, recusal: Recusal, now: datetime) -> None:
    """Open the case or the item to that person again. The declaration stays on record."""
    if recusal.lifted_at is not None:
        return
    recusal.lifted_at = now
    db.session.flush()
    take_number(recusal.item.meeting, Part.ITEM, item=recusal.item)
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "conflict.lift",
        object=f"item:{recusal.item_id}",
        subjects=subjects_of(recusal.item),
        recipient=f"u_{recusal.user_id}",
    )
