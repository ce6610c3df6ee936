"""By when a request about one's own data is answered: one calendar month, two more if it is complex.

UK GDPR, articles 12(3) and 12A. The corresponding day of the month, or the month's last where there is none; and the
next working day where that is a weekend or a bank holiday: the Information Commissioner's guidance on the right of
access, "How long do we have to comply?". Pure: days in, days out.
"""

from datetime import date, timedelta

from core.errors import Refused
from core.working_days import add_months, next_working_day

FURTHER_MONTHS = 2
"""That a complex request may take beyond the first."""


def due_after(start: date, *, further_months: int = 0, paused: int = 0) -> date:
    """A month after it was asked, and so many months and days later."""
    day = add_months(start, 1 + further_months) + timedelta(days=paused)
    try:
        return next_working_day(day)
    except Refused:  # past the bank holidays that are known
        return day
