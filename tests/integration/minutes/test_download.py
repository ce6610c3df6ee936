"""The minutes as a file: the document of a reader's part is kept, and found for nobody who may have another."""

import pytest

from core.clock import utc_now
from core.documents import operations as documents
from core.documents.models import Document
from core.documents.operations import RENDERER, Layout, keep_layout
from core.documents.pdf import Paper
from core.extensions import db
from core.partnerships.models import GroupMember
from tests.builders import today
from tests.integration.circulation.test_recipients import recuse, trail
from tests.integration.minutes.test_from_record_to_reader import approved, conference
from tests.support.papers import text_in

__all__ = ["conference"]


@pytest.fixture
def rendered(monkeypatch):
    """The documents that were laid out."""
    asked = []
    monkeypatch.setattr(RENDERER, "pdf", lambda html, pdf=RENDERER.pdf: asked.append(html) or pdf(html))
    return asked


def test_a_readers_part_is_laid_out_once_and_anew_when_it_has_less_in_it(conference, visitor, rendered):
    first, second = conference.meeting.items
    recuse(conference, conference.coordinator, first)
    approved(conference, visitor)
    coordinator, path = visitor(conference.coordinator), conference.path("minutes.pdf")
    rendered.clear()

    before, again = coordinator.get(path), coordinator.get(path)
    assert before.data == again.data
    assert len(rendered) == 1
    assert ("Ashdown" in text_in(again), "eleven weeks" in text_in(again)) == (False, True)

    recuse(conference, conference.coordinator, second)
    less = text_in(coordinator.get(path))
    assert len(rendered) == 2
    assert "eleven weeks" not in less
    assert len(trail("minutes.download")) == 3, "every download is in the trail, whether or not it was made anew"

    seat = db.session.query(GroupMember).filter_by(user_id=conference.coordinator.id).one()
    conference.meeting.minute_taker_id, seat.until = conference.chair.id, today()
    assert coordinator.get(path).status_code == 404
    assert len(rendered) == 2


def test_the_parts_that_are_kept_of_a_document_are_the_last_ones_made(app, monkeypatch):
    monkeypatch.setattr(documents, "PAPERS", 2)
    for name in ("m-1", "m-2"):
        for number in range(3):
            layout = Layout(Paper(b"%PDF", 1), f"{name} part {number}", new=True)
            keep_layout(layout, "minutes", name, now=utc_now())
    kept = [document.made_of for document in db.session.query(Document).order_by(Document.id)]
    assert kept == ["m-1 part 1", "m-1 part 2", "m-2 part 1", "m-2 part 2"]
