"""Days and times in words."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from core.dates import duration_in_words, in_short, in_words, month_in_words, time_in_words, with_weekday


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 1, 3, 10, 0, tzinfo=UTC), "10am"),
        (datetime(2026, 7, 3, 10, 5, tzinfo=UTC), "11:05am"),
        (datetime(2026, 1, 3, 12, 0, tzinfo=UTC), "midday"),
        (datetime(2026, 1, 3, 12, 30, tzinfo=UTC), "12:30pm"),
        (datetime(2026, 1, 3, 0, 0, tzinfo=UTC), "midnight"),
        (datetime(2026, 1, 3, 0, 5, tzinfo=UTC), "12:05am"),
    ],
)
def test_times_are_those_of_the_united_kingdom(moment: datetime, said: str) -> None:
    assert time_in_words(moment) == said


def test_days_are_written_out() -> None:
    assert with_weekday(datetime(2026, 3, 3, 23, 30, tzinfo=UTC)) == "Tuesday 3 March 2026"
    assert with_weekday(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "Wednesday 1 July 2026"
    assert in_words(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "1 July 2026"
    assert in_words(date(2026, 6, 30)) == "30 June 2026"
    assert in_short(date(2026, 9, 3)) == "3 Sep 2026"
    assert month_in_words(date(2026, 5, 1)) == "May 2026"


def test_a_time_without_a_day_is_on_the_clock_already() -> None:
    assert [time_in_words(time(9)), time_in_words(time(0)), time_in_words(time(21, 5))] == ["9am", "midnight", "9:05pm"]


def test_a_duration_is_told_in_the_largest_unit_that_it_fills():
    told = [duration_in_words(timedelta(seconds=each)) for each in (0, 59, 60, 119, 180, 3600, 7300, 86_400, 400_000)]
    assert told == [
        "less than a minute",
        "less than a minute",
        "1 minute",
        "1 minute",
        "3 minutes",
        "1 hour",
        "2 hours",
        "1 day",
        "4 days",
    ]
