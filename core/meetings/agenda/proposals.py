"""What the software proposes for an agenda (docs/domain.md, step 3): each kind in one query."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select

from core.actions.models import Action
from core.cases.models import Case, CaseGroup
from core.clock import local_date
from core.dates import in_words, month_in_words
from core.extensions import db
from core.facts import ActionStatus, Actor, CaseStatus, ItemOutcome, MeetingStatus
from core.incidents.queries import area_of, last_month_in, worst_streets
from core.meetings.models import AgendaItem, Meeting
from core.partnerships.models import Group
from core.policy.cases import open_to
from core.referrals.models import Referral

STREETS = 20
"""How many streets are proposed."""

MONTHS = 12
"""Months of the incident register that streets are ranked by, up to its last one."""


@dataclass(slots=True)
class Proposal:
    """A case that might be heard, and every reason for it."""

    case_id: int
    ref: str
    title: str
    reasons: list[str] = field(default_factory=list)
    carried_from: int | None = None
    times_carried: int = 0
    """How often it will have been carried forward, when it is added."""

    @property
    def reason(self) -> str:
        """All of them, as a sentence each."""
        return " ".join(self.reasons)


@dataclass(frozen=True, slots=True)
class Street:
    """A street of the group's area, with its incidents in the period."""

    name: str
    incidents: int
    first: date
    last: date
    """First days of the first and the last month of the period."""

    @property
    def reason(self) -> str:
        """For the agenda: count and period."""
        period = f"{month_in_words(self.first)} to {month_in_words(self.last)}"
        return f"{self.incidents} incident{'s' if self.incidents != 1 else ''} recorded by the police, {period}."


def proposals_for(actor: Actor, meeting: Meeting, last: Meeting | None) -> list[Proposal]:
    """Cases that the actor may open and that are not on the agenda, carried-forward ones first.

    `last` is the group's last meeting that was held, None before the first.
    """
    found: dict[int, Proposal] = {}

    def propose(row: Row[int, str, str]) -> Proposal:
        return found.setdefault(row.id, Proposal(row.id, row.ref, row.title))

    if last is not None:
        for row in db.session.execute(_left_over(actor, meeting, last)):
            proposal = propose(row)
            proposal.carried_from = row.item_id
            carried = row.outcome is ItemOutcome.CARRIED_FORWARD
            proposal.times_carried = row.times_carried + carried
            why = f": {row.outcome_reason}" if row.outcome_reason else "."
            said = "Carried forward from the last meeting" if carried else "Not heard at the last meeting"
            proposal.reasons.append(said + why)
    on = local_date(meeting.starts_at)
    for row in db.session.execute(_overdue(actor, meeting, on)):
        overdue = f"{row.number} action{'s are' if row.number != 1 else ' is'} overdue by the day of the meeting."
        propose(row).reasons.append(overdue)
    for row in db.session.execute(_due_for_review(actor, meeting, on)):
        propose(row).reasons.append(f"Due for review on {in_words(row.review_on)}.")
    if last is not None:
        for row in db.session.execute(_moved(actor, meeting, last)):
            moved = f"{row.number} referral{'s have' if row.number != 1 else ' has'} moved since the last meeting."
            propose(row).reasons.append(moved)
    return list(found.values())


def streets_for(group: Group, taken: Sequence[str]) -> list[Street]:
    """The streets of the group's area with most incidents, those on the agenda already (`taken`) left out.

    Empty for a group without an area, or before any incident was imported.
    """
    area = area_of(group)
    last = last_month_in(group.partnership_id, area)
    if last is None:
        return []
    first = _months_before(last, MONTHS - 1)
    ranked = worst_streets(group.partnership_id, area, since=first, until=last, but=taken, most=STREETS)
    return [Street(row.street, row.incidents, first, last) for row in ranked]


def _months_before(month: date, count: int) -> date:
    months = month.year * 12 + month.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


def _cases(actor: Actor, meeting: Meeting) -> Select[int, str, str]:
    """Id, reference and title of open cases that the actor may open and that are not on the agenda."""
    on_agenda = select(AgendaItem.case_id).where(
        AgendaItem.meeting_id == meeting.id,
        AgendaItem.taken_off_at.is_(None),
        AgendaItem.case_id.is_not(None),
    )
    return select(Case.id, Case.ref, Case.title).where(
        open_to(actor), Case.status != CaseStatus.CLOSED, Case.id.not_in(on_agenda)
    )


def _left_over(actor: Actor, meeting: Meeting, last: Meeting) -> Select[*tuple[Any, ...]]:
    return (
        _cases(actor, meeting)
        .join(AgendaItem, AgendaItem.case_id == Case.id)
        .add_columns(
            AgendaItem.id.label("item_id"),
            AgendaItem.outcome,
            AgendaItem.outcome_reason,
            AgendaItem.times_carried,
        )
        .where(
            AgendaItem.meeting_id == last.id,
            AgendaItem.taken_off_at.is_(None),
            AgendaItem.outcome.in_(_left_over_outcomes(last)),
        )
        .order_by(AgendaItem.position)
    )


def _left_over_outcomes(last: Meeting) -> list[ItemOutcome]:
    """What was adjourned is heard at the day that it was adjourned to, unless that was cancelled."""
    outcomes = [ItemOutcome.CARRIED_FORWARD, ItemOutcome.NOT_HEARD, ItemOutcome.PENDING]
    if last.adjourned_to_id is not None:
        other = select(Meeting.status).where(Meeting.id == last.adjourned_to_id)
        if db.session.scalars(other).one() is MeetingStatus.CANCELLED:
            outcomes.append(ItemOutcome.ADJOURNED)
    return outcomes


def _overdue(actor: Actor, meeting: Meeting, on: date) -> Select[*tuple[Any, ...]]:
    return (
        _cases(actor, meeting)
        .join(Action, Action.case_id == Case.id)
        .add_columns(func.count().label("number"))
        .where(Action.group_id == meeting.group_id, Action.status == ActionStatus.OPEN, Action.due_on < on)
        .group_by(Case.id, Case.ref, Case.title)
        .order_by(Case.ref)
    )


def _heard_by_group(meeting: Meeting) -> ColumnElement[bool]:
    return Case.id.in_(select(CaseGroup.case_id).where(CaseGroup.group_id == meeting.group_id))


def _due_for_review(actor: Actor, meeting: Meeting, on: date) -> Select[*tuple[Any, ...]]:
    return (
        _cases(actor, meeting)
        .add_columns(Case.review_on)
        .where(_heard_by_group(meeting), Case.review_on.is_not(None), Case.review_on <= on)
        .order_by(Case.review_on, Case.ref)
    )


def _moved(actor: Actor, meeting: Meeting, last: Meeting) -> Select[*tuple[Any, ...]]:
    return (
        _cases(actor, meeting)
        .join(Referral, Referral.case_id == Case.id)
        .add_columns(func.count().label("number"))
        .where(_heard_by_group(meeting), Referral.moved_at > (last.closed_at or last.ends_at))
        .group_by(Case.id, Case.ref, Case.title)
        .order_by(Case.ref)
    )
