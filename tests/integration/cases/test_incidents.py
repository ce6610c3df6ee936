"""Putting right what happened in a case, and taking it out, each with a reason."""

import json
from datetime import date, timedelta

import pytest

from core.audit.models import AuditRecord
from core.cases.models import Case, CaseEvent, CaseIncident
from core.extensions import db
from core.facts import GroupRole
from tests.builders import a_case, a_group, a_partnership, a_user, an_agency, today


@pytest.fixture
def case(partners):
    """A case of the council, heard by the group."""
    return a_case(partners.partnership, partners.council, group=partners.group)


@pytest.fixture
def incident(partners, case):
    """Something that the police were told of."""
    row = CaseIncident(
        case_id=case.id, happened_on=date(2026, 3, 1), what="A window was broken", reported_to_id=partners.police.id
    )
    db.session.add(row)
    db.session.flush()
    return row


def path(incident, what: str) -> str:
    return f"/cases/{incident.case_id}/incidents/{incident.id}/{what}"


def filled_in(incident, **changed) -> dict[str, str]:
    return {
        "happened_on-day": "2",
        "happened_on-month": "3",
        "happened_on-year": "2026",
        "what": "A door was broken",
        "reported_to_id": str(incident.reported_to_id),
        "reason": "The caller mixed them up",
        "version": str(incident.version),
        **changed,
    }


def page_of(browser, incident) -> str:
    return browser.get(f"/cases/{incident.case_id}").get_data(as_text=True)


def trail() -> list[AuditRecord]:
    return db.session.query(AuditRecord).filter(AuditRecord.action.like("case.incident.%")).all()


def test_the_agency_that_was_told_corrects_it_and_says_why(constable, incident):
    assert path(incident, "change") in page_of(constable, incident)
    form = constable.get(path(incident, "change")).get_data(as_text=True)
    assert "A window was broken" in form
    assert constable.post(path(incident, "change"), filled_in(incident)).status_code == 303
    db.session.expire_all()
    assert (incident.happened_on, incident.what) == (date(2026, 3, 2), "A door was broken")
    page = page_of(constable, incident)
    assert "A door was broken" in page and "A window was broken" not in page
    assert "Incident of 1 March 2026 corrected" in page and "The caller mixed them up" in page
    (record,) = trail()
    body = json.loads(record.body)
    assert (record.action, body["object"]) == ("case.incident.change", f"case:{incident.case_id}")


def test_perceived_as_hate_after_all_it_marks_the_case_and_the_mark_stays(constable, incident):
    assert constable.post(path(incident, "change"), filled_in(incident, hate="y")).status_code == 303
    db.session.expire_all()
    assert incident.hate and db.session.get_one(Case, incident.case_id).hate_incident
    assert constable.post(path(incident, "change"), filled_in(incident)).status_code == 303
    db.session.expire_all()
    assert not incident.hate and db.session.get_one(Case, incident.case_id).hate_incident


def test_it_is_removed_with_a_reason(officer, incident):
    case_id, version = incident.case_id, incident.version
    asked = officer.get(path(incident, "remove")).get_data(as_text=True)
    assert "A window was broken" in asked
    where = path(incident, "remove")
    silent = officer.post(where, {"version": version, "reason": " "})
    assert silent.status_code == 422
    assert "Enter why it is removed" in silent.get_data(as_text=True)
    assert officer.post(where, {"version": version, "reason": "Recorded twice"}).status_code == 303
    assert db.session.query(CaseIncident).filter_by(removed_at=None).count() == 0
    event = db.session.query(CaseEvent).filter_by(case_id=case_id).one()
    assert (event.text, event.note) == ("Incident of 1 March 2026 removed", "Recorded twice")
    assert [record.action for record in trail()] == ["case.incident.remove"]
    assert officer.get(where).status_code == 404


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"reason": ""}, "Enter why it is corrected"),
        ({"what": ""}, "Enter what happened"),
        ({"what": "x" * 50_000}, "10,000 characters or fewer"),
        ({"happened_on-day": "31", "happened_on-month": "2"}, "must be a real date"),
        ({"happened_on-year": str(today().year + 1)}, "must be today or in the past"),
        ({"reported_to_id": "999999"}, "Choose from the list"),
    ],
)
def test_what_makes_no_sense_is_answered_beside_its_field(constable, incident, changed, sentence):
    answer = constable.post(path(incident, "change"), filled_in(incident, **changed))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page and "There is a problem" in page
    db.session.expire_all()
    assert incident.what == "A window was broken"


def test_who_changes_an_old_version_sees_both_and_keeps_what_was_typed(officer, constable, incident):
    read = str(incident.version)
    assert constable.post(path(incident, "change"), filled_in(incident, what="A gate was broken")).status_code == 303
    late = officer.post(path(incident, "change"), filled_in(incident, version=read))
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "A gate was broken" in page and "A door was broken" in page
    assert officer.post(path(incident, "remove"), {"version": read, "reason": "Twice"}).status_code == 409
    db.session.expire_all()
    assert incident.what == "A gate was broken"


def test_other_members_observers_and_strangers_leave_it_alone(partners, visitor, incident):
    homes = an_agency(partners.partnership, "Mere Homes")
    landlord = a_user(homes, "Lena Landlord", group=partners.group)
    observer = a_user(partners.police, "Otto Observer", group=partners.group, role=GroupRole.OBSERVER)
    outsider = a_user(homes, "Otis Outsider", group=partners.elsewhere)
    foreign = a_partnership()
    stranger = a_user(an_agency(foreign), group=a_group(foreign), role=GroupRole.CHAIR)
    for user, status in ((landlord, 403), (observer, 403), (outsider, 404), (stranger, 404)):
        browser = visitor(user)
        assert browser.post(path(incident, "change"), filled_in(incident)).status_code == status, user.name
        assert browser.post(path(incident, "remove"), {"reason": "No", "version": "1"}).status_code == status
    assert path(incident, "change") not in page_of(visitor(landlord), incident)
    db.session.expire_all()
    assert incident.what == "A window was broken"


def test_the_chair_of_a_group_that_hears_the_case_may_correct_it(partners, chair, incident):
    incident.reported_to_id = partners.council.id
    db.session.flush()
    assert chair.post(path(incident, "change"), filled_in(incident)).status_code == 303


def test_an_incident_is_found_in_its_own_case_alone(partners, officer, incident):
    other = a_case(partners.partnership, partners.council)
    assert officer.get(f"/cases/{other.id}/incidents/{incident.id}/change").status_code == 404


def test_an_agency_that_left_since_stays_the_one_that_was_told(partners, officer, incident):
    gone = an_agency(partners.partnership, "Gone Housing", left_on=today())
    incident.reported_to_id = gone.id
    db.session.flush()
    assert f'value="{gone.id}" selected' in officer.get(path(incident, "change")).get_data(as_text=True)
    assert officer.post(path(incident, "change"), filled_in(incident)).status_code == 303
    db.session.expire_all()
    assert incident.reported_to_id == gone.id


def test_more_incidents_cost_no_more_queries(partners, officer, case, incident, count_queries):
    few = count_queries(officer.get, f"/cases/{case.id}")
    for days in range(1, 20):
        db.session.add(
            CaseIncident(
                case_id=case.id,
                happened_on=today() - timedelta(days=days),
                what="Shouting",
                reported_to_id=partners.police.id,
            )
        )
    db.session.flush()
    assert count_queries(officer.get, f"/cases/{case.id}") == few
