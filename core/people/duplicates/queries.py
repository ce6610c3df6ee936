"""Reads of records that may be of one person: those that are proposed, and what was decided of others."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased, joinedload, raiseload

from core.accounts.models import User
from core.extensions import db
from core.facts import Actor
from core.people.duplicates.models import TwoPeople
from core.people.merging.models import PersonMerge
from core.people.models import Person
from core.people.names import folded
from core.people.queries import may_be_named
from core.policy.merging import Pair, merged_by

if TYPE_CHECKING:
    from core.people.duplicates.scoring import Held

MOST_PEOPLE = 4_000
"""Records that are compared for one page, the newest first."""

MOST_LIKE_ONE = 200
"""Records that are compared with one."""

PAGE = 20


@dataclass(frozen=True, slots=True)
class Record:
    """One of the two, as a list shows it."""

    id: int
    ref: str
    name: str
    known_as: str
    date_of_birth: date | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two records, and what speaks for and against their being one person's."""

    one: Record
    other: Record
    strong: bool
    speaks_for: Sequence[str]
    speaks_against: Sequence[str]


@dataclass(frozen=True, slots=True)
class Proposals:
    """A page of them, the likest first; how many there are in all, and whether everybody was compared."""

    rows: Sequence[Proposal]
    count: int
    strong: int
    compared: int
    capped: bool


def proposals(actor: Actor, *, page: int = 1) -> Proposals:
    """Pairs of which the actor may merge both and that nobody decided on. Four queries."""
    people = _people(merged_by(actor), most=MOST_PEOPLE + 1)
    return _proposed(people[:MOST_PEOPLE], actor, page=page, capped=len(people) > MOST_PEOPLE)


def proposals_for(actor: Actor, person: Person) -> Proposals:
    """The same, of one record with every other, however many there are: by the trigrams of names, and the birthday."""
    words = [folded(name) for name in (person.family_name, person.given_name, person.known_as)]
    ways = may_be_named(words, person.date_of_birth)
    others = _people(merged_by(actor), ways, Person.id != person.id, most=MOST_LIKE_ONE)
    return _proposed([person, *others], actor, page=1, capped=False, of=person.id)


def _people(*which: ColumnElement[bool], most: int) -> Sequence[Person]:
    query = select(Person).where(*which).order_by(Person.id.desc()).limit(most)
    return db.session.scalars(query.options(raiseload("*"))).all()


def _proposed(people: Sequence[Person], actor: Actor, *, page: int, capped: bool, of: int | None = None) -> Proposals:
    # Loaded when such a page is asked for: docs/adr/0007-what-a-process-does-not-load.md.
    from core.people.duplicates.scoring import likely

    by_id = {person.id: person for person in people}
    decided = _decided(actor.partnership_id)
    found = [
        each
        for each in likely(_held(person) for person in people)
        if frozenset((each.one, each.other)) not in decided and of in (None, each.one, each.other)
    ]
    rows = [
        Proposal(
            one=_record(by_id[each.one]),
            other=_record(by_id[each.other]),
            strong=each.strong,
            speaks_for=each.speaks_for,
            speaks_against=each.speaks_against,
        )
        for each in found[(page - 1) * PAGE : page * PAGE]
    ]
    return Proposals(rows, len(found), sum(each.strong for each in found), len(people), capped)


def findings(pair: Pair) -> tuple[Sequence[str], Sequence[str]]:
    """What speaks for two records being one person's, and what against, whether they were proposed or not."""
    from core.people.duplicates.scoring import likeness

    found = likeness(*(_held(of.person) for of in pair.both))
    return found.speaks_for, found.speaks_against


def _held(person: Person) -> "Held":
    from core.people.duplicates.scoring import Held

    return Held(
        id=person.id,
        given_name=person.given_name,
        family_name=person.family_name,
        known_as=person.known_as,
        born=person.date_of_birth,
        address=person.address,
        postcode=person.postcode,
    )


def _record(person: Person) -> Record:
    return Record(person.id, person.ref, person.name, person.known_as, person.date_of_birth)


def _decided(partnership_id: int | None) -> Collection[frozenset[int]]:
    """Pairs that were found to be two people, each by the record that is kept now."""
    one, other = aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(one.id, one.merged_into_id, other.id, other.merged_into_id)
        .select_from(TwoPeople)
        .join(one, one.id == TwoPeople.one_id)
        .join(other, other.id == TwoPeople.other_id)
        .where(TwoPeople.partnership_id == partnership_id, TwoPeople.taken_back_at.is_(None))
    )
    return {frozenset((a_kept or a, b_kept or b)) for a, a_kept, b, b_kept in rows}


@dataclass(frozen=True, slots=True)
class Decided:
    """Two records that somebody found to be two people's, or one: who, when and why."""

    one: Record
    other: Record
    reason: str
    at: datetime
    by: str
    merge_id: int | None = None
    """Of a merge, where `one` is kept and `other` leads to it."""


def decided(actor: Actor) -> Sequence[Decided]:
    """What stands of the records that the actor may merge: two people, or one; the latest first, at most two pages."""
    return sorted(
        [*_found_two(actor), *_found_one(actor)], key=lambda each: (each.at, each.one.id, each.other.id), reverse=True
    )[: 2 * PAGE]


def _found_two(actor: Actor) -> Iterable[Decided]:
    kept = select(Person.id).where(merged_by(actor))
    rows = db.session.scalars(
        select(TwoPeople)
        .where(
            TwoPeople.partnership_id == actor.partnership_id,
            TwoPeople.taken_back_at.is_(None),
            TwoPeople.one_id.in_(kept),
            TwoPeople.other_id.in_(kept),
        )
        .order_by(TwoPeople.id.desc())
        .limit(2 * PAGE)
        .options(raiseload("*"))
    ).all()
    people = _by_id({each for row in rows for each in (row.one_id, row.other_id)})
    names = _names({row.decided_by_id for row in rows})
    for row in rows:
        one, other = _record(people[row.one_id]), _record(people[row.other_id])
        yield Decided(one, other, row.reason, row.decided_at, names[row.decided_by_id])


def _found_one(actor: Actor) -> Iterable[Decided]:
    rows = db.session.scalars(
        select(PersonMerge)
        .where(
            PersonMerge.partnership_id == actor.partnership_id,
            PersonMerge.undone_at.is_(None),
            PersonMerge.kept_id.in_(select(Person.id).where(merged_by(actor))),
        )
        .order_by(PersonMerge.id.desc())
        .limit(2 * PAGE)
        .options(joinedload(PersonMerge.kept), joinedload(PersonMerge.gone), raiseload("*"))
    ).all()
    names = _names({row.by_id for row in rows})
    for row in rows:
        yield Decided(_record(row.kept), _record(row.gone), row.reason, row.at, names[row.by_id], row.id)


def _by_id(ids: Collection[int]) -> dict[int, Person]:
    found = db.session.scalars(select(Person).where(Person.id.in_(ids)).options(raiseload("*")))
    return {person.id: person for person in found}


def _names(user_ids: Collection[int]) -> dict[int, str]:
    return dict(db.session.execute(select(User.id, User.name).where(User.id.in_(user_ids))).all())
