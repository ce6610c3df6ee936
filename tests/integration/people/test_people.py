"""The page of a person, and setting right what is held about them."""

import re
from datetime import date

import pytest

from core.audit.models import AuditRecord, AuditSubject
from core.cases.models import CasePerson
from core.extensions import db
from core.facts import PersonRole
from core.people.models import Person
from tests.builders import a_case, a_partnership, a_person, a_user, an_agency, today

CHANGED = {"why": "it has changed since"}


@pytest.fixture
def martin(partners):
    """Somebody in a case of the council that the group hears, and in one of the council's own."""
    person = a_person(partners.partnership, "Martin", "Ashdown", date(today().year - 8, 1, 1))
    person.address = "7 Hidden Lane"
    a_case(partners.partnership, partners.council, title="Heard by the group", group=partners.group, subject=person)
    a_case(partners.partnership, partners.council, title="Kept by the council", subject=person)
    return person


def test_it_shows_what_is_held_and_the_cases_that_are_open_to_the_reader(partners, officer, constable, martin):
    page = constable.get(f"/people/{martin.id}").text
    assert "7 Hidden Lane" in page and "below the age of criminal responsibility" in page
    assert "Heard by the group" in page and "Kept by the council" not in page
    assert "Kept by the council" in officer.get(f"/people/{martin.id}").text


def test_reading_somebody_is_recorded(partners, constable, martin):
    constable.get(f"/people/{martin.id}")
    record = db.session.query(AuditRecord).filter_by(action="person.read").one()
    assert db.session.query(AuditSubject).filter_by(seq=record.seq).one().subject == f"p_{martin.id}"


def test_who_may_not_know_somebody_is_told_what_everybody_is_told(partners, officer, constable):
    other = a_partnership()
    stranger, mine_not = a_person(other), a_person(partners.partnership)
    a_case(other, an_agency(other), subject=stranger)
    a_case(partners.partnership, partners.council, subject=mine_not)
    missing = constable.get("/people/999999")
    for person in (stranger, mine_not):
        for path in ("", "/edit"):
            answer = constable.get(f"/people/{person.id}{path}")
            assert (answer.status_code, answer.data) == (404, missing.data)
    assert officer.get(f"/people/{mine_not.id}").status_code == 200


def test_somebody_of_a_restricted_case_is_closed_to_its_other_members(partners, constable, chair):
    person = a_person(partners.partnership, "Zebedee", "Quillfeather")
    a_case(partners.partnership, partners.council, group=partners.group, subject=person, restricted=True)
    answer = constable.get(f"/people/{person.id}")
    assert answer.status_code == 403 and "Quillfeather" not in answer.text
    assert chair.get(f"/people/{person.id}").status_code == 200


def test_a_member_reads_and_the_lead_agency_sets_right(partners, constable, officer, martin):
    assert constable.get(f"/people/{martin.id}/edit").status_code == 403
    assert "Change details" not in constable.get(f"/people/{martin.id}").text
    named = {"given_name": "Martyn", "family_name": "Ashdown", "postcode": "ZZ1 1ZZ"}
    fields = {**CHANGED, **named, "version": str(martin.version)}
    assert officer.post(f"/people/{martin.id}/edit", fields).status_code == 303
    person = db.session.get(Person, martin.id)
    assert (person.name, person.search_name, person.date_of_birth) == ("Martyn Ashdown", "ashdown martyn", None)
    assert db.session.query(AuditRecord).filter_by(action="person.edit", category="alteration").count() == 1


def test_who_saves_second_sees_both_values(partners, officer, visitor, martin):
    fields = {**CHANGED, "version": str(martin.version), "given_name": "Martyn", "family_name": "Ashdown"}
    assert visitor(a_user(partners.council)).post(f"/people/{martin.id}/edit", fields).status_code == 303
    answer = officer.post(f"/people/{martin.id}/edit", {**fields, "given_name": "Marty", "address": "9 New Road"})
    page = answer.text
    assert answer.status_code == 409 and "Martyn" in page and "9 New Road" in page
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)[1]
    assert int(version) == db.session.get(Person, martin.id).version
    assert db.session.get(Person, martin.id).given_name == "Martyn"


def test_more_cases_cost_no_more_queries(partners, officer, count_queries, martin):
    officer.get(f"/people/{martin.id}")
    few = count_queries(officer.get, f"/people/{martin.id}")
    for _ in range(20):
        a_case(partners.partnership, partners.council, subject=martin, group=partners.group)
    assert count_queries(officer.get, f"/people/{martin.id}") == few


def test_two_roles_in_one_case_are_both_shown(partners, officer):
    person = a_person(partners.partnership)
    case = a_case(partners.partnership, partners.council, subject=person)
    db.session.add(CasePerson(case_id=case.id, person_id=person.id, role=PersonRole.VICTIM))
    page = officer.get(f"/people/{person.id}").text
    assert "Subject" in page and "Victim" in page
