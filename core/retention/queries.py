"""Reads of periods, holds and monthly lists. Lists are of references and days: they name nobody."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, literal, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.accounts.models import User
from core.actions.models import Action
from core.cases.models import Case
from core.clock import at_local, local_date
from core.database import version_of_values
from core.errors import NotFound
from core.extensions import db
from core.facts import ActionStatus, Actor, CaseStatus, CorrectionStatus, MeetingStatus, MinutesStatus
from core.meetings.models import AgendaItem, Meeting
from core.minutes.models import Correction, Minutes, SubjectAccessCopy
from core.partnerships.models import PartnershipAgency
from core.people.history.models import Rectification
from core.people.models import Person
from core.policy.partnerships import partnership_admin
from core.policy.retention import approve_list
from core.policy.standing import data_lead
from core.recording.models import Attendance, ItemAttendance
from core.referrals.models import Referral
from core.retention.erasing import FORMER, family_of, people_in
from core.retention.kinds import RULES, Kind, Rule, Unit
from core.retention.models import (
    Decision,
    LegalHold,
    RetentionApproval,
    RetentionEntry,
    RetentionList,
    RetentionPeriod,
)
from core.retention.reaching import Known, Reach, registry
from core.subject_access.models import AccessRequest
from core.web.addresses import row_id
from core.working_days import add_months

PAGE = 50
"""Lines of a list on one page."""

ON_HOLD = "On legal hold"
PERSON_ON_HOLD = "Somebody named in it is on legal hold"
OPEN_ACTION = "An action is open"
OPEN_REFERRAL = "A referral is open"
MEETING_TO_COME = "It is on the agenda of a meeting that is not over"
MINUTES_OPEN = "Minutes that tell of it are not approved"
CORRECTION_OPEN = "A correction of minutes about it is not decided"
ASKED = "Somebody named in it has asked about their data, and is not answered"
NOT_CLOSED = "It was opened again"
NOT_DUE = "It is not due any more"
CLEAR: Sequence[str] = ()


def periods_of(partnership_id: int) -> Mapping[Kind, int]:
    """Kind -> how long the partnership keeps it, in its rule's unit."""
    chosen = db.session.execute(
        select(RetentionPeriod.kind, RetentionPeriod.period).where(RetentionPeriod.partnership_id == partnership_id)
    )
    return {kind: rule.default for kind, rule in RULES.items()} | dict(chosen.all())


def last_day(rule: Rule, period: int, *, on: date) -> date:
    """What ended on that day or before is due on `on`."""
    return on - timedelta(days=period) if rule.unit is Unit.DAYS else add_months(on, -12 * period)


def due_from(rule: Rule, period: int, *, ended: date) -> date:
    """The first day on which what ended on that day is due."""
    return ended + timedelta(days=period) if rule.unit is Unit.DAYS else add_months(ended, 12 * period)


def version_of_periods(periods: Mapping[Kind, int]) -> int:
    """What a form over them carries."""
    return version_of_values(*(f"{kind.value}={period}" for kind, period in sorted(periods.items())))


def box_of(kind: Kind) -> str:
    """The name of its field in the form."""
    return kind.value.replace(" ", "_")


def due_cases(partnership_id: int, last: date, *, on: date) -> Select[int, str, date | None]:
    """Id, reference and closing day of the cases that are due, those kept until a later day left out."""
    return (
        select(Case.id, Case.ref, Case.closed_on)
        .where(
            Case.partnership_id == partnership_id,
            Case.status == literal("closed", literal_execute=True),
            Case.erased_on.is_(None),
            Case.closed_on <= last,
            ~_kept(Kind.CASE, Case.id, on),
        )
        .order_by(Case.closed_on, Case.id)
    )


def due_accounts(partnership_id: int, last: date, *, on: date) -> Select[int, datetime | None]:
    """Id and day of retired accounts of agencies that belong to this partnership."""
    of_it = exists().where(
        PartnershipAgency.agency_id == User.agency_id, PartnershipAgency.partnership_id == partnership_id
    )
    return (
        select(User.id, User.retired_at)
        .where(of_it, User.retired_at < at_local(last + timedelta(days=1), time(0)), User.name != FORMER)
        .where(~_kept(Kind.ACCOUNT, User.id, on))
        .order_by(User.id)
    )


def _kept(kind: Kind, record_id: Any, on: date) -> Any:
    return exists().where(
        RetentionEntry.kind == kind,
        RetentionEntry.record_id == record_id,
        RetentionEntry.decision == Decision.KEPT,
        RetentionEntry.keep_until > on,
    )


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
    why = held_up([entry.record_id for entry in shown if entry.kind is Kind.CASE])
    lines = [Listed(entry, why.get(entry.record_id, CLEAR) if entry.kind is Kind.CASE else CLEAR) for entry in shown]
    more = len(entries) > PAGE
    return ListPage(lines, f"{shown[-1].due_since.isoformat()}_{shown[-1].id}" if more else "")


def _place(after: str) -> tuple[date, int] | None:
    day, _, typed = after.partition("_")
    try:
        return (date.fromisoformat(day), number) if (number := row_id(typed)) is not None else None
    except ValueError:
        return None


