"""When somebody is reminded: before, after, and then now and again. Never twice for one day, never on a free one."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import LONDON
from core.partnerships.clocks import Clocks
from core.reminders.schedule import LONGEST, days_reminded_of, is_time, reminds_on
from core.working_days import add_working_days, is_working_day, working_days_between

DAYS = st.dates(date(2002, 1, 1), date(2055, 12, 31))
CLOCKS = st.builds(
    Clocks, reminder_before=st.integers(0, 20), reminder_after=st.integers(1, 20), reminder_every=st.integers(1, 60)
)
HALF_PAST_SEVEN = time(7, 30)


def reminders_of(due: date, clocks: Clocks, days: int) -> list[date]:
    """Every day within that many before and after on which it is reminded of."""
    around = (due + timedelta(days=number) for number in range(-days, days + 1))
    return [day for day in around if reminds_on(due, day, clocks)]


def test_three_working_days_before_one_after_and_then_every_five() -> None:
    friday = date(2026, 11, 27)
    assert reminders_of(friday, Clocks(), 25) == [
        date(2026, 11, 24),
        date(2026, 11, 30),
        date(2026, 12, 7),
        date(2026, 12, 14),
        date(2026, 12, 21),
    ]


def test_christmas_is_stepped_over() -> None:
    new_years_eve = date(2026, 12, 31)
    assert reminders_of(new_years_eve, Clocks(), 15) == [date(2026, 12, 24), date(2027, 1, 4), date(2027, 1, 11)]


def test_what_is_due_on_a_sunday_is_reminded_of_on_the_monday() -> None:
    sunday = date(2026, 11, 29)
    assert reminders_of(sunday, Clocks(), 10) == [date(2026, 11, 25), date(2026, 11, 30), date(2026, 12, 7)]


def test_without_days_before_it_is_reminded_of_on_its_day() -> None:
    friday = date(2026, 11, 27)
    assert reminders_of(friday, Clocks(reminder_before=0), 4) == [friday, date(2026, 11, 30)]


@given(DAYS, DAYS, CLOCKS)
def test_nobody_is_reminded_on_a_free_day(due: date, on: date, clocks: Clocks) -> None:
    assert is_working_day(on) or not reminds_on(due, on, clocks)


@given(DAYS, CLOCKS)
def test_there_is_one_reminder_before_and_the_first_after_comes_on_its_day(due: date, clocks: Clocks) -> None:
    days = reminders_of(due, clocks, 60)
    before, after = [day for day in days if day <= due], [day for day in days if day > due]
    if clocks.reminder_before or is_working_day(due):
        assert before == [add_working_days(due, -clocks.reminder_before)]
    assert after[0] == add_working_days(due, clocks.reminder_after)
    assert {working_days_between(*pair) for pair in pairwise(after)} <= {clocks.reminder_every}


@given(DAYS, CLOCKS)
def test_the_days_reminded_of_are_those_and_no_others(on: date, clocks: Clocks) -> None:
    found = days_reminded_of((on,), clocks)
    around = (on + timedelta(days=number) for number in range(-LONGEST.days - 3, 60))
    assert found == {day for day in around if reminds_on(day, on, clocks)}


def test_after_a_year_no_more_mail_comes() -> None:
    due = date(2026, 3, 2)
    assert any(reminds_on(due, due + timedelta(days=number), Clocks()) for number in range(355, 367))
    assert not any(reminds_on(due, due + timedelta(days=number), Clocks()) for number in range(367, 800))


@pytest.mark.parametrize(
    ("moment", "made"),
    [
        (datetime(2026, 3, 27, 7, 29, tzinfo=UTC), False),
        (datetime(2026, 3, 27, 7, 30, tzinfo=UTC), True),  # still winter time
        (datetime(2026, 3, 29, 9, 0, tzinfo=UTC), False),  # the Sunday on which the clocks change
        (datetime(2026, 3, 30, 6, 29, tzinfo=UTC), False),
        (datetime(2026, 3, 30, 6, 30, tzinfo=UTC), True),  # 7:30 in summer time
        (datetime(2026, 10, 26, 6, 45, tzinfo=UTC), False),
        (datetime(2026, 10, 26, 7, 30, tzinfo=UTC), True),
        (datetime(2026, 12, 25, 12, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 30, 23, 59, tzinfo=UTC), True),  # a worker that was down all day
    ],
)
def test_the_hour_is_that_of_the_united_kingdoms_clock_on_a_working_day(moment: datetime, made: bool) -> None:
    assert is_time(moment, HALF_PAST_SEVEN) is made


@given(DAYS, st.times(timezones=st.none()))
def test_each_working_day_begins_to_be_time_once(day: date, hour: time) -> None:
    """Across both changes of the clock: minutes on which it is time are the end of a working day, without a gap."""
    midnight = datetime.combine(day, time(0), LONDON).astimezone(UTC)
    minutes = [midnight + timedelta(minutes=number) for number in range(0, 23 * 60, 7)]
    signs = [is_time(moment, hour) for moment in minutes]
    assert signs == sorted(signs)
    assert is_working_day(day) or not any(signs)
