"""Counts of the log: how each agency, or each person of one, does. Counts alone; no case is named.

What is open and overdue is counted as of today. What is settled is counted where its due date lies in a span of time,
so that the count does not grow with the age of the books.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from core.accounts.models import User
from core.actions.log import DONE_LATE, DONE_ON_TIME
from core.actions.models import IS_OPEN, Action
from core.extensions import db
from core.facts import ActionStatus, Actor, NotDoneReason
from core.partnerships.models import Agency
from core.working_days import add_working_days

A_YEAR = timedelta(days=365)

EDGES = (5, 20, 60)
"""Working days overdue at which the next bucket begins after."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Overdue by how much, and the due dates that it holds: the first and the last, none without a bound."""

    label: str
    first: date | None
    last: date


@dataclass(frozen=True, slots=True)
class Asked:
    """What a summary is asked for. Of one agency it counts by person, of all by agency."""

    group_id: int | None = None
    owner_agency_id: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """One line. `ageing` is the overdue ones by bucket; `undated` are done, with no day kept (imported books)."""

    id: int | None
    name: str
    open: int
    ageing: tuple[int, ...]
    on_time: int
    late: int
    undated: int
    not_possible: int
    not_done: int
    no_reason: int

    @property
    def overdue(self) -> int:
        """Open past their day."""
        return sum(self.ageing)


def buckets(on: date) -> Sequence[Bucket]:
    """Overdue by up to 5, 6 to 20, 21 to 60 and over 60 working days of England and Wales, as of that day.

    What was due on a Friday is overdue on Saturday, by no working day yet: it is in the first.
    """
    # Counted from tomorrow on, so that today is the first working day back if it is one.
    starts = [add_working_days(on + timedelta(days=1), -(edge + 1)) for edge in EDGES]
    one = timedelta(days=1)
    return (
        Bucket(f"Up to {EDGES[0]}", starts[0], on - one),
        Bucket(f"{EDGES[0] + 1} to {EDGES[1]}", starts[1], starts[0] - one),
        Bucket(f"{EDGES[1] + 1} to {EDGES[2]}", starts[2], starts[1] - one),
        Bucket(f"Over {EDGES[2]}", None, starts[2] - one),
    )


def by_agency(actor: Actor, asked: Asked, *, on: date) -> Sequence[Tally]:
    """The agencies, by name: of the actor's groups, and their own agency's of every group. One query."""
    counted = _counted(Action.owner_agency_id, _within(actor, asked), asked, on=on)
    rows = db.session.execute(
        select(counted, Agency.name).join(Agency, Agency.id == counted.c.key).order_by(func.lower(Agency.name))
    ).all()
    return [_tally(row) for row in rows]


def by_person(actor: Actor, asked: Asked, *, on: date) -> Sequence[Tally]:
    """The people of one agency, by name, those that no person was named for last. One query."""
    within = and_(_within(actor, asked), Action.owner_agency_id == asked.owner_agency_id)
    counted = _counted(Action.owner_user_id, within, asked, on=on)
    rows = db.session.execute(
        select(counted, func.coalesce(User.name, ""))
        .outerjoin(User, User.id == counted.c.key)
        .order_by(User.id.is_(None), func.lower(User.name), User.id)
    ).all()
    return [_tally(row) for row in rows]


def total(lines: Sequence[Tally]) -> Tally:
    """All lines as one."""
    ageing = tuple(sum(line.ageing[place] for line in lines) for place in range(len(EDGES) + 1))
    counts = ("open", "on_time", "late", "undated", "not_possible", "not_done", "no_reason")
    return Tally(None, "Total", ageing=ageing, **{name: sum(getattr(line, name) for line in lines) for name in counts})


def _within(actor: Actor, asked: Asked) -> ColumnElement[bool]:
    own = Action.owner_agency_id == actor.agency_id
    of_groups = Action.group_id == asked.group_id if asked.group_id is not None else None
    if of_groups is None:
        of_groups = or_(Action.group_id.in_(actor.groups), own) if actor.groups else own
    return and_(Action.partnership_id == actor.partnership_id, of_groups)


def _counted(key: InstrumentedAttribute[Any], within: ColumnElement[bool], asked: Asked, *, on: date) -> Any:
    overdue = [
        func.count().filter(*((Action.due_on >= each.first,) if each.first else ()), Action.due_on <= each.last)
        for each in buckets(on)
    ]
    nothing = literal(0)
    missed = Action.status == ActionStatus.NOT_DONE
    settled = [
        func.count().filter(DONE_ON_TIME),
        func.count().filter(DONE_LATE),
        func.count().filter(Action.status == ActionStatus.DONE, Action.settled_at.is_(None)),
        *(func.count().filter(missed, Action.not_done_reason == reason) for reason in NotDoneReason),
    ]
    window = [Action.due_on >= asked.since] if asked.since else []
    window += [Action.due_on <= asked.until] if asked.until else []
    both = union_all(
        _part(key, [func.count(), *overdue], [nothing] * len(settled)).where(within, IS_OPEN).group_by(key),
        _part(key, [nothing] * (1 + len(overdue)), settled)
        .where(within, Action.status.in_((ActionStatus.DONE, ActionStatus.NOT_DONE)), *window)
        .group_by(key),
    ).subquery()
    sums = [func.sum(column) for name, column in both.c.items() if name != "key"]
    return (
        select(both.c.key, *(each.label(f"n{place}") for place, each in enumerate(sums)))
        .group_by(both.c.key)
        .subquery()
    )


def _part(key: InstrumentedAttribute[Any], now: Sequence[Any], settled: Sequence[Any]) -> Select[Any]:
    return select(key.label("key"), *(each.label(f"c{place}") for place, each in enumerate([*now, *settled])))


def _tally(row: Any) -> Tally:
    key, still_open, *rest, name = row
    ageing, settled = rest[: len(EDGES) + 1], rest[len(EDGES) + 1 :]
    return Tally(key, name, still_open, tuple(ageing), *settled)
