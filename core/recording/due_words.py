"""A due date said in words, as people write one at the end of a line: "by next Friday", "in two weeks", "by 3/12".

Pure: the day on which it is said, and that of the next meeting, are arguments. Of numbers the day comes first. A day
that was named is taken as it was named; one that is counted ("in two weeks") and falls on a day on which no office
works is the next working day, and the end of a week, month or year is its last working day.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.dates import DAYS, MONTHS
from core.errors import Refused
from core.working_days import add_months, add_working_days, next_working_day

MOST_WORDS = 10
"""No due date is said in more."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a due date is counted from: the day on which it is said, and that of the next meeting, if there is one."""

    on: date
    next_meeting: date | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A due date, and how many words at the end (or the beginning) of the line say it."""

    day: date
    words: int


def _numbered(*groups: str, start: int) -> dict[str, int]:
    return {word: number for number, words in enumerate(groups, start) for word in words.split()}


_NUMBERS = _numbered(
    *("a an one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=1
)
_WEEKDAYS = _numbered(
    *("monday mon", "tuesday tue tues", "wednesday wed weds", "thursday thu thur thurs", "friday fri"),
    *("saturday sat", "sunday sun"),
    start=0,
)
_MONTHS = _numbered(*(f"{name} {name[:3]}".casefold() for name in MONTHS), start=1) | {"sept": 9}


def one_of(words: Iterable[str]) -> str:
    """A group that matches any of them."""
    return f"({'|'.join(words)})"


_FULL = one_of(day.casefold() for day in DAYS)
_WEEKDAY, _MONTH = one_of(_WEEKDAYS), one_of(_MONTHS)
_COUNT = f"([0-9]{{1,3}}|{'|'.join(_NUMBERS)})"
_MAY_NAME_WEEKDAY = f"(?:{'|'.join(_WEEKDAYS)})? ?(?:the )?"
_ORDINAL = "([0-9]{1,2})(?:st|nd|rd|th)?"

Found = tuple[str | None, ...]


def _weekday(found: Found, at: Moment) -> date:
    """The next such day after today; with "this" that of this week, with "next" that of the week after it."""
    which, name = found
    if which not in ("this", "next"):
        return at.on + timedelta((_WEEKDAYS[str(name)] - at.on.weekday() - 1) % 7 + 1)
    monday = at.on - timedelta(at.on.weekday())
    return monday + timedelta(_WEEKDAYS[str(name)] + (7 if which == "next" else 0))


def _counted(found: Found, at: Moment) -> date:
    many, working, unit = found
    number = _NUMBERS.get(str(many)) or int(str(many))
    if working:
        return add_working_days(at.on, number)
    if unit == "month":
        return next_working_day(add_months(at.on, number))
    return next_working_day(at.on + timedelta(number * (7 if unit == "week" else 1)))


def _end(found: Found, at: Moment) -> date:
    """The last working day of the week, month or year."""
    which, unit = found
    if unit == "week":
        first = at.on - timedelta(at.on.weekday()) + timedelta(14 if which == "next" else 7)
    elif unit == "month":
        first = add_months(at.on.replace(day=1), 2 if which == "next" else 1)
    else:
        first = date(at.on.year + (2 if which == "next" else 1), 1, 1)
    return add_working_days(first, -1)


def _end_of_month(found: Found, at: Moment) -> date:
    month = _MONTHS[str(found[0])]
    first = date(at.on.year + (month < at.on.month), month, 1)
    return add_working_days(add_months(first, 1), -1)


def _dated(day: str | None, month: int, year: str | None, at: Moment) -> date:
    """That day; without a year, the next one of that name."""
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, int(str(day)))
    this_year = date(at.on.year, month, int(str(day)))
    return this_year if this_year >= at.on else date(at.on.year + 1, month, int(str(day)))


def _nth(found: Found, at: Moment) -> date:
    """That day of this month, or of the next."""
    day = at.on.replace(day=int(str(found[0])))
    return day if day >= at.on else add_months(at.on.replace(day=1), 1).replace(day=int(str(found[0])))


def _next_meeting(_: Found, at: Moment) -> date:
    if at.next_meeting is None:
        raise ValueError("no further meeting is in the diary")
    return at.next_meeting


Form = tuple[re.Pattern[str], Callable[[Found, Moment], date]]

# What ends a line by itself, unless the word before it makes it part of what is to be done.
_ALONE: Sequence[Form] = [
    (re.compile(pattern), day)
    for pattern, day in (
        ("today", lambda _, at: at.on),
        ("tomorrow", lambda _, at: at.on + timedelta(1)),
        (f"(?:(this|next) )?{_FULL}", _weekday),
        (f"{_FULL} week", lambda found, at: _weekday((None, found[0]), at) + timedelta(7)),
        (f"(?:in|within) (?:the next )?{_COUNT} (working )?(day|week|month)(?:s|'s|s')?(?: time)?", _counted),
        ("(?:in|within) a fortnight(?:'s time)?", lambda _, at: next_working_day(at.on + timedelta(14))),
    )
]
# What needs a "by" before it: bare, it is as likely part of what is to be done.
_AFTER_BY: Sequence[Form] = [
    *_ALONE,
    *(
        (re.compile(pattern), day)
        for pattern, day in (
            (f"(?:(this|next) )?{_WEEKDAY}", _weekday),
            (f"{_WEEKDAY} week", lambda found, at: _weekday((None, found[0]), at) + timedelta(7)),
            ("(?:the )?end of (?:(the|this|next) )?(week|month|year)", _end),
            (f"(?:the )?end of {_MONTH}", _end_of_month),
            ("(?:the |our )?next meeting", _next_meeting),
            (
                f"{_MAY_NAME_WEEKDAY}{_ORDINAL} (?:of )?{_MONTH}(?: ([0-9]{{4}}))?",
                lambda found, at: _dated(found[0], _MONTHS[str(found[1])], found[2], at),
            ),
            (
                f"{_MAY_NAME_WEEKDAY}{_MONTH} {_ORDINAL}(?: ([0-9]{{4}}))?",
                lambda found, at: _dated(found[1], _MONTHS[str(found[0])], found[2], at),
            ),
            (
                f"{_MAY_NAME_WEEKDAY}([0-9]{{1,2}})[/.-]([0-9]{{1,2}})(?:[/.-]([0-9]{{4}}|[0-9]{{2}}))?",
                lambda found, at: _dated(found[0], int(str(found[1])), found[2], at),
            ),
            (
                "([0-9]{4})-([0-9]{2})-([0-9]{2})",
                lambda found, at: _dated(found[2], int(str(found[1])), found[0], at),
            ),
            ("the ([0-9]{1,2})(?:st|nd|rd|th)", _nth),
        )
    ),
]
_BY = re.compile(r"(?:to be done |due )?(?:by|on|until|till)|due|(?:no|not) later than")
_BEFORE = re.compile("(?:to be done |due )?before")
_PART_OF_WHAT_IS_DONE = frozenset(
    (
        *(
            "a",
            "about",
            "after",
            "all",
            "an",
            "and",
            "as",
            "at",
            "between",
            "every",
            "for",
            "from",
            "last",
            "next",
            "of",
        ),
        *("or", "our", "since", "than", "that", "the", "their", "this", "to", "until", "was", "what", "when", "which"),
        *("who", "with"),
    )
)


def said_at_the_end(words: Sequence[str], at: Moment) -> Said | None:
    """The due date that the last words say, and how many those are; None where they say none, or one that is past."""
    for count in range(min(MOST_WORDS, len(words)), 0, -1):
        before = words[-count - 1] if count < len(words) else ""
        day = _day_of(words[-count:], at, alone=before not in _PART_OF_WHAT_IS_DONE)
        if day is not None:
            return Said(day, count)
    return None


def said_at_the_beginning(words: Sequence[str], at: Moment) -> Said | None:
    """The same of the first words: there only after a "by"."""
    for count in range(min(MOST_WORDS, len(words)), 1, -1):
        day = _day_of(words[:count], at, alone=False)
        if day is not None:
            return Said(day, count)
    return None


def _day_of(words: Sequence[str], at: Moment, *, alone: bool) -> date | None:
    if not words[0]:
        return None  # a dash before it is its own
    forms, limit, skipped = (_ALONE if alone else (), False, 0)
    for count in range(min(4, len(words) - 1), 0, -1):
        introduction = " ".join(words[:count])
        if _BY.fullmatch(introduction) or _BEFORE.fullmatch(introduction):
            forms, limit, skipped = _AFTER_BY, _BEFORE.fullmatch(introduction) is not None, count
            break
    phrase = " ".join(words[skipped:])
    for pattern, day_of in forms:
        found = pattern.fullmatch(phrase)
        if found is None:
            continue
        try:
            day = day_of(found.groups(), at)
            day = add_working_days(day, -1) if limit else day
        except (Refused, ValueError, OverflowError):
            continue  # no such day, or none that can be counted to
        return day if day >= at.on else None
    return None
