"""How a referral ended, and what was measured when: what writes, pages and statistics spell alike. Pure."""

from datetime import date

WITHDRAWN = "Consent withdrawn"
"""The whole outcome that a withdrawal leaves: no reason is kept where others read it."""

REFUSED = "Consent not given"


def measured_at(on: date, number: int) -> str:
    """The key under which a move's outcome measures are kept: its day, and which of the referral's moves it is.

    Two reviews of one day are two moves. What is kept under a day alone was measured before moves were told apart.
    """
    return f"{on.isoformat()}/{number}"


def when_measured(key: str) -> tuple[date, int]:
    """The same read again: 0 for a day alone."""
    day, _, number = key.partition("/")
    return date.fromisoformat(day), int(number or 0)
