"""What every kind of disclosure is read as: the same columns, the same scope, the same filters."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, cast, false, func, literal, null, select
from sqlalchemy.orm import aliased

from core.cases.models import Case, CaseAgency, CaseGroup
from core.clock import at_local
from core.disclosures.lists import Kind
from core.facts import Actor
from core.partnerships.models import Agency
from core.policy import disclosing

Line = Select[*tuple[Any, ...]]
"""A select of the columns of `line`."""

BY = aliased(Agency)
OPENED = aliased(CaseAgency)
HEARD = aliased(CaseGroup)
# Under another name: whether a case is open to somebody asks these tables, too.


@dataclass(frozen=True, slots=True)
class Scope:
    """Of what the register is asked, and by whom.

    `case` says which cases; `people`, where it is asked of somebody, the ids of all that is one person. `whole`: by
    the data protection lead, of the partnership: references alone, and so without what the others may not be told of.
    """

    actor: Actor
    case: ColumnElement[bool]
    people: frozenset[int] | None = None
    whole: bool = False

    def told(self, rule: Callable[[Actor], ColumnElement[bool]]) -> ColumnElement[bool]:
        """Of what has a rule of its own, what the actor may be told of."""
        return disclosing.everything(self.actor) if self.whole else rule(self.actor)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of it. Empty means any."""

    kinds: Collection[Kind] = ()
    agency_id: int | None = None
    basis: str | None = None
    since: date | None = None
    until: date | None = None


def line(
    *,
    at: Any,
    number: Any,
    what: Any,
    on: Any,
    agency: Any,
    by: Any,
    ended: Any = None,
    note: Any = "",
    link: Any = "",
    of_case: bool = True,
) -> Line:
    """One kind's line. `on`: what has the grounds; None where it has none."""
    return select(
        at.label("at"),
        number.label("number"),
        (literal(what) if isinstance(what, str) else what).label("what"),
        (Case.id if of_case else null()).label("case_id"),
        (Case.ref if of_case else literal("")).label("case_ref"),
        (literal("") if on is None else func.coalesce(on.basis, "")).label("basis"),
        (literal("") if on is None else func.coalesce(on.condition, "")).label("condition"),
        (literal("") if on is None else func.coalesce(on.purpose, "")).label("purpose"),
        (literal(agency) if isinstance(agency, str) else agency).label("recipients"),
        (literal(by) if isinstance(by, str) else by).label("by"),
        (cast(null(), Date) if ended is None else ended).label("ended_on"),
        (literal(note) if isinstance(note, str) else note).label("note"),
        (literal(link) if isinstance(link, str) else link).label("link"),
    )


def narrowed(query: Line, wanted: Wanted, *, on: Any, agency: ColumnElement[bool] | None) -> Line:
    """Those on that basis, and those that the agency had: `agency` says which, and None that it had none."""
    if wanted.basis is not None:
        query = query.where(on.basis == wanted.basis if on is not None else literal(wanted.basis) == "")
    if wanted.agency_id is not None:
        query = query.where(agency if agency is not None else false())
    return query


def between(query: Line, at: Any, *, since: date | None, until: date | None) -> Line:
    """From one day or moment to another, which is not included."""
    if since is not None:
        query = query.where(at >= since)
    return query if until is None else query.where(at < until)


def days_of(wanted: Wanted) -> tuple[date | None, date | None]:
    """From the first day to the one after the last."""
    after = wanted.until + timedelta(days=1) if wanted.until is not None and wanted.until < date.max else None
    return wanted.since, after


def moments_of(wanted: Wanted) -> tuple[datetime | None, datetime | None]:
    """From the first moment of the first day to the first of the one after the last."""
    since, after = (at_local(day, time()) if day is not None else None for day in days_of(wanted))
    return since, after
