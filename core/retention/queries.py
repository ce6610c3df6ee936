"""Reads of periods, holds and monthly lists. Lists are of references and days: they name nobody."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.cases.models import Case
from core.clock import local_date
from core.database import version_of_values
from core.errors import NotFound
from core.extensions import db
from core.facts import Actor
from core.meetings.models import AgendaItem, Meeting
from core.people.models import Person
from core.policy.partnerships import partnership_admin
from core.policy.retention import approve_list
from core.policy.standing import data_lead
from core.recording.models import Attendance, ItemAttendance
from core.retention.in_the_way import CLEAR, in_the_way
from core.retention.kinds import RULES, Kind
from core.retention.models import (
    LegalHold,
    RetentionApproval,
    RetentionEntry,
    RetentionList,
    RetentionPeriod,
)
from core.web.addresses import row_id

PAGE = 50
"""Lines of a list on one page."""


def periods_of(partnership_id: int) -> Mapping[Kind, int]:
    """Kind -> how long the partnership keeps it, in its rule's unit."""
    chosen = db.session.execute(
        select(RetentionPeriod.kind, RetentionPeriod.period).where(RetentionPeriod.partnership_id == partnership_id)
    )
    return {kind: rule.default for kind, rule in RULES.items()} | dict(chosen.all())


def version_of_periods(periods: Mapping[Kind, int]) -> int:
    """What a form over them carries."""
    return version_of_values(*(f"{kind.value}={period}" for kind, period in sorted(periods.items())))


def box_of(kind: Kind) -> str:
    """The name of its field in the form."""
    return kind.value.replace(" ", "_")


