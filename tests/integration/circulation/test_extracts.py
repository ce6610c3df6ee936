"""A provider's extract: its own referrals and nothing of the others', and only to whoever may have it."""

from dataclasses import replace

import pytest

from core.circulation.extracts.operations import extracts_for
from core.circulation.grants import Grantee, grant_items
from core.circulation.models import Circulation, Copy, Mail
from core.clock import utc_now
from core.documents.models import Document
from core.extensions import db
from core.facts import Audience, CirculationKind, GroupRole, Row
from core.minutes import build
from core.minutes.models import Minutes
from core.minutes.queries import frozen_record
from core.minutes.record import AgencyName, Parties, RecordedReferral
from tests.builders import a_provider, a_user, an_agency, countersigned
from tests.integration.circulation.test_recipients import composed, recuse, words
from tests.integration.minutes.test_from_record_to_reader import acting, approved, conference
from tests.support.papers import text_in

__all__ = ["conference"]


class Scheme:
    """A mentoring scheme, referred to at the first item of the conference, and the one who works there."""

    def __init__(self, conference, monkeypatch, *, signed=True) -> None:
        signed_on = {} if signed else {"signed_on": None}
        self.agency = an_agency(conference.partnership, "Harbour Mentoring", **signed_on)
        self.worker = a_user(self.agency, "Mona Mentor")
        name = AgencyName(id=self.agency.id, name=self.agency.name)
        self.provider = a_provider(conference.partnership, self.agency, "mentoring")
        self.referral = RecordedReferral(
            ref="MEN-2026-0003",
            pathway="Mentoring",
            parties=Parties(
                provider=name,
                referrer=AgencyName(id=conference.police.id, name="Police"),
                provider_id=self.provider.id,
            ),
            rows=(
                Row("Stage", "Matched", frozenset({Audience.PROVIDER, Audience.ATTENDEES})),
                Row("Said to the scheme", "Likes football", frozenset({Audience.PROVIDER})),
                Row("Said to the referrer", "Ring on Mondays", frozenset({Audience.REFERRER})),
            ),
        )
        whole = build.build

        def with_referral(meeting_id):
            record = whole(meeting_id)
            first, *others = record.items
            return replace(record, items=(replace(first, referrals=(self.referral,)), *others))

        for module in ("core.minutes.operations", "core.minutes.views", "core.circulation.sight"):
            monkeypatch.setattr(f"{module}.build", with_referral, raising=False)
        monkeypatch.setattr("core.minutes.showing.build", with_referral, raising=False)


@pytest.fixture
def scheme(conference, monkeypatch):
    return Scheme(conference, monkeypatch)


def sent(conference, visitor, scheme):
    approved(conference, visitor)
    answer = visitor(conference.coordinator).post(conference.path("extracts"), {"readers": [scheme.worker.id]})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return db.session.query(Copy).one()


def paper(visitor, user, copy) -> str:
    return text_in(visitor(user).get(f"/copies/{copy.id}/minutes.pdf"))


def test_the_extract_holds_the_providers_referral_and_not_what_was_said_at_the_table(conference, visitor, scheme):
    text = paper(visitor, scheme.worker, sent(conference, visitor, scheme))
    assert "Extract from the minutes" in text
    assert "For Harbour Mentoring" in text
    assert "Copy of Mona Mentor, Harbour Mentoring" in text
    for held in ("MEN-2026-0003", "Matched", "Likes football"):
        assert held in text
    for lacking in ("Seen at the flat", "informant", "Rent is", "Priya Raman", "Ring on Mondays", "Visit with the"):
        assert lacking not in text
    assert "Martin Ashdown" not in text, "a case that is not open to them goes by the referral"
    assert "Aisha Rafiq" not in text, "who sat at the table is the meeting's own"


def test_an_extract_is_a_circulation_of_its_own_kind_and_its_file_can_be_told(conference, visitor, scheme):
    copy = sent(conference, visitor, scheme)
    paper(visitor, scheme.worker, copy)
    assert db.session.query(Circulation).one().kind is CirculationKind.EXTRACT
    document = db.session.get_one(Document, copy.document_id)
    assert (document.kind, document.meeting_id, document.user_id) == (
        "extract",
        conference.meeting.id,
        scheme.worker.id,
    )
    mail = db.session.query(Mail).one()
    assert mail.kind == "extract"
    for name in ("Ashdown", "Mona", "Raman", "MEN-2026"):
        assert name not in mail.subject + mail.body + mail.body_html


def test_what_the_chair_grants_the_provider_is_in_its_extract(conference, visitor, scheme):
    composed(conference, visitor)
    minutes = db.session.query(Minutes).one()
    grant_items(
        acting(conference.chair),
        minutes,
        items=[conference.meeting.items[0].id],
        to=Grantee(agency_id=scheme.agency.id),
        reason="They are to work with the family",
        now=utc_now(),
    )
    db.session.commit()
    chair, coordinator = visitor(conference.chair), visitor(conference.coordinator)
    coordinator.post(conference.path("minutes/submit"), {"version": minutes.version})
    db.session.expire_all()
    chair.post(conference.path("minutes/approve"), {"version": minutes.version})
    coordinator.post(conference.path("extracts"), {"readers": [scheme.worker.id]})
    text = paper(visitor, scheme.worker, db.session.query(Copy).one())
    assert "Seen at the flat on three nights." in text
    assert "informant" not in text
    assert "Ring on Mondays" not in text


