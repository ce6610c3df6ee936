"""Information given in a complaint: for whom its provider agreed to, and for nobody else [Salford 15]."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.cases.models import CaseIncident
from core.circulation.models import Mail
from core.disclosures.models import ComplaintConsent
from core.extensions import db
from core.facts import MailKind, Visibility
from core.minutes.build import build
from core.people.history.models import HeldVersion
from core.policy.complaints import goes_to, passes_on_to
from core.recording.models import Entry
from tests.builders import a_provider, a_user, today

CANARY = "the man at number nine keeps the bikes"

GIVEN = {
    "in_complaint": "y",
    "provider": "complainant",
    "answer": "given",
    "how": "spoken",
    "answered_on-day": str(today().day),
    "answered_on-month": str(today().month),
    "answered_on-year": str(today().year),
}


def information(scene, **fields):
    return {"text": CANARY, "source": str(scene.police.agency_id), "visibility": "everyone at this item", **fields}


def write(scene, browser, **fields):
    item = scene.items[0]
    return browser.post(f"{scene.live}/items/{item.id}/write/information", information(scene, **fields))


def page(scene, browser):
    return browser.get(f"{scene.live}?item={scene.items[0].id}").text


def test_what_a_complaint_told_without_consent_goes_no_further_and_what_was_typed_is_kept(scene, opened):
    police = opened(scene.police)
    for answer in ("refused", "not asked yet"):
        said = {**GIVEN, "answer": answer}
        page = write(scene, police, **said)
        assert page.status_code == 422, answer
        assert "goes no further than the agency that took the complaint" in page.text and CANARY in page.text
    assert db.session.scalars(select(Entry)).all() == []


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ({"provider": ""}, "Choose who gave it"),
        ({"answer": ""}, "Choose what they said"),
        ({"scope": ""}, "Choose what they agreed to"),
        ({"how": ""}, "Choose how they agreed"),
        ({"scope": "these agencies only"}, "Choose the agencies that they agreed to"),
        ({"answered_on-day": ""}, "must include a day"),
        ({"answered_on-year": "2099"}, "must be today or in the past"),
        ({"answer": "not needed"}, "Choose the law, or the part of the protocol"),
    ],
)
def test_what_is_missing_is_said(scene, opened, left_out, sentence):
    answer = write(scene, opened(scene.police), **{**GIVEN, "scope": "this meeting only", **left_out})
    assert answer.status_code == 422 and sentence in answer.text


def test_its_limit_stands_beside_it_in_the_room_and_in_the_minutes(scene, opened):
    police, housing = opened(scene.police), opened(scene.housing)
    limits = {"scope": "this meeting only", "not_to_subject": "y", "limits": "not by name"}
    assert write(scene, police, **{**GIVEN, **limits}).status_code == 303
    marker = "Given in a complaint: for this meeting only; not to be told to the subject; not by name"
    assert CANARY in page(scene, housing) and marker in page(scene, housing)
    (recorded,) = build(scene.meeting.id).items[0].entries
    assert recorded.limits == marker and recorded.visibility is Visibility.EVERYONE
    kept = db.session.scalars(select(ComplaintConsent)).one()
    assert kept.agency_id == scene.police.agency_id and kept.entry_id == recorded.id


def test_used_by_a_law_it_says_which(scene, opened):
    law = "Safeguarding: Children Act 2004, section 11; Care Act 2014, sections 42 to 45"
    said = {"in_complaint": "y", "provider": "witness", "answer": "not needed", "law": law}
    assert write(scene, opened(scene.police), **said).status_code == 303
    assert (
        build(scene.meeting.id).items[0].entries[0].limits
        == "Given in a complaint: used without consent (safeguarding)"
    )


def agreed_between_police_and_homes(scene, browser):
    fields = {**GIVEN, "scope": "these agencies only", "agreed_agencies": str(scene.housing.agency_id)}
    assert write(scene, browser, **fields).status_code == 303
    return db.session.scalars(select(ComplaintConsent)).one()


def test_for_these_agencies_only_it_is_for_nobody_else_not_for_the_chair_either(scene, opened):
    police, housing, chair, coordinator = map(opened, (scene.police, scene.housing, scene.chair, scene.coordinator))
    agreed_between_police_and_homes(scene, police)
    assert CANARY in page(scene, police) and CANARY in page(scene, housing)
    assert CANARY not in page(scene, chair) and CANARY not in page(scene, coordinator)
    entry = db.session.scalars(select(Entry)).one()
    assert chair.get(f"{scene.live}/items/{entry.item_id}/entries/{entry.id}").status_code == 404
    case = scene.items[0].case
    kept = db.session.scalars(select(ComplaintConsent)).one()
    assert chair.get(f"/disclosures/consents/{kept.id}").status_code == 404
    assert f"Shared at {scene.meeting.ref}" not in chair.get(f"/disclosures/cases/{case.id}").text
    assert f"Shared at {scene.meeting.ref}" in housing.get(f"/disclosures/cases/{case.id}").text


def test_its_readers_are_chosen_by_whoever_gave_it_and_a_change_of_words_widens_nothing(scene, opened):
    police = opened(scene.police)
    agreed_between_police_and_homes(scene, police)
    entry = db.session.scalars(select(Entry)).one()
    form = police.get(f"{scene.live}/items/{entry.item_id}/entries/{entry.id}").text
    assert 'name="visibility"' not in form and "Given in a complaint: for these agencies only" in form
    changed = {"text": "He keeps them", "visibility": "everyone at this item", "version": str(entry.version)}
    assert police.post(f"{scene.live}/items/{entry.item_id}/entries/{entry.id}", changed).status_code == 303
    assert entry.text == "He keeps them" and entry.visibility is Visibility.AGREED
    assert [link.agency_id for link in entry.named_agencies] == [scene.housing.agency_id]


def test_a_withdrawal_acts_at_once_is_seen_and_is_told_once(scene, opened):
    police, housing, chair = map(opened, (scene.police, scene.housing, scene.chair))
    assert write(scene, police, **{**GIVEN, "scope": "this partnership’s meetings"}).status_code == 303
    assert CANARY in page(scene, housing)
    kept = db.session.scalars(select(ComplaintConsent)).one()
    before = scene.meeting.revision
    day = {"withdrawn_on-day": today().day, "withdrawn_on-month": today().month, "withdrawn_on-year": today().year}
    answer = police.post(f"/disclosures/consents/{kept.id}/withdraw", {**day, "note": "", "version": str(kept.version)})
    assert answer.status_code == 303
    assert scene.meeting.revision == before + 1, "the others’ pages hear of it"
    for browser in (housing, chair):
        shown = page(scene, browser)
        assert CANARY not in shown and "the person withdrew their consent on" in shown
    assert CANARY in page(scene, police), "its source keeps its own"
    told = police.get(f"/disclosures/consents/{kept.id}").text
    assert "Withdrawn on" in told and "Tell them" in told
    assert "everyone at this item" in told and "its source alone" not in told, "what was disclosed stays listed"
    assert police.post(f"/disclosures/consents/{kept.id}/tell").status_code == 303
    mails = db.session.scalars(select(Mail).where(Mail.kind == MailKind.WITHDRAWAL)).all()
    assert {mail.user_id for mail in mails} >= {scene.housing.id}
    case = scene.items[0].case
    assert all(case.ref in mail.subject and CANARY not in mail.body and case.title not in mail.body for mail in mails)
    police.post(f"/disclosures/consents/{kept.id}/tell")
    again = db.session.scalars(select(Mail).where(Mail.kind == MailKind.WITHDRAWAL)).all()
    assert len(again) == len(mails)
    actions = db.session.scalars(
        select(AuditRecord.action).where(AuditRecord.object == f"consent:{kept.id}").order_by(AuditRecord.seq)
    ).all()
    assert actions == ["complaint.keep", "complaint.withdraw", "complaint.tell", "complaint.tell"]


def test_it_is_withdrawn_by_its_agency_not_before_it_was_given_and_only_once(scene, opened, visitor):
    police = opened(scene.police)
    write(scene, police, **{**GIVEN, "scope": "this partnership’s meetings"})
    kept = db.session.scalars(select(ComplaintConsent)).one()
    address = f"/disclosures/consents/{kept.id}/withdraw"
    early = today() - timedelta(days=2)
    day = {"withdrawn_on-day": early.day, "withdrawn_on-month": early.month, "withdrawn_on-year": early.year}
    answer = police.post(address, {**day, "version": str(kept.version)})
    assert answer.status_code == 422 and "before the day on which it was given" in answer.text
    assert visitor(scene.housing).get(address).status_code == 403
    day = {"withdrawn_on-day": today().day, "withdrawn_on-month": today().month, "withdrawn_on-year": today().year}
    assert police.post(address, {**day, "version": str(kept.version)}).status_code == 303
    assert police.get(address).status_code == 403


def test_what_is_for_this_meeting_only_is_passed_on_to_no_provider(scene, opened):
    police = opened(scene.police)
    assert write(scene, police, **{**GIVEN, "scope": "this meeting only"}).status_code == 303
    kept = db.session.scalars(select(ComplaintConsent)).one()
    homes, own = scene.housing.agency_id, scene.police.agency_id
    assert goes_to(kept, homes) and not passes_on_to(kept, homes)
    assert passes_on_to(kept, own)
    scheme = a_provider(scene.partnership, scene.housing.agency, "mentoring")
    case = scene.items[0].case
    refer = opened(scene.chair).get(f"/cases/{case.id}/refer/{case.people[0].person_id}/{scheme.id}")
    assert refer.status_code == 200 and f"Shared at {scene.meeting.ref}" in refer.text
    assert "Not to be passed on to Homes" in refer.text


def test_an_incident_is_of_no_meeting_and_its_consent_neither(scene, visitor):
    police = visitor(scene.police)
    answer = incident(scene, police, **GIVEN, scope="this meeting only")
    assert answer.status_code == 422 and "Choose what they agreed to" in answer.text
    assert 'value="this meeting only"' not in answer.text
    assert db.session.scalars(select(CaseIncident)).all() == []


def incident(scene, browser, **fields):
    case = scene.items[0].case
    day = {"happened_on-day": today().day, "happened_on-month": today().month, "happened_on-year": today().year}
    what = {"what": CANARY, "reported_to_id": str(scene.police.agency_id), **day, **fields}
    return browser.post(f"/cases/{case.id}/incidents/new", what)


def test_an_incident_told_in_a_complaint_is_its_agencys_until_somebody_agrees(scene, visitor):
    police, housing, chair = map(visitor, (scene.police, scene.housing, scene.chair))
    case = scene.items[0].case
    asked = incident(scene, police, in_complaint="y", provider="complainant", answer="not asked yet")
    assert asked.status_code == 303
    for browser in (housing, chair):
        shown = browser.get(f"/cases/{case.id}").text
        assert CANARY not in shown and "goes no further than the agency that took the complaint" in shown
    assert CANARY in police.get(f"/cases/{case.id}").text
    kept = db.session.scalars(select(ComplaintConsent)).one()
    assert chair.get(f"/cases/{case.id}/incidents/{kept.incident_id}/change").status_code == 403
    assert chair.get(f"/disclosures/consents/{kept.id}").status_code == 403
    answer = {**GIVEN, "scope": "these agencies only", "agreed_agencies": str(scene.housing.agency_id)}
    answer["version"] = str(kept.version)
    assert police.post(f"/disclosures/consents/{kept.id}/answer", answer).status_code == 303
    assert CANARY in housing.get(f"/cases/{case.id}").text and CANARY not in chair.get(f"/cases/{case.id}").text


def test_why_it_was_corrected_and_that_it_was_hate_is_its_agencys_too(scene, visitor):
    police, chair = visitor(scene.police), visitor(scene.chair)
    case = scene.items[0].case
    said = {"in_complaint": "y", "provider": "complainant", "answer": "not asked yet", "hate": "y"}
    incident(scene, police, **said, strands="transgender identity")
    what = db.session.scalars(select(CaseIncident)).one()
    day = {f"happened_on-{box}": str(getattr(today(), box)) for box in ("day", "month", "year")}
    put_right = {"what": "Words", "reported_to_id": str(scene.police.agency_id), "reason": "It was Priya", **day}
    put_right["version"] = str(what.version)
    assert police.post(f"/cases/{case.id}/incidents/{what.id}/change", put_right).status_code == 303
    page = chair.get(f"/cases/{case.id}").text
    assert "corrected" in page and "Priya" not in page and "transgender" not in page


def test_what_was_said_to_the_use_of_an_incident_outlives_the_incident(scene, visitor):
    police = visitor(scene.police)
    incident(scene, police, **GIVEN, scope="this partnership’s meetings")
    what = db.session.scalars(select(CaseIncident)).one()
    gone = {"reason": "twice", "version": str(what.version)}
    assert police.post(f"/cases/{what.case_id}/incidents/{what.id}/remove", gone).status_code == 303
    db.session.expire_all()
    assert db.session.scalars(select(ComplaintConsent)).one().incident_id == what.id and what.what == ""
    assert police.get(f"/cases/{what.case_id}/incidents/{what.id}/change").status_code == 404


def test_what_a_removed_incident_told_in_a_complaint_is_in_the_history_of_nobody_but_the_agency_that_took_it(
    scene, visitor
):
    police, chair = visitor(scene.police), visitor(scene.chair)
    case = scene.items[0].case
    case.lead_agency_id = scene.police.agency_id
    incident(scene, police, in_complaint="y", provider="complainant", answer="not asked yet")
    incident(scene, police, what="A drum at night")
    for what in db.session.scalars(select(CaseIncident).order_by(CaseIncident.id)).all():
        gone = {"reason": "twice", "version": str(what.version)}
        assert police.post(f"/cases/{case.id}/incidents/{what.id}/remove", gone).status_code == 303
    page = chair.get(f"/cases/{case.id}/history").text
    assert CANARY not in page and "it was given in a complaint" in page
    assert "A drum at night" in page, "what was told in no complaint is read as before"
    assert CANARY in police.get(f"/cases/{case.id}/history").text
    for version in db.session.scalars(select(HeldVersion)):
        assert CANARY not in chair.get(f"/history/{version.id}").text


def test_a_case_opened_from_a_complaint_is_opened_to_whom_was_agreed_to(scene, visitor):
    chair, case = visitor(scene.chair), scene.items[0].case
    council, homes = scene.chair.agency_id, scene.housing.agency_id
    given = {**GIVEN, "scope": "these agencies only", "agreed_agencies": str(homes)}
    answer = chair.post(f"/disclosures/cases/{case.id}/complaint", given)
    assert answer.status_code == 422 and "take it from the group first" in answer.text
    officer = visitor(a_user(scene.chair.agency))
    assert chair.post(f"/cases/{case.id}/groups/{scene.group.id}/remove").status_code == 303
    assert officer.post(f"/disclosures/cases/{case.id}/complaint", given).status_code == 303
    share = {"basis": "Safeguarding", "condition": "No special-category or criminal-offence data", "purpose": "A visit"}
    police = {"agency_id": str(scene.police.agency_id), **share}
    refused = officer.post(f"/cases/{case.id}/agencies/add", police)
    assert refused.status_code == 422 and "agreed to other agencies only" in refused.text
    assert officer.post(f"/cases/{case.id}/agencies/add", {**police, "agency_id": str(homes)}).status_code == 303
    assert db.session.scalars(select(ComplaintConsent)).one().agency_id == council
