"""Keeping the attendance: corrections, and guests without an account."""

from datetime import datetime, timedelta

from core import audit
from core.clock import local_date, local_time
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import CAME, Actor, Presence
from core.meetings.models import Meeting
from core.recording import queries
from core.recording.chairing.operations import must_hand_over_first
from core.recording.models import Absence, Attendance
from core.recording.numbers import Part, take_number
from core.recording.queries import Member

AWAY = frozenset({Presence.APOLOGIES, Presence.LEFT})

LEFT_FIRST = "The time of leaving must be after the time of arriving"


class InTheChair(Refused):
    """Whoever is in the chair hands it over before they leave."""


def as_it_stands(line: Attendance) -> dict[str, object]:
    """Somebody's line, by the fields of its form."""
    return {
        "presence": line.presence.value,
        "information_sent": line.information_sent,
        "deputy_for": line.deputy_for,
        "arrived_at": local_time(line.arrived_at).time() if line.arrived_at else None,
        "left_at": local_time(line.left_at).time() if line.left_at else None,
    }


def correct_attendance(
    actor: Actor,
    *,
    meeting: Meeting,
    line: Attendance,
    version: int,
    presence: Presence,
    deputy_for: str,
    information_sent: bool,
    arrived_at: datetime | None,
    left_at: datetime | None,
    now: datetime,
) -> None:
    """Set somebody's line right. Raises Stale when another saved it first, Refused for hours that cannot be, and
    InTheChair for whoever leaves and is in the chair, where somebody is there to take it.
    """
    if version != line.version:
        raise Stale(as_it_stands(line))
    if arrived_at is not None and left_at is not None and left_at < arrived_at:
        raise Refused(LEFT_FIRST)
    if presence in AWAY and (reason := must_hand_over_first(meeting, line, on=local_date(now))):
        raise InTheChair(reason, field="presence")
    if line.presence is Presence.LEFT and presence is Presence.PRESENT and line.left_at is not None:
        _note_absence(line, back_at=now)
    line.presence = presence
    line.deputy_for = deputy_for
    line.information_sent = information_sent and presence is Presence.APOLOGIES
    line.arrived_at = arrived_at or (now if presence is Presence.PRESENT else None)
    line.left_at = (left_at or now) if presence is Presence.LEFT else None
    db.session.flush()
    take_number(meeting, Part.ATTENDANCE)
    audit.record(actor, audit.Category.ALTERATION, "attendance.correct", object=f"attendance:{line.id}")


def _note_absence(line: Attendance, *, back_at: datetime) -> None:
    """Somebody is back. A word taken back at once was none: nobody leaves for less than a minute."""
    assert line.left_at is not None
    if back_at - line.left_at >= timedelta(minutes=1):
        db.session.add(Absence(attendance_id=line.id, left_at=line.left_at, back_at=back_at))


def mark(actor: Actor, *, meeting: Meeting, line: Attendance, version: int, presence: Presence, now: datetime) -> None:
    """Say with one press that somebody is there, sent apologies or has left; the rest of their line stays.

    Raises Stale when another saved it first.
    """
    correct_attendance(
        actor,
        meeting=meeting,
        line=line,
        version=version,
        presence=presence,
        deputy_for=line.deputy_for,
        information_sent=line.information_sent,
        arrived_at=line.arrived_at if presence in CAME else None,
        left_at=None,
        now=now,
    )


def add_guest(
    actor: Actor, *, meeting: Meeting, name: str, agency_name: str, deputy_for: str, now: datetime
) -> Attendance:
    """Note somebody without an account, who sees nothing here."""
    guest = Attendance(
        meeting_id=meeting.id,
        name=name,
        agency_name=agency_name,
        deputy_for=deputy_for,
        presence=Presence.PRESENT,
        arrived_at=now,
    )
    db.session.add(guest)
    db.session.flush()
    take_number(meeting, Part.ATTENDANCE)
    audit.record(actor, audit.Category.ALTERATION, "attendance.guest", object=f"attendance:{guest.id}")
    return guest


def seat_deputy(actor: Actor, *, meeting: Meeting, user: Member, deputy_for: str) -> Attendance:
    """Let somebody from outside the group sit in at this one meeting: until it is over, what is on its agenda is open
    to them as to a member. Raises Refused when they are in the attendance already.
    """
    if user.user_id in queries.attendance_by_user(meeting.id):
        raise Refused("They are in the attendance already.")
    line = Attendance(
        meeting_id=meeting.id,
        user_id=user.user_id,
        name=user.name,
        agency_id=user.agency_id,
        agency_name=user.agency_name,
        deputy_for=deputy_for,
    )
    db.session.add(line)
    db.session.flush()
    take_number(meeting, Part.ATTENDANCE)
    audit.record(
        actor,
        audit.Category.DISCLOSURE,
        "attendance.seat_deputy",
        object=f"attendance:{line.id}",
        purpose=f"meeting:{meeting.id}",
        recipient=f"u_{user.user_id}",
    )
    return line
