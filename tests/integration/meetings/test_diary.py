"""Single meetings: made, moved and cancelled, the calendar and the list of them."""

from datetime import UTC, datetime, time, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import func, select

from core.accounts.queries import actor_as_of
from core.circulation.models import Mail
from core.clock import at_local, local_date, local_time, utc_now
from core.extensions import db
from core.facts import MeetingStatus
from core.meetings.diary import operations
from core.meetings.models import Meeting
from core.meetings.schedule import Frequency, OnBankHoliday, Rule, Weekday
from core.working_days import bank_holiday
from tests.builders import a_group, a_meeting, today
from tests.integration.meetings.table import Table, a_meeting_in, a_table, at_ten, boxes, in_working_days, later


def chair_of(table: Table):
    """The chair as an actor."""
    return actor_as_of(table.chair.id, table.partnership.id, on=today())


def a_series(table: Table, **changes):
    """Every first Monday at ten, from today on."""
    rule = Rule(
        **{
            "frequency": Frequency.MONTHLY,
            "weekday": Weekday.MONDAY,
            "nth": 1,
            "start": today(),
            "on_bank_holiday": OnBankHoliday.SKIP,
            **changes,
        }
    )
    return operations.start_series(
        chair_of(table),
        group=table.group,
        rule=rule,
        starts=time(10),
        length_minutes=120,
        venue="Town Hall",
        now=utc_now(),
    )


def meetings() -> list[Meeting]:
    """All there are, in order."""
    return list(db.session.scalars(select(Meeting).order_by(Meeting.starts_at)))


def form(day, starts="10:00", ends="12:00", venue="Town Hall", **more):
    """A meeting as its form is sent."""
    return {**boxes(day), "starts": starts, "ends": ends, "venue": venue, **more}


def next_monday():
    """The first Monday after today that is no bank holiday by the end of the test's year."""
    return today() + timedelta(days=7 - today().weekday())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ends": "09:00"}, "The meeting must end after it starts"),
        ({"ends": "10:00"}, "The meeting must end after it starts"),
        ({"day-day": "31", "day-month": "2"}, "must be a real date"),
        ({"day-year": "20"}, "must be a real date"),
        ({"day-year": "9999"}, "The date of the meeting must be before"),
        ({"day-year": "2021"}, "The meeting must start in the future"),
        ({"day-day": ""}, "The date of the meeting must include a day"),
        ({"starts": "half past"}, "Enter a time like 10:00 or 2:30pm"),
        ({"venue": ""}, "give a venue"),
        ({"venue": "x" * 50_000}, "Venue must be 200 characters or fewer"),
        ({"starts": "00:00", "ends": "23:00"}, "A meeting can last 12 hours at most"),
    ],
)
def test_a_meeting_that_makes_no_sense_is_answered_beside_its_field(app, visitor, change, sentence):
    table = a_table()
    answer = visitor(table.chair).post(
        f"/meetings/groups/{table.group.id}/new", {**form(in_working_days(20)), **change}
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert meetings() == []


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        (
            {"title": "x" * 300, "ends": "09:00", "venue": ""},
            ("Title must be 200 characters", "The meeting must end after it starts", "give a venue"),
        ),
        ({"day-year": "2021", "starts": ""}, ("must start in the future", "Enter the time at which it starts")),
        ({"day-day": "", "ends": "09:00"}, ("must include a day", "The meeting must end after it starts")),
    ],
)
def test_all_that_is_wrong_with_a_meeting_is_said_in_one_round(app, visitor, change, sentences):
    table = a_table()
    answer = visitor(table.chair).post(
        f"/meetings/groups/{table.group.id}/new", {**form(in_working_days(20)), **change}
    )
    assert answer.status_code == 422
    assert [sentence for sentence in sentences if sentence not in answer.text] == []


def test_what_was_typed_is_kept_however_wrong(app, visitor):
    table = a_table()
    answer = visitor(table.chair).post(
        f"/meetings/groups/{table.group.id}/new", {**form(in_working_days(20)), "starts": "noonish", "day-day": "45"}
    )
    assert 'value="noonish"' in answer.text
    assert 'value="45"' in answer.text
    assert 'value="Town Hall"' in answer.text


def test_two_meetings_of_a_group_do_not_overlap(app, visitor):
    table = a_table()
    there = a_meeting_in(table, 20)
    answer = visitor(table.chair).post(f"/meetings/groups/{table.group.id}/new", form(in_working_days(20), "11:00"))
    assert answer.status_code == 422
    assert f"This group has another meeting then: {there.ref}" in answer.text


