"""Asking agencies what they hold, and their returns (docs/domain.md, step 4)."""

from datetime import date, datetime

from core import audit
from core.cases.queries import people_named_in
from core.clock import local_date
from core.disclosures.lists import Kind
from core.disclosures.usual import grounds_of
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor, ItemKind, MeetingStatus
from core.meetings.agenda.queries import items_for_record, member_agencies
from core.meetings.diary.queries import clocks_of
from core.meetings.models import AgendaItem, Meeting, Research
from core.meetings.research import queries
from core.partnerships.belonging import signatories_in
from core.partnerships.clocks import research_due
from core.partnerships.models import Agency
from core.people.history.keeping import CHANGED_SINCE, Because, keep_thing
from core.people.history.models import Statement, Why
from core.policy import Permission, require

NOTHING = "nothing"
SOMETHING = "something"

TOO_LATE = "Returns can be written until the meeting begins. Say it at the meeting."
AFTERWARDS = "The meeting is over: what your agency returned is changed only where it was wrong. Say what was wrong."


def due_on(meeting: Meeting, *, on: date) -> date:
    """By when a request that goes out on that day is to be answered; the day of the meeting if it went out late."""
    day = local_date(meeting.starts_at)
    due = research_due(day, clocks_of(meeting.group))
    return due if due >= on else day


def ask(actor: Actor, *, meeting: Meeting, now: datetime) -> list[Research]:
    """Ask every member agency what it holds on each case of the agenda, and return the new requests.

    Not on urgent items, not of an agency without a signature in force, and on a restricted case only of those
    that it is open to. Nobody is asked twice.
    """
    on = local_date(now)
    items = [item for item in items_for_record(meeting.id) if item.kind is ItemKind.CASE and not item.urgent]
    agencies = _members_that_signed(meeting, on)
    asked = queries.asked_already(meeting.id)
    named = queries.agencies_named_in([item.case_id for item in items if item.case_id is not None])
    due = due_on(meeting, on=on)
    made = [
        Research(item_id=item.id, agency_id=agency.id, asked_at=now, due_on=due)
        for item in items
        for agency in agencies
        if (item.id, agency.id) not in asked and _may_be_asked(item, agency, named)
    ]
    db.session.add_all(made)
    if made:
        grounds = grounds_of(meeting.group.partnership_id, Kind.ASKED)
        for request in made:
            request.stand_on(grounds)
        audit.record(
            actor,
            audit.Category.DISCLOSURE,
            "research.ask",
            object=f"meeting:{meeting.id}",
            subjects=people_named_in([item.case_id for item in items if item.case_id is not None]),
            recipient=f"group:{meeting.group_id}",
        )
    return made


def as_answered(research: Research) -> dict[str, object]:
    """The answer so far, by the fields of its form."""
    holds = None
    if research.answered_at is not None:
        holds = NOTHING if research.nothing_held else SOMETHING
    return {"holds": holds, "text": research.text}


def may_be_changed(research: Research) -> bool:
    """Until the meeting begins; once it is over, what was returned can be corrected. At the meeting it is said."""
    meeting, case = research.item.meeting, research.item.case
    if case is None or case.erased_on is not None:
        return False
    if meeting.status is MeetingStatus.SCHEDULED:
        return True
    return meeting.status is MeetingStatus.CLOSED and research.answered_at is not None


def answer(
    actor: Actor,
    *,
    research: Research,
    nothing_held: bool,
    text: str,
    version: int,
    now: datetime,
    because: Because = CHANGED_SINCE,
) -> None:
    """Keep an agency's answer: nothing held, or a return. It can be changed until the meeting begins, and when that is
    over corrected where it was wrong. What stood there before is kept. Raises Refused and Stale.
    """
    require(actor, Permission.ANSWER_RESEARCH, research)
    if not may_be_changed(research):
        raise Refused(TOO_LATE)
    if research.item.meeting.status is not MeetingStatus.SCHEDULED and because.why is not Why.WRONG:
        raise Refused(AFTERWARDS, field="wrong")
    if research.version != version:
        raise Stale(as_answered(research))
    if nothing_held and text:
        raise Refused("Choose “nothing held”, or write what your agency holds: not both")
    if not nothing_held and not text:
        raise Refused("Write what your agency holds")
    case = research.item.case
    if research.answered_at is not None and case is not None:
        before = {"nothing_held": research.nothing_held, "text": research.text}
        after = {"nothing_held": nothing_held, "text": text}
        keep_thing(actor, Statement.RETURN, research.id, case, before=before, after=after, because=because, now=now)
    research.nothing_held = nothing_held
    research.text = text
    research.answered_at = now
    research.answered_by_id = actor.user_id
    db.session.flush()
    audit.record(
        actor,
        audit.Category.COLLECTION,
        "research.answer",
        object=f"research:{research.id}",
        subjects=people_named_in([research.item.case_id]) if research.item.case_id else (),
        payload={"nothing_held": nothing_held, "text": text, "why": because.why.value, "because": because.reason},
    )


def set_dates_anew(meeting: Meeting, *, on: date) -> None:
    """After the meeting was moved: what is not answered yet is due by its new day."""
    due = due_on(meeting, on=on)
    for research in queries.waiting_requests(meeting.id):
        research.due_on = due


def _members_that_signed(meeting: Meeting, on: date) -> list[Agency]:
    agencies = member_agencies(meeting.group_id, on=on)
    signed = signatories_in(meeting.group.partnership_id, on=on)
    return [agency for agency in agencies if agency.id in signed]


def _may_be_asked(item: AgendaItem, agency: Agency, named: frozenset[tuple[int, int]]) -> bool:
    if item.case is None or item.case_id is None:
        return False
    return not item.case.restricted or (item.case_id, agency.id) in named
