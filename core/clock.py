"""The time, asked for once at the edge (views, commands, jobs) and handed down as an argument."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
"""Meetings are held, and days counted, in the United Kingdom's time."""


def utc_now() -> datetime:
    """This moment, aware, UTC."""
    return datetime.now(UTC)


def local_date(moment: datetime) -> date:
    """The day in the United Kingdom at that moment."""
    return moment.astimezone(LONDON).date()


def local_time(moment: datetime) -> datetime:
    """The same moment on the clock of the United Kingdom."""
    return moment.astimezone(LONDON)


def minutes_between(begin: datetime, end: datetime) -> int:
    """Whole minutes from the one to the other."""
    return int((end - begin).total_seconds() // 60)


def at_local(day: date, hour: time) -> datetime:
    """The UTC moment of a day and a time on the clock of the United Kingdom."""
    return datetime.combine(day, hour, LONDON).astimezone(UTC)