def list_by_id(partnership_id: int | None, list_id: int) -> RetentionList:
    """With its approvals. Raises NotFound."""
    found = db.session.scalars(
        select(RetentionList)
        .where(RetentionList.id == list_id, RetentionList.partnership_id == partnership_id)
        .options(
            selectinload(RetentionList.approvals).joinedload(RetentionApproval.user), raiseload("*", sql_only=True)
        )
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound
    return found


def waiting_for(actor: Actor) -> Sequence[RetentionList]:
    """Lists that wait for the actor to approve them, the oldest first. One query, of the people concerned alone."""
    if not (data_lead(actor) or partnership_admin(actor)):
        return []
    found = db.session.scalars(
        select(RetentionList)
        .where(RetentionList.partnership_id == actor.partnership_id, RetentionList.approved_at.is_(None))
        .order_by(RetentionList.month)
        .options(selectinload(RetentionList.approvals), raiseload("*", sql_only=True))
    ).all()
    return [each for each in found if approve_list(actor, each)]


def lists_of(partnership_id: int) -> Sequence[tuple[RetentionList, int]]:
    """The newest first, each with how many lines it has."""
    number = select(func.count()).where(RetentionEntry.list_id == RetentionList.id).scalar_subquery()
    rows = db.session.execute(
        select(RetentionList, number)
        .where(RetentionList.partnership_id == partnership_id)
        .order_by(RetentionList.month.desc())
        .limit(36)
    )
    return [(found, count) for found, count in rows]


def entry_of(found: RetentionList, entry_id: int) -> RetentionEntry:
    """A line of that list. Raises NotFound."""
    entry = db.session.scalars(
        select(RetentionEntry)
        .where(RetentionEntry.id == entry_id, RetentionEntry.list_id == found.id)
        .options(joinedload(RetentionEntry.of_list), joinedload(RetentionEntry.decided_by))
    ).first()
    if entry is None:
        raise NotFound
    return entry


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of a list and why it stays for now, where something holds it up."""

    entry: RetentionEntry
    held_up: Sequence[str]


@dataclass(frozen=True, slots=True)
class ListPage:
    """Some lines of a list, and where the next begin."""

    lines: Sequence[Listed]
    after: str
    """Empty where these are the last."""


def page_of(list_id: int, *, after: str = "") -> ListPage:
    """The lines in the order of the days, `PAGE` at a time."""
    asked = (
        select(RetentionEntry)
        .where(RetentionEntry.list_id == list_id)
        .order_by(RetentionEntry.due_since, RetentionEntry.id)
        .limit(PAGE + 1)
        .options(joinedload(RetentionEntry.decided_by), raiseload("*", sql_only=True))
    )
    if place := _place(after):
        day, number = place
        asked = asked.where(
            RetentionEntry.due_since >= day, or_(RetentionEntry.due_since > day, RetentionEntry.id > number)
        )
    entries = db.session.scalars(asked).all()
    shown = entries[:PAGE]
    by_kind: defaultdict[Kind, list[int]] = defaultdict(list)
    for entry in shown:
        by_kind[entry.kind].append(entry.record_id)
    why = {kind: in_the_way(kind, ids) for kind, ids in by_kind.items()}
    lines = [Listed(entry, why[entry.kind].get(entry.record_id, CLEAR)) for entry in shown]
    more = len(entries) > PAGE
    return ListPage(lines, f"{shown[-1].due_since.isoformat()}_{shown[-1].id}" if more else "")


def _place(after: str) -> tuple[date, int] | None:
    day, _, typed = after.partition("_")
    try:
        return (date.fromisoformat(day), number) if (number := row_id(typed)) is not None else None
    except ValueError:
        return None


def holds_on_case(case_id: int) -> Sequence[LegalHold]:
    """The newest first."""
    return _holds(LegalHold.case_id == case_id)


def holds_on_person(people: Collection[int]) -> Sequence[LegalHold]:
    """The same, of somebody and those merged into them."""
    return _holds(LegalHold.person_id.in_(people))


def standing_holds(partnership_id: int) -> Sequence[LegalHold]:
    """Those that stand in a partnership."""
    return _holds(and_(LegalHold.partnership_id == partnership_id, LegalHold.ended_at.is_(None)))


def hold_by_id(partnership_id: int | None, hold_id: int) -> LegalHold:
    """Raises NotFound."""
    found = _holds(and_(LegalHold.id == hold_id, LegalHold.partnership_id == partnership_id))
    if not found:
        raise NotFound
    return found[0]


def _holds(which: Any) -> Sequence[LegalHold]:
    return db.session.scalars(
        select(LegalHold)
        .where(which)
        .options(
            joinedload(LegalHold.by),
            joinedload(LegalHold.agency),
            joinedload(LegalHold.ended_by),
            joinedload(LegalHold.case).load_only(Case.ref, Case.partnership_id),
            joinedload(LegalHold.person).load_only(Person.ref, Person.partnership_id),
        )
        .order_by(LegalHold.since.desc(), LegalHold.id.desc())
    ).all()


@dataclass(frozen=True, slots=True)
class WasPresent:
    """A meeting that heard a case, and for which agencies somebody was there while it did."""

    meeting: str
    on: date
    agencies: Sequence[str]


def who_was_present(case_id: int) -> Sequence[WasPresent]:
    """Which controllers were present when a case was heard: answered years later, too, for it is not erased."""
    rows = db.session.execute(
        select(Meeting.ref, Meeting.starts_at, Attendance.agency_name)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .join(ItemAttendance, ItemAttendance.item_id == AgendaItem.id)
        .join(Attendance, Attendance.id == ItemAttendance.attendance_id)
        .where(AgendaItem.case_id == case_id, ItemAttendance.there)
        .order_by(Meeting.starts_at, Meeting.id, Attendance.agency_name)
    )
    found: defaultdict[tuple[str, date], list[str]] = defaultdict(list)
    for ref, starts_at, agency in rows:
        if agency not in found[ref, local_date(starts_at)]:
            found[ref, local_date(starts_at)].append(agency)
    return [WasPresent(ref, on, agencies) for (ref, on), agencies in found.items()]
