"""Meetings in series: made for a year, previewed, ended, and laid over nothing that is there."""

from datetime import time, timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from core.circulation.models import Mail
from core.clock import at_local, local_date, utc_now
from core.dates import in_words
from core.errors import Refused
from core.extensions import db
from core.facts import GroupRole
from core.meetings.diary import operations
from core.meetings.diary.queries import meetings_of_series
from core.meetings.models import Series
from core.meetings.schedule import Frequency, OnBankHoliday, Rule, Weekday
from tests.builders import a_group, a_meeting, a_partnership, a_user, an_agency, today
from tests.integration.meetings.table import a_table, at_ten, boxes
from tests.integration.meetings.test_diary import a_series, chair_of, meetings, next_monday


def test_a_series_makes_the_meetings_of_a_year_and_invites_every_member_to_each(app):
    table = a_table()
    a_series(table)
    made = meetings()
    assert 10 <= len(made) <= 13
    assert all(local_date(meeting.starts_at).weekday() == Weekday.MONDAY for meeting in made)
    assert len({meeting.ref for meeting in made}) == len(made)
    mails = db.session.scalars(select(Mail)).all()
    assert sorted({mail.meeting_id for mail in mails}) == sorted(meeting.id for meeting in made)
    assert len(mails) == len({(mail.user_id, mail.meeting_id) for mail in mails}) == 5 * len(made)
    assert all("METHOD:REQUEST" in mail.calendar for mail in mails)


def test_made_again_a_series_makes_no_meeting_twice(app):
    table = a_table()
    series = a_series(table)
    before = len(meetings())
    moved = meetings()[0]
    operations.move_meeting(
        chair_of(table),
        meeting=moved,
        starts_at=moved.starts_at + timedelta(days=1),
        ends_at=moved.ends_at + timedelta(days=1),
        venue="Library",
        online_link="",
        version=moved.version,
        now=utc_now(),
    )
    cancelled = meetings()[1]
    operations.cancel_meeting(
        chair_of(table), meeting=cancelled, reason="Election day", version=cancelled.version, now=utc_now()
    )
    assert operations.make_meetings(chair_of(table), series=series, now=utc_now()) == []
    assert len(meetings()) == before


def test_a_meeting_on_a_bank_holiday_moves_to_the_next_working_day(app):
    table = a_table()
    # The first Monday of May is a bank holiday.
    series = a_series(table, on_bank_holiday=OnBankHoliday.MOVE)
    moved = [
        meeting
        for meeting in meetings_of_series(series.id, since=today())
        if meeting.series_day != local_date(meeting.starts_at)
    ]
    assert [(each.series_day.month, local_date(each.starts_at).strftime("%A")) for each in moved] == [(5, "Tuesday")]


def test_no_meeting_of_a_series_is_laid_over_another(app):
    table = a_table()
    taken = a_meeting(table.group, starts_at=at_ten(next_monday()))
    a_series(table, frequency=Frequency.WEEKLY, nth=None)
    assert [meeting.ref for meeting in meetings() if meeting.starts_at == taken.starts_at] == [taken.ref]


def test_the_week_of_the_month_stands_under_the_choice_that_asks_for_it(app, visitor):
    table = a_table()
    page = visitor(table.chair).get(f"/meetings/groups/{table.group.id}/series/new").text
    before, _, revealed = page.partition('class="govuk-radios__conditional app-revealed">')
    assert 'value="monthly"' in before and 'value="weekly"' not in before
    under, _, after = revealed.partition('value="weekly"')
    assert 'name="nth"' in under and "Counts for a group that meets by the month" in under
    assert 'name="nth"' not in before + after


