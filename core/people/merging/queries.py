"""Reads of who was merged into whom, of two records side by side, and of merges."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased, joinedload, raiseload, selectinload

from core.audit.reading import While
from core.errors import NotFound
from core.extensions import db
from core.facts import Actor
from core.people.duplicates.models import TwoPeople
from core.people.merging.models import PersonMerge
from core.people.models import Person
from core.people.protected.queries import address_of
from core.policy.cases import people_open_to
from core.policy.merging import Merged, Pair


def ids_of(person_id: int) -> frozenset[int]:
    """The person and everybody merged into them.

    A chain is not followed: when a record is merged, those merged into it before lead straight to the kept one.
    """
    found = db.session.scalars(select(Person.id).where(or_(Person.id == person_id, Person.merged_into_id == person_id)))
    return frozenset(found) | {person_id}


def kept_as(person_ids: Collection[int]) -> Mapping[int, int]:
    """Person id -> the id of the record that is kept: their own, unless they were merged into another."""
    leads = select(Person.id, Person.merged_into_id).where(
        Person.id.in_(person_ids), Person.merged_into_id.is_not(None)
    )
    return {each: each for each in person_ids} | {gone: kept for gone, kept in db.session.execute(leads) if kept}


def person_called(actor: Actor, ref: str) -> Person | None:
    """The person with that reference, if the actor may open them; of a record that is gone, the one that is kept."""
    gone = aliased(Person)
    leads = select(gone.merged_into_id).where(gone.partnership_id == actor.partnership_id, gone.ref == ref.upper())
    return db.session.scalar(
        select(Person)
        .where(
            Person.partnership_id == actor.partnership_id,
            or_(Person.ref == ref.upper(), Person.id.in_(leads)),
            people_open_to(actor),
        )
        .options(raiseload("*"))
    )


def pair_of(one_id: int, other_id: int) -> Pair:
    """Two records, the older number first. Raises NotFound; also for one with itself."""
    one, other = sorted((one_id, other_id))
    if one == other:
        raise NotFound
    return Pair(address_of(one), address_of(other), decisions_about(one, other))


def decisions_about(one: int, other: int) -> Sequence[TwoPeople]:
    """What was decided of any record of the one and any of the other, the latest first."""
    ours, theirs = ids_of(one), ids_of(other)
    return db.session.scalars(
        select(TwoPeople)
        .where(
            or_(
                TwoPeople.one_id.in_(ours) & TwoPeople.other_id.in_(theirs),
                TwoPeople.one_id.in_(theirs) & TwoPeople.other_id.in_(ours),
            )
        )
        .order_by(TwoPeople.id.desc())
        .options(raiseload("*"))
    ).all()


def merged(merge_id: int) -> Merged:
    """A merge with all of its rows, and the record that is kept, or was merged into another since. Raises NotFound."""
    found = db.session.scalar(
        select(PersonMerge)
        .where(PersonMerge.id == merge_id)
        .options(joinedload(PersonMerge.kept), joinedload(PersonMerge.gone), selectinload(PersonMerge.rows))
        .options(raiseload("*"))
    )
    if found is None:
        raise NotFound
    return Merged(found, address_of(kept_as([found.kept_id])[found.kept_id]))


def merges_into(person_id: int) -> Sequence[PersonMerge]:
    """The merges into a record that stand, the latest first, each with the record that is gone."""
    return db.session.scalars(
        select(PersonMerge)
        .where(PersonMerge.kept_id == person_id, PersonMerge.undone_at.is_(None))
        .order_by(PersonMerge.id.desc())
        .options(joinedload(PersonMerge.gone), raiseload("*"))
    ).all()


def later_merge(merge: PersonMerge) -> PersonMerge | None:
    """A merge that stands, came after it and speaks of the record that it kept: that one is undone first."""
    return db.session.scalar(
        select(PersonMerge)
        .where(
            PersonMerge.id > merge.id,
            PersonMerge.undone_at.is_(None),
            or_(PersonMerge.kept_id == merge.kept_id, PersonMerge.gone_id == merge.kept_id),
        )
        .order_by(PersonMerge.id.desc())
        .limit(1)
        .options(raiseload("*"))
    )


def held_in(person_id: int) -> Sequence[While]:
    """The records, as the trail names them, in which what is held of a person lay: theirs and those merged with it; and
    the one that it was merged into for a time, for that time.
    """
    kept = kept_as([person_id])[person_id]
    for_a_time = db.session.execute(
        select(PersonMerge.kept_id, PersonMerge.at, PersonMerge.undone_at)
        .where(PersonMerge.gone_id == person_id, PersonMerge.undone_at.is_not(None))
        .order_by(PersonMerge.id)
    )
    return [
        *(While(f"p_{each}") for each in sorted(ids_of(kept))),
        *(While(f"p_{other}", since, until) for other, since, until in for_a_time),
    ]
