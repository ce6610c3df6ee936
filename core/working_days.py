"""Working days of England and Wales: neither a weekend nor a bank holiday."""

import calendar
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from core.errors import Refused

_TABLE = Path(__file__).with_name("bank_holidays.tsv")
"""Written by tools/bank_holidays.py; one-off holidays are in it as far as they were proclaimed by then."""

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


@cache
def _bank_holidays() -> Mapping[date, str]:
    """Every bank holiday known with its name, substitute days included, in order."""
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    return {date.fromisoformat(day): name for day, name in (line.split("\t") for line in lines)}


@cache
def years_known() -> range:
    """The years whose bank holidays are known."""
    days = list(_bank_holidays())
    return range(days[0].year, days[-1].year + 1)


def bank_holiday(day: date) -> str | None:
    """The name of the bank holiday on that day, or None. Raises Refused outside the years known."""
    years = years_known()
    if day.year not in years:
        raise Refused(f"Bank holidays are known from {years[0]} to {years[-1]}, not for {day.year}.")
    return _bank_holidays().get(day)


def is_working_day(day: date) -> bool:
    """Whether offices work on that day. Raises Refused outside the years known."""
    return bank_holiday(day) is None and day.weekday() < _SATURDAY


def next_working_day(day: date) -> date:
    """That day if it is a working day, else the first one after it. Raises Refused past the years known."""
    while not is_working_day(day):
        day += _ONE_DAY
    return day


def add_working_days(day: date, count: int) -> date:
    """The working day `count` working days after `day`, or before it when `count` is negative.

    The day itself is not counted, whether it is a working day or not; 0 gives it back as it is.
    Raises Refused past the years known.
    """
    step = _ONE_DAY if count > 0 else -_ONE_DAY
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def working_days_between(start: date, end: date) -> int:
    """Working days from `start` to `end`; negative when `end` is earlier.

    `start` is not counted and `end` is, so that for a working day `end`
    `add_working_days(start, working_days_between(start, end)) == end`.
    Raises Refused outside the years known.
    """
    for day in (start, end):
        bank_holiday(day)  # raises outside the years known
    if end >= start:
        return _working_days_up_to(end) - _working_days_up_to(start)
    return _working_days_up_to(end - _ONE_DAY) - _working_days_up_to(start - _ONE_DAY)


def _working_days_up_to(day: date) -> int:
    """Working days from a Monday long ago to that day, itself included. Counted, not walked: a list of what is overdue
    asks for years of them."""
    weeks, weekday = divmod(day.toordinal() - 1, 7)  # the first ordinal is a Monday
    return 5 * weeks + min(weekday + 1, 5) - bisect_right(_free_weekdays(), day)


@cache
def _free_weekdays() -> Sequence[date]:
    """The bank holidays that are not on a weekend, in order."""
    return [day for day in _bank_holidays() if day.weekday() < _SATURDAY]


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
