"""Days and times in words, as GOV.UK writes them, on the clock of the United Kingdom and in English everywhere."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from core.clock import local_time
from core.errors import Refused
from core.working_days import working_days_between

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def in_words(value: date | datetime) -> str:
    """`4 March 2027`."""
    return _day_in_words(value if type(value) is date else _local(value))


@lru_cache(maxsize=2_000)
def _day_in_words(on: date) -> str:
    """Kept: an agenda says the same few days a hundred times."""
    return f"{on.day} {month_in_words(on)}"


def in_short(value: date | datetime) -> str:
    """`4 Mar 2027`, for tables."""
    on = _local(value)
    return f"{on.day} {MONTHS[on.month - 1][:3]} {on.year}"


def with_weekday(value: date | datetime) -> str:
    """`Thursday 4 March 2027`."""
    return f"{DAYS[_local(value).weekday()]} {in_words(value)}"


def month_in_words(value: date) -> str:
    """`March 2027`."""
    return f"{MONTHS[value.month - 1]} {value.year}"


def time_in_words(value: datetime | time) -> str:
    """`10am`, `2:30pm`, `midday`, `midnight`."""
    at = value if isinstance(value, time) else local_time(value)
    if (at.hour, at.minute) in ((0, 0), (12, 0)):
        return "midnight" if at.hour == 0 else "midday"
    minutes = f":{at.minute:02d}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"


def duration_in_words(length: timedelta) -> str:
    """`less than a minute`, `3 minutes`, `2 hours`, `4 days`: the largest unit that it fills, rounded down."""
    seconds = int(length.total_seconds())
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            number = seconds // size
            return f"{number} {unit}{'s' if number != 1 else ''}"
    return "less than a minute"


def lateness(due: date, on: date) -> str:
    """How late or how near it is, in words: "2 working days late", "today", "in 1 working day".

    What was due on a weekend is "late" until a working day has passed; so is what was due in a year whose bank
    holidays are not known.
    """
    if due == on:
        return "today"
    try:
        days = abs(working_days_between(due, on))
    except Refused:
        days = 0
    if due > on:
        return f"in {_working_days(days)}" if days else "not due yet"
    return f"{_working_days(days)} late" if days else "late"


def _working_days(number: int) -> str:
    return f"{number:,} working day{'s' if number != 1 else ''}"


def _local(value: date | datetime) -> date:
    return local_time(value) if isinstance(value, datetime) else value
