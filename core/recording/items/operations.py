"""What becomes of an agenda item at the meeting."""

from collections.abc import Collection
from datetime import datetime

from core import audit
from core.cases.models import Case
from core.cases.queries import people_named_in
from core.cases.sharing import open_to_group
from core.cases.timeline import note_event
from core.clock import local_date
from core.database import version_of_values
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor, ItemKind, ItemOutcome, MeetingStatus
from core.meetings.models import AgendaItem, Meeting
from core.policy import Permission, require
from core.policy.chairing import PAUSED_STEPS
from core.policy.room import NOT_IN_SESSION
from core.recording import queries
from core.recording.chairing.operations import seat
from core.recording.models import ItemAttendance
from core.recording.numbers import Part, take_number, take_number_to_mend

NO_SUCH_CASE = "There is no case with that reference that is open to you"
"""Said word for word the same whether there is one or not."""

EVENTS = {
    ItemOutcome.HEARD: "Heard at a meeting",
    ItemOutcome.CARRIED_FORWARD: "Carried forward to the next meeting",
    ItemOutcome.REMOVED: "Removed from a meeting",
}


def take_up(actor: Actor, *, meeting: Meeting, item: AgendaItem, now: datetime, chair_id: int | None = None) -> None:
    """Make it the current item, which the others' pages follow; the clock of the one before stops, and the chair of the
    meeting is in the chair again. `chair_id`: who takes the chair for it instead.

    Raises Refused in a pause, and where the chair has an interest in the item and nobody else is to take the chair.

    A standing item that the meeting leaves was heard: nobody has to say so. A case or a location that is left without
    an outcome has none until somebody says it (docs/adr/0008-outcomes.md).
    """
    if meeting.status is not MeetingStatus.IN_SESSION:
        raise Refused(NOT_IN_SESSION)
    if meeting.current_item_id == item.id:
        return
    if meeting.paused_at is not None:
        raise Refused(PAUSED_STEPS)
    seat(actor, item=item, chair_id=chair_id, now=now, on=local_date(now))
    for other in queries.agenda_items(meeting.id):
        if other.started_at is not None and other.id != item.id:
            leave(other, now=now)
    meeting.current_item_id = item.id
    item.started_at = now
    db.session.flush()
    take_number(meeting, Part.MEETING, item=item)
    audit.record(actor, audit.Category.ALTERATION, "item.take_up", object=f"item:{item.id}")


def leave(item: AgendaItem, *, now: datetime) -> None:
    """The meeting goes on from an item that was being heard: who was there is noted, if anything was recorded or noted.

    Whoever comes back later did not hear it, whenever it is said what became of it. To be called while it is current.
    """
    if item.outcome is ItemOutcome.PENDING:
        standing = item.kind is ItemKind.STANDING
        noted = any(note.there for note in queries.noted_at(item.id).values())
        if standing or noted or queries.recorded_under([item.id]):
            note_attendance(item)
        if standing:
            item.outcome = ItemOutcome.HEARD
    stop_clock(item, now=now)


def version_of_outcome(item: AgendaItem) -> int:
    """The version that the form of an item's outcome goes by: of the outcome and its reason, as they stand.

    The row's own version will not do. It rises whenever the item is taken up or its clock is stopped, and a chair who
    goes back and forth would be told of a conflict that there is not. What has not changed cannot be overwritten.
    """
    return version_of_values(item.outcome.value, item.outcome_reason)


def settle(actor: Actor, *, item: AgendaItem, version: int, outcome: ItemOutcome, reason: str, now: datetime) -> None:
    """Say what became of an item; until the meeting is closed it can be said again.

    `version` is `version_of_outcome` as it was read. Heard, or anything recorded under it: who attended it is noted,
    and they will receive that part of the minutes. Raises Stale with what is stored when somebody else said it first,
    and Refused for a carry-forward or removal without a reason.
    """
    if version != version_of_outcome(item):
        raise Stale({"outcome": item.outcome.value, "reason": item.outcome_reason})
    if outcome in (ItemOutcome.CARRIED_FORWARD, ItemOutcome.REMOVED) and not reason:
        raise Refused("Enter the reason")
    dealt_with = outcome is not ItemOutcome.PENDING
    if outcome is ItemOutcome.HEARD or (dealt_with and queries.recorded_under([item.id])):
        note_attendance(item)
    item.outcome = outcome
    item.outcome_reason = reason
    if dealt_with:
        stop_clock(item, now=now)
    db.session.flush()
    if outcome in EVENTS:
        note_event(
            item.case_id,
            now=now,
            kind=outcome.value,
            text=f"{EVENTS[outcome]} ({item.meeting.ref})",
            actor=actor,
            link=f"meeting:{item.meeting_id}",
        )
    take_number(item.meeting, Part.AGENDA, item=item)
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "item.settle",
        object=f"item:{item.id}",
        subjects=subjects_of(item),
        payload={"outcome": outcome.value, "reason": reason},
    )


