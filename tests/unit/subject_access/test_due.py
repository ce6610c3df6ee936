"""By when a request is to be answered."""

from datetime import date

import pytest

from core.subject_access.due import days_paused, due_on, runs_from


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (date(2026, 9, 3), date(2026, 10, 5)),  # 3 October is a Saturday
        (date(2026, 9, 15), date(2026, 10, 15)),
        (date(2027, 1, 31), date(2027, 3, 1)),  # 28 February is the month's last, and a Sunday
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 11, 25), date(2026, 12, 29)),  # Christmas, a weekend, and a substitute day
        (date(2026, 3, 3), date(2026, 4, 7)),  # 3 April is Good Friday
    ],
)
def test_it_is_due_on_the_same_day_of_the_next_month_or_its_last_or_the_next_working_day(start, due):
    assert due_on(start) == due


def test_two_months_more_are_counted_from_the_same_day():
    assert due_on(date(2026, 8, 12), extended=True) == date(2026, 11, 12)
    assert due_on(date(2026, 11, 30), extended=True) == date(2027, 3, 1), "a Sunday, the last of February"


def test_the_month_runs_from_the_later_of_the_request_and_the_identity():
    assert runs_from(date(2026, 9, 1), None) is None
    assert runs_from(date(2026, 9, 1), date(2026, 9, 9)) == date(2026, 9, 9)
    assert runs_from(date(2026, 9, 9), date(2026, 9, 1)) == date(2026, 9, 9), "whoever was known before"


def test_days_of_waiting_for_an_answer_do_not_count_and_none_counts_twice():
    since, today = date(2026, 9, 1), date(2026, 9, 20)
    assert days_paused([], since=since, today=today) == 0
    assert days_paused([(date(2026, 9, 3), date(2026, 9, 8))], since=since, today=today) == 5
    assert days_paused([(date(2026, 9, 18), None)], since=since, today=today) == 2, "it goes on"
    assert days_paused([(date(2026, 8, 25), date(2026, 9, 3))], since=since, today=today) == 2, "before it ran"
    twice = [(date(2026, 9, 3), date(2026, 9, 8)), (date(2026, 9, 5), date(2026, 9, 10))]
    assert days_paused(twice, since=since, today=today) == 7
    assert due_on(since, paused=5) == date(2026, 10, 6)


def test_past_the_bank_holidays_that_are_known_the_day_stays():
    assert due_on(date(2098, 1, 31)) == date(2098, 2, 28)
