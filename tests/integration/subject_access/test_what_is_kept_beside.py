"""What is kept beside a person and their cases is in what they are given."""

import json

import pytest
from sqlalchemy import select

from core.cases.models import CaseIncident
from core.clock import utc_now
from core.disclosures.lists import Answer, Scope
from core.disclosures.models import ComplaintConsent, EndedDisclosure
from core.extensions import db
from core.facts import MaskReason, PersonRole
from core.hate.models import HateReport, Perceiver
from core.people.adjustments.models import Adjustment, AdjustmentKind, AskedBy
from core.people.history.models import Asker, HeldVersion, Rectification, Statement, Why
from core.retention.models import LegalHold
from core.subject_access.models import AccessMask, AccessPaper
from tests.builders import today
from tests.integration.subject_access.conftest import enter, prepare, release


@pytest.fixture
def kept(place):
    """One of each."""
    case, person, now = place.case, place.person, utc_now()
    incident = db.session.scalars(select(CaseIncident)).one()
    db.session.add_all(
        [
            Adjustment(
                person_id=person.id, kind=AdjustmentKind.INTERPRETER, detail="Urdu", asked_by=AskedBy.THEMSELVES,
                since=today(), recorded_at=now, agency_id=place.homes.id,
            ),
            HeldVersion(
                partnership_id=place.partnership.id, person_id=person.id, values={"address": "77 Oldway"},
                changed=["address"], address_was_protected=True, until=now, why=Why.WRONG, reason="He moved",
                agency_id=place.homes.id,
            ),
            HeldVersion(
                partnership_id=place.partnership.id, case_id=case.id, incident_id=incident.id,
                values={"what": "Martin Ashdown was heard"}, changed=["what"], until=now, why=Why.WRONG, reason="",
                agency_id=place.homes.id,
            ),
            Rectification(
                partnership_id=place.partnership.id, person_id=person.id, about=Statement.PERSON,
                says="I never lived there", asked_by=Asker.PERSON, asked_on=today(), due_on=today(), recorded_at=now,
                recorded_by_id=place.member.id, agency_id=place.homes.id, reason="", own_statement="My own words",
            ),
            HateReport(
                partnership_id=place.partnership.id, case_id=case.id, incident_id=incident.id, happened_on=today(),
                what="Reported as hate", strands=["race"], perceived_by=Perceiver.VICTIM, flagged_at=now,
                agency_id=place.police.id, due_on=today(), done="", unflagged_why="",
            ),
            ComplaintConsent(
                case_id=case.id, agency_id=place.homes.id, provider=PersonRole.SUBJECT, answer=Answer.GIVEN,
                scope=Scope.MEETINGS, limits="Not my employer", recorded_at=now, recorded_by_id=place.member.id,
            ),
            LegalHold(
                partnership_id=place.partnership.id, case_id=case.id, reason="Secretreason", since=now,
                by_id=place.lead.id,
            ),
            EndedDisclosure(
                case_id=case.id, agency_id=place.police.id, since=today(), ended_on=today(), basis="Public task",
                condition="", purpose="",
            ),
        ]
    )  # fmt: skip
    db.session.commit()


def test_it_is_given_under_its_own_headings(place, kept, visitor, entered):
    prepare(visitor(place.lead), entered)
    assert release(visitor(place.second), entered).status_code == 303
    given = db.session.scalars(select(AccessPaper).where(AccessPaper.kind == "json")).one().content.decode()
    for word in (
        "Urdu", "77 Oldway", "He moved", "Martin Ashdown was heard", "I never lived there", "My own words",
        "Reported as hate", "Not my employer", "was open to others", "Constabulary, from", "is heard by",
    ):  # fmt: skip
        assert word in given, word
    assert "Secretreason" not in given, "why may be for a court alone"
    assert "egal hold" not in given, "that there is one may tell of enquiries: it is shown only if somebody lifts that"
    assert {section["heading"] for part in json.loads(given)["held_by"] for section in part["sections"]} >= {
        "What the person needs",
        "What was reported as hate",
        "What stood there before it was changed",
        "What was asked to be set right",
    }


def test_an_address_that_was_protected_is_never_given_to_somebody_else(place, kept, visitor):
    path = enter(
        visitor(place.lead),
        place.person.id,
        asked_by="somebody else on their behalf",
        asker_name="Solicitors",
        authority="Letter seen",
    )
    visitor(place.lead).post(f"{path}/draw")
    [mask] = db.session.scalars(select(AccessMask).where(AccessMask.place.like("version:%:address")))
    assert mask.fixed and mask.reason is MaskReason.SERIOUS_HARM


@pytest.mark.parametrize("about", ["version:%", "hate:%"])
def test_what_was_given_in_a_complaint_is_masked_there_too(place, kept, visitor, entered, about):
    incident = db.session.scalars(select(CaseIncident)).one()
    db.session.add(
        ComplaintConsent(
            case_id=place.case.id, incident_id=incident.id, agency_id=place.police.id, not_to_subject=True,
            provider=PersonRole.COMPLAINANT, answer=Answer.GIVEN, scope=Scope.MEETINGS, recorded_at=utc_now(),
            recorded_by_id=place.member.id,
        )
    )  # fmt: skip
    db.session.commit()
    visitor(place.lead).post(f"{entered}/draw")
    masks = db.session.scalars(select(AccessMask).where(AccessMask.place.like(about))).all()
    assert [(mask.starts, mask.reason) for mask in masks] == [(0, MaskReason.SOURCE)]
