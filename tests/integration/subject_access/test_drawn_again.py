"""A pack that is put together again: what was decided of a text that changed is not lost, nor what its limit was."""

from sqlalchemy import select

from core.cases.models import CaseIncident, CasePerson
from core.clock import utc_now
from core.disclosures.lists import Answer
from core.disclosures.models import ComplaintConsent
from core.extensions import db
from core.facts import PersonRole
from core.meetings.models import Research
from core.recording.models import Entry
from core.subject_access.models import AccessMask, AccessPaper
from tests.builders import a_case, a_person, today
from tests.integration.subject_access.conftest import decide_all, release

CRIME = "would hinder dealing with crime"


def masked_by_hand(lead, request, words):
    assert lead.post(f"{request}/draw").status_code == 303
    by_hand = {"words": words, "reason": CRIME, "why": "Enquiries go on"}
    assert lead.post(f"{request}/mask", by_hand).status_code == 303
    decide_all(lead, request)
    db.session.rollback()


def undecided():
    return [mask for mask in db.session.scalars(select(AccessMask)) if mask.kept is None and mask.outdated_at is None]


def given(place, visitor, lead, request):
    decide_all(lead, request)
    assert lead.post(f"{request}/ready").status_code == 303
    assert release(visitor(place.second), request).status_code == 303
    return db.session.scalars(select(AccessPaper).where(AccessPaper.kind == "json")).one().content.decode()


def test_words_that_were_masked_by_hand_are_decided_on_again_where_the_text_changed(place, visitor, entered):
    lead = visitor(place.lead)
    masked_by_hand(lead, entered, "Known since 2021")
    research = db.session.scalars(select(Research)).one()
    research.text += " and still."
    db.session.commit()
    lead.post(f"{entered}/draw")
    assert [mask.reason.value for mask in undecided()] == [CRIME]
    assert "Known since 2021" not in given(place, visitor, lead, entered)


def test_they_are_where_the_text_stands_elsewhere_now(place, visitor, entered):
    entry = db.session.scalars(select(Entry).where(Entry.text.startswith("P. Raven"))).one()
    entry.text = "The lady next door told it"
    db.session.commit()
    lead = visitor(place.lead)
    masked_by_hand(lead, entered, "The lady next door")
    entry = db.session.get_one(Entry, entry.id)
    entry.struck_at = utc_now()
    db.session.commit()
    lead.post(f"{entered}/draw")
    assert [mask.place for mask in undecided()] == [f"entry:{entry.id}:struck"]
    assert "lady next door" not in given(place, visitor, lead, entered)


def test_a_text_that_says_it_in_other_words_is_decided_on_as_a_whole(place, visitor, entered):
    lead = visitor(place.lead)
    masked_by_hand(lead, entered, "Known since 2021")
    research = db.session.scalars(select(Research)).one()
    research.text = "They have been known to us for six years"
    db.session.commit()
    lead.post(f"{entered}/draw")
    (mask,) = undecided()
    assert (mask.starts, mask.ends) == (0, len(research.text))
    assert "six years" not in given(place, visitor, lead, entered)


def test_a_limit_that_came_after_all_of_a_text_was_shown_masks_it_again(place, visitor, entered):
    victim = a_person(place.partnership, "Eve", "Stone")
    case = a_case(place.partnership, place.council, title="Eve", group=place.group, subject=victim)
    db.session.add(CasePerson(case_id=case.id, person_id=place.person.id, role=PersonRole.WITNESS))
    told = {"happened_on": today(), "what": "Loud bangs at number nine", "reported_to_id": place.council.id}
    incident = CaseIncident(case_id=case.id, **told)
    db.session.add(incident)
    db.session.commit()
    lead = visitor(place.lead)
    lead.post(f"{entered}/draw")
    mask = db.session.scalars(select(AccessMask).where(AccessMask.place == f"incident:{incident.id}")).one()
    lifted = {"masks": str(mask.id), "decision": "show: reasonable to show without asking them", "why": "ok"}
    assert lead.post(f"{entered}/masks", lifted).status_code == 303
    db.session.rollback()
    consent = {"answer": Answer.GIVEN, "not_to_subject": True, "provider": PersonRole.COMPLAINANT}
    by = {"agency_id": place.council.id, "recorded_at": utc_now(), "recorded_by_id": place.lead.id}
    db.session.add(ComplaintConsent(case_id=case.id, incident_id=incident.id, **consent, **by))
    db.session.commit()
    lead.post(f"{entered}/draw")
    assert f"incident:{incident.id}" in {each.place for each in undecided()}
    assert "Loud bangs" not in given(place, visitor, lead, entered)