def test_the_same_form_twice_makes_one_meeting_and_one_invitation_each(app, visitor):
    table = a_table()
    chair = visitor(table.chair)
    sent = {**form(in_working_days(20)), "idempotency_key": "11111111-1111-4111-8111-111111111111"}
    first = chair.post(f"/meetings/groups/{table.group.id}/new", sent)
    again = chair.post(f"/meetings/groups/{table.group.id}/new", sent)
    assert (first.status_code, first.location) == (again.status_code, again.location)
    assert len(meetings()) == 1
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 5


def test_only_those_who_lead_the_group_make_meetings(app, visitor):
    table = a_table()
    for user in (table.officer, table.observer):
        answer = visitor(user).post(f"/meetings/groups/{table.group.id}/new", form(in_working_days(20)))
        assert answer.status_code == 403
        assert "Only the chair or the coordinator" in answer.text
    assert meetings() == []


def test_a_meeting_that_moves_tells_everybody_once_with_a_higher_sequence(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20)
    answer = visitor(table.coordinator).post(
        f"/meetings/{meeting.id}/move",
        {**form(in_working_days(22), "2pm", "4pm", "Library"), "version": meeting.version},
    )
    assert answer.status_code == 303, answer.text
    moved = db.session.get_one(Meeting, meeting.id)
    assert local_date(moved.starts_at) == in_working_days(22)
    assert moved.sequence == 1
    mails = db.session.scalars(select(Mail)).all()
    assert sorted(mail.user_id for mail in mails) == sorted(
        user.id for user in (table.chair, table.coordinator, table.officer, table.landlady, table.observer)
    )
    (event,) = Calendar.from_ical(mails[0].calendar).walk("VEVENT")
    assert event["SEQUENCE"] == 1


def test_a_move_that_changes_nothing_tells_nobody(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20)
    answer = visitor(table.chair).post(
        f"/meetings/{meeting.id}/move",
        {**form(in_working_days(20), venue="Council offices"), "version": meeting.version},
    )
    assert answer.status_code == 303, answer.text
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 0


def test_a_cancelled_meeting_keeps_its_reason_and_the_mail_does_not_hold_it(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20)
    chair = visitor(table.chair)
    refused = chair.post(f"/meetings/{meeting.id}/cancel", {"reason": " ", "version": meeting.version})
    assert refused.status_code == 422
    assert "Say why the meeting is cancelled" in refused.text
    answer = chair.post(
        f"/meetings/{meeting.id}/cancel", {"reason": "Kyle Brennand’s inquest", "version": meeting.version}
    )
    assert answer.status_code == 303
    assert db.session.get_one(Meeting, meeting.id).status is MeetingStatus.CANCELLED
    assert "inquest" in visitor(table.officer).get(f"/meetings/{meeting.id}").text
    mails = db.session.scalars(select(Mail)).all()
    assert len(mails) == 5
    assert not any("inquest" in mail.body + mail.subject + mail.calendar for mail in mails)
    assert "METHOD:CANCEL" in mails[0].calendar


def test_a_cancelled_meeting_cannot_be_moved(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20, status=MeetingStatus.CANCELLED)
    answer = visitor(table.chair).post(
        f"/meetings/{meeting.id}/move", {**form(in_working_days(22)), "version": meeting.version}
    )
    assert answer.status_code == 422
    assert "can no longer be changed" in answer.text


def test_who_changes_an_old_version_of_a_meeting_sees_what_is_stored(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20)
    chair, coordinator = visitor(table.chair), visitor(table.coordinator)
    read = meeting.version
    chair.post(f"/meetings/{meeting.id}/move", {**form(in_working_days(22), venue="Library"), "version": read})
    late = coordinator.post(f"/meetings/{meeting.id}/move", {**form(in_working_days(23)), "version": read})
    assert late.status_code == 409
    assert "Library" in late.text
    assert local_date(db.session.get_one(Meeting, meeting.id).starts_at) == in_working_days(22)


def test_the_calendar_of_a_group_holds_its_meetings_and_no_name(app, visitor):
    table = a_table()
    a_meeting_in(table, 10)
    a_meeting_in(table, 20)
    a_meeting_in(table, 30, status=MeetingStatus.CANCELLED)
    answer = visitor(table.officer).get(f"/meetings/calendar.ics?group={table.group.id}")
    assert answer.content_type.startswith("text/calendar")
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert len(events) == 2
    assert all("ATTENDEE" not in event and "DESCRIPTION" not in event for event in events)


def test_a_calendar_of_somebody_elses_group_does_not_exist(app, visitor):
    table = a_table()
    other = a_group(table.partnership, "East Community Sector Team")
    a_meeting(other)
    assert visitor(table.officer).get(f"/meetings/calendar.ics?group={other.id}").status_code == 404


