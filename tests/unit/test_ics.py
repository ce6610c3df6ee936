"""Calendar invitations, read back as a calendar would."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from core.clock import LONDON
from core.meetings.ics import Invitation, Method, invitation_text

SUMMER = Invitation(
    method=Method.PUBLISH,
    uid="meeting-12@roundtable.example",
    sequence=0,
    stamp=datetime(2026, 6, 1, 9, 30, tzinfo=UTC),
    starts=datetime(2026, 7, 7, 9, 0, tzinfo=UTC),
    ends=datetime(2026, 7, 7, 11, 0, tzinfo=UTC),
    marking="OFFICIAL-SENSITIVE",
    group="North Community Sector Team; “the CST”, Zürich Room",
    reference="CAL-M-2026-0012",
    location="Town Hall, Committee Room 2\nSecond floor",
    url="https://roundtable.example/meetings/12",
    organiser="meetings@roundtable.example",
)


def read_back(invitation: Invitation) -> tuple[Calendar, dict[str, object]]:
    calendar = Calendar.from_ical(invitation_text(invitation))
    assert isinstance(calendar, Calendar)
    (event,) = calendar.walk("VEVENT")
    return calendar, dict(event)


def test_a_calendar_reads_back_what_was_written() -> None:
    calendar, event = read_back(SUMMER)
    assert calendar["METHOD"] == "PUBLISH"
    assert event["UID"] == SUMMER.uid
    assert event["SUMMARY"] == f"OFFICIAL-SENSITIVE: {SUMMER.group}, CAL-M-2026-0012"
    assert event["LOCATION"] == SUMMER.location
    assert event["URL"] == SUMMER.url
    assert event["STATUS"] == "CONFIRMED"
    assert event["CLASS"] == "PRIVATE"
    assert "ATTENDEE" not in event
    assert "DESCRIPTION" not in event


def test_times_are_on_the_clock_of_the_united_kingdom_with_its_summer_time() -> None:
    text = invitation_text(SUMMER).decode()
    assert "DTSTART;TZID=Europe/London:20260707T100000" in text
    assert "DTEND;TZID=Europe/London:20260707T120000" in text
    assert "DTSTAMP:20260601T093000Z" in text


@pytest.mark.parametrize("year", [2025, 2026, 2031, 2040])
def test_the_time_zone_written_out_agrees_with_the_tz_database_every_hour_of_the_year(year: int) -> None:
    calendar, _ = read_back(SUMMER)
    (zone,) = calendar.timezones
    written = zone.to_tz(lookup_tzid=False)
    moment = datetime(year, 1, 1, tzinfo=UTC)
    while moment.year == year:
        assert moment.astimezone(written).utcoffset() == moment.astimezone(LONDON).utcoffset()
        moment += timedelta(hours=1)


def test_an_invitation_by_mail_names_its_recipient_and_nobody_else() -> None:
    mailed = replace(SUMMER, method=Method.REQUEST, attendee="maureen@council.example")
    calendar, event = read_back(mailed)
    assert calendar["METHOD"] == "REQUEST"
    assert str(event["ATTENDEE"]) == "mailto:maureen@council.example"
    assert str(event["ORGANIZER"]) == "mailto:meetings@roundtable.example"


def test_a_moved_meeting_keeps_its_uid_and_a_cancelled_one_is_taken_out() -> None:
    _, first = read_back(SUMMER)
    calendar, last = read_back(replace(SUMMER, method=Method.CANCEL, sequence=2))
    assert calendar["METHOD"] == "CANCEL"
    assert (last["UID"], last["SEQUENCE"], last["STATUS"]) == (first["UID"], 2, "CANCELLED")


def test_no_line_is_longer_than_the_standard_allows_and_each_ends_in_crlf() -> None:
    lines = invitation_text(replace(SUMMER, location="é" * 200)).split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line for line in lines)


def test_the_same_invitation_gives_the_same_bytes() -> None:
    assert invitation_text(SUMMER) == invitation_text(replace(SUMMER))


def test_a_line_break_in_a_group_name_adds_no_property() -> None:
    _, event = read_back(replace(SUMMER, group="North\r\nATTENDEE:mailto:eve@evil.example"))
    assert "ATTENDEE" not in event
