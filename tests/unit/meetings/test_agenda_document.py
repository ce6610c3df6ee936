"""Agendas as HTML for paper."""

from core.meetings.agenda_document import agenda_html
from tests.records import an_agenda


def test_the_same_agenda_gives_the_same_text() -> None:
    assert agenda_html(an_agenda(4)) == agenda_html(an_agenda(4))


def test_the_running_total_is_held_against_the_length_of_the_meeting() -> None:
    page = agenda_html(an_agenda(12))
    assert "156 of 150 minutes are allotted: 6 more than the meeting has." in page
    assert "108 of 150 minutes are allotted." in agenda_html(an_agenda(8))
