"""By when somebody who asked for their data is to have it."""

from calendar import monthrange
from datetime import date

from core.minutes.models import SubjectAccessCopy

FURTHER_MONTHS = 2
"""That a complex request may take beyond the first (UK GDPR, article 12(3))."""


def due_after(asked_on: date, *, further_months: int = 0) -> date:
    """One calendar month later (UK GDPR, article 12(3)), or the last day of that month where it is shorter.

    `further_months` are counted from the same day. Raises OverflowError past the last year there is.
    """
    year, month = divmod(asked_on.year * 12 + asked_on.month + further_months, 12)
    if year > date.max.year:
        raise OverflowError("there is no such year")
    return date(year, month + 1, min(asked_on.day, monthrange(year, month + 1)[1]))


def due_on(copy: SubjectAccessCopy) -> date:
    """By when this copy is due, with the further months where it was extended."""
    return due_after(copy.asked_on, further_months=FURTHER_MONTHS if copy.extended_at is not None else 0)


def overdue(copy: SubjectAccessCopy, *, today: date) -> bool:
    """Whether the person still waits for it and that day is over."""
    return copy.is_draft and due_on(copy) < today
