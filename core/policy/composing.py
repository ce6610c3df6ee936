"""Who may word the minutes anew, comment on them, and read how that came about."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_

from core.cases.models import Case
from core.facts import Actor, MinutesStatus, Verdict, visible
from core.meetings.models import AgendaItem, Meeting
from core.minutes.models import Minutes, MinutesComment
from core.policy import cases, meetings
from core.policy.minutes import approve_minutes, lead_minutes
from core.policy.permissions import Permission
from core.recording.models import Attendance, Entry, ItemAttendance

MISSED = "You were not there for this item, so its minutes are closed to you. Ask the chair."
WITH_THE_CHAIR = "These minutes are with the chair. Nobody changes them until they are sent back."
APPROVED = "Approved minutes never change. A correction is an item of the next meeting."
NOT_WITH_THE_CHAIR = "Comments are made while the minutes are with the chair."

NOT_TO_WRITE: Mapping[MinutesStatus, str] = {
    MinutesStatus.SUBMITTED: WITH_THE_CHAIR,
    MinutesStatus.APPROVED: APPROVED,
}
"""Why nobody works on minutes of that status."""


@dataclass(frozen=True, slots=True)
class InMinutes:
    """A place in minutes: an item of theirs, or the whole without one. `heard`: the actor was there for the item."""

    minutes: Minutes
    item: AgendaItem | None
    heard: bool


@dataclass(frozen=True, slots=True)
class EntryInMinutes:
    """An entry, under its item in the minutes."""

    here: InMinutes
    entry: Entry


@dataclass(frozen=True, slots=True)
class CommentInMinutes:
    """A comment, at its place in the minutes."""

    here: InMinutes
    comment: MinutesComment


def read_place(actor: Actor, here: InMinutes) -> Verdict:
    """What MeetingRecord.only gives a reader of the draft, in full: a test holds the two together.

    A minute-taker who leads nothing has the items that they were there for: attendance decides who receives which
    part of the minutes (docs/domain.md, step 6). A case that the group hears no more was minuted all the same.
    """
    meeting, item = here.minutes.meeting, here.item
    verdict = lead_minutes(actor, meeting)
    if not verdict or item is None:
        return verdict
    if item.case_id in actor.recused_cases:
        return Verdict.no(cases.RECUSED)
    if item.id in actor.recused_items:
        return Verdict.no(meetings.RECUSED_FROM_ITEM)
    if item.case is not None and item.case.restricted and not cases.open_case(actor, item.case):
        return Verdict.no(cases.RESTRICTED)
    return verdict if here.heard or actor.leads(meeting.group_id) else Verdict.no(MISSED)


def read_wording(actor: Actor, target: EntryInMinutes) -> Verdict:
    """Whoever has the entry in their minutes, with the visibility that its source gave it."""
    verdict = read_place(actor, target.here)
    if not verdict:
        return verdict
    entry = target.entry
    seen = visible(
        entry.visibility,
        source_agency_id=entry.source_agency_id,
        named={link.agency_id for link in entry.named_agencies},
        agency_id=actor.agency_id,
        leads=actor.leads(target.here.minutes.meeting.group_id),
    )
    return verdict if seen else Verdict.hidden()


def word_entry(actor: Actor, target: EntryInMinutes) -> Verdict:
    """Those who read it, while the minutes are a draft or were sent back."""
    verdict = read_wording(actor, target)
    return work_on(target.here.minutes) if verdict else verdict


def work_on(minutes: Minutes) -> Verdict:
    """Whether these minutes are with those who write them."""
    refusal = NOT_TO_WRITE.get(minutes.status)
    return Verdict.no(refusal) if refusal else Verdict.yes()


def comment(actor: Actor, here: InMinutes) -> Verdict:
    """Whoever may approve the minutes, while they are with the chair; on an item that is open to them."""
    verdict = approve_minutes(actor, here.minutes)
    if verdict:
        verdict = read_place(actor, here)
    if not verdict:
        return verdict
    if here.minutes.status is MinutesStatus.SUBMITTED:
        return Verdict.yes()
    return Verdict.no(APPROVED if here.minutes.status is MinutesStatus.APPROVED else NOT_WITH_THE_CHAIR)


def settle_comment(actor: Actor, target: CommentInMinutes) -> Verdict:
    """Those who write the minutes; while these are with the chair, whoever made the comment takes it back."""
    verdict = read_place(actor, target.here)
    if not verdict:
        return verdict
    minutes = target.here.minutes
    if minutes.status is MinutesStatus.SUBMITTED and target.comment.by_id == actor.user_id:
        return Verdict.yes()
    return work_on(minutes)


def comments_read_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `read_place`, for comments on minutes that the actor may see; joined with their meeting."""
    there = exists().where(
        ItemAttendance.item_id == MinutesComment.item_id,
        ItemAttendance.there,
        ItemAttendance.attendance_id == Attendance.id,
        Attendance.user_id == actor.user_id,
    )
    without_case = exists().where(
        AgendaItem.id == MinutesComment.item_id,
        AgendaItem.case_id.is_(None),
        AgendaItem.id.not_in(actor.recused_items),
    )
    of_open_case = exists().where(
        AgendaItem.id == MinutesComment.item_id,
        AgendaItem.case_id == Case.id,
        Case.id.not_in(actor.recused_cases),
        or_(Case.restricted.is_(False), cases.open_to(actor)),
    )
    leads = Meeting.group_id.in_(actor.led_groups)
    return or_(MinutesComment.item_id.is_(None), and_(or_(without_case, of_open_case), or_(leads, there)))


RULES = {
    Permission.WORD_ENTRY: word_entry,
    Permission.READ_WORDING: read_wording,
    Permission.COMMENT_ON_MINUTES: comment,
    Permission.SETTLE_COMMENT: settle_comment,
}
