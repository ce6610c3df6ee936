"""A person's calendar feed: what it shows, to whoever has its address, and when it is gone."""

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from core.accounts.models import CalendarFeed
from core.accounts.passwords import token_hash
from core.audit.models import AuditRecord
from core.circulation.models import Mail
from core.clock import utc_now
from core.extensions import db
from core.facts import GroupRole, MeetingStatus, Presence
from core.meetings.feed import views
from core.meetings.models import Meeting
from core.partnerships.models import GroupMember, PartnershipAgency
from core.recording.models import Attendance
from tests.builders import a_group, a_meeting, a_user, today
from tests.integration.meetings.table import a_meeting_in, a_table, boxes, in_working_days

ADDRESS = re.compile(r"http://127\.0\.0\.1:8000(/calendar/[\w-]{43}\.ics)")


@pytest.fixture
def table(app):
    views.READINGS.forget()
    views.GUESSES.forget()
    return a_table()


def make(visitor, user) -> str:
    """Make the feed as its owner does; the path that the page shows once."""
    browser = visitor(user)
    assert browser.post("/account/calendar").status_code == 303
    found = ADDRESS.search(browser.get("/account/calendar").text)
    assert found, "the page shows no address"
    return found[1]


def events(answer) -> dict[str, dict]:
    """What a calendar reads: reference -> entry."""
    assert answer.status_code == 200, answer.status
    calendar = Calendar.from_ical(answer.data)
    return {str(event["SUMMARY"]).rpartition(", ")[2]: event for event in calendar.walk("VEVENT")}


def test_the_feed_shows_the_meetings_of_ones_groups_and_no_others(table, visitor):
    mine, old = a_meeting_in(table, 5), a_meeting(table.group, starts_at=utc_now() - timedelta(days=89))
    a_meeting(table.group, starts_at=utc_now() - timedelta(days=91))
    a_meeting(a_group(table.partnership, "South CST"))
    path = make(visitor, table.officer)
    assert set(events(visitor().get(path))) == {mine.ref, old.ref}


def test_an_entry_says_where_and_when_and_names_nobody(table, visitor):
    meeting = a_meeting_in(table, 5, cases=[table.case])
    meeting.title, meeting.venue = "About Kyle Brennand", "Town Hall"
    answer = visitor().get(make(visitor, table.officer))
    entry = events(answer)[meeting.ref]
    assert str(entry["SUMMARY"]) == f"OFFICIAL-SENSITIVE: {table.group.name}, {meeting.ref}"
    assert str(entry["LOCATION"]) == "Town Hall"
    assert entry["DTSTART"].dt.astimezone(UTC) == meeting.starts_at
    assert entry["STATUS"] == "CONFIRMED"
    assert not [word for word in ("Kyle", "Brennand", "ATTENDEE", "DESCRIPTION", "Amos") if word in answer.text]


