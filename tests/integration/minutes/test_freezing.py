"""What the chair approved is kept four ways: the record, its hash, the HTML and the PDF; and each is made of the one
before it, byte for byte.
"""

from collections import defaultdict
from hashlib import sha256

import pytest

from core.documents.models import Document
from core.documents.operations import RENDERER, paper_from
from core.documents.queries import document_bytes
from core.extensions import db
from core.facts import Audience, Row
from core.minutes import build
from core.minutes.models import Minutes
from core.minutes.record import MeetingRecord, RecordedSection
from core.minutes.render import minutes_html
from tests.integration.minutes.test_from_record_to_reader import Conference, approved

SECTION = RecordedSection(
    plugin="a_scheme_that_goes",
    title="A scheme that goes",
    rows=(Row("Stage", "Home visit", frozenset({Audience.ATTENDEES, Audience.CHAIR})),),
)


@pytest.fixture
def minutes(app, visitor, monkeypatch):
    """Approved minutes, under whose first item a plugin added a section. The plugin is gone."""
    conference = Conference()
    first = conference.meeting.items[0].id

    def with_section(*_args, **_dates):
        return defaultdict(list, {first: [SECTION]}), []

    with monkeypatch.context() as while_it_is_there:
        while_it_is_there.setattr(build, "_sections", with_section)
        made = approved(conference, visitor)
    assert SECTION.title not in minutes_html(build.build(conference.meeting.id)), "the plugin is there still"
    db.session.expire_all()
    return made


def html_of(minutes: Minutes) -> bytes:
    assert minutes.html_id is not None
    return document_bytes(minutes.html_id).content


def test_record_hash_html_and_pdf_are_kept_and_each_is_made_of_the_one_before(minutes):
    record = MeetingRecord.from_plain(minutes.record)
    assert record.sha256() == minutes.record_sha256
    assert minutes_html(record).encode() == html_of(minutes)
    assert "Home visit" in html_of(minutes).decode()
    pdf = document_bytes(minutes.document_id)
    assert paper_from(html_of(minutes).decode()).content == pdf.content
    for kept in (db.session.get_one(Document, number) for number in (minutes.document_id, minutes.html_id)):
        assert kept.sha256 == sha256(kept.content).hexdigest()
        assert kept.meeting_id == minutes.meeting_id
    assert (pdf.file_name.rpartition(".")[2], document_bytes(minutes.html_id).file_name.rpartition(".")[2]) == (
        "pdf",
        "html",
    )


def test_another_process_makes_the_same_bytes_of_the_frozen_record(minutes):
    kept = document_bytes(minutes.document_id).content
    RENDERER.close()
    again = MeetingRecord.from_json(MeetingRecord.from_plain(minutes.record).to_json())
    assert paper_from(minutes_html(again)).content == kept


def test_what_is_kept_is_not_what_the_tables_say_today(minutes):
    """Nothing that is approved is read from the tables again: they are somebody else's by then."""
    meeting = minutes.meeting
    before = html_of(minutes)
    meeting.items[0].case.title, meeting.group.name, meeting.venue = "Another name", "Another group", "Elsewhere"
    db.session.commit()
    frozen = MeetingRecord.from_plain(minutes.record)
    assert minutes_html(frozen).encode() == before == html_of(minutes)
    assert "Another name" not in before.decode()
