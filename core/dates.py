"""Days and times in words, as GOV.UK writes them, on the clock of the United Kingdom and in English everywhere."""

from datetime import date, datetime, time

from core.clock import local_time

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def in_words(value: date | datetime) -> str:
    """`4 March 2027`."""
    on = _local(value)
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


def _local(value: date | datetime) -> date:
    return local_time(value) if isinstance(value, datetime) else value
