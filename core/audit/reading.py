"""Who saw what: of one person, and of accounts that opened unusually much in a short time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, extract, func, or_, select

from core.audit.models import AuditRecord, AuditSubject
from core.audit.trail import Category
from core.extensions import db

SEEN = (Category.CONSULTATION.value, Category.DISCLOSURE.value)
"""Categories by which somebody came to read."""

MUCH = 60
"""Different things opened within one hour of the clock from which on it is told. Roundtable's own choice: a meeting of
forty cases, with their people, stays below; whoever goes through the books does not.
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one account did with one person's data, over all time."""

    actor: str
    reads: int
    disclosures: int
    changes: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class While:
    """A record of a person (`p_7`), from when until when it held what is asked for."""

    subject: str
    since: datetime | None = None
    until: datetime | None = None


def who_saw(records: Sequence[While]) -> Sequence[Sight]:
    """Every account with an entry about any of those records of a person, whoever read last first. One query."""
    about = or_(*(_about(each) for each in records))
    rows = db.session.execute(
        select(
            AuditRecord.actor,
            func.count(case((AuditRecord.category == Category.CONSULTATION.value, 1))),
            func.count(case((AuditRecord.category == Category.DISCLOSURE.value, 1))),
            func.count(case((AuditRecord.category.not_in(SEEN), 1))),
            func.min(AuditRecord.at),
            func.max(AuditRecord.at),
        )
        .where(about, AuditRecord.outcome == "allow")
        .group_by(AuditRecord.actor)
        .order_by(func.max(AuditRecord.seq).desc())
    )
    return [Sight(*row) for row in rows]


def _about(each: While) -> ColumnElement[bool]:
    named = select(AuditSubject.seq).where(AuditSubject.subject == each.subject)
    when = [AuditRecord.at >= each.since] if each.since is not None else []
    if each.until is not None:
        when.append(AuditRecord.at <= each.until)
    return and_(AuditRecord.seq.in_(named), *when)


@dataclass(frozen=True, slots=True)
class Spell:
    """An hour of the clock in which an account opened much: how many things, and from when to when."""

    actor: str
    things: int
    first: datetime
    last: datetime


def much_read(*, since: datetime, until: datetime, actors: frozenset[str] | None) -> Sequence[Spell]:
    """The hours between those moments in which one of the actors opened MUCH different things, the newest first.

    `actors`: of whom; None for everybody. Roundtable itself is left out. One query.
    """
    things = func.count(AuditRecord.object.distinct())
    query = (
        select(AuditRecord.actor, things, func.min(AuditRecord.at), func.max(AuditRecord.at))
        .where(
            AuditRecord.at >= since,
            AuditRecord.at < until,
            AuditRecord.category.in_(SEEN),
            AuditRecord.outcome == "allow",
            AuditRecord.actor != "u_0",
        )
        .group_by(AuditRecord.actor, func.date(AuditRecord.at), extract("hour", AuditRecord.at))
        .having(things >= MUCH)
        .order_by(func.max(AuditRecord.at).desc(), AuditRecord.actor)
    )
    if actors is not None:
        query = query.where(func.coalesce(AuditRecord.actor, "").in_(actors))
    return [Spell(*row) for row in db.session.execute(query)]