def note_attendance(item: AgendaItem) -> None:
    """Note whoever attends the item now, beside what was noted before. To be called before it is settled and its clock
    is stopped: when it is settled again later, whoever came in between was not there.
    """
    noted = queries.noted_at(item.id)
    db.session.add_all(
        ItemAttendance(item_id=item.id, attendance_id=each.line.id)
        for each in queries.at_item(item)
        if each.there and each.line.id not in noted
    )
    db.session.flush()


def correct_attendance(actor: Actor, *, item: AgendaItem, came: Collection[int], went: Collection[int]) -> None:
    """Say that somebody attended an item or did not: ids of attendance lines. It decides who reads what was recorded
    and receives that part of the minutes, and what is said here is not noted over later.

    Whoever declared a conflict of interest attends nothing, and is left out. Raises Refused for somebody who did not
    come to the meeting.
    """
    here = {each.line.id: each for each in queries.at_item(item)}
    if not here.keys() >= {*came, *went}:
        raise Refused("Choose from those who came to the meeting.")
    noted = queries.noted_at(item.id)
    wanted = {**dict.fromkeys(went, False), **dict.fromkeys(came, True)}
    changed = {line: there for line, there in wanted.items() if not here[line].recused and here[line].there != there}
    if not changed:
        return
    for line, there in changed.items():
        if line in noted:
            noted[line].there = there
        else:
            db.session.add(ItemAttendance(item_id=item.id, attendance_id=line, there=there))
    db.session.flush()
    take_number_to_mend(item.meeting, Part.AGENDA, item=item)
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "item.attendance",
        object=f"item:{item.id}",
        subjects=subjects_of(item),
        payload={
            "there": sorted(line for line, there in changed.items() if there),
            "not there": sorted(line for line, there in changed.items() if not there),
        },
    )


def add_urgent_case(
    actor: Actor, *, meeting: Meeting, case: Case, reason: str, minutes: int, now: datetime
) -> AgendaItem:
    """Add a case in the middle of the meeting, at the end of what is still to come before the closing items.

    The group hears the case from now on, which opens it to its members. Raises Refused when the meeting is not in
    session, the case is not open to the actor, or it is on the agenda already.
    """
    if meeting.status is not MeetingStatus.IN_SESSION:
        raise Refused(NOT_IN_SESSION)
    require(actor, Permission.OPEN_CASE, case, hidden=NO_SUCH_CASE)
    if queries.on_the_agenda(meeting.id, case.id):
        raise Refused("This case is on the agenda already.")
    items = queries.agenda_items(meeting.id)
    named = [item.position for item in items if item.kind is not ItemKind.STANDING]
    position = max(named, default=max((item.position for item in items), default=0)) + 1
    for other in items:
        if other.position >= position:
            other.position += 1
    open_to_group(actor, case=case, group_id=meeting.group_id, on=local_date(now), purpose=f"meeting:{meeting.id}")
    item = AgendaItem(
        meeting_id=meeting.id,
        position=position,
        kind=ItemKind.CASE,
        case_id=case.id,
        presenter_agency_id=actor.agency_id,
        minutes_allotted=minutes,
        reason=reason,
        urgent=True,
        added_by_id=actor.user_id,
    )
    db.session.add(item)
    db.session.flush()
    note_event(
        case.id,
        now=now,
        kind="added",
        text=f"Added to a meeting as urgent ({meeting.ref})",
        actor=actor,
        link=f"meeting:{meeting.id}",
    )
    take_number(meeting, Part.AGENDA, item=item)
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "item.urgent",
        object=f"item:{item.id}",
        subjects=people_named_in([case.id]),
        payload={"reason": reason},
    )
    return item


def subjects_of(item: AgendaItem) -> list[int]:
    """The persons that an item is about, for the trail."""
    return list(people_named_in([item.case_id])) if item.case_id is not None else []


def is_undecided(item: AgendaItem) -> bool:
    """Whether somebody has to say what became of it; a standing item needs nobody."""
    return item.kind is not ItemKind.STANDING and item.outcome is ItemOutcome.PENDING


def stop_clock(item: AgendaItem, *, now: datetime) -> None:
    """Add what was spent on an item to what was spent before, if its clock runs."""
    if item.started_at is not None:
        item.seconds_spent += int((now - item.started_at).total_seconds())
        item.started_at = None
