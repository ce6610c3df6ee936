"""Nominating a case, and deciding on a nomination (docs/domain.md, step 2)."""

from datetime import date, datetime

from core import audit
from core.cases.models import Case, CaseEvent
from core.cases.queries import people_named_in
from core.clock import local_date
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor, CaseStatus, MeetingStatus, NominationStatus
from core.meetings.agenda.operations import CLOSED_CASE, THERE_ALREADY, add_case
from core.meetings.agenda.queries import is_on_agenda
from core.meetings.diary.queries import clocks_of, next_meeting
from core.meetings.models import Meeting, Nomination
from core.meetings.nominations import queries
from core.meetings.order import MINUTES_PER_CASE
from core.partnerships.clocks import nomination_cut_off
from core.partnerships.models import Group
from core.people.history.keeping import Because, keep_thing
from core.people.history.models import Statement, Why
from core.policy import Permission, require

LATE_NEEDS_REASON = "Nominations have closed, so this one is urgent: say why it cannot wait"
DECIDED = "This nomination was decided already"
NOTHING_DIFFERENT = "Nothing is different: change what was wrong"


def cut_off_of(meeting: Meeting) -> date:
    """The last day on which a nomination is in time. Raises Refused past the last bank holiday known."""
    return nomination_cut_off(local_date(meeting.starts_at), clocks_of(meeting.group))


def nominate(
    actor: Actor, *, meeting: Meeting, case: Case, reason: str, asks: str, late_reason: str, now: datetime
) -> Nomination:
    """Ask for a case to be heard at a meeting. Raises Refused.

    After the cut-off it is urgent, needs the reason for that, and is not researched. In time, `late_reason`
    counts for nothing.
    """
    require(actor, Permission.NOMINATE, meeting, hidden="You cannot open this case.")
    require(actor, Permission.OPEN_CASE, case, hidden="You cannot open this case.")
    late = local_date(now) > cut_off_of(meeting)
    if late and not late_reason:
        raise Refused(LATE_NEEDS_REASON)
    _check(meeting, case, now=now)
    nomination = _made(actor, meeting, case, reason=reason, asks=asks, late_reason=late_reason if late else "", now=now)
    _note(actor, case.id, meeting, f"Nominated for {meeting.ref}", now=now)
    audit.record(
        actor,
        audit.Category.DISCLOSURE,
        "nomination.make",
        object=f"nomination:{nomination.id}",
        subjects=people_named_in([case.id]),
        recipient=f"group:{meeting.group_id}",
        payload={"reason": reason, "asks": asks, "late_reason": late_reason},
    )
    return nomination


def as_it_stands(nomination: Nomination) -> dict[str, object]:
    """What was nominated, by the fields of its form."""
    return {"reason": nomination.reason, "asks": nomination.asks, "late_reason": nomination.late_reason}


def correct(
    actor: Actor,
    *,
    nomination: Nomination,
    reason: str,
    asks: str,
    late_reason: str,
    was_wrong: str,
    version: int,
    now: datetime,
) -> None:
    """Put right what a nomination said that was wrong; what stood there is kept, and what was sent out stays.

    The reason at the item goes with it while it is the same still, and the record is not frozen. Raises Refused, Stale.
    """
    require(actor, Permission.CORRECT_NOMINATION, nomination, hidden="You cannot open this case.")
    before = as_it_stands(nomination)
    if nomination.version != version:
        raise Stale(before)
    after: dict[str, object] = {"reason": reason, "asks": asks, "late_reason": late_reason}
    if after == before:
        raise Refused(NOTHING_DIFFERENT, field="reason")
    because = Because(Why.WRONG, was_wrong)
    keep_thing(
        actor,
        Statement.NOMINATION,
        nomination.id,
        nomination.case,
        before=before,
        after=after,
        because=because,
        now=now,
    )
    item = queries.item_of_nomination(nomination.id)
    if item is not None and item.reason == nomination.reason and nomination.meeting.frozen_at is None:
        item.reason = reason
        nomination.meeting.revision += 1
    nomination.reason, nomination.asks, nomination.late_reason = reason, asks, late_reason
    db.session.flush()
    _note(actor, nomination.case_id, nomination.meeting, f"Nomination for {nomination.meeting.ref} corrected", now=now)
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "nomination.correct",
        object=f"nomination:{nomination.id}",
        subjects=people_named_in([nomination.case_id]),
        payload={**after, "because": was_wrong},
    )


def accept(
    actor: Actor,
    *,
    nomination: Nomination,
    version: int,
    now: datetime,
    minutes: int = MINUTES_PER_CASE,
) -> None:
    """Put the nominated case on the agenda and open it to the group. Raises Refused and Stale."""
    _decide_on(actor, nomination, version)
    add_case(
        actor,
        meeting=nomination.meeting,
        case=nomination.case,
        reason=nomination.reason,
        minutes=minutes,
        presenter_id=nomination.agency_id,
        nomination=nomination,
        now=now,
    )
    _settle(actor, nomination, NominationStatus.ACCEPTED, "", now=now)


