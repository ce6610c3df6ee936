"""An agency's lists of referrals: its work by stage, what is closed, and what it referred; page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import joinedload, raiseload

from core.extensions import db
from core.facts import Actor
from core.partnerships.models import Provider
from core.policy.referrals import partly_of, referrals_seen_by
from core.referrals.models import Referral

PAGE = 40
"""Rows of a page."""


class Which(StrEnum):
    """Which list."""

    WORK = "work"
    CLOSED = "closed"
    MADE = "made"
    PART = "part"


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in its list: the day or moment by which the list is ordered, None for no day, and its id."""

    at: str | None
    id: int

    @classmethod
    def read(cls, typed: str) -> Self | None:
        """A place from its address: `2026-03-05.12`, `.12` without a day. What is none leads to the beginning."""
        at, _, last = typed.rpartition(".")
        if not last.isdecimal() or len(last) > 9:
            return None
        try:
            datetime.fromisoformat(at or "2000-01-01")
        except ValueError:
            return None
        return cls(at or None, int(last))

    def __str__(self) -> str:
        return f"{self.at or ''}.{self.id}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asks for. `stage` is one of a pathway: `pathway.stage`. Empty and None mean any."""

    which: Which = Which.WORK
    stage: str = ""
    overdue: bool = False
    after: Place | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; `next` is the place after which the following one begins."""

    rows: Sequence[Referral]
    next: Place | None = None


def page_of(actor: Actor, wanted: Wanted, *, on: date) -> Page:
    """A page of one of the lists of the actor's agency. One query.

    Its work comes by what is due, the longest overdue first and what has no day last; the others the latest first.
    """
    query = select(Referral).where(_listed(actor, wanted.which), *_filters(wanted, on=on))
    found = db.session.scalars(_from(query, wanted).limit(PAGE + 1).options(*_LISTED)).all()
    rows = found[:PAGE]
    return Page(rows, _place(rows[-1], wanted.which) if len(found) > PAGE else None)


def has_parts(actor: Actor) -> bool:
    """Whether the actor's agency has a part in somebody's plan. One query."""
    return bool(db.session.scalar(select(select(Referral.id).where(_listed(actor, Which.PART)).exists())))


_LISTED = (
    joinedload(Referral.case),
    joinedload(Referral.person),
    joinedload(Referral.provider).joinedload(Provider.agency),
    joinedload(Referral.referrer_agency),
    raiseload("*"),
)


def _listed(actor: Actor, which: Which) -> ColumnElement[bool]:
    if which is Which.PART:
        return and_(referrals_seen_by(actor), partly_of(actor.agency_id))
    if which is Which.MADE:
        return and_(referrals_seen_by(actor), Referral.referrer_agency_id == actor.agency_id)
    to_us = Referral.provider_id.in_(actor.staff_of)
    ended = Referral.closed_at.is_not(None) if which is Which.CLOSED else Referral.closed_at.is_(None)
    return and_(referrals_seen_by(actor), to_us, ended)


def _filters(wanted: Wanted, *, on: date) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if wanted.stage:
        pathway, _, stage = wanted.stage.partition(".")
        filters.append(and_(Referral.pathway_key == pathway, Referral.stage == stage))
    if wanted.overdue:
        filters.append(Referral.stage_due < on)
    return filters


def _from(query: Select[Any], wanted: Wanted) -> Select[Any]:
    """In the list's order, from a place on. Keyset paging: a row-value comparison would not seek on SQLite."""
    after = wanted.after
    if wanted.which is Which.WORK:
        if after is not None:
            query = query.where(due_after(after))
        return query.order_by(Referral.stage_due.is_(None), Referral.stage_due, Referral.id)
    column = Referral.closed_at if wanted.which is Which.CLOSED else Referral.moved_at
    if after is not None and after.at is not None:
        at = datetime.fromisoformat(after.at)
        query = query.where(column <= at, or_(column < at, Referral.id < after.id))
    return query.order_by(column.desc(), Referral.id.desc())


def due_after(place: Place) -> ColumnElement[bool]:
    """What comes after that place where what is due first is listed first, and what has no day last."""
    no_day = Referral.stage_due.is_(None)
    if place.at is None:
        return and_(no_day, Referral.id > place.id)
    day = datetime.fromisoformat(place.at).date()
    return or_(no_day, and_(Referral.stage_due >= day, or_(Referral.stage_due > day, Referral.id > place.id)))


def place_by_due(row: Referral) -> Place:
    """Its place in such a list."""
    return Place(row.stage_due.isoformat() if row.stage_due is not None else None, row.id)


def _place(row: Referral, which: Which) -> Place:
    if which is Which.WORK:
        return place_by_due(row)
    at = row.closed_at if which is Which.CLOSED else row.moved_at
    assert at is not None  # what is listed as closed is
    return Place(at.isoformat(), row.id)


StageCount = Row[int, str, str, str, str, int, int]
"""to_us (1 or 0), pathway_key, pathway_title, stage, stage_title, number, late (past the stage's clock)."""


def open_by_stage(actor: Actor, *, on: date) -> Sequence[StageCount]:
    """Open referrals to providers whose staff the actor is, and those that their agency made, in no order. One query.

    By pathway and stage.
    """
    rows = union_all(
        _counted(actor, 1, Referral.provider_id.in_(actor.staff_of), on=on),
        _counted(actor, 0, Referral.referrer_agency_id == actor.agency_id, on=on),
    ).subquery()
    return db.session.execute(select(rows)).all()


def _counted(actor: Actor, to_us: int, which: ColumnElement[bool], *, on: date) -> Select[*tuple[Any, ...]]:
    return (
        select(
            literal(to_us).label("to_us"),
            Referral.pathway_key,
            Referral.pathway_title,
            Referral.stage,
            Referral.stage_title,
            func.count().label("number"),
            func.count().filter(Referral.stage_due < on).label("late"),
        )
        .where(
            which,
            Referral.partnership_id == actor.partnership_id,
            Referral.closed_at.is_(None),
            Referral.case_id.not_in(actor.recused_cases),
        )
        .group_by(Referral.pathway_key, Referral.pathway_title, Referral.stage, Referral.stage_title)
    )
