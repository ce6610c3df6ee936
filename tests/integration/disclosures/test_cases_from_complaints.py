"""A case that was opened from a complaint is open to nobody beyond what whoever told it agrees to, at once."""

import pytest
from sqlalchemy import select

from core.accounts.queries import actor_as_of
from core.cases.sharing import share_with_agency
from core.clock import utc_now
from core.disclosures.lists import NO_CONDITION, Grounds
from core.disclosures.models import ComplaintConsent, EndedDisclosure
from core.extensions import db
from core.facts import MeetingStatus
from tests.builders import a_case, a_user, an_agency, today
from tests.integration.disclosures.test_complaints import GIVEN

DAY = {"withdrawn_on-day": today().day, "withdrawn_on-month": today().month, "withdrawn_on-year": today().year}


@pytest.fixture
def case(scene):
    """Heard by its group, and open to the fire service."""
    fire = an_agency(scene.partnership, "Fire and Rescue")
    a_user(fire, "Faye Fire")
    case = scene.items[0].case
    chair = actor_as_of(scene.chair.id, scene.partnership.id, on=today())
    grounds = Grounds("Safeguarding", NO_CONDITION, "A home visit")
    share_with_agency(chair, case=case, agency_id=fire.id, grounds=grounds, now=utc_now(), on=today())
    scene.meeting.status = MeetingStatus.SCHEDULED
    db.session.commit()
    return case


@pytest.fixture
def officer(scene):
    """Of the lead agency, which took the complaint, and in no group."""
    return a_user(scene.chair.agency, "Olive Officer")


def kept(scene, visitor, case, user, **said):
    answer = visitor(user).post(f"/disclosures/cases/{case.id}/complaint", {**GIVEN, **said})
    assert answer.status_code == 303
    return db.session.scalars(select(ComplaintConsent)).one()


def withdraw(visitor, user, consent):
    return visitor(user).post(f"/disclosures/consents/{consent.id}/withdraw", {**DAY, "version": str(consent.version)})


def test_a_withdrawal_closes_the_case_to_everybody_and_keeps_that_it_was_open(scene, visitor, case, officer):
    consent = kept(scene, visitor, case, officer, scope="this partnership’s meetings")
    assert visitor(scene.police).get(f"/cases/{case.id}").status_code == 200
    asked = visitor(officer).get(f"/disclosures/consents/{consent.id}/withdraw").text
    assert "Fire and Rescue" in asked and scene.group.name in asked
    browser = visitor(officer)
    answer = browser.post(
        f"/disclosures/consents/{consent.id}/withdraw", {**DAY, "version": str(consent.version)}, follow_redirects=True
    )
    assert f"The case is closed to: Fire and Rescue, {scene.group.name}." in answer.text
    db.session.expire_all()
    assert case.agencies == [] and case.groups == []
    ended = db.session.scalars(select(EndedDisclosure)).all()
    assert {(each.agency_id is None, each.group_id) for each in ended} == {(False, None), (True, scene.group.id)}
    assert scene.items[0].taken_off_at is not None, "its group hears it on no agenda"
    assert visitor(scene.police).get(f"/cases/{case.id}").status_code == 404
    assert visitor(officer).get(f"/cases/{case.id}").status_code == 200
    page = visitor(officer).get(f"/disclosures/consents/{consent.id}").text
    assert "Pauline Police" in page and "Police" in page, "who has had it, by name"


def test_while_a_group_hears_it_nothing_is_withdrawn_and_it_is_said_where(scene, visitor, case, officer):
    consent = kept(scene, visitor, case, officer, scope="this partnership’s meetings")
    scene.meeting.status = MeetingStatus.IN_SESSION
    db.session.commit()
    answer = withdraw(visitor, officer, consent)
    assert answer.status_code == 422
    assert f"{scene.group.name} hears this case at {scene.meeting.ref}, which is being held now" in answer.text
    db.session.expire_all()
    assert consent.withdrawn_on is None and len(case.agencies) == len(case.groups) == 1


def test_an_answer_that_leaves_some_out_closes_it_to_them(scene, visitor, case, officer):
    consent = kept(scene, visitor, case, officer, scope="this partnership’s meetings")
    (fire,) = (link.agency_id for link in case.agencies)
    said = {**GIVEN, "scope": "these agencies only", "agreed_agencies": str(fire), "version": str(consent.version)}
    answer = visitor(officer).post(f"/disclosures/consents/{consent.id}/answer", said, follow_redirects=True)
    assert f"The case is closed to: {scene.group.name}." in answer.text
    db.session.expire_all()
    assert [link.agency_id for link in case.agencies] == [fire] and case.groups == []
    refused = {**GIVEN, "answer": "refused", "version": str(consent.version)}
    assert visitor(officer).post(f"/disclosures/consents/{consent.id}/answer", refused).status_code == 303
    db.session.expire_all()
    assert case.agencies == []


def test_what_is_kept_anew_is_refused_while_an_agency_has_it_that_was_left_out(scene, visitor, case, officer):
    assert visitor(scene.chair).post(f"/cases/{case.id}/groups/{scene.group.id}/remove").status_code == 303
    said = {**GIVEN, "scope": "these agencies only", "agreed_agencies": str(scene.housing.agency_id)}
    answer = visitor(officer).post(f"/disclosures/cases/{case.id}/complaint", said)
    assert answer.status_code == 422 and "open to Fire and Rescue: close it to them first" in answer.text
    assert db.session.scalars(select(ComplaintConsent)).all() == []


def test_nor_is_it_led_by_an_agency_that_was_left_out(scene, visitor, officer):
    case = a_case(scene.partnership, scene.chair.agency, title="Told in confidence")
    db.session.commit()
    kept(scene, visitor, case, officer, scope="these agencies only", agreed_agencies=str(scene.housing.agency_id))
    browser = visitor(officer)
    form = {
        "version": str(case.version),
        "title": case.title,
        "kind": case.kind.value,
        "category": case.category,
        "risk": case.risk.value,
        "summary": "It goes on",
        "lead_agency_id": str(scene.police.agency_id),
        "why": "it has changed since",
        **{f"opened_on-{box}": str(getattr(case.opened_on, box)) for box in ("day", "month", "year")},
    }
    answer = browser.post(f"/cases/{case.id}/edit", form)
    assert answer.status_code == 422 and "It goes on" in answer.text, "what was typed is kept"
    db.session.expire_all()
    assert case.lead_agency_id == officer.agency_id and case.summary != "It goes on"
    assert browser.post(f"/cases/{case.id}/edit", {**form, "lead_agency_id": str(officer.agency_id)}).status_code == 303
