"""Opening and closing the meeting, and who is there."""

from collections.abc import Sequence
from datetime import date, datetime

from core import audit
from core.errors import Refused
from core.extensions import db
from core.facts import RECORDING_ROLES, Actor, GroupRole, ItemKind, ItemOutcome, MeetingStatus, Presence
from core.meetings.models import Meeting
from core.meetings.nominations.escalation import escalate
from core.partnerships.belonging import signatories_in
from core.policy.recording import LEFT
from core.recording import queries
from core.recording.items.operations import is_undecided, note_attendance
from core.recording.models import Attendance
from core.recording.numbers import Part, take_number
from core.recording.queries import Member

SAY_WHAT_BECAME = "Choose what became of the items under which something was recorded"
NOT_TO_RUN = (
    "Choose members of the group for the chair and the minutes: of agencies that signed the Information Sharing "
    "Protocol, no observer, and nobody who sent apologies."
)


def open_meeting(
    actor: Actor, *, meeting: Meeting, chair_id: int, minute_taker_id: int, now: datetime, on: date
) -> None:
    """Begin: name the chair and the minute-taker, expect the group's members, take up the first item.

    Raises Refused when it has begun already, when one of the two is not a member who may record, and when both
    are the same person.
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
    if first is not None:
        meeting.current_item_id = first.id
        first.started_at = now
    db.session.flush()
    take_number(meeting, Part.MEETING)
    audit.record(actor, audit.Category.ALTERATION, "meeting.open", object=f"meeting:{meeting.id}")


def who_may_run(meeting: Meeting, *, on: date) -> Sequence[Member]:
    """Members who may take the chair or the minutes: of signatories, no observer, nobody who sent apologies."""
    signed = signatories_in(meeting.group.partnership_id, on=on)
    away = {
        user_id
        for user_id, line in queries.attendance_by_user(meeting.id).items()
        if line.presence is Presence.APOLOGIES
    }
    return [
        member
        for member in queries.members_of(meeting.group_id, on=on)
        if member.role in RECORDING_ROLES and member.agency_id in signed and member.user_id not in away
    ]


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


def close_meeting(actor: Actor, *, meeting: Meeting, now: datetime, of_the_recorded: ItemOutcome | None = None) -> None:
    """End the meeting. What nobody has said an outcome of was not heard; `of_the_recorded` is what became of the cases
    and locations among it under which something stands. A standing item that was taken up was heard.

    Raises Refused when it is not in session, and when there are such cases or locations and nothing is said of them.
    """
    if meeting.status is not MeetingStatus.IN_SESSION:
        raise Refused("This meeting is not in session.")
    take_number(meeting, Part.MEETING)
    items = queries.agenda_items(meeting.id)
    recorded = queries.recorded_under([item.id for item in items if item.outcome is ItemOutcome.PENDING])
    if of_the_recorded is None and any(is_undecided(item) and item.id in recorded for item in items):
        raise Refused(SAY_WHAT_BECAME)
    for item in items:
        spent = item.seconds_spent + (int((now - item.started_at).total_seconds()) if item.started_at else 0)
        if item.outcome is ItemOutcome.PENDING:
            outcome = ItemOutcome.NOT_HEARD
            if item.kind is ItemKind.STANDING and (spent > 0 or item.id in recorded):
                outcome = ItemOutcome.HEARD
            elif item.id in recorded and of_the_recorded is not None:
                outcome = of_the_recorded
            if outcome is ItemOutcome.HEARD or item.id in recorded:
                note_attendance(item)
            item.outcome = outcome
        item.seconds_spent, item.started_at = spent, None
    meeting.status = MeetingStatus.CLOSED
    meeting.closed_at = now
    meeting.current_item_id = None
    db.session.flush()
    audit.record(actor, audit.Category.ALTERATION, "meeting.close", object=f"meeting:{meeting.id}")
    escalate(actor, meeting=meeting, now=now)
