"""When a group meets."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.meetings.schedule import (
    LAST,
    NTH,
    Frequency,
    OnBankHoliday,
    Rule,
    Sitting,
    Skipped,
    Weekday,
    dates,
    plan,
)
from core.working_days import bank_holiday, is_working_day

YEAR = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}
STARTS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
WHATS = st.sampled_from(OnBankHoliday)
MONTHLY = st.builds(
    Rule,
    st.just(Frequency.MONTHLY),
    st.sampled_from(Weekday),
    STARTS,
    every=st.integers(1, 12),
    nth=st.sampled_from(list(NTH)),
    on_bank_holiday=WHATS,
)
WEEKLY = st.builds(
    Rule,
    st.just(Frequency.WEEKLY),
    st.sampled_from(Weekday),
    STARTS,
    every=st.integers(1, 26),
    on_bank_holiday=WHATS,
)


def monthly(nth: int, weekday: Weekday, start: date = date(2026, 1, 1), **more: object) -> Rule:
    return Rule(Frequency.MONTHLY, weekday, start, nth=nth, **more)  # type: ignore[arg-type]  # test shorthand


def weekly(every: int, weekday: Weekday, start: date, **more: object) -> Rule:
    return Rule(Frequency.WEEKLY, weekday, start, every=every, **more)  # type: ignore[arg-type]  # test shorthand


def test_first_tuesday_of_the_month() -> None:
    rule = monthly(1, Weekday.TUESDAY)
    assert rule.description == "First Tuesday of the month"
    found = dates(rule, since=date(2026, 1, 1), until=date(2026, 5, 31))
    days = "2026-01-06 2026-02-03 2026-03-03 2026-04-07 2026-05-05"
    assert " ".join(sitting.day.isoformat() for sitting in found) == days


def test_every_two_weeks_is_counted_from_the_first_such_day_after_the_start() -> None:
    friday = date(2026, 1, 2)
    rule = weekly(2, Weekday.THURSDAY, friday)
    assert rule.description == "Every 2 weeks on a Thursday"
    found = dates(rule, since=friday, until=date(2026, 2, 5))
    assert [sitting.day for sitting in found] == [date(2026, 1, 8), date(2026, 1, 22), date(2026, 2, 5)]


def test_every_three_months_is_counted_from_the_first_such_day_after_the_start() -> None:
    rule = monthly(LAST, Weekday.WEDNESDAY, date(2026, 1, 30), every=3)
    assert rule.description == "Last Wednesday of every 3 months"
    found = dates(rule, **YEAR)
    assert [sitting.day for sitting in found] == [
        date(2026, 2, 25),
        date(2026, 5, 27),
        date(2026, 8, 26),
        date(2026, 11, 25),
    ]


def test_a_meeting_on_a_bank_holiday_is_moved_and_says_from_when_and_why() -> None:
    moved = [s for s in dates(monthly(1, Weekday.MONDAY), **YEAR) if s.moved_from]
    assert moved == [
        Sitting(date(2026, 4, 7), date(2026, 4, 6), "Easter Monday"),
        Sitting(date(2026, 5, 5), date(2026, 5, 4), "May Day"),
    ]


def test_a_meeting_on_christmas_day_moves_past_boxing_day_and_its_substitute() -> None:
    rule = monthly(4, Weekday.FRIDAY)
    assert dates(rule, **YEAR)[-1] == Sitting(date(2026, 12, 29), date(2026, 12, 25), "Christmas Day")


def test_a_meeting_on_a_bank_holiday_is_skipped_and_the_plan_says_so() -> None:
    rule = monthly(1, Weekday.MONDAY, on_bank_holiday=OnBankHoliday.SKIP)
    assert len(dates(rule, **YEAR)) == 10
    assert Skipped(date(2026, 5, 4), "May Day") in plan(rule, **YEAR)


def test_a_saturday_panel_is_not_moved_for_being_on_a_saturday() -> None:
    assert not [s for s in dates(monthly(2, Weekday.SATURDAY), **YEAR) if s.moved_from]


def test_the_last_date_of_a_rule_is_included() -> None:
    rule = weekly(1, Weekday.MONDAY, date(2026, 6, 1), until=date(2026, 6, 15))
    assert rule.description == "Every Monday"
    assert [s.day.day for s in dates(rule, **YEAR)] == [1, 8, 15]


@pytest.mark.parametrize(
    "faulty",
    [
        {"frequency": Frequency.MONTHLY, "nth": 5},
        {"frequency": Frequency.MONTHLY, "nth": None},
        {"frequency": Frequency.MONTHLY, "nth": 1, "every": 13},
        {"frequency": Frequency.WEEKLY, "nth": 1},
        {"frequency": Frequency.WEEKLY, "every": 0},
        {"frequency": Frequency.WEEKLY, "every": 27},
        {"frequency": Frequency.WEEKLY, "until": date(2025, 12, 31)},
    ],
)
def test_what_makes_no_rule_is_refused(faulty: dict[str, object]) -> None:
    with pytest.raises(Refused):
        Rule(weekday=Weekday.MONDAY, start=date(2026, 1, 1), **faulty)  # type: ignore[arg-type]  # that is the test


def test_a_plan_past_the_last_bank_holiday_known_is_refused() -> None:
    with pytest.raises(Refused):
        plan(monthly(1, Weekday.MONDAY), since=date(2026, 1, 1), until=date.max)


@given(st.one_of(MONTHLY, WEEKLY))
def test_a_rule_kept_as_json_is_the_same_rule(rule: Rule) -> None:
    assert Rule.from_json(rule.to_json()) == rule


@given(st.one_of(MONTHLY, WEEKLY))
def test_a_group_never_meets_on_a_bank_holiday_nor_twice_on_a_day(rule: Rule) -> None:
    days = [s.day for s in dates(rule, since=rule.start, until=rule.start + timedelta(days=3 * 365))]
    assert days == sorted(set(days))
    assert not any(bank_holiday(day) for day in days)


@given(st.one_of(MONTHLY, WEEKLY))
def test_each_day_of_a_plan_is_on_the_weekday_or_says_what_moved_it(rule: Rule) -> None:
    for each in plan(rule, since=rule.start, until=rule.start + timedelta(days=3 * 365)):
        assert each.by_rule.weekday() == rule.weekday
        assert each.by_rule >= rule.start
        if isinstance(each, Sitting) and each.moved_from:
            assert each.reason == bank_holiday(each.moved_from)
            assert is_working_day(each.day)
            assert 1 <= (each.day - each.moved_from).days <= 4


@given(st.one_of(MONTHLY, WEEKLY), st.integers(0, 800), st.integers(0, 800))
def test_plans_of_adjoining_periods_make_up_the_plan_of_both(rule: Rule, first: int, second: int) -> None:
    middle = rule.start + timedelta(days=first)
    end = middle + timedelta(days=1 + second)
    parts = plan(rule, since=rule.start, until=middle)
    parts += plan(rule, since=middle + timedelta(days=1), until=end)
    assert parts == plan(rule, since=rule.start, until=end)


@given(WEEKLY)
def test_a_weekly_rule_keeps_its_distance(rule: Rule) -> None:
    days = [each.by_rule for each in plan(rule, since=rule.start, until=rule.start + timedelta(days=800))]
    assert (days[0] - rule.start).days < 7
    assert {(b - a).days for a, b in pairwise(days)} <= {7 * rule.every}


@given(MONTHLY)
def test_a_monthly_rule_meets_in_its_week_of_the_month(rule: Rule) -> None:
    for each in plan(rule, since=rule.start, until=rule.start + timedelta(days=800)):
        day = each.by_rule
        if rule.nth == LAST:
            assert (day + timedelta(days=7)).month != day.month
        else:
            assert (day.day - 1) // 7 + 1 == rule.nth
