"""What is due to be erased, kind by kind, and from which day the period of each runs.

A case's runs from the day on which it was closed, an account's from when it was retired, a request's from when it was
answered or closed, that of an emergency of no case from when it was asked for, and a meeting's, of what belongs to no
case, from the day that it was held.

Of somebody whom no case names it runs from the last day on which the trail names them, or a record that was merged into
theirs: whatever was read, written or disclosed of them then. An attempt that was refused does not count, nor a hold
that was set or ended: nobody keeps a record by trying to see it. While a request of theirs is kept, they are, too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, literal, or_, select

from core.accounts.models import User
from core.audit import Category
from core.audit.models import AuditRecord, AuditSubject
from core.cases.models import Case, CasePerson
from core.clock import at_local, local_date
from core.emergencies.models import Emergency
from core.extensions import db
from core.meetings.models import Meeting
from core.partnerships.models import Group, PartnershipAgency
from core.people.merging.queries import kept_as
from core.people.models import Person
from core.retention.erasing import FORMER, named_elsewhere, with_merged
from core.retention.in_the_way import CLEAR, in_the_way
from core.retention.kinds import RULES, Kind, Rule, Unit
from core.retention.models import Decision, Erasure, RetentionEntry
from core.retention.queries import periods_of
from core.retention.reaching import Reach, registry
from core.subject_access.models import AccessRequest
from core.working_days import add_months

NOT_DUE = "It is not due any more"

AT_A_TIME = 500
"""People whose traces are asked for in one statement."""

REFERENCE = 40
"""Characters of a line's reference: of a longer one its end is kept, which has the day."""

NOT_COUNTED = ("retention.hold", "retention.end_hold")


@dataclass(frozen=True, slots=True)
class Due:
    """A record that is due, and since when."""

    kind: Kind
    record_id: int
    reference: str
    since: date


def last_day(rule: Rule, period: int, *, on: date) -> date:
    """What ended on that day or before is due on `on`."""
    return on - timedelta(days=period) if rule.unit is Unit.DAYS else add_months(on, -12 * period)


def due_from(rule: Rule, period: int, *, ended: date) -> date:
    """The first day on which what ended on that day is due."""
    return ended + timedelta(days=period) if rule.unit is Unit.DAYS else add_months(ended, 12 * period)


def all_due(partnership_id: int, *, on: date) -> Sequence[Due]:
    """Whatever is due in a partnership on that day."""
    periods = periods_of(partnership_id)
    found = []
    for kind, ended in _ENDED.items():
        rule, period = RULES[kind], periods[kind]
        for record_id, reference, day in ended(partnership_id, last_day(rule, period, on=on), on, None):
            found.append(Due(kind, record_id, reference[-REFERENCE:], due_from(rule, period, ended=day)))
    return found


def why_not(partnership_id: int, kind: Kind, record_id: int, *, on: date) -> Sequence[str]:
    """Why a line that was approved must not be erased on that day: it is not due any more, or something holds it up."""
    last = last_day(RULES[kind], periods_of(partnership_id)[kind], on=on)
    still = next(iter(_ENDED[kind](partnership_id, last, on, record_id)), None)
    return [*(CLEAR if still is not None else (NOT_DUE,)), *in_the_way(kind, [record_id]).get(record_id, CLEAR)]


Ended = tuple[int, str, date]
"""A record, its reference, and the day from which its period runs."""


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


def _cases(partnership_id: int, last: date, on: date, only: int | None) -> Iterator[Ended]:
    rows = db.session.execute(_only(due_cases(partnership_id, last, on=on), Case.id, only))
    return ((number, ref, day) for number, ref, day in rows if day is not None)


def _accounts(partnership_id: int, last: date, on: date, only: int | None) -> Iterator[Ended]:
    """Retired accounts of agencies that belong to this partnership."""
    of_it = exists().where(
        PartnershipAgency.agency_id == User.agency_id, PartnershipAgency.partnership_id == partnership_id
    )
    asked = (
        select(User.id, User.retired_at)
        .where(of_it, User.retired_at < _end_of(last), User.name != FORMER, ~_kept(Kind.ACCOUNT, User.id, on))
        .order_by(User.id)
    )
    rows = db.session.execute(_only(asked, User.id, only))
    return ((number, f"Account {number}", local_date(at)) for number, at in rows if at is not None)


def _requests(partnership_id: int, last: date, on: date, only: int | None) -> Iterator[Ended]:
    """Requests that were answered or closed, also those of which nothing was held. One of somebody who was erased went
    with them.
    """
    gone = exists().where(Person.id == AccessRequest.person_id, Person.erased_on.is_not(None))
    asked = (
        select(AccessRequest.id, AccessRequest.ref, AccessRequest.given_on, AccessRequest.ended_at)
        .where(
            AccessRequest.partnership_id == partnership_id,
            or_(AccessRequest.given_on <= last, AccessRequest.ended_at < _end_of(last)),
            ~_erased(Kind.ACCESS, AccessRequest.id, AccessRequest.received_on),
            ~_kept(Kind.ACCESS, AccessRequest.id, on),
            ~gone,
        )
        .order_by(AccessRequest.id)
    )
    for number, ref, given_on, ended_at in db.session.execute(_only(asked, AccessRequest.id, only)):
        days = [day for day in (given_on, local_date(ended_at) if ended_at is not None else None) if day is not None]
        if max(days) <= last:
            yield number, ref, max(days)


