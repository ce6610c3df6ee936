"""A case that is carried forward too often goes to the steering group (docs/domain.md, step 9)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core import audit
from core.cases.queries import people_named_in
from core.cases.timeline import note_event
from core.clock import local_date
from core.extensions import db
from core.facts import Actor, CaseStatus, GroupKind, ItemOutcome, NominationStatus
from core.meetings.agenda.queries import is_on_agenda
from core.meetings.diary.queries import clocks_of, next_meeting
from core.meetings.models import AgendaItem, Meeting, Nomination
from core.meetings.nominations.operations import cut_off_of
from core.meetings.nominations.queries import nomination_of_case
from core.partnerships.belonging import is_open
from core.partnerships.models import Group

NO_MEETING = "Carried forward {times} times: this goes to the steering group, which has no meeting in the diary"

LATE = "It was carried forward once too often after nominations had closed"


def escalate(actor: Actor, *, meeting: Meeting, now: datetime) -> list[Nomination]:
    """Nominate for the steering group's next meeting what this one carried forward as often as the terms allow.

    For the meeting's close, when nothing of it changes any more. The nomination is in the name of the case's lead
    agency; the steering group's chair decides on it like on any other. A case that it has before it already is left
    alone. Where no steering group meets, the case's timeline says so, and its next carry-forward tries again.
    """
    group = _group_of(meeting)
    if group.kind is GroupKind.STEERING:
        return []
    due = _carried_too_often(meeting.id, clocks_of(group).escalation)
    if not due:
        return []
    steering = _steering_meeting(group.partnership_id, now=now)
    made = []
    for item in due:
        times = item.times_carried + 1
        if steering is None:
            note_event(item.case_id, now=now, kind="nomination", text=NO_MEETING.format(times=times), actor=actor)
        elif not _is_before(steering, item):
            made.append(_nominate(actor, item, times=times, meeting=meeting, group=group, steering=steering, now=now))
    return made


def _nominate(
    actor: Actor, item: AgendaItem, *, times: int, meeting: Meeting, group: Group, steering: Meeting, now: datetime
) -> Nomination:
    assert item.case is not None
    late = local_date(now) > cut_off_of(steering)
    nomination = Nomination(
        meeting_id=steering.id,
        case_id=item.case.id,
        agency_id=item.case.lead_agency_id,
        made_by_id=actor.user_id,
        made_at=now,
        reason=f"Carried forward {times} times by the {group.name}, last at {meeting.ref}: {item.outcome_reason}",
        late_reason=LATE if late else "",
        status=NominationStatus.PROPOSED,
    )
    db.session.add(nomination)
    db.session.flush()
    note_event(
        item.case.id,
        now=now,
        kind="nomination",
        text=f"Carried forward {times} times: nominated for the steering group’s meeting {steering.ref}",
        actor=actor,
        link=f"meeting:{steering.id}",
    )
    audit.record(
        actor,
        audit.Category.DISCLOSURE,
        "nomination.escalate",
        object=f"nomination:{nomination.id}",
        subjects=people_named_in([item.case.id]),
        recipient=f"group:{steering.group_id}",
        payload={"times": times, "from": meeting.id},
    )
    return nomination


def _group_of(meeting: Meeting) -> Group:
    return db.session.scalars(
        select(Group).where(Group.id == meeting.group_id).options(joinedload(Group.partnership))
    ).one()


def _carried_too_often(meeting_id: int, times: int) -> Sequence[AgendaItem]:
    """Its items of open cases that this carry-forward brings to that number, in order."""
    items = db.session.scalars(
        select(AgendaItem)
        .where(
            AgendaItem.meeting_id == meeting_id,
            AgendaItem.taken_off_at.is_(None),
            AgendaItem.case_id.is_not(None),
            AgendaItem.outcome == ItemOutcome.CARRIED_FORWARD,
            AgendaItem.times_carried >= times - 1,
        )
        .order_by(AgendaItem.position)
        .options(joinedload(AgendaItem.case))
    )
    return [item for item in items if item.case is not None and item.case.status is not CaseStatus.CLOSED]


def _steering_meeting(partnership_id: int, *, now: datetime) -> Meeting | None:
    """The next scheduled meeting of a steering group that is not closed; of several, the one that meets first."""
    on = local_date(now)
    groups = db.session.scalars(
        select(Group.id).where(
            Group.partnership_id == partnership_id,
            Group.kind == GroupKind.STEERING,
            is_open(on),
        )
    ).all()
    meetings = [meeting for group in groups if (meeting := next_meeting(group, after=now)) is not None]
    return min(meetings, key=lambda meeting: (meeting.starts_at, meeting.id), default=None)


def _is_before(steering: Meeting, item: AgendaItem) -> bool:
    """Whether the steering group has the case before it at that meeting already."""
    assert item.case_id is not None
    return is_on_agenda(steering.id, item.case_id) or nomination_of_case(steering.id, item.case_id) is not None