def test_the_list_holds_my_groups_meetings_and_no_others(app, visitor):
    table = a_table()
    mine = a_meeting_in(table, 10)
    past = a_meeting(table.group, starts_at=datetime(2026, 1, 5, 10, tzinfo=UTC), status=MeetingStatus.CLOSED)
    other = a_meeting(a_group(table.partnership, "East Community Sector Team"))
    officer = visitor(table.officer)
    to_come, gone = officer.get("/meetings").text, officer.get("/meetings?when=past").text
    assert mine.ref in to_come
    assert past.ref not in to_come
    assert past.ref in gone
    assert other.ref not in to_come + gone


@pytest.mark.parametrize("query", ["group=x", "group=999999999999", "after=-1", "when=tomorrow", "after=99999"])
def test_an_address_that_makes_no_sense_still_gives_the_list(app, visitor, query):
    table = a_table()
    assert visitor(table.officer).get(f"/meetings?{query}").status_code == 200


def test_a_long_list_goes_on_where_the_page_ended(app, visitor):
    table = a_table()
    for week in range(35):
        a_meeting(table.group, starts_at=at_local(later(7 + 7 * week), time(10)))
    officer = visitor(table.officer)
    first = officer.get("/meetings").text
    last_shown = meetings()[29]
    assert meetings()[29].ref in first
    assert meetings()[30].ref not in first
    second = officer.get(f"/meetings?after={last_shown.id}").text
    assert all(meeting.ref in second for meeting in meetings()[30:])
    assert last_shown.ref not in second


def test_the_reference_of_two_partnerships_with_one_group_key_differs(app):
    refs = set()
    for _ in range(2):
        table = a_table()
        table.group.key = "cst-north"
        refs.add(
            operations.schedule_meeting(
                chair_of(table),
                group=table.group,
                starts_at=at_ten(in_working_days(20)),
                ends_at=at_ten(in_working_days(20)) + timedelta(hours=2),
                venue="Town Hall",
                now=utc_now(),
            ).ref
        )
    assert len(refs) == 2


def test_a_meeting_saved_as_it_was_is_not_said_to_be_changed(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, working_days=20)
    chair, path = visitor(table.chair), f"/meetings/{meeting.id}/move"
    fields = form(
        local_date(meeting.starts_at),
        starts=f"{local_time(meeting.starts_at):%H:%M}",
        ends=f"{local_time(meeting.ends_at):%H:%M}",
        venue=meeting.venue,
        version=meeting.version,
    )
    answer = chair.post(path, fields)
    assert answer.status_code == 303
    assert "Nothing was changed, so nobody was told." in chair.get(answer.location).text
    assert db.session.query(Mail).count() == 0


def test_a_meeting_on_a_bank_holiday_wants_to_be_meant(app, visitor):
    table = a_table()
    day = next(each for n in range(1, 400) if bank_holiday(each := today() + timedelta(days=n)))
    chair, path = visitor(table.chair), f"/meetings/groups/{table.group.id}/new"
    answer = chair.post(path, form(day))
    assert answer.status_code == 422
    assert f"This day is a bank holiday: {bank_holiday(day)}".replace("'", "&#39;") in answer.text
    assert 'name="all_the_same"' in answer.text
    assert not meetings()
    assert chair.post(path, form(day, all_the_same="y")).status_code == 303
    assert len(meetings()) == 1


@pytest.mark.parametrize("status", [MeetingStatus.CLOSED, MeetingStatus.CANCELLED])
@pytest.mark.parametrize("page", ["move", "cancel", "agenda", "agenda/add", "agenda/circulate", "nominations/new"])
def test_what_can_only_be_refused_is_not_offered_as_a_form(app, visitor, status, page):
    table = a_table()
    meeting = a_meeting_in(table, working_days=20)
    meeting.status = status
    chair = visitor(table.chair)
    answer = chair.get(f"/meetings/{meeting.id}/{page}")
    assert (answer.status_code, answer.location) == (303, f"/meetings/{meeting.id}")
    assert f"This meeting is {status}, so it can no longer be changed." in chair.get(answer.location).text


def test_midday_is_read_as_it_is_printed(app, visitor):
    table = a_table()
    path = f"/meetings/groups/{table.group.id}/new"
    assert visitor(table.chair).post(path, form(in_working_days(9), "noon", "midnight")).status_code == 422
    assert visitor(table.chair).post(path, form(in_working_days(9), "Midday", "2pm")).status_code == 303
    assert [local_time(each.starts_at).time() for each in meetings()] == [time(12)]
