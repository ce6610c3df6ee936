"""The log across meetings: its filters, its pages, its rows for a spreadsheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, Date, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, raiseload, selectinload

from core.accounts.models import User
from core.actions.models import IS_OPEN, WAS_HANDED_OVER, Action, ActionUpdate
from core.cases.models import Case
from core.cases.queries import people_named_in
from core.extensions import db
from core.facts import ActionStatus, Actor, NotDoneReason
from core.partnerships.models import Agency, Group, PartnershipAgency
from core.policy.actions import actions_known_to, actions_seen_by

PAGE = 50

NOBODY = 0
"""In place of an account's id: no person was named."""

# The day in UTC: what is settled in the hour after midnight of a summer's night counts for the day before.
SETTLED_ON = func.date(Action.settled_at, type_=Date())
DONE_ON_TIME = and_(Action.status == ActionStatus.DONE, Action.due_on >= SETTLED_ON)
DONE_LATE = and_(Action.status == ActionStatus.DONE, Action.due_on < SETTLED_ON)


class Whose(StrEnum):
    """Which list."""

    MINE = "mine"
    AGENCY = "agency"
    ALL = "all"


class State(StrEnum):
    """A status; overdue, which is open and past its day; or done, by its day or after it. Any but those struck out."""

    OPEN = "open"
    OVERDUE = "overdue"
    DONE = "done"
    ON_TIME = "done on time"
    LATE = "done late"
    NOT_DONE = "not done"
    STRUCK = "struck out"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asked the log for. `after` is the last action of the page before: its due date and id."""

    whose: Whose = Whose.AGENCY
    state: State = State.OPEN
    owner_agency_id: int | None = None
    owner_user_id: int | None = None
    """NOBODY for those that no person was named for."""
    reason: NotDoneReason | None = None
    handed_by_id: int | None = None
    """An agency that left, from which they were handed over."""
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
    query = select(Action).where(_listed(actor, wanted), *_filters(wanted, on=on))
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


def number_for_paper(actor: Actor, wanted: Wanted, *, on: date) -> int:
    """How many actions `page` lists, on all its pages."""
    query = select(func.count()).select_from(Action).where(_listed(actor, wanted), *_filters(wanted, on=on))
    return db.session.scalar(query) or 0


def rows_for_paper(actor: Actor, wanted: Wanted, *, on: date, before: int, most: int) -> Sequence[Action]:
    """What `page` lists, by the agency's name and due date: so many of them, after so many others."""
    listed = (_listed(actor, wanted), *_filters(wanted, on=on))
    query = select(Action).join(Agency, Agency.id == Action.owner_agency_id).where(*listed)
    by_agency = (func.lower(Agency.name), Agency.id, Action.due_on, Action.id)
    return db.session.scalars(_loaded(query).order_by(*by_agency).offset(before).limit(most)).all()


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


def _listed(actor: Actor, wanted: Wanted) -> ColumnElement[bool]:
    """What the page lists, whether or not the actor may open it."""
    return _own(actor, wanted) if wanted.whose is not Whose.ALL else actions_known_to(actor)


def _own(actor: Actor, wanted: Wanted) -> ColumnElement[bool]:
    """One's own agency's actions are known to it, whatever the case: no further condition."""
    ours = and_(Action.partnership_id == actor.partnership_id, Action.owner_agency_id == actor.agency_id)
    return and_(ours, Action.owner_user_id == actor.user_id) if wanted.whose is Whose.MINE else ours


