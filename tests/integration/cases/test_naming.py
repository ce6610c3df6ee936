"""Naming people in a case, and recording what happened in it."""

from datetime import date, timedelta

import pytest

from core.cases.models import Case, CaseIncident, CasePerson
from core.cases.operations import name_in_case
from core.clock import utc_now
from core.errors import Refused
from core.extensions import db
from core.facts import SYSTEM, PersonRole
from core.people.models import Person
from core.people.names import search_name
from tests.builders import a_case, a_partnership, a_person, an_agency, today


@pytest.fixture
def case(partners):
    """A case of the council, heard by the group."""
    return a_case(partners.partnership, partners.council, group=partners.group)


def somebody(partners, given: str, family: str, *, born: date | None = None, lead=None) -> Person:
    """Somebody named in a case of that lead agency, the council unless said."""
    person = a_person(partners.partnership, given, family, born)
    person.search_name = search_name(given, family)
    a_case(partners.partnership, lead or partners.council, title="Another case", subject=person)
    return person


def test_somebody_known_is_found_and_named(partners, officer, case):
    zoe = somebody(partners, "Zoë", "Brontë")
    page = officer.get(f"/cases/{case.id}/people/add?name=bronte").text
    assert "Zoë Brontë, date of birth not known" in page
    fields = {"name": "bronte", "person_id": str(zoe.id), "role": "witness"}
    assert officer.post(f"/cases/{case.id}/people/add", fields).status_code == 303
    assert "Zoë Brontë" in officer.get(f"/cases/{case.id}").text
    again = officer.post(f"/cases/{case.id}/people/add", fields)
    assert again.status_code == 422 and "named in the case as witness already" in again.text
    assert officer.post(f"/cases/{case.id}/people/add", {**fields, "role": "victim"}).status_code == 303


def test_a_record_that_was_merged_meanwhile_is_not_named(partners, case):
    zoe, kept = somebody(partners, "Zoë", "Brontë"), somebody(partners, "Zoe", "Bronte")
    zoe.merged_into_id = kept.id
    db.session.flush()
    with pytest.raises(Refused, match="merged into another"):
        name_in_case(SYSTEM, case=case, person=zoe, role=PersonRole.WITNESS, now=utc_now())


def test_nobody_is_found_in_cases_that_are_closed_to_me(partners, officer, case):
    hidden = somebody(partners, "Zebedee", "Quillfeather", lead=partners.police)
    for words in ("zebedee", "qu", hidden.ref):
        page = officer.get(f"/cases/{case.id}/people/add", query_string={"name": words}).text
        assert "Nobody of that name is known to you" in page and "Zebedee Q" not in page
    fields = {"name": "zebedee", "person_id": str(hidden.id), "role": "witness"}
    answer = officer.post(f"/cases/{case.id}/people/add", fields)
    assert answer.status_code == 422 and "Quillfeather" not in answer.text
    assert db.session.query(CasePerson).filter_by(case_id=case.id).count() == 0


def test_another_partnerships_person_cannot_be_named(partners, officer, case):
    other = a_partnership()
    stranger = a_person(other, "Zebedee", "Quillfeather")
    a_case(other, an_agency(other), subject=stranger)
    fields = {"name": "zebedee", "person_id": str(stranger.id), "role": "witness"}
    assert officer.post(f"/cases/{case.id}/people/add", fields).status_code == 422


@pytest.mark.parametrize(
    ("given", "family"),
    [("", "Sukarno"), ("محمد", "عبد الله"), ("<b>Jess</b>", '"Quote" & Co'), ("=1+1", "-2"), ("李", "小龙")],
)
def test_somebody_new_is_entered_under_any_name(partners, officer, case, given, family):
    fields = {"given_name": given, "family_name": family, "role": "subject", "address": "1 High Street"}
    assert officer.post(f"/cases/{case.id}/people/new", fields).status_code == 303
    person = db.session.query(Person).one()
    assert (person.given_name, person.family_name) == (given, family)
    assert person.ref == f"{partners.partnership.prefix}-P-{today().year}-0001"
    page = officer.get(f"/people/{person.id}").text
    assert "<b>Jess" not in page and "1 High Street" in page
    assert "1 High Street" not in officer.get("/cases").text


