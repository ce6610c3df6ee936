"""What was issued stays byte for byte as it was issued, whatever of it is put right later."""

from hashlib import sha256

import pytest
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.documents.models import Document
from core.extensions import db
from core.meetings.models import AgendaVersion
from core.minutes.models import Minutes
from core.people.history.models import Answer, HeldVersion, Rectification
from core.subject_access.models import AccessPaper
from tests.builders import a_meeting, an_item, today
from tests.integration.retention.filling import approved_minutes
from tests.integration.subject_access.conftest import day, prepare, release


def issued() -> dict[str, str]:
    """The SHA-256 of every document, frozen record and paper of a pack."""
    db.session.expire_all()
    return {
        **{f"document {row.id}": sha256(row.content).hexdigest() for row in db.session.scalars(select(Document))},
        **{f"agenda {row.id}": f"{row.record}{row.record_sha256}" for row in db.session.scalars(select(AgendaVersion))},
        **{f"minutes {row.id}": f"{row.record}{row.record_sha256}" for row in db.session.scalars(select(Minutes))},
        **{f"paper {row.id}": sha256(row.content).hexdigest() for row in db.session.scalars(select(AccessPaper))},
    }


@pytest.fixture
def ahead(place):
    """A meeting that hears the case, after one whose minutes are approved."""
    approved_minutes(place.meeting, place.item, an_item(place.meeting, None, position=2), place.chair)
    meeting = a_meeting(place.group, cases=[place.case])
    db.session.commit()
    return meeting


def test_agenda_copies_minutes_and_packs_are_unchanged_after_a_rectification(place, ahead, visitor, entered):
    lead, chair, person = visitor(place.lead), visitor(place.chair), place.person
    prepare(lead, entered)
    assert release(visitor(place.second), entered).status_code == 303
    sent = chair.post(f"/meetings/{ahead.id}/agenda/circulate", {"version": str(ahead.version)})
    assert sent.status_code == 303, sent.text
    copy = chair.get(f"/meetings/{ahead.id}/agenda/1.pdf")
    assert copy.data.startswith(b"%PDF")
    before = issued()
    assert {name.split()[0] for name in before} == {"document", "agenda", "minutes", "paper"}

    asked = {"what": "person", "says": "I am Marten", "asked_by": "the person concerned", **day("asked_on", today())}
    assert lead.post(f"/people/{person.id}/rectify", asked).status_code == 303
    right = {"version": str(person.version), "given_name": "Marten", "family_name": "Ashdown", "address": "5 Elm Close"}
    wrong = {"why": "it was wrong", "reason": "His passport"}
    assert lead.post(f"/people/{person.id}/edit", {**right, **wrong}).status_code == 303
    fields = {
        "version": str(place.case.version),
        "title": "Marten Ashdown",
        "kind": place.case.kind.value,
        "category": "Noise",
        "lead_agency_id": str(place.council.id),
        "risk": "high",
        "restricted": "y",
        **day("opened_on", place.case.opened_on),
    }
    assert lead.post(f"/cases/{place.case.id}/edit", {**fields, **wrong}).status_code == 303
    request = db.session.scalars(select(Rectification)).one()
    answer = {"version": str(request.version), "answer": "rectified", "reason": "It was wrong"}
    assert lead.post(f"/rectifications/{request.id}/answer", answer).status_code == 303
    version = db.session.scalars(select(HeldVersion).where(HeldVersion.person_id == person.id)).one()
    assert lead.post(f"/history/{version.id}/tell", {"readers": [str(place.chair.id)]}).status_code == 303
    db.session.refresh(request)
    assert request.answer is Answer.RECTIFIED
    assert db.session.scalars(select(AuditRecord.seq).where(AuditRecord.action == "history.tell")).all()

    after = issued()
    assert {name: after.get(name) for name in before} == before
    assert chair.get(f"/meetings/{ahead.id}/agenda/1.pdf").data == copy.data
