"""Whom a pack is looked through for: also people of no case, records that were merged, and who shares a family name."""

import pytest
from sqlalchemy import select

from core.cases.models import CaseIncident, CasePerson
from core.extensions import db
from core.facts import PersonRole
from core.people.names import search_name
from core.subject_access.models import AccessMask
from tests.builders import a_person


@pytest.fixture
def masked(place, visitor, entered):
    """What is proposed to be masked in the words of the incident."""

    def read(words):
        incident = db.session.scalars(select(CaseIncident)).one()
        incident.what = words
        db.session.commit()
        visitor(place.lead).post(f"{entered}/draw")
        masks = db.session.scalars(select(AccessMask).where(AccessMask.place == f"incident:{incident.id}"))
        return {words[mask.starts : mask.ends] for mask in masks}

    return read


def test_somebody_of_no_case_with_another_name_or_two_given_names(place, masked):
    for given, family, known in (("Petra", "Quiller", "Pet"), ("Mary Ann", "Oddfellow", ""), ("Zoë", "Ångström", "Zo")):
        person = a_person(place.partnership, given, family)
        person.known_as, person.search_name = known, search_name(given, family, known)
    found = masked("Petra Quiller, then Mary Ann Oddfellow told it of Martin Ashdown, and Zoë Ångström")
    assert found == {"Petra Quiller", "Mary Ann Oddfellow", "Zoë Ångström"}


def test_a_record_that_was_merged_into_somebody_of_the_case(place, masked):
    old = a_person(place.partnership, "Cilla", "Ravensworth")
    old.merged_into_id, old.address = place.neighbour.id, "77 Quarry Bank"
    assert masked("Cilla rang again: Ravensworth lives in 77 Quarry Bank.") >= {"Ravensworth", "77 Quarry Bank"}


def test_a_family_name_that_they_share(place, masked):
    mother = a_person(place.partnership, "Doreen", "Ashdown")
    db.session.add(CasePerson(case_id=place.case.id, person_id=mother.id, role=PersonRole.COMPLAINANT))
    found = masked("Mrs Ashdown rang: Mr Martin Ashdown hit her. D. Ashdown fears him. Mr Ashdown denies it.")
    assert found == {"Mrs Ashdown", "D. Ashdown"}
