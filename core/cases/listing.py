"""The list of cases: filters, search and paging, over the cases that the reader may open and no others."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, true, union

from core.actions.models import Action
from core.cases.models import Case, CaseGroup, CasePerson
from core.cases.queries import people_named_in
from core.cases.quiet import is_quiet
from core.extensions import db
from core.facts import ActionStatus, Actor, CaseKind, CaseStatus, Risk
from core.partnerships.models import Agency
from core.partnerships.terms.queries import ClocksInForce
from core.people.models import Person
from core.people.search import PEOPLE, SearchedNames, name_matches
from core.policy.cases import known_to, open_to

PAGE = 40
"""Rows of a page."""

COUNTED = 100
"""Cases that are counted; beyond, the page says that there are more."""

TITLES = SearchedNames(Case.id, Case.search_title, "case_file_names")


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a reader asks the list for. Empty means any."""

    query: str = ""
    statuses: tuple[CaseStatus, ...] = ()
    category: str = ""
    risks: tuple[Risk, ...] = ()
    lead_agency_id: int | None = None
    group_id: int | None = None
    hate: bool = False
    overdue: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in the list, newest first: the day on which the case was opened, and its id."""

    opened_on: date
    id: int


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A row of the list."""

    id: int
    ref: str
    title: str
    kind: CaseKind
    category: str
    status: CaseStatus
    risk: Risk
    hate_incident: bool
    restricted: bool
    opened_on: date
    lead_agency: str
    overdue: int
    quiet: int
    """1 where it is shown as without update for longer than the clock allows."""

    @property
    def place(self) -> Place:
        """Where it stands in the list."""
        return Place(self.opened_on, self.id)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list, with its neighbours."""

    lines: Sequence[CaseLine]
    count: int
    """Cases in all, up to COUNTED + 1."""
    newer: Place | None = None
    older: Place | None = None
    people: Sequence[int] = field(default=())
    """Ids of everybody whom the cases of this page name, for the trail."""


def cases_open_to(
    actor: Actor,
    wanted: CaseFilter,
    clocks: ClocksInForce,
    *,
    on: date,
    after: Place | None = None,
    before: Place | None = None,
) -> Page:
    """The cases that the actor may open and wants to see, newest first: those after a place, or those before it.

    Two queries, and one that counts where there is more than a page; whatever the number of rows.
    """
    quiet = is_quiet(actor, clocks, on=on)
    chosen = and_(open_to(actor), *_conditions(actor, wanted, on=on), quiet if wanted.quiet else true())
    overdue = (
        select(func.count())
        .select_from(Action)
        .where(Action.case_id == Case.id, Action.status == ActionStatus.OPEN, Action.due_on < on)
        .scalar_subquery()
    )
    query = (
        select(
            Case.id,
            Case.ref,
            Case.title,
            Case.kind,
            Case.category,
            Case.status,
            Case.risk,
            Case.hate_incident,
            Case.restricted,
            Case.opened_on,
            Agency.name,
            overdue,
            case((quiet, 1), else_=0),
        )
        .join(Agency, Agency.id == Case.lead_agency_id)
        .where(chosen)
    )
    lines = [CaseLine(*row) for row in db.session.execute(_paged(query, after=after, before=before))]
    more, lines = len(lines) > PAGE, lines[:PAGE]
    if before is not None:
        lines.reverse()
    newer_there = more if before is not None else after is not None
    older_there = before is not None or more
    return Page(
        lines,
        count=len(lines) if not (newer_there or older_there) else _count(chosen),
        newer=lines[0].place if lines and newer_there else None,
        older=lines[-1].place if lines and older_there else None,
        people=people_named_in([line.id for line in lines]),
    )


def _paged(query: Any, *, after: Place | None, before: Place | None) -> Any:
    """One row more than a page, from a place on. Keyset paging: a row-value comparison would not seek on SQLite."""
    if before is not None:
        newer = and_(Case.opened_on >= before.opened_on, or_(Case.opened_on > before.opened_on, Case.id > before.id))
        return query.where(newer).order_by(Case.opened_on, Case.id).limit(PAGE + 1)
    if after is not None:
        query = query.where(
            Case.opened_on <= after.opened_on, or_(Case.opened_on < after.opened_on, Case.id < after.id)
        )
    return query.order_by(Case.opened_on.desc(), Case.id.desc()).limit(PAGE + 1)


def _conditions(actor: Actor, wanted: CaseFilter, *, on: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.query:
        conditions.append(Case.id.in_(_found_by(actor, wanted.query)))
    if wanted.statuses:
        conditions.append(Case.status.in_(wanted.statuses))
    if wanted.category:
        conditions.append(Case.category == wanted.category)
    if wanted.risks:
        conditions.append(Case.risk.in_(wanted.risks))
    if wanted.lead_agency_id is not None:
        conditions.append(Case.lead_agency_id == wanted.lead_agency_id)
    if wanted.group_id is not None:
        conditions.append(exists().where(CaseGroup.case_id == Case.id, CaseGroup.group_id == wanted.group_id))
    if wanted.hate:
        conditions.append(Case.hate_incident.is_(true()))
    if wanted.overdue:
        conditions.append(
            exists().where(Action.case_id == Case.id, Action.status == ActionStatus.OPEN, Action.due_on < on)
        )
    return conditions


def _found_by(actor: Actor, query: str) -> Any:
    """Ids of the partnership's cases with that reference, that title, or somebody of that name in them."""
    here = Case.partnership_id == actor.partnership_id
    ways = [
        select(CasePerson.case_id)
        .join(Person, Person.id == CasePerson.person_id)
        .where(Person.partnership_id == actor.partnership_id, name_matches(PEOPLE, query)),
        select(Case.id).where(here, name_matches(TITLES, query)),
    ]
    ref = query.strip().upper()
    if any(character.isdigit() for character in ref):
        ways.append(select(Case.id).where(here, _begins_with(ref)))
    return union(*ways)


def _begins_with(ref: str) -> ColumnElement[bool]:
    if db.session.get_bind().dialect.name == "sqlite":  # its LIKE cannot use an index that tells case
        return and_(Case.ref >= ref, Case.ref < ref + "\U0010ffff")
    return Case.ref.startswith(ref, autoescape=True)


def _count(chosen: ColumnElement[bool]) -> int:
    some = select(Case.id).where(chosen).limit(COUNTED + 1).subquery()
    return db.session.scalars(select(func.count()).select_from(some)).one()


@dataclass(frozen=True, slots=True)
class References:
    """A page of references, for whoever may see no names."""

    refs: Sequence[str]
    next: str = ""


def references_known_to(actor: Actor, *, after: str = "") -> References:
    """References of the cases that the actor knows of, in their order, from one on. Nothing else about them."""
    refs = db.session.scalars(
        select(Case.ref).where(known_to(actor), Case.ref > after).order_by(Case.ref).limit(PAGE + 1)
    ).all()
    return References(refs[:PAGE], refs[PAGE - 1] if len(refs) > PAGE else "")
