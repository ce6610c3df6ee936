"""By when a request is to be answered: one calendar month, two more if it is complex (UK GDPR, articles 12(3) and 12A).

Pure: days in, days out.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from core.answer_by import FURTHER_MONTHS, due_after

Pause = tuple[date, date | None]
"""From the day on which clarification was asked for until that on which it came, or has not come yet."""


def runs_from(received_on: date, identity_on: date | None) -> date | None:
    """The later of the day of receipt and the day on which they showed who they are; None before they did."""
    return None if identity_on is None else max(received_on, identity_on)


def days_paused(pauses: Iterable[Pause], *, since: date, today: date) -> int:
    """Days that do not count: each from the day of the question until the day of the answer, no day twice."""
    days: set[date] = set()
    for begins, ends in pauses:
        first, last = max(begins, since), ends or today
        days.update(first + timedelta(days=n) for n in range((last - first).days))
    return len(days)


def due_on(start: date, *, paused: int = 0, extended: bool = False) -> date:
    """As every request about one's own data, from the day on which the month began to run."""
    return due_after(start, further_months=FURTHER_MONTHS if extended else 0, paused=paused)
