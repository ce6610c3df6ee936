"""The full copy: for the chair and the coordinator, with their name on every page or as HTML, kept, and noted."""

from collections import defaultdict
from hashlib import sha256

import pytest
from sqlalchemy.orm import undefer

from core.documents.models import Document
from core.extensions import db
from core.facts import Audience, Row
from core.minutes import build
from core.minutes.queries import frozen_record, persons_of
from core.minutes.record import RecordedSection
from core.policy.minutes import RECUSED_FROM_PART
from tests.integration.circulation.test_recipients import composed, recuse, trail
from tests.integration.minutes.test_from_record_to_reader import approved, conference
from tests.support.papers import pages_of, text_in

__all__ = ["conference"]


def test_the_full_copy_is_whole_and_carries_the_name_of_whoever_took_it_on_every_page(conference, visitor):
    approved(conference, visitor)
    answer = visitor(conference.coordinator).get(conference.path("minutes/full.pdf"))
    text = text_in(answer)
    for held in ("An informant says so.", "Rent is eleven weeks behind.", "Martin Ashdown"):
        assert held in text
    pages = pages_of(answer.data)
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


def test_the_html_is_what_was_frozen_byte_for_byte_a_file_and_in_the_trail(conference, visitor):
    minutes = approved(conference, visitor)
    answer = visitor(conference.coordinator).get(conference.path("minutes/full.html"))
    assert answer.data == db.session.get_one(Document, minutes.html_id, options=[undefer(Document.content)]).content
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=minutes-")
    [told] = trail("minutes.full_html")
    assert (told["category"], told["recipient"]) == ("disclosure", f"u_{conference.coordinator.id}")
    assert told["subjects"] == [f"p_{number}" for number in persons_of(frozen_record(minutes))]
    page = visitor(conference.coordinator).get(conference.path("minutes")).text
    assert "Full copy (PDF)" in page
    assert "Full copy (HTML)" in page


def test_what_a_pathway_keeps_from_the_chair_is_not_in_the_html_either(conference, visitor, monkeypatch):
    row = Row("Mentor", "Priya Shah", frozenset({Audience.PROVIDER}))
    closing = RecordedSection(plugin="mentoring", title="Mentoring", rows=(row,))
    monkeypatch.setattr(build, "_sections", lambda *_args, **_dates: (defaultdict(list), [closing]))
    minutes = approved(conference, visitor)
    frozen = db.session.get_one(Document, minutes.html_id, options=[undefer(Document.content)]).content
    text = [visitor(conference.chair).get(conference.path("minutes/full.html")).data for _ in range(2)]
    assert (b"Priya Shah" in frozen, b"Priya Shah" in text[0]) == (True, False)
    assert b"Rent is eleven weeks behind." in text[0]
    assert text[0] == text[1]
    [kept] = db.session.query(Document).filter_by(kind="full html")
    assert (kept.sha256, kept.user_id) == (sha256(text[0]).hexdigest(), conference.chair.id)


@pytest.mark.parametrize("form", ["pdf", "html"])
def test_a_member_and_the_minute_taker_are_refused_with_the_reason(conference, visitor, form):
    conference.meeting.minute_taker_id = conference.officer.id
    visitor(conference.officer).post(conference.path("minutes"))
    for user in (conference.officer, conference.landlord):
        answer = visitor(user).get(conference.path(f"minutes/full.{form}"))
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
    for form in ("pdf", "html"):
        answer = visitor(conference.coordinator).get(conference.path(f"minutes/full.{form}"))
        assert answer.status_code == 403
        assert "conflict of interest" in answer.text
    assert not db.session.query(Document).filter(Document.kind.in_(["full", "full html"])).count()
    page = visitor(conference.coordinator).get(conference.path("minutes")).text
    assert "Full copy (" not in page
    assert RECUSED_FROM_PART in page


def test_whoever_declared_an_interest_in_an_item_without_a_case_has_none(conference, visitor):
    first = conference.meeting.items[0]
    first.case_id = None
    first.heading = "Station Approach"
    recuse(conference, conference.coordinator, first)
    approved(conference, visitor)
    for form in ("pdf", "html"):
        answer = visitor(conference.coordinator).get(conference.path(f"minutes/full.{form}"))
        assert answer.status_code == 403
        assert RECUSED_FROM_PART in answer.text
    page = visitor(conference.coordinator).get(conference.path("minutes")).text
    assert "Full copy (" not in page
    assert RECUSED_FROM_PART in page