def decline(actor: Actor, *, nomination: Nomination, reason: str, version: int, now: datetime) -> None:
    """Not at this meeting; the reason is kept. Raises Refused and Stale."""
    _decide_on(actor, nomination, version)
    if not reason:
        raise Refused("Say why the nomination is declined")
    _settle(actor, nomination, NominationStatus.DECLINED, reason, now=now)
    _note(actor, nomination.case_id, nomination.meeting, f"Not taken up for {nomination.meeting.ref}", now=now)


def send_on(
    actor: Actor, *, nomination: Nomination, group: Group, reason: str, version: int, now: datetime
) -> Nomination:
    """Nominate it for another group's next meeting instead; that group's chair decides. Raises Refused and Stale."""
    _decide_on(actor, nomination, version)
    if not reason:
        raise Refused("Say why it goes to the other group")
    if group.partnership_id != actor.partnership_id or group.id == nomination.meeting.group_id:
        raise Refused("Choose another group of this partnership")
    meeting = next_meeting(group.id, after=now)
    if meeting is None:
        raise Refused("That group has no meeting in the diary")
    _check(meeting, nomination.case, now=now)
    late = local_date(now) > cut_off_of(meeting)
    sent = Nomination(
        meeting=meeting,
        case=nomination.case,
        agency_id=nomination.agency_id,
        made_by_id=nomination.made_by_id,
        made_at=now,
        reason=nomination.reason,
        asks=nomination.asks,
        late_reason=f"Sent on by the {nomination.meeting.group.name}: {reason}" if late else "",
    )
    db.session.add(sent)
    db.session.flush()
    nomination.sent_on_to_id = sent.id
    _settle(actor, nomination, NominationStatus.SENT_ON, reason, now=now)
    _note(actor, nomination.case_id, meeting, f"Nomination sent on to {meeting.ref}", now=now)
    audit.record(
        actor,
        audit.Category.DISCLOSURE,
        "nomination.send_on",
        object=f"nomination:{sent.id}",
        subjects=people_named_in([nomination.case_id]),
        recipient=f"group:{group.id}",
    )
    return sent


def _check(meeting: Meeting, case: Case, *, now: datetime) -> None:
    """What stands against a case's being nominated for a meeting."""
    if meeting.status is not MeetingStatus.SCHEDULED or meeting.starts_at <= now:
        raise Refused("Cases can be nominated until the meeting begins")
    if case.status is CaseStatus.CLOSED:
        raise Refused(CLOSED_CASE)
    if is_on_agenda(meeting.id, case.id):
        raise Refused(THERE_ALREADY)
    earlier = queries.nomination_of_case(meeting.id, case.id)
    if earlier is not None:
        raise Refused(f"{earlier.agency.name} has nominated this case for {meeting.ref} already")


def _made(
    actor: Actor, meeting: Meeting, case: Case, *, reason: str, asks: str, late_reason: str, now: datetime
) -> Nomination:
    if actor.agency_id is None:
        raise Refused("Only somebody of a member agency may nominate a case.")
    nomination = Nomination(
        meeting_id=meeting.id,
        case_id=case.id,
        agency_id=actor.agency_id,
        made_by_id=actor.user_id,
        made_at=now,
        reason=reason,
        asks=asks,
        late_reason=late_reason,
    )
    db.session.add(nomination)
    db.session.flush()
    return nomination


def _decide_on(actor: Actor, nomination: Nomination, version: int) -> None:
    require(actor, Permission.DECIDE_NOMINATION, nomination, hidden="You cannot open this case.")
    if nomination.version != version:
        raise Stale(told={"Nomination": str(nomination.status).capitalize()})
    if nomination.status is not NominationStatus.PROPOSED:
        raise Refused(DECIDED)


def _settle(actor: Actor, nomination: Nomination, status: NominationStatus, reason: str, *, now: datetime) -> None:
    nomination.status = status
    nomination.decided_by_id = actor.user_id
    nomination.decided_at = now
    nomination.decision_reason = reason
    db.session.flush()
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "nomination.decide",
        object=f"nomination:{nomination.id}",
        subjects=people_named_in([nomination.case_id]),
        payload={"status": status.value, "reason": reason},
    )


def _note(actor: Actor, case_id: int, meeting: Meeting, text: str, *, now: datetime) -> None:
    db.session.add(
        CaseEvent(
            case_id=case_id,
            at=now,
            kind="nomination",
            text=text,
            user_id=actor.user_id,
            agency_id=actor.agency_id,
            link=f"meeting:{meeting.id}",
        )
    )
