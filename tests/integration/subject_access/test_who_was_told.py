"""What the pack says of who was told: papers, research, referrals, parts in a plan; and of fields, in their words."""

import json

from sqlalchemy import select

from core.cases.models import CaseAgency, CasePerson
from core.circulation.models import Circulation, Copy
from core.clock import utc_now
from core.extensions import db
from core.facts import CirculationKind, PersonRole
from core.people.history.models import HeldVersion, Why
from core.referrals.models import Referral, ReferralPartner
from core.subject_access.models import AccessPaper, AccessScheme
from tests.builders import a_case, a_group, a_person, a_provider, an_agency, today
from tests.integration.subject_access.conftest import decide_all, prepare, release


def sections(heading):
    """The entries under a heading of what was released, each with its agency."""
    paper = db.session.scalars(select(AccessPaper).where(AccessPaper.kind == "json")).one()
    return [
        (part["agency"], entry)
        for part in json.loads(paper.content)["held_by"]
        for section in part["sections"]
        if section["heading"] == heading
        for entry in section["entries"]
    ]


def a_referral(place, provider, person):
    """Made by the council, for a purpose in somebody's own words."""
    now = utc_now()
    row = Referral(
        partnership_id=place.partnership.id, ref="NB-R-1", case_id=place.case.id, person_id=person.id,
        pathway_key=provider.pathway_key, pathway_title="Mentoring", provider_id=provider.id,
        referrer_agency_id=place.council.id, referrer_user_id=place.lead.id, stage="referred", stage_title="Referred",
        stage_since=today(), payload={}, payload_version=1, summary="", rows=[], opened_at=now, moved_at=now,
        basis="Consent", purpose="So that Priscilla Ravenhall has peace",
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def told_to(entry):
    """The agencies of an entry, as they are given."""
    (to,) = (text for text in entry["texts"] if text["label"] == "To")
    return "".join(piece.get("text", "[masked]") for piece in to["pieces"])


def test_papers_research_referrals_and_parts_in_a_plan_are_under_who_was_told(place, visitor, entered):
    provider = a_provider(place.partnership, place.homes, "gone")
    referral = a_referral(place, provider, place.person)
    db.session.add(ReferralPartner(referral_id=referral.id, agency_id=place.police.id, since=utc_now()))
    sent = Circulation(
        meeting_id=place.meeting.id, kind=CirculationKind.MINUTES, at=utc_now(), by_id=place.lead.id, audit_seq=1,
        audit_hash="", basis="Public task",
    )  # fmt: skip
    db.session.add(sent)
    db.session.flush()
    db.session.add_all([Copy(circulation_id=sent.id, user_id=user.id) for user in (place.chair, place.member)])
    db.session.commit()
    lead = visitor(place.lead)
    lead.post(f"{entered}/draw")
    decide_all(lead, entered)
    gone = db.session.scalars(select(AccessScheme)).one()
    settled = {"action": "leave out", "reason": "Mentoring has ended here"}
    assert lead.post(f"{entered}/schemes/{gone.id}/settle", settled).status_code == 303
    assert lead.post(f"{entered}/ready").status_code == 303
    assert release(visitor(place.second), entered).status_code == 303
    assert [entry["title"] for _, entry in sections("What a scheme keeps for its own staff")] == [
        "Mentoring: not in this copy"
    ]
    told = {entry["title"]: (agency, entry) for agency, entry in sections("Who was told")}
    agency, minutes = told[f"The minutes of {place.meeting.ref} were sent out"]
    assert agency == "Borough Council", "with the agency that leads the case"
    assert told_to(minutes) == "Constabulary", "to whoever leads the group"
    assert {"label": "Basis", "value": "Public task"} in minutes["facts"]
    assert told[f"Agencies were asked what they hold, for {place.meeting.ref}"]
    _, referred = told["Referral NB-R-1 was made by Borough Council"]
    assert told_to(referred) == "Mereside Homes"
    assert "Ravenhall" not in json.dumps(referred) and "peace" in json.dumps(referred), "its purpose is a text"
    _, part = told["Agencies were given a part in the plan of referral NB-R-1"]
    assert told_to(part) == "Constabulary"


def test_what_stood_there_before_has_the_words_of_its_field_and_its_value(place, visitor, entered):
    db.session.add_all(
        [
            HeldVersion(
                partnership_id=place.partnership.id, person_id=place.person.id, until=utc_now(), why=Why.WRONG,
                values={"known_as": "Marty", "date_of_birth": "1990-04-05"}, changed={}, reason="",
            ),
            HeldVersion(
                partnership_id=place.partnership.id, case_id=place.case.id, until=utc_now(), why=Why.WRONG,
                values={"lead_agency_id": place.police.id, "hate_incident": True}, changed={}, reason="",
            ),
        ]
    )  # fmt: skip
    db.session.commit()
    prepare(visitor(place.lead), entered)
    release(visitor(place.second), entered)
    said = [
        (text["label"], "".join(piece.get("text", "[masked]") for piece in text["pieces"]))
        for _, entry in sections("What stood there before it was changed")
        for text in entry["texts"]
    ]
    assert said == [
        ("Known as", "Marty"),
        ("Date of birth", "5 April 1990"),
        ("Lead agency", "Constabulary"),
        ("Hate incident", "Yes"),
    ]


def test_of_somebody_elses_case_nothing_is_given_but_that_it_names_them(place, visitor, entered):
    """Nor whom it was opened to, nor what it is about: an abusive relative would learn where somebody turned to."""
    refuge = an_agency(place.partnership, "Safe Harbour Refuge")
    table = a_group(place.partnership, "Safety Panel North")
    eve = a_person(place.partnership, "Eve", "Stone")
    case = a_case(place.partnership, place.police, title="Eve Stone", group=table, subject=eve, restricted=True)
    case.category, case.hate_incident = "Domestic abuse", True
    link = CaseAgency(case_id=case.id, agency_id=refuge.id, since=today(), basis="Safeguarding", purpose="A bed")
    db.session.add_all([CasePerson(case_id=case.id, person_id=place.person.id, role=PersonRole.FAMILY_MEMBER), link])
    db.session.commit()
    lead = visitor(place.lead)
    prepare(lead, entered)
    assert release(visitor(place.second), entered).status_code == 303
    content = db.session.scalars(select(AccessPaper).where(AccessPaper.kind == "json")).one().content.decode()
    assert case.ref in content and "family member" in content
    for word in ("Safe Harbour", "Safety Panel", "Domestic", "Eve", "A bed", f"{case.ref} was opened"):
        assert word not in content, word


def test_where_all_that_is_read_of_it_is_masked_by_hand_it_is_not_mentioned(place, visitor, entered):
    case = a_case(
        place.partnership, place.police, title="Enquiries", subject=a_person(place.partnership, "Eve", "Stone")
    )
    db.session.add(CasePerson(case_id=case.id, person_id=place.person.id, role=PersonRole.WITNESS))
    db.session.commit()
    lead = visitor(place.lead)
    lead.post(f"{entered}/draw")
    crime = {"words": "witness", "reason": "would hinder dealing with crime", "why": "He does not know of it"}
    assert lead.post(f"{entered}/mask", crime).status_code == 303
    prepare(lead, entered)
    assert release(visitor(place.second), entered).status_code == 303
    content = db.session.scalars(select(AccessPaper).where(AccessPaper.kind == "json")).one().content.decode()
    assert case.ref not in content and place.case.ref in content
