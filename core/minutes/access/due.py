"""By when somebody who asked for their data is to have it."""

from calendar import monthrange
from datetime import date


def due_after(asked_on: date) -> date:
    """One calendar month later (UK GDPR, article 12(3)), or the last day of that month where it is shorter.

    Raises OverflowError past the last year there is.
    """
    year, month = divmod(asked_on.year * 12 + asked_on.month, 12)
    if year > date.max.year:
        raise OverflowError("there is no such year")
    return date(year, month + 1, min(asked_on.day, monthrange(year, month + 1)[1]))