def test_somebody_like_one_who_is_known_is_pointed_out_first(partners, officer, case):
    known = somebody(partners, "Katherine", "O’Neill", born=date(1990, 5, 1))
    somebody(partners, "Zebedee", "Quillfeather", born=date(1990, 5, 1), lead=partners.police)
    for given, family, born in (("Catherine", "O'Neill", None), ("Katie", "O'Neill", date(1990, 5, 1))):
        fields = {"given_name": given, "family_name": family, "role": "subject"}
        if born:
            fields |= {"date_of_birth-day": "1", "date_of_birth-month": "5", "date_of_birth-year": "1990"}
        answer = officer.post(f"/cases/{case.id}/people/new", fields)
        page = answer.text
        assert answer.status_code == 422 and "Katherine O’Neill" in page and known.ref in page
        assert "Quillfeather" not in page
        assert officer.post(f"/cases/{case.id}/people/new", {**fields, "somebody_else": "y"}).status_code == 303
    assert db.session.query(CasePerson).filter_by(case_id=case.id).count() == 2


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"given_name": "", "family_name": ""}, "Enter at least one name"),
        ({"role": "perpetrator"}, "Choose what they are in this case"),
        ({"address": "x" * 50_000}, "Address must be 1,000 characters or fewer"),
        ({"date_of_birth-day": "1", "date_of_birth-month": "1", "date_of_birth-year": "3000"}, "must be in the past"),
        (
            {"date_of_birth-day": "1", "date_of_birth-month": "1", "date_of_birth-year": "0099"},
            "must be in 1900 or later",
        ),
        ({"date_of_birth-day": "<i>", "date_of_birth-month": "1", "date_of_birth-year": "2000"}, "must be a real date"),
    ],
)
def test_what_is_wrong_about_somebody_is_said(partners, officer, case, changed, problem):
    fields = {"given_name": "Ann", "family_name": "Vale", "role": "subject", "tenure": "Kept words", **changed}
    answer = officer.post(f"/cases/{case.id}/people/new", fields)
    assert answer.status_code == 422 and problem in answer.text and "Kept words" in answer.text
    assert db.session.query(Person).count() == 0


def test_a_role_is_taken_out_of_its_own_case_alone(partners, officer, case):
    ann = a_person(partners.partnership)
    part = CasePerson(case_id=case.id, person_id=ann.id, role=PersonRole.WITNESS)
    db.session.add(part)
    other = a_case(partners.partnership, partners.council)
    db.session.commit()
    part_id = part.id
    assert officer.post(f"/cases/{other.id}/people/{part.id}/remove").status_code == 404
    assert officer.post(f"/cases/{case.id}/people/{part_id}/remove").status_code == 303
    assert officer.post(f"/cases/{case.id}/people/{part_id}/remove").status_code == 404
    assert db.session.query(CasePerson).count() == 0 and db.session.query(Person).count() == 1


def test_naming_somebody_makes_nobodys_open_form_stale(partners, officer, case):
    version = case.version
    officer.post(f"/cases/{case.id}/people/new", {"given_name": "Ann", "role": "subject"})
    assert db.session.get(Case, case.id).version == version


def test_a_member_records_an_incident_and_hate_marks_the_case(partners, constable, case):
    fields = {
        "happened_on-day": "1",
        "happened_on-month": "march",
        "happened_on-year": "2026",
        "what": "A window was broken",
        "reported_to_id": str(partners.police.id),
        "hate": "y",
    }
    assert constable.post(f"/cases/{case.id}/incidents/new", fields).status_code == 303
    incident = db.session.query(CaseIncident).one()
    assert incident.happened_on == date(2026, 3, 1) and incident.hate
    assert db.session.get(Case, case.id).hate_incident
    page = constable.get(f"/cases/{case.id}").text
    assert "A window was broken" in page and "A hate incident of 1 March 2026 recorded" in page


def test_an_incident_of_tomorrow_is_refused(partners, constable, case):
    tomorrow = today() + timedelta(days=1)
    fields = {
        "happened_on-day": str(tomorrow.day),
        "happened_on-month": str(tomorrow.month),
        "happened_on-year": str(tomorrow.year),
        "what": "x" * 50_000,
        "reported_to_id": "999999",
    }
    page = constable.post(f"/cases/{case.id}/incidents/new", fields).text
    assert "must be today or in the past" in page and "10,000 characters or fewer" in page
    assert db.session.query(CaseIncident).count() == 0
