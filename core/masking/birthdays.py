"""Days of birth, however a day is written. Pure.

Own patterns: python-dateutil reads a date that somebody has cut out, and finds none in a sentence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from core.masking.folding import Folded

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]{{0,6}}"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4}|\d\d)(?![\d])"

DAY_FIRST = re.compile(rf"(?<!\d){_DAY}[\s./,-]{{0,3}}(?:of\s{{1,3}})?{_MONTH}[\s./,'-]{{0,3}}{_YEAR}")
MONTH_FIRST = re.compile(rf"\b{_MONTH}[\s.-]{{0,3}}(?:the\s{{1,3}})?{_DAY}[\s,./'-]{{1,4}}{_YEAR}")
NUMBERS = re.compile(rf"(?<!\d){_DAY}\s?[\s./-]\s?(?P<month>\d{{1,2}})\s?[\s./-]\s?{_YEAR}")
YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<dash>[\s./-]?)(?P<month>\d{1,2})(?P=dash)(?P<day>\d{1,2})(?!\d)"
)
"""2001-03-12 and 20010312."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day that a text tells, by a key, and where."""

    key: str
    starts: int
    ends: int


def key_of(day: date) -> str:
    """The key of a day: of its year the last two numbers, which are what is written of it at least."""
    return f"@{day.year % 100}-{day.month}-{day.day}"


def days_in(text: Folded) -> Iterator[Day]:
    """Every day that a folded text tells with its year."""
    if not re.search(r"\d", text.text):
        return
    for pattern in (DAY_FIRST, MONTH_FIRST, NUMBERS, YEAR_FIRST):
        for found in pattern.finditer(text.text):
            told = found.groupdict()
            month = int(told["month"]) if "month" in told else _MONTHS.index(told["name"]) + 1
            key = f"@{int(told['year']) % 100}-{month}-{int(told['day'])}"
            yield Day(key, *text.place(*found.span()))