def _emergencies(partnership_id: int, last: date, on: date, only: int | None) -> Iterator[Ended]:
    """Of no case: those of a case go with it."""
    asked = (
        select(Emergency.id, Emergency.asked_at)
        .where(
            Emergency.partnership_id == partnership_id,
            Emergency.case_id.is_(None),
            Emergency.asked_at < _end_of(last),
            ~_erased(Kind.EMERGENCY, Emergency.id, Emergency.asked_at),
            ~_kept(Kind.EMERGENCY, Emergency.id, on),
        )
        .order_by(Emergency.id)
    )
    rows = db.session.execute(_only(asked, Emergency.id, only))
    return ((number, f"Emergency {number}", local_date(at)) for number, at in rows)


def _meetings(partnership_id: int, last: date, on: date, only: int | None) -> Iterator[Ended]:
    """Their words of no case: headings, notes, places, and actions that are no case's."""
    asked = (
        select(Meeting.id, Meeting.ref, Meeting.starts_at)
        .join(Group, Group.id == Meeting.group_id)
        .where(
            Group.partnership_id == partnership_id,
            Meeting.starts_at < _end_of(last),
            ~_erased(Kind.MEETING, Meeting.id, Meeting.starts_at),
            ~_kept(Kind.MEETING, Meeting.id, on),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    rows = db.session.execute(_only(asked, Meeting.id, only))
    return ((number, ref, local_date(at)) for number, ref, at in rows)


def _people(partnership_id: int, last: date, on: date, only: int | None) -> Iterator[Ended]:
    """Whom no row of a case holds, in core's tables and in plugins', nor one of a record that was merged into theirs.
    Most are named in a case as such: those are left out first, by an index.
    """
    asked = (
        select(Person.id, Person.ref)
        .where(
            Person.partnership_id == partnership_id,
            Person.erased_on.is_(None),
            Person.merged_into_id.is_(None),
            ~exists().where(CasePerson.person_id == Person.id),
            ~_kept(Kind.PERSON, Person.id, on),
        )
        .order_by(Person.id)
    )
    found = db.session.execute(_only(asked, Person.id, only)).all()
    for first in range(0, len(found), AT_A_TIME):
        some: dict[int, str] = dict(found[first : first + AT_A_TIME])
        kept = kept_as(with_merged(some))
        named = {kept[each] for each in _named_or_asked(set(kept))}
        days = _last_named(kept)
        for number, ref in some.items():
            if number not in named and (day := days[number]) <= last:
                yield number, ref, day


def _named_or_asked(people: Collection[int]) -> set[int]:
    """Those of them whom a row of a case holds, or of whom a request is kept."""
    known, _ = registry()
    asked = select(AccessRequest.person_id).where(
        AccessRequest.person_id.in_(people), ~_erased(Kind.ACCESS, AccessRequest.id, AccessRequest.received_on)
    )
    return named_elsewhere(Reach(known), people) | {each for each in db.session.scalars(asked) if each is not None}


def _last_named(kept: Mapping[int, int]) -> Mapping[int, date]:
    """Person who is kept -> the last day on which the trail names them or one merged into them. Of whom it says
    nothing at all: the day on which it begins.
    """
    subjects = {f"p_{number}": root for number, root in kept.items()}
    rows = db.session.execute(
        select(AuditSubject.subject, func.max(AuditRecord.at))
        .join(AuditRecord, AuditRecord.seq == AuditSubject.seq)
        .where(
            AuditSubject.subject.in_(subjects),
            AuditRecord.category != Category.DENIED.value,
            AuditRecord.action.not_in(NOT_COUNTED),
        )
        .group_by(AuditSubject.subject)
    )
    began = db.session.scalar(select(func.min(AuditRecord.at)))
    days: defaultdict[int, date] = defaultdict(lambda: local_date(began) if began is not None else date.max)
    for subject, at in rows:
        root = subjects[subject]
        days[root] = max(days[root], local_date(at)) if root in days else local_date(at)
    return days


def _only(asked: Any, column: Any, record_id: int | None) -> Any:
    return asked if record_id is None else asked.where(column == record_id)


def _end_of(day: date) -> datetime:
    return at_local(day + timedelta(days=1), time(0))


def _kept(kind: Kind, record_id: Any, on: date) -> Any:
    return exists().where(
        RetentionEntry.kind == kind,
        RetentionEntry.record_id == record_id,
        RetentionEntry.decision == Decision.KEPT,
        RetentionEntry.keep_until > on,
    )


def _erased(kind: Kind, record_id: Any, since: Any) -> Any:
    """Whether it was, since that day: after a restore a number may be given again, to another record."""
    return exists().where(Erasure.kind == kind, Erasure.record_id == record_id, Erasure.on > since)


_ENDED = {
    Kind.CASE: _cases,
    Kind.PERSON: _people,
    Kind.ACCESS: _requests,
    Kind.EMERGENCY: _emergencies,
    Kind.MEETING: _meetings,
    Kind.ACCOUNT: _accounts,
}
