"""Writes of persons: naming somebody new, and setting right what is held about them."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from core import audit
from core.errors import Stale
from core.extensions import db
from core.facts import Actor
from core.partnerships.numbering import take_reference
from core.people.history.keeping import Because, keep_person
from core.people.models import Person
from core.people.names import search_name
from core.references import Numbered


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """What is held about somebody, as it was written."""

    given_name: str
    family_name: str
    known_as: str
    date_of_birth: date | None
    address: str
    postcode: str
    tenure: str
    support_needs: str


def name_person(actor: Actor, *, partnership_id: int, details: PersonDetails, on: date) -> Person:
    """Enter somebody new, under the partnership's next reference: CAL-P-2026-0001."""
    person = Person(
        partnership_id=partnership_id,
        ref=take_reference(Person.ref, partnership_id, Numbered.PERSON, on.year),
    )
    _write(person, details)
    db.session.add(person)
    db.session.flush()
    audit.record(
        actor,
        audit.Category.COLLECTION,
        "person.create",
        object=f"person:{person.id}",
        subjects=[person.id],
        payload=asdict(details),
    )
    return person


def correct_person(
    actor: Actor, *, person: Person, version: int, details: PersonDetails, because: Because, now: datetime
) -> None:
    """Change what is held about somebody, and keep what stood there. Raises Stale when somebody else has changed it
    since `version`.
    """
    before = asdict(details_of(person))
    if version != person.version:
        raise Stale(before)
    keep_person(actor, person, before=before, after=asdict(details), because=because, now=now)
    _write(person, details)
    db.session.flush()
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "person.edit",
        object=f"person:{person.id}",
        subjects=[person.id],
        payload=asdict(details),
    )


def details_of(person: Person) -> PersonDetails:
    """What is held about somebody now."""
    return PersonDetails(**{name: getattr(person, name) for name in PersonDetails.__dataclass_fields__})


def _write(person: Person, details: PersonDetails) -> None:
    for name, value in asdict(details).items():
        setattr(person, name, value)
    person.search_name = search_name(details.given_name, details.family_name, details.known_as)
