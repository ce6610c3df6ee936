"""One row's cells read as days, closed lists, addresses and text; in plain English, what is wrong."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from email_validator import EmailNotValidError, validate_email

from core.books.reading import Problem

_Choice = TypeVar("_Choice", bound=StrEnum)
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_UK = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_YEARS = range(1900, 2101)
_YEAR_AHEAD = timedelta(days=366)


class Cells:
    """One row's cells while they are read; collects what is wrong with them."""

    def __init__(self, values: Mapping[str, str], on: date) -> None:
        self._values = values
        self.on = on
        self.problems: list[Problem] = []

    def wrong(self, column: str, reason: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(column, reason))

    def text(self, column: str, limit: int) -> str:
        """The text exactly as it stands; blank when the column is not there."""
        value = self._values.get(column, "")
        if len(value) > limit:
            self.wrong(column, f"Is {len(value):,} characters long; the limit is {limit:,}")
        return value

    def needed(self, column: str, limit: int) -> str:
        """Text that may not be blank."""
        value = self.text(column, limit)
        if not value.strip():
            self.wrong(column, "Is blank; it must be filled in")
        return value

    def word(self, column: str, limit: int) -> str:
        """A short text without the blanks around it: a reference to something, or nothing."""
        value = self.text(column, limit).strip()
        if _CONTROL.search(value):
            self.wrong(column, "Holds a tab, a line break or another character that does not print")
        return value

    def key(self, column: str, limit: int) -> str:
        """A reference that must be there."""
        value = self.word(column, limit)
        if not value:
            self.wrong(column, "Is blank; it must be filled in")
        return value

    def day(self, column: str) -> date | None:
        """A day, or none: 2026-03-31 or 31/03/2026."""
        value = self._values.get(column, "").strip()
        if not value:
            return None
        iso, uk = _ISO.fullmatch(value), _UK.fullmatch(value)
        try:
            if iso:
                found = date(int(iso[1]), int(iso[2]), int(iso[3]))
            elif uk:
                found = date(int(uk[3]), int(uk[2]), int(uk[1]))
            else:
                raise ValueError
        except ValueError:
            self.wrong(column, f"{quoted(value)} is not a date; write it as 2026-03-31 or 31/03/2026")
            return None
        if found.year not in _YEARS:
            self.wrong(column, f"The year {found.year} cannot be right")
            return None
        return found

    def past_day(self, column: str) -> date | None:
        """A day of something that happened. One more than a year ahead is a slip of the pen."""
        found = self.day(column)
        if found and found > self.on + _YEAR_AHEAD:
            self.wrong(column, f"{found.isoformat()} is more than a year ahead; is the year right?")
        return found

    def needed_day(self, column: str) -> date:
        """A day of something that happened, which must be there."""
        before = len(self.problems)
        found = self.past_day(column)
        if found is None and len(self.problems) == before:
            self.wrong(column, "Is blank; it must be a date, as 2026-03-31 or 31/03/2026")
        return found or date.min

    def later(self, column: str, found: date | None, than: str, earlier: date | None) -> None:
        """Note a problem if the day lies before another one."""
        if found and earlier and found < earlier:
            self.wrong(column, f"{found.isoformat()} is before {than}, {earlier.isoformat()}")

    def choice(self, column: str, kind: type[_Choice]) -> _Choice:
        """One of a closed list, whatever its capitals."""
        value = " ".join(self._values.get(column, "").split())
        for member in kind:
            if member.value.casefold() == value.casefold():
                return member
        self.wrong(column, not_one_of(value, [member.value for member in kind]))
        return next(iter(kind))

    def yes_or_no(self, column: str) -> bool:
        """Yes or no."""
        value = self._values.get(column, "").strip().casefold()
        if value not in ("yes", "no"):
            self.wrong(column, not_one_of(value, ["yes", "no"]))
        return value == "yes"

    def email(self, column: str) -> str:
        """An e-mail address or nothing, in lower case: two that differ in case alone are one mailbox."""
        before = len(self.problems)
        value = self.word(column, 254)
        if value and len(self.problems) == before:
            try:
                validate_email(value, check_deliverability=False, globally_deliverable=False)
            except EmailNotValidError as error:
                self.wrong(column, f"{quoted(value)} is not an e-mail address: {str(error).rstrip('.')}")
        return value.lower()

    def listed(self, column: str) -> tuple[str, ...]:
        """The entries of a list separated by semicolons, without repeats, in the order given."""
        entries = (" ".join(entry.split()) for entry in self.text(column, 2_000).split(";"))
        return tuple(dict.fromkeys(entry for entry in entries if entry))


def quoted(value: str) -> str:
    """The value in quotation marks, cut when it is long."""
    return f'"{value[:60]}…"' if len(value) > 60 else f'"{value}"'


def not_one_of(value: str, allowed: Sequence[str]) -> str:
    """What is said of a value that a closed list does not hold."""
    said = f"{quoted(value)} is not known" if value else "Is blank"
    return f"{said}; it must be one of: {', '.join(allowed)}"