def test_the_preview_names_the_bank_holiday_and_saves_nothing(app, visitor):
    table = a_table()
    answer = visitor(table.chair).get(
        f"/meetings/groups/{table.group.id}/series/preview",
        query_string={
            "frequency": "monthly",
            "nth": "1",
            "weekday": "0",
            "every": "1",
            **boxes(today(), "start"),
            "starts": "10:00",
            "length_minutes": "120",
            "venue": "Town Hall",
            "on_bank_holiday": "skip the meeting",
        },
    )
    assert answer.status_code == 200
    assert "No meeting" in answer.text
    assert "Change the rule" in answer.text
    assert meetings() == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"starts": ""}, "Enter the time at which the meetings start"),
        ({"starts": "25:00"}, "Enter a time like 10:00 or 2:30pm"),
        ({"length_minutes": "-5"}, "Enter a length from 10 to 720 minutes"),
        ({"length_minutes": "soon"}, "Enter a length from 10 to 720 minutes"),
        ({"every": "99"}, "Enter a whole number from 1 to 26"),
        ({"start-day": "31", "start-month": "2"}, "must be a real date"),
        ({"start-year": "1999"}, "The first date must be within the next 12 months"),
        ({"venue": ""}, "give a venue"),
        ({"frequency": "daily"}, "Choose from the list"),
        ({"online_link": "javascript:alert(1)"}, "The link must begin with https://"),
    ],
)
def test_a_rule_that_makes_no_sense_is_answered_beside_its_field(app, visitor, change, sentence):
    table = a_table()
    answer = visitor(table.chair).post(
        f"/meetings/groups/{table.group.id}/series/new",
        {
            "frequency": "monthly",
            "nth": "1",
            "weekday": "0",
            "every": "1",
            **boxes(today(), "start"),
            "starts": "10:00",
            "length_minutes": "120",
            "venue": "Town Hall",
            "on_bank_holiday": "skip the meeting",
            **change,
        },
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "There is a problem" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Series)) == 0


def test_all_that_is_wrong_with_a_series_is_said_in_one_round(app, visitor):
    table = a_table()
    rule = {"frequency": "monthly", "nth": "1", "weekday": "0", "every": "1", "starts": "", "length_minutes": "120"}
    dates = {**boxes(today() + timedelta(days=30), "start"), **boxes(today(), "until")}
    answer = visitor(table.chair).post(f"/meetings/groups/{table.group.id}/series/new", {**rule, **dates})
    assert answer.status_code == 422
    for sentence in ("Enter the time at which", "The last date must not be before the first", "give a venue"):
        assert sentence in answer.text


def test_an_ended_series_makes_no_more_meetings(app, visitor):
    table = a_table()
    series = a_series(table)
    chair = visitor(table.chair)
    stale = chair.post(f"/meetings/series/{series.id}/end", {"version": 99})
    assert stale.status_code == 409
    assert chair.post(f"/meetings/series/{series.id}/end", {"version": series.version}).status_code == 303
    assert chair.post(f"/meetings/series/{series.id}/meetings").status_code == 409
    with pytest.raises(Refused):
        operations.make_meetings(chair_of(table), series=db.session.get_one(Series, series.id), now=utc_now())


def test_a_series_of_another_partnership_does_not_exist(app, visitor):
    series = a_series(a_table())
    elsewhere = a_partnership()
    stranger = a_user(an_agency(elsewhere), group=a_group(elsewhere), role=GroupRole.CHAIR)
    assert visitor(stranger).get(f"/meetings/series/{series.id}").status_code == 404
    assert visitor(stranger).post(f"/meetings/series/{series.id}/meetings").status_code == 404


def test_a_series_over_dates_that_are_taken_says_which_it_left_out(app, visitor):
    table = a_table()
    chair = visitor(table.chair)
    first = Rule(frequency=Frequency.MONTHLY, weekday=Weekday.MONDAY, nth=1, start=today() + timedelta(days=1))
    path = f"/meetings/groups/{table.group.id}/series"
    day = operations.Terms(first, time(10), 60, "Hall", "").sittings(now=utc_now())[0].day
    taken = a_meeting(table.group, starts_at=at_local(day, time(10)))
    fields = {
        "frequency": "monthly",
        "nth": "1",
        "weekday": str(int(first.weekday)),
        "every": "1",
        "starts": "10:00",
        "venue": "Hall",
    }
    fields |= {"length_minutes": "60", "on_bank_holiday": OnBankHoliday.MOVE.value, **boxes(first.start, "start")}
    preview = chair.get(f"{path}/preview?{urlencode(fields)}").text
    assert f"the group has another meeting then: {taken.ref}" in preview
    answer = chair.post(f"{path}/new", fields)
    assert answer.status_code == 303
    page = chair.get(answer.location).text
    made = len(meetings()) - 1
    assert f"The series is set up: {made} meetings are in the diary" in page
    assert f"Left out, because the group has another meeting then: {in_words(day)} ({taken.ref})" in page
    again = chair.post(f"{path}/new", fields)
    assert again.status_code == 422
    assert operations.ALL_TAKEN in again.text
    assert db.session.query(Series).count() == 1