def test_whoever_sat_at_the_item_for_the_provider_has_what_was_said_to_everyone(conference, visitor, monkeypatch):
    scheme = Scheme(conference, monkeypatch)
    name = AgencyName(id=conference.homes.id, name="Eastmere Homes")
    landlords = a_provider(conference.partnership, conference.homes, "mentoring")
    scheme.referral = replace(scheme.referral, parties=Parties(provider=name, provider_id=landlords.id))
    approved(conference, visitor)
    visitor(conference.coordinator).post(conference.path("extracts"), {"readers": [conference.landlord.id]})
    text = paper(visitor, conference.landlord, db.session.query(Copy).one())
    assert "Seen at the flat on three nights." in text
    assert "Martin Ashdown" in text
    assert "Visit with the officer" in text
    assert "informant" not in text


def test_a_colleague_who_is_not_of_the_staff_is_offered_no_extract_and_the_page_says_why(conference, visitor, scheme):
    colleague = a_user(scheme.agency, "Colin Colleague", staff=False)
    approved(conference, visitor)
    coordinator = visitor(conference.coordinator)
    page = words(coordinator.get(conference.path("extracts")).text)
    assert "not on the list of the provider’s staff" in page
    answer = coordinator.post(conference.path("extracts"), {"readers": [colleague.id]})
    assert answer.status_code == 409
    assert db.session.query(Copy).count() == 0


def test_a_restricted_case_is_a_reference_in_the_extract(conference, visitor, scheme):
    conference.ashdown.restricted = True
    text = paper(visitor, scheme.worker, sent(conference, visitor, scheme))
    assert conference.ashdown.ref in text
    assert "MEN-2026-0003" not in text
    assert "Likes football" not in text


def test_a_provider_that_has_not_signed_is_sent_nothing_and_the_page_says_why(conference, visitor, monkeypatch):
    scheme = Scheme(conference, monkeypatch, signed=False)
    approved(conference, visitor)
    coordinator = visitor(conference.coordinator)
    page = words(coordinator.get(conference.path("extracts")).text)
    assert "May not be sent.</strong> Their agency’s signature" in page
    assert "references only" in page
    refused = coordinator.post(conference.path("extracts"), {"readers": [scheme.worker.id]})
    assert refused.status_code == 409
    assert db.session.query(Copy).count() == 0


def test_nobody_of_another_agency_is_offered_an_extract(conference, visitor, scheme):
    approved(conference, visitor)
    page = visitor(conference.coordinator).get(conference.path("extracts")).text
    assert "Mona Mentor" in page
    assert "Martin Obi" not in page
    answer = visitor(conference.coordinator).post(conference.path("extracts"), {"readers": [conference.landlord.id]})
    assert answer.status_code == 422
    assert db.session.query(Copy).count() == 0


def test_an_extract_whose_reader_lost_the_signature_opens_no_more(conference, visitor, scheme):
    copy = sent(conference, visitor, scheme)
    scheme.worker.agency_id = an_agency(conference.partnership, "Buses", signed_on=None).id
    db.session.flush()
    assert visitor(scheme.worker).get(f"/copies/{copy.id}/minutes.pdf").status_code == 403


def test_whoever_changed_agencies_opens_nothing_of_the_old_one(conference, visitor, scheme):
    copy = sent(conference, visitor, scheme)
    scheme.worker.agency_id = conference.homes.id
    countersigned(scheme.worker)
    answer = visitor(scheme.worker).get(f"/copies/{copy.id}/minutes.pdf")
    assert answer.status_code == 409
    assert "MEN-2026-0003" not in answer.text


def test_the_preview_of_an_extract_is_marked_and_holds_nothing_closed_to_whoever_looks(conference, visitor, scheme):
    deputy = a_user(conference.council, "Dee Deputy", group=conference.group, role=GroupRole.DEPUTY_CHAIR)
    recuse(conference, deputy, conference.meeting.items[0])
    approved(conference, visitor)
    path = conference.path(f"extracts/{scheme.worker.id}/preview.pdf")
    text = text_in(visitor(conference.coordinator).get(path))
    assert "PREVIEW of the copy of Mona Mentor, Harbour Mentoring" in text
    assert "MEN-2026-0003" in text
    assert "Likes football" not in text, "the provider's alone"
    assert "MEN-2026-0003" not in text_in(visitor(deputy).get(path))
    assert visitor(conference.officer).get(path).status_code == 403
    assert visitor(conference.coordinator).get(conference.path("extracts/999999/preview.pdf")).status_code == 404


def test_the_number_of_queries_does_not_rise_with_the_people_of_the_provider(
    conference, visitor, scheme, count_queries
):
    minutes = approved(conference, visitor)

    def look():
        db.session.expire_all()
        meeting = db.session.get_one(type(conference.meeting), conference.meeting.id)
        return extracts_for(meeting, frozen_record(minutes), now=utc_now())

    look()
    few = count_queries(look)
    for number in range(30):
        a_user(scheme.agency, f"Mentor {number}")
    db.session.flush()
    assert count_queries(look) == few
    assert len(look()) == 32, "and whoever registered it"
