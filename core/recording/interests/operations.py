"""Declaring an interest in a case, and lifting the declaration."""

from datetime import datetime

from sqlalchemy import delete, select

from core import audit
from core.errors import Refused
from core.extensions import db
from core.facts import Actor
from core.meetings.models import AgendaItem
from core.recording import queries
from core.recording.items.operations import subjects_of
from core.recording.models import Attendance, ItemAttendance, Recusal
from core.recording.numbers import Part, take_number


def declare_interest(actor: Actor, *, item: AgendaItem, reason: str, now: datetime) -> Recusal:
    """Close the case to the actor, from the next request on: on screen, in the minutes and in research.

    Raises Refused for an item without a case.
    """
    if item.case_id is None:
        raise Refused("A conflict of interest is declared in a case.")
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
    take_number(item.meeting, Part.ITEM, item=item)
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "conflict.declare",
        object=f"item:{item.id}",
        subjects=subjects_of(item),
        payload={"reason": reason},
    )
    return recusal


def lift_interest(actor: Actor, *, recusal: Recusal, now: datetime) -> None:
    """Open the case to that person again. The declaration stays on record."""
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
