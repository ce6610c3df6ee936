"""On which days somebody is reminded of what is due. Pure: no clock, no database."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from core.clock import at_local, local_date
from core.partnerships.clocks import Clocks
from core.working_days import add_working_days, is_working_day, working_days_between

LONGEST = timedelta(days=366)
"""How long after its day something is still reminded of by mail. What is older is on the home page and in the log."""


def reminds_on(due: date, on: date, clocks: Clocks) -> bool:
    """Whether what is due on one day is reminded of on another.

    The number of working days before it that the clocks say; then, while it is not done, so many after it, and every
    so many after that. Never on a day on which nobody works, and not for ever (`LONGEST`).
    """
    if not is_working_day(on) or on > due + LONGEST:
        return False
    if on <= due:
        return on == add_working_days(due, -clocks.reminder_before) if clocks.reminder_before else on == due
    late = working_days_between(due, on) - clocks.reminder_after
    return late >= 0 and late % clocks.reminder_every == 0


Days = tuple[date, ...]
"""Working days of which one digest tells: its own, and those before it on which no digest could be made."""


def reminds_on_any(due: date, days: Days, clocks: Clocks) -> bool:
    """Whether what is due on one day is reminded of on any of those."""
    return any(reminds_on(due, on, clocks) for on in days)


BEFORE_IT_ENDS = (60, 30, 14, 7, 3, 1, 0)
"""Days before the last day of a signature on which it is told that it ends. Roundtable's own choice."""

AFTER_IT_ENDED = tuple(range(1, 64, 7))
"""Days after it: the first, and then once a week for two months."""


def reminds_of_signature(last: date, days: Days) -> bool:
    """Whether it is told on one of those days that a signature ends or ended; on a working day what falls on the days
    off before it, too.
    """
    told = {last - timedelta(days=number) for number in BEFORE_IT_ENDS}
    told |= {last + timedelta(days=number) for number in AFTER_IT_ENDED}
    return any(add_working_days(days[0], -1) < each <= days[-1] for each in told)


@lru_cache(maxsize=256)
def days_reminded_of(days: Days, clocks: Clocks) -> frozenset[date]:
    """Every day such that what was or is due on it is reminded of on one of those."""
    found: set[date] = set()
    for on in days:
        last = add_working_days(on, clocks.reminder_before + 1)
        around = (last - timedelta(days=number) for number in range((last - on + LONGEST).days + 1))
        found.update(day for day in around if reminds_on(day, on, clocks))
    return frozenset(found)


def is_time(now: datetime, hour: time) -> bool:
    """Whether the day's mails are to be made by now: a working day, and that hour on the United Kingdom's clock."""
    day = local_date(now)
    return is_working_day(day) and now >= at_local(day, hour)