def why_not(partnership_id: int, kind: Kind, record_id: int, *, on: date) -> Sequence[str]:
    """Why a line that was approved must not be erased on that day: it is not due any more, or something holds it up."""
    rule = RULES[kind]
    last = last_day(rule, periods_of(partnership_id)[kind], on=on)
    asked: Any
    if kind is Kind.CASE:
        asked = due_cases(partnership_id, last, on=on).where(Case.id == record_id)
    else:
        asked = due_accounts(partnership_id, last, on=on).where(User.id == record_id)
    late = CLEAR if db.session.execute(asked).first() is not None else (NOT_DUE,)
    return [*late, *(held_up([record_id]).get(record_id, CLEAR) if kind is Kind.CASE else CLEAR)]


def held_up(cases: Collection[int]) -> Mapping[int, Sequence[str]]:
    """Case -> why it must not be erased now; cases of which nothing is open are left out."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for reason, asked in _QUESTIONS:
        for case_id in sorted(set(db.session.scalars(asked(cases)))):
            found[case_id].append(reason)
    known, _ = registry()
    for reason, people in ((PERSON_ON_HOLD, _people_on_hold()), (ASKED, _people_who_asked())):
        for case_id in _that_hold(sorted(set(cases)), people, known) if people else ():
            found[case_id].append(reason)
    return found


def people_held_up(people: Collection[int]) -> Sequence[str]:
    """Why none of these people must be erased now, whatever names them."""
    every = ((PERSON_ON_HOLD, _people_on_hold()), (ASKED, _people_who_asked()))
    return [reason for reason, held in every if {*held} & {*people}]


def _that_hold(cases: Sequence[int], people: Collection[int], known: Mapping[str, Known]) -> list[int]:
    """Those of the cases of which a row, in whatever table, holds one of the people: whoever was taken out of a case
    stays in what was written about them, and would be erased with it. By halves: most hold none of them.
    """
    if not cases or not people_in(Reach(known, cases=cases)) & {*people}:
        return []
    half = len(cases) // 2
    if not half:
        return list(cases)
    return [*_that_hold(cases[:half], people, known), *_that_hold(cases[half:], people, known)]


def _people_on_hold() -> Collection[int]:
    held = db.session.scalars(
        select(LegalHold.person_id).where(LegalHold.person_id.is_not(None), LegalHold.ended_at.is_(None))
    )
    return family_of({each for each in held if each is not None})


def _people_who_asked() -> Collection[int]:
    """Copies of minutes in the making, requests to set right: whoever asks is answered of what is held now."""
    asked: set[int] = set()
    for column, *still in (
        (SubjectAccessCopy.person_id, SubjectAccessCopy.issued_at.is_(None), SubjectAccessCopy.withdrawn_at.is_(None)),
        (AccessRequest.person_id, AccessRequest.ended_at.is_(None), AccessRequest.given_on.is_(None)),
        (Rectification.person_id, Rectification.answered_at.is_(None)),
    ):
        asked |= set(db.session.scalars(select(column).where(column.is_not(None), *still)))
    return family_of(asked)


def _opened(cases: Collection[int]) -> Select[Any]:
    return select(Case.id).where(Case.id.in_(cases), Case.status != CaseStatus.CLOSED)


def _on_hold(cases: Collection[int]) -> Select[Any]:
    return select(LegalHold.case_id).where(LegalHold.case_id.in_(cases), LegalHold.ended_at.is_(None))


def _open_action(cases: Collection[int]) -> Select[Any]:
    return select(Action.case_id).where(Action.case_id.in_(cases), Action.status == ActionStatus.OPEN)


def _open_referral(cases: Collection[int]) -> Select[Any]:
    return select(Referral.case_id).where(Referral.case_id.in_(cases), Referral.closed_at.is_(None))


def _meeting_to_come(cases: Collection[int]) -> Select[Any]:
    going_on = (MeetingStatus.SCHEDULED, MeetingStatus.IN_SESSION)
    return (
        select(AgendaItem.case_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(AgendaItem.case_id.in_(cases), AgendaItem.taken_off_at.is_(None), Meeting.status.in_(going_on))
    )


def _minutes_open(cases: Collection[int]) -> Select[Any]:
    return (
        select(AgendaItem.case_id)
        .join(Minutes, Minutes.meeting_id == AgendaItem.meeting_id)
        .where(AgendaItem.case_id.in_(cases), Minutes.status != MinutesStatus.APPROVED)
    )


def _correction_open(cases: Collection[int]) -> Select[Any]:
    return (
        select(AgendaItem.case_id)
        .join(Correction, Correction.item_id == AgendaItem.id)
        .where(AgendaItem.case_id.in_(cases), Correction.status == CorrectionStatus.PROPOSED)
    )


_QUESTIONS = (
    (NOT_CLOSED, _opened),
    (ON_HOLD, _on_hold),
    (OPEN_ACTION, _open_action),
    (OPEN_REFERRAL, _open_referral),
    (MEETING_TO_COME, _meeting_to_come),
    (MINUTES_OPEN, _minutes_open),
    (CORRECTION_OPEN, _correction_open),
)


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
