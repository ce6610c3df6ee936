"""Opening the meeting, and entering it."""

from datetime import date, datetime

from core import audit
from core.errors import Refused
from core.extensions import db
from core.facts import Actor, GroupRole, MeetingStatus, Presence
from core.meetings.models import Meeting
from core.policy.room import LEFT
from core.recording import queries
from core.recording.chairing.operations import must_hand_over
from core.recording.models import Attendance
from core.recording.numbers import Part, take_number
from core.recording.room.members import who_may_run

NOT_TO_RUN = (
    "Choose members of the group for the chair and the minutes: of agencies that signed the Information Sharing "
    "Protocol, no observer, and nobody who sent apologies."
)


def open_meeting(
    actor: Actor, *, meeting: Meeting, chair_id: int, minute_taker_id: int, now: datetime, on: date
) -> None:
    """Begin: name the chair and the minute-taker, expect the group's members, take up the first item.

    Raises Refused when it has begun already, when one of the two is not a member who may record, and when both
    are the same person. An item in which the chair has an interest is not taken up so: somebody else chairs it.
    """
    if meeting.status is not MeetingStatus.SCHEDULED:
        raise Refused("This meeting has been opened already.")
    if chair_id == minute_taker_id:
        raise Refused("The minute-taker must be somebody other than the chair.")
    members = queries.members_of(meeting.group_id, on=on)
    if not {chair_id, minute_taker_id} <= {member.user_id for member in who_may_run(meeting, on=on)}:
        raise Refused(NOT_TO_RUN)
    meeting.status = MeetingStatus.IN_SESSION
    meeting.opened_at = now
    meeting.chair_id = chair_id
    meeting.minute_taker_id = minute_taker_id
    listed = queries.attendance_by_user(meeting.id)
    for member in members:
        if member.user_id not in listed and member.role is not GroupRole.OBSERVER:
            db.session.add(
                Attendance(
                    meeting_id=meeting.id,
                    user_id=member.user_id,
                    name=member.name,
                    agency_id=member.agency_id,
                    agency_name=member.agency_name,
                )
            )
    first = next(iter(queries.agenda_items(meeting.id)), None)
    if first is not None and not must_hand_over(first):
        meeting.current_item_id = first.id
        first.started_at = now
    db.session.flush()
    take_number(meeting, Part.MEETING)
    audit.record(actor, audit.Category.ALTERATION, "meeting.open", object=f"meeting:{meeting.id}")


def accept(actor: Actor, *, meeting: Meeting, line: Attendance | None, now: datetime) -> Attendance:
    """Accept the confidentiality statement, in person: from now on names are shown to this attendee.

    Whoever was not expected (an observer, a new member) gets a line. Raises Refused outside the meeting, and for who
    was marked as having left: the attendance is the chair's and the coordinator's to keep, so they let them in again.
    """
    if meeting.status is not MeetingStatus.IN_SESSION:
        raise Refused("The confidentiality statement is accepted while the meeting is in session.")
    if line is not None and line.presence is Presence.LEFT:
        raise Refused(LEFT)
    if line is None:
        line = Attendance(
            meeting_id=meeting.id,
            user_id=actor.user_id,
            name=actor.name,
            agency_id=actor.agency_id,
            agency_name=actor.agency_name,
        )
        db.session.add(line)
    line.accepted_at = line.accepted_at or now
    line.presence = Presence.PRESENT
    line.arrived_at = line.arrived_at or now
    line.left_at = None
    db.session.flush()
    take_number(meeting, Part.ATTENDANCE)
    audit.record(actor, audit.Category.ALTERATION, "confidentiality.accept", object=f"meeting:{meeting.id}")
    return line
