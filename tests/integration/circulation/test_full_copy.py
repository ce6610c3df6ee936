"""The full copy: for the chair and the coordinator, with their name on every page, kept, and noted."""

from io import BytesIO

from pypdf import PdfReader

from core.documents.models import Document
from core.extensions import db
from tests.integration.circulation.test_recipients import composed, recuse, trail
from tests.integration.minutes.test_from_record_to_reader import approved, conference, text_of

__all__ = ["conference"]


def test_the_full_copy_is_whole_and_carries_the_name_of_whoever_took_it_on_every_page(conference, visitor):
    approved(conference, visitor)
    answer = visitor(conference.coordinator).get(conference.path("minutes/full.pdf"))
    text = text_of(answer)
    for held in ("An informant says so.", "Rent is eleven weeks behind.", "Martin Ashdown"):
        assert held in text
    pages = [page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages]
    assert all("Full copy of Samir Hussain" in page for page in pages)
    [told] = trail("minutes.full_copy")
    assert (told["category"], told["recipient"]) == ("disclosure", f"u_{conference.coordinator.id}")


def test_a_full_copy_is_kept_once_for_whoever_took_it(conference, visitor):
    approved(conference, visitor)
    coordinator = visitor(conference.coordinator)
    first, second = (coordinator.get(conference.path("minutes/full.pdf")).data for _ in range(2))
    assert first == second
    [kept] = db.session.query(Document).filter_by(kind="full")
    assert (kept.meeting_id, kept.user_id) == (conference.meeting.id, conference.coordinator.id)
    assert len(trail("minutes.full_copy")) == 2


def test_a_member_and_the_minute_taker_are_refused_with_the_reason(conference, visitor):
    conference.meeting.minute_taker_id = conference.officer.id
    visitor(conference.officer).post(conference.path("minutes"))
    for user in (conference.officer, conference.landlord):
        answer = visitor(user).get(conference.path("minutes/full.pdf"))
        assert answer.status_code == 403
        assert "for the chair and the coordinator alone" in answer.text


def test_there_is_none_before_approval(conference, visitor):
    composed(conference, visitor)
    answer = visitor(conference.coordinator).get(conference.path("minutes/full.pdf"))
    assert answer.status_code == 403
    assert "once the chair has approved" in answer.text


def test_whoever_declared_an_interest_has_none(conference, visitor):
    recuse(conference, conference.coordinator, conference.meeting.items[0])
    approved(conference, visitor)
    answer = visitor(conference.coordinator).get(conference.path("minutes/full.pdf"))
    assert answer.status_code == 403
    assert "conflict of interest" in answer.text
    assert not db.session.query(Document).filter_by(kind="full").count()


def test_whoever_declared_an_interest_in_an_item_without_a_case_has_none(conference, visitor):
    first = conference.meeting.items[0]
    first.case_id = None
    first.heading = "Station Approach"
    recuse(conference, conference.coordinator, first)
    approved(conference, visitor)
    answer = visitor(conference.coordinator).get(conference.path("minutes/full.pdf"))
    assert answer.status_code == 403
    assert "Part of these minutes is closed to you" in answer.text
