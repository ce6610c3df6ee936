"""Reads of adjustments: for whoever plans contact, by person."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, raiseload

from core.cases.models import Case
from core.errors import NotFound
from core.extensions import db
from core.people.adjustments.models import Adjustment
from core.people.merging.queries import ids_of
from core.people.models import Person
from core.people.queries import person_named


@dataclass(frozen=True, slots=True)
class Asked:
    """An adjustment, with whom it is for and every case that names them."""

    adjustment: Adjustment
    person: Person
    cases: Sequence[Case]


def adjustments_of(person_id: int) -> Sequence[Adjustment]:
    """All of somebody's, those of records merged into theirs too: what holds first, then what was ended."""
    return db.session.scalars(
        select(Adjustment)
        .where(Adjustment.person_id.in_(ids_of(person_id)))
        .order_by(Adjustment.ended_on.is_not(None), Adjustment.since.desc(), Adjustment.id)
        .options(joinedload(Adjustment.agency), raiseload("*"))
    ).all()


def needed_by(person_ids: Collection[int], *, on: date) -> Mapping[int, Sequence[str]]:
    """Person id -> what they need, in words, as of that day; those of records merged into theirs too. One query."""
    rows = db.session.execute(
        select(Adjustment, Person.merged_into_id)
        .join(Person, Person.id == Adjustment.person_id)
        .where(
            or_(Person.id.in_(person_ids), Person.merged_into_id.in_(person_ids)),
            or_(Adjustment.ended_on.is_(None), Adjustment.ended_on > on),
        )
        .order_by(Adjustment.since, Adjustment.id)
        .options(raiseload("*"))
    )
    found: dict[int, list[str]] = {}
    for adjustment, merged_into_id in rows:
        for person_id in {adjustment.person_id, merged_into_id or 0} & set(person_ids):
            words = found.setdefault(person_id, [])
            if adjustment.words not in words:
                words.append(adjustment.words)
    return found


def adjustment_of(person_id: int, adjustment_id: int) -> Asked:
    """One of somebody's. Raises NotFound."""
    person, cases = person_named(person_id)
    adjustment = db.session.scalar(
        select(Adjustment)
        .where(Adjustment.id == adjustment_id, Adjustment.person_id.in_(ids_of(person_id)))
        .options(joinedload(Adjustment.agency), raiseload("*"))
    )
    if adjustment is None:
        raise NotFound
    return Asked(adjustment, person, cases)


def names_of(person_ids: Collection[int]) -> Sequence[tuple[int, str]]:
    """Id and name of these people, by name."""
    people = db.session.scalars(
        select(Person).where(Person.id.in_(person_ids)).order_by(Person.search_name, Person.id).options(raiseload("*"))
    )
    return [(person.id, person.name) for person in people]
