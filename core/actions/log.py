"""The log across meetings: its filters, its pages, its rows for a spreadsheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.accounts.models import User
from core.actions.models import IS_OPEN, Action
from core.cases.models import Case
from core.cases.queries import people_named_in
from core.extensions import db
from core.facts import ActionStatus, Actor
from core.partnerships.models import Agency, Group
from core.policy.actions import actions_known_to, actions_seen_by

PAGE = 50


class Whose(StrEnum):
    """Which list."""

    MINE = "mine"
    AGENCY = "agency"
    ALL = "all"


class State(StrEnum):
    """A status, or overdue, which is open and past its day."""

    OPEN = "open"
    OVERDUE = "overdue"
    DONE = "done"
    NOT_DONE = "not done"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asked the log for. `after` is the last action of the page before: its due date and id."""

    whose: Whose = Whose.AGENCY
    state: State = State.OPEN
    owner_agency_id: int | None = None
    group_id: int | None = None
    case_ref: str = ""
    due_from: date | None = None
    due_to: date | None = None
    after: tuple[date, int] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the log; `next` is the cursor of the following one."""

    actions: Sequence[Action]
    next: tuple[date, int] | None


def page(actor: Actor, wanted: Wanted, *, on: date) -> Page:
    """Actions that the actor may know of, with owner, case and who may open it. Three queries, however many there are.

    Open ones come by due date, the longest overdue first; others the latest first.
    """
    known = _own(actor, wanted) if wanted.whose is not Whose.ALL else actions_known_to(actor)
    query = select(Action).where(known, *_filters(wanted, on=on))
    upwards = wanted.state in (State.OPEN, State.OVERDUE)
    if wanted.after is not None:
        due, last = wanted.after
        if upwards:
            query = query.where(Action.due_on >= due, or_(Action.due_on > due, Action.id > last))
        else:
            query = query.where(Action.due_on <= due, or_(Action.due_on < due, Action.id < last))
    order = (Action.due_on, Action.id) if upwards else (Action.due_on.desc(), Action.id.desc())
    found = db.session.scalars(_loaded(query).order_by(*order).limit(PAGE + 1)).all()
    shown = found[:PAGE]
    return Page(shown, (shown[-1].due_on, shown[-1].id) if len(found) > PAGE else None)


def rows_for_export(actor: Actor, wanted: Wanted, *, on: date) -> Sequence[Action]:
    """Every action of that list that the actor may open, by due date."""
    query = select(Action).where(actions_seen_by(actor), *_filters(wanted, on=on))
    if wanted.whose is not Whose.ALL:
        query = query.where(_own(actor, wanted))
    return db.session.scalars(_loaded(query).order_by(Action.due_on, Action.id)).all()


def subjects_of(actions: Sequence[Action]) -> Sequence[int]:
    """The persons of the actions' cases, for the trail."""
    cases = sorted({action.case_id for action in actions if action.case_id is not None})
    found: set[int] = set()
    for start in range(0, len(cases), 500):
        found.update(people_named_in(cases[start : start + 500]))
    return sorted(found)


def groups_of(actor: Actor) -> Sequence[tuple[int, str]]:
    """The actor's groups, by name, to filter by."""
    rows = db.session.execute(
        select(Group.id, Group.name)
        .where(Group.id.in_(actor.groups), Group.partnership_id == actor.partnership_id)
        .order_by(Group.name)
    ).all()
    return [(row[0], row[1]) for row in rows]


def _own(actor: Actor, wanted: Wanted) -> ColumnElement[bool]:
    """One's own agency's actions are known to it, whatever the case: no further condition."""
    ours = and_(Action.partnership_id == actor.partnership_id, Action.owner_agency_id == actor.agency_id)
    return and_(ours, Action.owner_user_id == actor.user_id) if wanted.whose is Whose.MINE else ours


def _filters(wanted: Wanted, *, on: date) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if wanted.state in (State.OPEN, State.OVERDUE):
        filters.append(IS_OPEN)  # type: ignore[arg-type]  # a TextClause is a condition too
    elif wanted.state is not State.ANY:
        filters.append(Action.status == ActionStatus(wanted.state.value))
    if wanted.state is State.OVERDUE:
        filters.append(Action.due_on < on)
    if wanted.owner_agency_id is not None:
        filters.append(Action.owner_agency_id == wanted.owner_agency_id)
    if wanted.group_id is not None:
        filters.append(Action.group_id == wanted.group_id)
    if wanted.case_ref:
        filters.append(Action.case_id.in_(select(Case.id).where(Case.ref == wanted.case_ref.upper())))
    if wanted.due_from is not None:
        filters.append(Action.due_on >= wanted.due_from)
    if wanted.due_to is not None:
        filters.append(Action.due_on <= wanted.due_to)
    return filters


def _loaded(query: Select[Action]) -> Select[Action]:
    return query.options(
        joinedload(Action.owner_agency).load_only(Agency.name),
        joinedload(Action.owner).load_only(User.name),
        joinedload(Action.group).load_only(Group.name),
        joinedload(Action.case).options(selectinload(Case.agencies), selectinload(Case.groups)),
        raiseload("*", sql_only=True),
    )
