"""Whom a request is about, the cases that name them, and everybody else who could be named in what is held."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.cases.models import Case, CaseAgency, CasePerson
from core.extensions import db
from core.facts import CaseKind, PersonRole
from core.masking.proposing import Known
from core.meetings.models import AgendaItem
from core.minutes.access.queries import WHOM_IT_IS_ABOUT
from core.people.merging.queries import ids_of
from core.people.models import Person, ProtectedAddress
from core.people.names import search_name
from core.people.protected.queries import protected_addresses


@dataclass(frozen=True, slots=True)
class Whom:
    """The person with every record that was merged into theirs, and what their cases are."""

    ids: frozenset[int]
    records: Sequence[Person]
    """Theirs first."""
    hidden: Mapping[int, ProtectedAddress]
    cases: Sequence[Case]
    roles: Mapping[int, Sequence[PersonRole]]
    """Case id -> what they are in it."""

    @property
    def person(self) -> Person:
        """Their record."""
        return self.records[0]

    @property
    def case_ids(self) -> frozenset[int]:
        """Of every case that names them."""
        return frozenset(case.id for case in self.cases)

    @property
    def about_them(self) -> frozenset[int]:
        """Of those that are about them: the others they told of, or suffered from."""
        return frozenset(
            case.id
            for case in self.cases
            if any(
                role in WHOM_IT_IS_ABOUT or (role is PersonRole.FAMILY_MEMBER and case.kind is CaseKind.FAMILY)
                for role in self.roles[case.id]
            )
        )

    def known(self, *, keeps_address: bool) -> Known:
        """All that is theirs, under whatever record. `keeps_address`: a protected one is not to be taken for theirs."""
        addresses = [
            (kept.address, kept.postcode)
            for each in self.records
            if not ((kept := self.hidden.get(each.id, each)) is not each and keeps_address)
        ]
        return Known(
            given_name=" ".join(each.given_name for each in self.records),
            family_name=" ".join(each.family_name for each in self.records),
            known_as=" ".join(each.known_as for each in self.records),
            address="\n".join(address for address, _ in addresses),
            postcode=next((postcode for _, postcode in addresses if postcode), ""),
            born=next((each.date_of_birth for each in self.records if each.date_of_birth), None),
        )


def whom(person_id: int) -> Whom:
    """The person of that id. Six queries."""
    ids = ids_of(person_id)
    records = db.session.scalars(select(Person).where(Person.id.in_(ids)).options(raiseload("*"))).all()
    named = db.session.execute(
        select(CasePerson.case_id, CasePerson.role).where(CasePerson.person_id.in_(ids)).order_by(CasePerson.id)
    ).all()
    roles: defaultdict[int, list[PersonRole]] = defaultdict(list)
    for case_id, role in named:
        roles[case_id].append(role)
    return Whom(
        ids=ids,
        records=sorted(records, key=lambda each: (each.id != person_id, each.id)),
        hidden=protected_addresses(ids),
        cases=cases_of(roles),
        roles=roles,
    )


def cases_of(case_ids: Collection[int]) -> Sequence[Case]:
    """Those cases, each with who may open it, the oldest first."""
    return db.session.scalars(
        select(Case)
        .where(Case.id.in_(list(case_ids)))
        .order_by(Case.opened_on, Case.id)
        .options(
            selectinload(Case.agencies).joinedload(CaseAgency.agency),
            selectinload(Case.groups),
            joinedload(Case.lead_agency),
            raiseload("*"),
        )
    ).all()


def others_of(
    whom: Whom, texts: Sequence[str], *, besides: Collection[int] = ()
) -> tuple[Sequence[Person], Sequence[int]]:
    """Everybody else who could be named in those texts, and the ids of those whom the cases themselves name.

    Those are named in the cases, or in another that a meeting heard with them; and whoever of the partnership is
    written there with given names and family name; records that are merged into one of theirs; and `besides`, by their
    ids. Two queries.
    """
    full = _full_names(texts)
    mine = select(AgendaItem.meeting_id).where(AgendaItem.case_id.in_(whom.case_ids))
    heard = select(AgendaItem.case_id).where(AgendaItem.meeting_id.in_(mine), AgendaItem.case_id.is_not(None))
    beside = select(CasePerson.person_id).where(
        or_(CasePerson.case_id.in_(whom.case_ids), CasePerson.case_id.in_(heard))
    )
    found = db.session.scalars(
        select(Person)
        .where(
            Person.partnership_id == whom.person.partnership_id,
            Person.id.not_in(whom.ids),
            or_(
                Person.id.in_(beside),
                Person.merged_into_id.in_(beside),
                Person.id.in_(besides),
                Person.search_name.in_([search_name(*pair) for pair in full]),
                # Who has another name besides is kept to be found with that, too.
                (Person.given_name + " " + Person.family_name).in_([" ".join(pair) for pair in full]),
            ),
        )
        .order_by(Person.id)
        .options(raiseload("*"))
    ).all()
    named = db.session.scalars(
        select(CasePerson.person_id)
        .where(CasePerson.case_id.in_(whom.case_ids))
        .distinct()
        .order_by(CasePerson.person_id)
    ).all()
    return found, named


def knowns_of(people: Sequence[Person]) -> list[Known]:
    """All that could lead to them, a protected address first of all. One query."""
    hidden = protected_addresses([each.id for each in people])
    return [known_of(each, hidden) for each in people]


def known_of(person: Person, hidden: Mapping[int, ProtectedAddress]) -> Known:
    """All that could lead to somebody."""
    kept = hidden.get(person.id, person)
    return Known(
        given_name=person.given_name,
        family_name=person.family_name,
        known_as=person.known_as,
        address=kept.address,
        postcode=kept.postcode,
        born=_born(person),
    )


def _born(person: Person) -> date | None:
    return person.date_of_birth


_CAPITALISED = re.compile(r"(?=\b([^\W\d_a-z][\w'’-]*)\s{1,3}([^\W\d_a-z][\w'’-]*)(?:\s{1,3}([^\W\d_a-z][\w'’-]*))?)")
MOST_NAMES = 10_000
"""Names that are looked up: more than a hundred pages hold."""


def _full_names(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Whatever two words side by side, or three, could be somebody's name: given names and family name."""
    found: set[tuple[str, str]] = set()
    for text in texts:
        for first, second, third in _CAPITALISED.findall(text):
            found.add((first, second))
            if third:
                found |= {(f"{first} {second}", third), (first, f"{second} {third}")}
    return sorted(found)[:MOST_NAMES]
