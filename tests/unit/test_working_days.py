"""Working days of England and Wales."""

import subprocess
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.working_days import (
    add_working_days,
    bank_holiday,
    is_working_day,
    next_working_day,
    working_days_between,
    years_known,
)
from tools.bank_holidays import TABLE, table

DAYS = st.dates(date(2002, 1, 1), date(2058, 12, 31))

# As published by the government for England and Wales.
PUBLISHED = {
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    2028: "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
}


@pytest.mark.parametrize("year", PUBLISHED)
def test_the_weekdays_off_are_the_bank_holidays_that_the_government_published(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    off = [day.strftime("%m-%d") for day in days if day.weekday() < 5 and not is_working_day(day)]
    assert " ".join(off) == PUBLISHED[year]


def test_a_substitute_day_says_what_it_stands_for() -> None:
    assert bank_holiday(date(2026, 12, 28)) == "Boxing Day (substitute day)"
    assert bank_holiday(date(2026, 12, 29)) is None


def test_scotlands_and_northern_irelands_holidays_are_worked() -> None:
    assert is_working_day(date(2026, 1, 2))
    assert is_working_day(date(2026, 3, 17))
    assert is_working_day(date(2026, 11, 30))


def test_counting_steps_over_easter_in_both_directions() -> None:
    maundy_thursday, tuesday = date(2026, 4, 2), date(2026, 4, 7)
    assert add_working_days(maundy_thursday, 1) == tuesday
    assert add_working_days(tuesday, -1) == maundy_thursday
    assert working_days_between(maundy_thursday, tuesday) == 1
    assert working_days_between(tuesday, maundy_thursday) == -1


def test_adding_nothing_gives_the_day_back_even_on_a_sunday() -> None:
    sunday = date(2026, 11, 22)
    assert add_working_days(sunday, 0) == sunday
    assert next_working_day(sunday) == date(2026, 11, 23)


def test_christmas_eve_on_a_thursday_is_followed_by_four_days_off() -> None:
    assert next_working_day(date(2026, 12, 25)) == date(2026, 12, 29)


@given(DAYS, st.integers(-300, 300).filter(bool))
def test_a_day_reached_by_counting_is_a_working_day_that_far_away(day: date, count: int) -> None:
    reached = add_working_days(day, count)
    assert is_working_day(reached)
    assert working_days_between(day, reached) == count


@given(DAYS, st.integers(-500, 500))
def test_days_between_are_those_that_somebody_would_tick_off(start: date, distance: int) -> None:
    end = start + timedelta(days=distance)
    ticked = [start + timedelta(days=number) for number in range(1, distance + 1)]
    ticked += [start - timedelta(days=number) for number in range(1, 1 - distance)]
    assert abs(working_days_between(start, end)) == sum(map(is_working_day, ticked))


@given(DAYS, st.integers(1, 100), st.integers(1, 100))
def test_counting_in_two_steps_is_counting_in_one(day: date, first: int, second: int) -> None:
    assert add_working_days(add_working_days(day, first), second) == add_working_days(day, first + second)


@given(DAYS)
def test_the_next_working_day_is_near_and_nothing_in_between_is_worked(day: date) -> None:
    found = next_working_day(day)
    assert is_working_day(found)
    assert 0 <= (found - day).days <= 4
    assert not any(is_working_day(day + timedelta(days=n)) for n in range((found - day).days))


def test_a_day_outside_the_years_known_is_refused_and_the_reason_names_the_year() -> None:
    first, last = years_known()[0], years_known()[-1]
    with pytest.raises(Refused, match=str(last + 1)):
        is_working_day(date(last + 1, 1, 4))
    with pytest.raises(Refused):
        add_working_days(date(last, 12, 20), 30)
    with pytest.raises(Refused):
        working_days_between(date(first, 1, 9), date(first - 1, 12, 1))
    with pytest.raises(Refused):
        next_working_day(date(last, 12, 31) + timedelta(days=1))


def test_an_absurd_count_is_refused_not_computed() -> None:
    with pytest.raises(Refused):
        add_working_days(date(2026, 1, 1), 10**12)


@pytest.mark.parametrize("subdivision", ["ENG", "WLS"])
def test_the_table_is_what_the_holidays_package_says_for_england_and_for_wales(subdivision: str) -> None:
    assert TABLE.read_text(encoding="utf-8") == table(subdivision)


def test_counting_days_does_not_load_the_holidays_of_the_world() -> None:
    code = "import sys, core.working_days as w, datetime; w.is_working_day(datetime.date(2026, 1, 1))"
    code += "; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
