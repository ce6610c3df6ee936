"""What was given in a complaint and is not to be told to whom it is about stays masked in what they are given."""

import json

import pytest
from sqlalchemy import select

from core.cases.models import CaseIncident, CasePerson
from core.clock import utc_now
from core.disclosures.lists import Answer, Scope
from core.disclosures.models import ComplaintConsent
from core.extensions import db
from core.facts import MaskReason, PersonRole
from core.hate.models import HateReport, Perceiver
from core.recording.models import Entry
from core.subject_access.models import AccessMask, AccessPack, AccessPaper
from core.subject_access.pack import TOGETHER
from tests.builders import today
from tests.integration.subject_access.conftest import prepare, release

LIMITS = [
    ({"not_to_subject": True}, "not to be told to the subject"),
    ({"answer": Answer.REFUSED, "scope": None}, "consent refused"),
    ({"answer": Answer.NOT_ASKED, "scope": None}, "consent not asked yet"),
    ({"withdrawn_on": today()}, "consent withdrawn on"),
]


def a_consent(place, *, provider=PersonRole.COMPLAINANT, **given):
    row = ComplaintConsent(
        case_id=place.case.id,
        agency_id=place.police.id,
        provider=provider,
        recorded_at=utc_now(),
        recorded_by_id=place.member.id,
        **{"answer": Answer.GIVEN, "scope": Scope.MEETINGS, **given},
    )
    db.session.add(row)
    db.session.commit()
    return row


@pytest.fixture
def told(place):
    """What was said without a name in it: nothing else would be masked there."""
    incident = db.session.scalars(select(CaseIncident)).one()
    incident.what = "Canaryincident: music at 3am"
    entry = db.session.scalars(select(Entry).where(Entry.text.startswith("P. Ravenhall"))).one()
    entry.text = "Canaryentry: he drinks"
    place.case.summary = "Canarysummary of the case"
    db.session.commit()
    return incident, entry


@pytest.mark.parametrize(("given", "limit"), LIMITS)
def test_it_is_proposed_to_be_masked_with_its_limit_and_without_its_source(place, told, visitor, entered, given, limit):
    incident, entry = told
    a_consent(place, incident_id=incident.id, **given)
    a_consent(place, entry_id=entry.id, **given)
    a_consent(place, **given)
    lead = visitor(place.lead)
    lead.post(f"{entered}/draw")
    masks = {mask.place: mask for mask in db.session.scalars(select(AccessMask))}
    for at in (f"incident:{incident.id}", f"entry:{entry.id}", f"case:{place.case.id}:summary"):
        assert (masks[at].starts, masks[at].reason, masks[at].kept) == (0, MaskReason.SOURCE, None), at
    assert lead.get(f"{entered}/masks").text.count(f"Given in a complaint: {limit}") >= 3
    [pack] = db.session.scalars(select(AccessPack))
    whose = {
        text["place"]: part["agency_id"]
        for part in pack.content["parts"]
        for section in part["sections"]
        for each in section["entries"]
        for text in each.get("texts", ())
    }
    assert whose[f"incident:{incident.id}"] == whose[f"entry:{entry.id}"] == TOGETHER, "whom they told would show"


def test_no_word_of_it_is_given_while_its_mask_is_kept(place, told, visitor, entered):
    incident, entry = told
    for about in ({"incident_id": incident.id}, {"entry_id": entry.id}, {}):
        a_consent(place, not_to_subject=True, **about)
    prepare(visitor(place.lead), entered)
    assert release(visitor(place.second), entered).status_code == 303
    given = json.loads(db.session.scalars(select(AccessPaper).where(AccessPaper.kind == "json")).one().content)
    assert "Canary" not in json.dumps(given)


def test_what_may_be_told_is_given_as_before(place, told, visitor, entered):
    incident, _ = told
    a_consent(place, incident_id=incident.id)
    visitor(place.lead).post(f"{entered}/draw")
    assert not db.session.scalars(select(AccessMask).where(AccessMask.place == f"incident:{incident.id}")).all()


@pytest.mark.parametrize("others", [False, True])
def test_whoever_gave_it_has_it_where_nobody_else_could_have(place, told, visitor, entered, others):
    incident, _ = told
    db.session.add(CasePerson(case_id=place.case.id, person_id=place.person.id, role=PersonRole.WITNESS))
    if others:
        db.session.add(CasePerson(case_id=place.case.id, person_id=place.neighbour.id, role=PersonRole.WITNESS))
    a_consent(place, incident_id=incident.id, provider=PersonRole.WITNESS, not_to_subject=True)
    visitor(place.lead).post(f"{entered}/draw")
    masks = db.session.scalars(select(AccessMask).where(AccessMask.place == f"incident:{incident.id}")).all()
    assert bool(masks) is others


def test_its_limit_outlives_the_incident_in_what_was_held_of_it(place, told, visitor, entered):
    incident, _ = told
    flagged = {"strands": ["disability"], "perceived_by": Perceiver.VICTIM, "agency_id": place.council.id}
    days = {"happened_on": today(), "due_on": today(), "flagged_at": utc_now()}
    report = HateReport(partnership_id=place.partnership.id, case_id=place.case.id, **flagged, **days)
    report.incident_id, report.what = incident.id, incident.what
    db.session.add(report)
    a_consent(place, incident_id=incident.id, not_to_subject=True)
    lead, version = visitor(place.lead), str(incident.version)
    gone = {"version": version, "reason": "Another household"}
    assert lead.post(f"/cases/{place.case.id}/incidents/{incident.id}/remove", gone).status_code == 303
    prepare(lead, entered)
    assert release(visitor(place.second), entered).status_code == 303
    content = db.session.scalars(select(AccessPaper).where(AccessPaper.kind == "json")).one().content.decode()
    assert "What was reported as hate" not in content and "Canaryincident" not in content
    assert "Canaryincident" in str(db.session.scalars(select(AccessPack)).one().content), "those who decide read it"
