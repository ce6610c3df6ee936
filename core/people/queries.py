"""Reads of persons named in cases. Whoever asks finds those that they may open, and learns of no other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import aliased, raiseload, selectinload

from core.cases.models import Case, CasePerson
from core.errors import NotFound
from core.extensions import db
from core.facts import Actor, PersonRole
from core.people.models import Person
from core.people.names import folded, search_name
from core.people.search import PEOPLE, SearchedNames, name_matches
from core.policy.cases import open_to, people_open_to, wholly_open_to

MOST_HINTS = 10
"""People that a search or a hint shows at most."""

NEAR = 0.82
"""How alike two folded names must be, from 0 to 1, to be taken for one person's."""

_CANDIDATES = 200


def person_named(person_id: int) -> tuple[Person, list[Case]]:
    """A person and every case that names them, each as the gate needs it. Raises NotFound."""
    person = db.session.scalar(select(Person).where(Person.id == person_id).options(raiseload("*")))
    if person is None:
        raise NotFound
    cases = db.session.scalars(
        select(Case)
        .where(Case.id.in_(select(CasePerson.case_id).where(CasePerson.person_id == person_id)))
        .options(selectinload(Case.agencies), selectinload(Case.groups), raiseload("*"))
    ).all()
    return person, list(cases)


@dataclass(frozen=True, slots=True)
class Part:
    """A case that names somebody, and as what: more than once where they have several roles in it."""

    case_id: int
    ref: str
    title: str
    status: str
    role: PersonRole


def parts_of(actor: Actor, person_id: int) -> Sequence[Part]:
    """The cases that name somebody, of those that the actor may open, newest first."""
    rows = db.session.execute(
        select(Case.id, Case.ref, Case.title, Case.status, CasePerson.role)
        .join(CasePerson, CasePerson.case_id == Case.id)
        .where(CasePerson.person_id == person_id, open_to(actor))
        .order_by(Case.opened_on.desc(), Case.id.desc(), CasePerson.role)
    )
    return [Part(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody whom a search or a hint found: enough to tell two people of one name apart."""

    id: int
    ref: str
    name: str
    known_as: str
    date_of_birth: date | None
    cases: tuple[str, ...]
    """References of the cases that name them and that the actor may open."""


def people_found(actor: Actor, query: str) -> Sequence[Found]:
    """The first people, by family name, whose name holds every word of the query, or whose reference it is."""
    ref, gone = query.strip().upper(), aliased(Person)
    names_of_gone = SearchedNames(gone.id, gone.search_name, PEOPLE.fts)
    # Also by the name and the reference of a record that was merged into theirs.
    lead_to = select(gone.merged_into_id).where(
        gone.merged_into_id.is_not(None),
        gone.partnership_id == actor.partnership_id,
        # Its name may come from a case that is closed to them; its reference stands on the page.
        or_(and_(name_matches(names_of_gone, query), wholly_open_to(actor, gone.merged_into_id)), gone.ref == ref),
    )
    wanted = or_(name_matches(PEOPLE, query), Person.ref == ref, Person.id.in_(lead_to))
    people = db.session.scalars(
        select(Person)
        .where(Person.partnership_id == actor.partnership_id, wanted, people_open_to(actor))
        .order_by(Person.search_name, Person.id)
        .limit(MOST_HINTS)
        .options(raiseload("*"))
    ).all()
    return _with_cases(actor, people)


def people_like(
    actor: Actor, *, given_name: str, family_name: str, known_as: str = "", born: date | None = None
) -> Sequence[Found]:
    """People whose name is nearly that one, or who share its family name and the day of birth; the likest first."""
    name = search_name(given_name, family_name, known_as)
    first, last = folded(given_name), folded(family_name)
    candidates = db.session.scalars(
        select(Person)
        .where(
            Person.partnership_id == actor.partnership_id,
            people_open_to(actor),
            may_be_named((last, first, folded(known_as)), born),
        )
        .order_by(
            case((name_matches(PEOPLE, f"{last} {first}"), 0), (name_matches(PEOPLE, last), 1), else_=2), Person.id
        )
        .limit(_CANDIDATES)
        .options(raiseload("*"))
    )
    scored = []
    for person in candidates:
        likeness = SequenceMatcher(None, _sorted(name), _sorted(person.search_name)).ratio()
        same_birth = born is not None and born == person.date_of_birth and folded(person.family_name) == last
        if likeness >= NEAR or same_birth:
            scored.append((likeness, person))
    scored.sort(key=lambda pair: (-pair[0], pair[1].id))
    return _with_cases(actor, [person for _, person in scored[:MOST_HINTS]])


def may_be_named(words: Sequence[str], born: date | None) -> ColumnElement[bool]:
    """What somebody alike must share: the day of birth, or the first three letters of one of those folded names."""
    ways = [name_matches(PEOPLE, word[:3]) for word in words if word]
    if born is not None:
        ways.append(Person.date_of_birth == born)
    return or_(*ways) if ways else Person.id.is_(None)


def _sorted(name: str) -> str:
    """The words of a name in one order, so that two names turned round are alike."""
    return " ".join(sorted(name.split()))


def _with_cases(actor: Actor, people: Iterable[Person]) -> Sequence[Found]:
    found = list(people)
    refs: dict[int, list[str]] = {}
    if found:
        named = db.session.execute(
            select(CasePerson.person_id, Case.ref)
            .join(Case, Case.id == CasePerson.case_id)
            .where(CasePerson.person_id.in_([person.id for person in found]), open_to(actor))
            .distinct()
            .order_by(Case.ref)
        )
        for person_id, ref in named:
            refs.setdefault(person_id, []).append(ref)
    return [Found(p.id, p.ref, p.name, p.known_as, p.date_of_birth, tuple(refs.get(p.id, ()))) for p in found]


def person_open_to(actor: Actor, person_id: int) -> Person | None:
    """That person, if the actor may open them."""
    return db.session.scalar(
        select(Person).where(Person.id == person_id, people_open_to(actor)).options(raiseload("*"))
    )