def _filters(wanted: Wanted, *, on: date) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if wanted.state in (State.OPEN, State.OVERDUE):
        filters.append(IS_OPEN)  # type: ignore[arg-type]  # a TextClause is a condition too
    elif wanted.state is State.ON_TIME:
        filters.append(DONE_ON_TIME)
    elif wanted.state is State.LATE:
        filters.append(DONE_LATE)
    elif wanted.state is State.ANY:
        filters.append(Action.status != ActionStatus.STRUCK)
    else:
        filters.append(Action.status == ActionStatus(wanted.state.value))
    if wanted.state is State.OVERDUE:
        filters.append(Action.due_on < on)
    if wanted.owner_agency_id is not None:
        filters.append(Action.owner_agency_id == wanted.owner_agency_id)
    if wanted.owner_user_id is not None:
        filters.append(Action.owner_user_id == (wanted.owner_user_id or None))
    if wanted.reason is not None:
        filters.append(Action.not_done_reason == wanted.reason)
    if wanted.handed_by_id is not None:
        filters.append(Action.id.in_(_handed_by(wanted.handed_by_id)))
    if wanted.group_id is not None:
        filters.append(Action.group_id == wanted.group_id)
    if wanted.case_ref:
        filters.append(Action.case_id.in_(select(Case.id).where(Case.ref == wanted.case_ref.upper())))
    if wanted.due_from is not None:
        filters.append(Action.due_on >= wanted.due_from)
    if wanted.due_to is not None:
        filters.append(Action.due_on <= wanted.due_to)
    return filters


def _handed_by(agency_id: int) -> Select[int]:
    """Actions that were handed over as that agency left."""
    had_it = ActionUpdate.before["owner_agency_id"].as_integer() == agency_id
    return select(ActionUpdate.action_id).where(WAS_HANDED_OVER, had_it)


def handed_over_from(actions: Sequence[Action]) -> Mapping[int, str]:
    """Action id -> the agency that left it, of those that are still with whom they were handed to. One query."""
    later = aliased(ActionUpdate)
    passed_on = exists().where(
        later.action_id == ActionUpdate.action_id, later.id > ActionUpdate.id, later.kind == "reassigned"
    )
    rows = db.session.execute(
        select(ActionUpdate.action_id, Agency.name)
        .join(Agency, Agency.id == ActionUpdate.before["owner_agency_id"].as_integer())
        .where(WAS_HANDED_OVER, ActionUpdate.action_id.in_([action.id for action in actions]), ~passed_on)
        .order_by(ActionUpdate.id)
    )
    return dict(rows.all())


def handed_over_to(actor: Actor) -> Sequence[Row[int, str, int]]:
    """Open actions that came to the actor as agencies left, by agency: agency_id, agency, number. One query."""
    return db.session.execute(
        select(Agency.id.label("agency_id"), Agency.name.label("agency"), func.count().label("number"))
        .select_from(ActionUpdate)
        .join(Action, Action.id == ActionUpdate.action_id)
        .join(Agency, Agency.id == ActionUpdate.before["owner_agency_id"].as_integer())
        .where(
            WAS_HANDED_OVER,
            IS_OPEN,
            Action.partnership_id == actor.partnership_id,
            Action.owner_user_id == actor.user_id,
        )
        .group_by(Agency.id, Agency.name)
        .order_by(Agency.name)
    ).all()


def people_of(actor: Actor, whose: Whose) -> Sequence[tuple[int, str, str]]:
    """Accounts to filter by, those of people who left included: id, name, agency. One's agency's, or everybody's."""
    here = select(PartnershipAgency.agency_id).where(PartnershipAgency.partnership_id == actor.partnership_id)
    theirs = User.agency_id == actor.agency_id if whose is not Whose.ALL else User.agency_id.in_(here)
    rows = db.session.execute(
        select(User.id, User.name, Agency.name)
        .join(Agency, Agency.id == User.agency_id)
        .where(theirs)
        .order_by(Agency.name, Agency.id, User.name, User.id)
    ).all()
    return [(number, name, agency) for number, name, agency in rows]


def departed_from(partnership_id: int, *, on: date) -> Sequence[tuple[int, str]]:
    """Id and name of the agencies that have left the partnership, by name."""
    rows = db.session.execute(
        select(Agency.id, Agency.name)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(PartnershipAgency.partnership_id == partnership_id, PartnershipAgency.left_on <= on)
        .order_by(Agency.name, Agency.id)
    ).all()
    return [(number, name) for number, name in rows]


def _loaded(query: Select[Action]) -> Select[Action]:
    return query.options(
        joinedload(Action.owner_agency).load_only(Agency.name),
        joinedload(Action.owner).load_only(User.name),
        joinedload(Action.group).load_only(Group.name),
        joinedload(Action.case).options(selectinload(Case.agencies), selectinload(Case.groups)),
        raiseload("*", sql_only=True),
    )
