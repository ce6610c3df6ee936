"""A meeting stands still and goes on, is adjourned to another day, closed, and opened again."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from core import audit
from core.cases.timeline import note_event
from core.errors import Refused
from core.extensions import db
from core.facts import Actor, BreakKind, ItemKind, ItemOutcome, MeetingStatus
from core.meetings.diary.adjourning import GoesOn, continue_on, take_back
from core.meetings.models import AgendaItem, Meeting
from core.meetings.nominations.escalation import escalate
from core.minutes.operations import begin_anew
from core.policy.chairing import APPROVED, GOES_ON_ELSEWHERE, NOT_CLOSED, goes_on_elsewhere
from core.policy.room import NOT_IN_SESSION
from core.recording import queries
from core.recording.chairing.operations import leave_the_chair
from core.recording.items.operations import is_undecided, note_attendance, stop_clock
from core.recording.models import Break
from core.recording.numbers import Part, take_number, take_number_to_reopen

SAY_WHAT_BECAME = "Choose what became of the items under which something was recorded"
SAY_WHY = "Say why the meeting is opened again"
NOTHING_LEFT = "No item is left to be heard at another day, so there is nothing to adjourn. Close the meeting instead."


def pause(actor: Actor, *, meeting: Meeting, reason: str = "", now: datetime) -> None:
    """Let the meeting stand still: its clocks stop, and its attendees do not record. Nothing if it is paused already.

    Raises Refused when it is not in session.
    """
    take_number(meeting, Part.MEETING)
    _must_be_in_session(meeting)
    if meeting.paused_at is not None:
        return
    for item in _running(meeting):
        stop_clock(item, now=now)
    meeting.paused_at = now
    db.session.add(
        Break(meeting_id=meeting.id, kind=BreakKind.PAUSED, began_at=now, reason=reason, by_id=actor.user_id)
    )
    db.session.flush()
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "meeting.pause",
        object=f"meeting:{meeting.id}",
        payload={"reason": reason},
    )


def resume(actor: Actor, *, meeting: Meeting, now: datetime) -> None:
    """Go on: the clock of the item that was being heard runs again. Nothing if the meeting is not paused.

    Raises Refused when it is not in session.
    """
    take_number(meeting, Part.MEETING)
    _must_be_in_session(meeting)
    if meeting.paused_at is None:
        return
    _end_pause(meeting, now=now)
    item = queries.item_of(meeting, meeting.current_item_id) if meeting.current_item_id is not None else None
    if item is not None and (item.outcome is ItemOutcome.PENDING or item.kind is ItemKind.STANDING):
        item.started_at = now
    db.session.flush()
    audit.record(actor, audit.Category.ALTERATION, "meeting.resume", object=f"meeting:{meeting.id}")


def close_meeting(actor: Actor, *, meeting: Meeting, now: datetime, of_the_recorded: ItemOutcome | None = None) -> None:
    """End the meeting. What nobody has said an outcome of was not heard; `of_the_recorded` is what became of the cases
    and locations among it under which something stands. A standing item that was taken up was heard.

    Raises Refused when it is not in session, and when there are such cases or locations and nothing is said of them.
    """
    take_number(meeting, Part.MEETING)
    _must_be_in_session(meeting)
    items = queries.agenda_items(meeting.id)
    recorded = _recorded(items)
    if of_the_recorded is None and any(is_undecided(item) and item.id in recorded for item in items):
        raise Refused(SAY_WHAT_BECAME)
    for item in items:
        stop = item.started_at
        spent = item.seconds_spent + (int((now - stop).total_seconds()) if stop else 0)
        if item.outcome is ItemOutcome.PENDING:
            outcome = ItemOutcome.NOT_HEARD
            if item.kind is ItemKind.STANDING and (spent > 0 or item.id in recorded):
                outcome = ItemOutcome.HEARD
            elif item.id in recorded and of_the_recorded is not None:
                outcome = of_the_recorded
            _settle(item, outcome, recorded)
        stop_clock(item, now=now)
    _end(actor, meeting, now=now)


def adjourn(actor: Actor, *, meeting: Meeting, to: GoesOn, now: datetime) -> Meeting:
    """End this day of the meeting, and let what has no outcome yet go on at another, which is one of the diary.

    The members are invited to it. What its agencies answered to the research requests goes with the items. Raises
    Refused when the meeting is not in session, when nothing is left, and for a day that cannot be.
    """
    take_number(meeting, Part.MEETING)
    _must_be_in_session(meeting)
    items = queries.agenda_items(meeting.id)
    left = left_to_hear(items)
    if not left:
        raise Refused(NOTHING_LEFT)
    other = continue_on(actor, meeting=meeting, items=left, to=to, now=now)
    recorded = _recorded(items)
    for item in items:
        if item in left:
            _settle(item, ItemOutcome.ADJOURNED, recorded)
            note_event(
                item.case_id,
                now=now,
                kind="adjourned",
                text=f"{meeting.ref} was adjourned: goes on at {other.ref}",
                actor=actor,
                link=f"meeting:{other.id}",
            )
        elif item.outcome is ItemOutcome.PENDING:
            begun = item.seconds_spent > 0 or item.started_at is not None or item.id in recorded
            _settle(item, ItemOutcome.HEARD if begun else ItemOutcome.ADJOURNED, recorded)
        stop_clock(item, now=now)
    meeting.adjourned_to_id = other.id
    _end(actor, meeting, now=now)
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "meeting.adjourn",
        object=f"meeting:{meeting.id}",
        payload={"to": other.id},
    )
    return other


def reopen(actor: Actor, *, meeting: Meeting, reason: str, now: datetime) -> None:
    """Go on with a meeting that was closed too early. Minutes that were begun are a draft again, whoever had them.

    What closing alone said was not heard has no outcome any more; nor has what was adjourned to a day that was
    cancelled. Raises Refused without a reason, and for a meeting that is not closed, whose minutes are approved, or
    that goes on at another day.
    """
    take_number_to_reopen(meeting)
    if meeting.status is not MeetingStatus.CLOSED or meeting.closed_at is None:
        raise Refused(NOT_CLOSED)
    if meeting.frozen_at is not None:
        raise Refused(APPROVED)
    if goes_on_elsewhere(meeting):
        raise Refused(GOES_ON_ELSEWHERE)
    if not reason:
        raise Refused(SAY_WHY, field="reason")
    for item in queries.agenda_items(meeting.id):
        by_closing = item.outcome is ItemOutcome.NOT_HEARD and not item.outcome_reason
        if by_closing or item.outcome is ItemOutcome.ADJOURNED:
            item.outcome = ItemOutcome.PENDING
    take_back(meeting)
    db.session.add(
        Break(
            meeting_id=meeting.id,
            kind=BreakKind.REOPENED,
            began_at=meeting.closed_at,
            ended_at=now,
            reason=reason,
            by_id=actor.user_id,
        )
    )
    meeting.status = MeetingStatus.IN_SESSION
    meeting.closed_at = None
    db.session.flush()
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "meeting.reopen",
        object=f"meeting:{meeting.id}",
        payload={"reason": reason},
    )
    begin_anew(actor, meeting, reason=reason, now=now)


def left_to_hear(items: Sequence[AgendaItem]) -> list[AgendaItem]:
    """What goes on at the day to which a meeting is adjourned: whatever has no outcome and is not of every meeting."""
    return [item for item in items if is_undecided(item)]


def _must_be_in_session(meeting: Meeting) -> None:
    if meeting.status is not MeetingStatus.IN_SESSION:
        raise Refused(NOT_IN_SESSION)


def _recorded(items: Sequence[AgendaItem]) -> frozenset[int]:
    return queries.recorded_under([item.id for item in items if item.outcome is ItemOutcome.PENDING])


def _running(meeting: Meeting) -> list[AgendaItem]:
    return [item for item in queries.agenda_items(meeting.id) if item.started_at is not None]


def _settle(item: AgendaItem, outcome: ItemOutcome, recorded: Collection[int]) -> None:
    """Give an item its outcome at the end of the meeting; who was there is noted where anything was dealt with."""
    if outcome is ItemOutcome.HEARD or item.id in recorded:
        note_attendance(item)
    item.outcome = outcome


def _end(actor: Actor, meeting: Meeting, *, now: datetime) -> None:
    """The meeting is over: nobody is in the chair, nothing is current, and no pause goes on."""
    leave_the_chair(meeting, now=now)
    _end_pause(meeting, now=now)
    meeting.status = MeetingStatus.CLOSED
    meeting.closed_at = now
    meeting.current_item_id = None
    db.session.flush()
    audit.record(actor, audit.Category.ALTERATION, "meeting.close", object=f"meeting:{meeting.id}")
    escalate(actor, meeting=meeting, now=now)


def _end_pause(meeting: Meeting, *, now: datetime) -> None:
    meeting.paused_at = None
    for spell in db.session.scalars(select(Break).where(Break.meeting_id == meeting.id, Break.ended_at.is_(None))):
        spell.ended_at = now