def test_it_is_a_feed_that_calendars_accept(table, visitor):
    a_meeting_in(table, 5)
    path = make(visitor, table.officer)
    answer = visitor().get(path)
    calendar = Calendar.from_ical(answer.data)
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    assert calendar["REFRESH-INTERVAL"].to_ical() == b"PT1H"
    assert calendar["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"
    assert str(calendar["NAME"]) == f"Roundtable: {table.partnership.name}"
    assert len(list(calendar.timezones)) == 1
    lines = answer.data.split(b"\r\n")
    assert max(map(len, lines)) <= 75 and not any(b"\n" in line for line in lines)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert path.split("/")[2][:-4].encode() not in answer.data, "the feed does not carry its own address"
    for name in ("PRODID", "UID", "DTSTAMP", "SEQUENCE"):
        assert name.encode() in answer.data


def test_a_moved_meeting_keeps_its_uid_and_a_cancelled_one_is_struck_out(table, visitor):
    meeting = a_meeting_in(table, 5)
    path = make(visitor, table.officer)
    first = events(visitor().get(path))[meeting.ref]
    coordinator = visitor(table.coordinator)
    coordinator.post(f"/meetings/{meeting.id}/cancel", {"version": "1", "reason": "The hall is flooded"})
    db.session.expire_all()
    assert meeting.status is MeetingStatus.CANCELLED
    last = events(visitor().get(path))[meeting.ref]
    assert last["UID"] == first["UID"]
    assert last["SEQUENCE"] == first["SEQUENCE"] + 1
    assert last["STATUS"] == "CANCELLED"
    assert "flooded" not in visitor().get(path).text


def test_the_feed_and_the_mailed_invitations_agree_on_uid_and_sequence(table, visitor):
    coordinator = visitor(table.coordinator)
    day = in_working_days(20)
    made = {**boxes(day), "starts": "10:00", "ends": "12:00", "venue": "Town Hall", "online_link": "", "title": ""}
    assert coordinator.post(f"/meetings/groups/{table.group.id}/new", made).status_code == 303
    meeting = db.session.scalars(select(Meeting)).one()
    path, sequences = make(visitor, table.officer), []
    for step, fields in (
        ("move", {**made, **boxes(in_working_days(21))}),
        ("move", {**made, **boxes(in_working_days(21)), "starts": "11:00", "ends": "13:00"}),
        ("cancel", {"reason": "The hall is flooded"}),
    ):
        before = events(visitor().get(path))[meeting.ref]
        answer = coordinator.post(f"/meetings/{meeting.id}/{step}", {**fields, "version": str(meeting.version)})
        assert answer.status_code == 303
        db.session.expire_all()
        after = events(visitor().get(path))[meeting.ref]
        assert after["UID"] == before["UID"]
        assert after["DTSTART"].dt.astimezone(UTC) == meeting.starts_at
        sequences += [before["SEQUENCE"], after["SEQUENCE"]]
    assert sequences == [0, 1, 1, 2, 2, 3]
    mails = db.session.scalars(
        select(Mail).where(Mail.user_id == table.officer.id, Mail.calendar != "").order_by(Mail.id)
    ).all()
    mailed = [event for mail in mails for event in Calendar.from_ical(mail.calendar).walk("VEVENT")]
    assert [event["SEQUENCE"] for event in mailed] == [0, 1, 2, 3]
    assert {str(event["UID"]) for event in mailed} == {str(after["UID"])}


def test_a_deputy_sees_the_meeting_that_they_sit_in_for_somebody_else(table, visitor):
    meeting = a_meeting(table.group, status=MeetingStatus.IN_SESSION, starts_at=utc_now())
    deputy = a_user(table.police, "Dee Deputy")
    seat = {"user_id": deputy.id, "name": deputy.name, "presence": Presence.PRESENT}
    seat |= {"agency_id": table.police.id, "agency_name": table.police.name}
    db.session.add(Attendance(meeting_id=meeting.id, deputy_for="Judith Amos", **seat))
    assert set(events(visitor().get(make(visitor, deputy)))) == {meeting.ref}


def not_found(visitor) -> bytes:
    """The answer to an address that no feed ever had."""
    answer = visitor().get(f"/calendar/{'x' * 43}.ics")
    assert answer.status_code == 404
    return answer.data


def revoked(table, visitor, _path):
    assert visitor(table.officer).post("/account/calendar/revoke").status_code == 303


def made_anew(table, visitor, path):
    assert visitor().get(make(visitor, table.officer)).status_code == 200
    assert make(visitor, table.officer) != path


def retired(table, _visitor, _path):
    table.officer.retired_at = utc_now()


def left(table, _visitor, _path):
    membership = select(PartnershipAgency).where(PartnershipAgency.agency_id == table.police.id)
    db.session.scalars(membership).one().left_on = today()


@pytest.mark.parametrize("ended", [revoked, made_anew, retired, left])
def test_an_address_that_is_worth_nothing_any_more_reads_as_one_that_never_was(table, visitor, ended):
    a_meeting_in(table, 5)
    path = make(visitor, table.officer)
    assert visitor().get(path).status_code == 200
    ended(table, visitor, path)
    answer = visitor().get(path)
    assert answer.status_code == 404
    assert answer.data == not_found(visitor)


def test_who_leaves_a_group_loses_its_meetings_at_once(table, visitor):
    a_meeting_in(table, 5)
    path = make(visitor, table.officer)
    assert events(visitor().get(path))
    seat = select(GroupMember).where(GroupMember.user_id == table.officer.id)
    db.session.scalars(seat).one().until = today()
    assert not events(visitor().get(path))


def test_the_address_is_shown_once_and_only_its_hash_is_kept(table, visitor):
    browser = visitor(table.officer)
    browser.post("/account/calendar")
    path = ADDRESS.search(browser.get("/account/calendar").text)[1]
    again = browser.get("/account/calendar").text
    assert not ADDRESS.search(again) and "No calendar has asked for it yet" in again
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    kept = db.session.scalars(select(CalendarFeed)).one()
    assert kept.token_hash == token_hash(token)
    assert not db.session.scalars(select(AuditRecord.body).where(AuditRecord.body.contains(token))).all()


def test_making_and_revoking_are_in_the_trail_once_each(table, visitor):
    make(visitor, table.officer)
    browser = visitor(table.officer)
    for _ in range(2):
        browser.post("/account/calendar/revoke")
    actions = select(AuditRecord.action).where(AuditRecord.action.startswith("calendar.")).order_by(AuditRecord.seq)
    assert list(db.session.scalars(actions)) == ["calendar.make", "calendar.revoke"]


def test_a_calendar_that_has_it_already_is_told_so(table, visitor):
    meeting = a_meeting_in(table, 5)
    path = make(visitor, table.officer)
    tag = visitor().get(path).headers["ETag"]
    again = visitor().get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    meeting.venue = "Library"
    assert visitor().get(path, headers={"If-None-Match": tag}).status_code == 200


def test_it_is_noted_once_an_hour_that_a_calendar_asked(table, visitor, monkeypatch):
    path = make(visitor, table.officer)

    def asked_at(moment: datetime) -> datetime | None:
        monkeypatch.setattr("core.web.gate.utc_now", lambda: moment)
        assert visitor().get(path).status_code == 200
        return db.session.scalars(select(CalendarFeed.read_at)).one()

    first = utc_now()
    assert asked_at(first) == first
    assert asked_at(first + timedelta(minutes=59)) == first
    assert asked_at(first + timedelta(minutes=60)) == first + timedelta(minutes=60)


def test_neither_cache_nor_referer_nor_log_gets_the_address(table, visitor, caplog):
    path = make(visitor, table.officer)
    with caplog.at_level(logging.DEBUG):
        for address in (path, f"/calendar/{'y' * 43}.ics"):
            answer = visitor().get(address)
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert {"private", "no-store"} <= {part.strip() for part in answer.headers["Cache-Control"].split(",")}
            assert "Set-Cookie" not in answer.headers
    assert path[10:-4] not in caplog.text


def test_one_feed_is_not_asked_for_without_end(table, visitor):
    path, browser = make(visitor, table.officer), visitor()
    answers = [browser.get(path).status_code for _ in range(views.READINGS.times + 1)]
    assert answers[:-1] == [200] * views.READINGS.times
    assert answers[-1] == 429
    other = make(visitor, table.landlady)
    assert visitor().get(other).status_code == 200, "another feed is not held up"


def test_guessing_is_stopped_for_the_network_and_a_real_address_is_still_answered(table, visitor):
    path, browser = make(visitor, table.officer), visitor()
    where = {"REMOTE_ADDR": "198.51.100.7"}

    def ask(address: str) -> int:
        return browser.get(address, environ_overrides=where).status_code

    guesses = [ask(f"/calendar/{number:043}.ics") for number in range(views.GUESSES.times + 1)]
    assert set(guesses[:-1]) == {404} and guesses[-1] == 429
    assert ask(path) == 200


def test_who_is_in_no_partnership_is_told_so_and_gets_no_feed(app, table, visitor):
    stranger = visitor(a_user(None, "Pat Platform"))
    assert "You are in no partnership" in stranger.get("/account/calendar").text
    assert stranger.post("/account/calendar").status_code == 409
    assert not db.session.scalars(select(CalendarFeed)).all()


def test_a_longer_diary_costs_no_more_queries(table, visitor, count_queries):
    a_meeting_in(table, 5)
    path, browser = make(visitor, table.officer), visitor()
    browser.get(path)
    few = count_queries(browser.get, path)
    for days in range(6, 36):
        a_meeting_in(table, days)
    a_group_of_ones_own = a_group(table.partnership, "South CST")
    db.session.add(
        GroupMember(group_id=a_group_of_ones_own.id, user_id=table.officer.id, role=GroupRole.CHAIR, since=today())
    )
    assert len(events(browser.get(path))) == 31
    assert count_queries(browser.get, path) == few
