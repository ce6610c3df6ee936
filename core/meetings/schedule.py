"""When a group meets: its rule, the days that follow from it, and what happens on bank holidays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import IntEnum, StrEnum
from typing import Any

from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday

from core.errors import Refused
from core.working_days import bank_holiday, next_working_day


class Frequency(StrEnum):
    """What the rule counts in."""

    MONTHLY = "monthly"
    WEEKLY = "weekly"


class OnBankHoliday(StrEnum):
    """What becomes of a meeting that falls on a bank holiday of England and Wales."""

    SKIP = "skip the meeting"
    MOVE = "move it to the next working day"


class Weekday(IntEnum):
    """As date.weekday() counts them."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6

    @property
    def label(self) -> str:
        """As a page writes it."""
        return self.name.capitalize()


LAST = -1
"""`nth` of a rule for the last such weekday of the month."""

NTH = {1: "First", 2: "Second", 3: "Third", 4: "Fourth", LAST: "Last"}
"""What `nth` can be, with its word. There is not always a fifth."""

ENDS_BEFORE_IT_STARTS = "The last date must not be before the first."
MOST_WEEKS = 26
MOST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Rule:
    """A group's rule: the nth weekday of every so many months, or a weekday every so many weeks.

    `nth` is a key of NTH for a monthly rule and None for a weekly one. The first meeting is the first such
    day on or after `start`, and the others are counted from it; none has its day by the rule after `until`.
    Raises Refused when made of what makes no rule.
    """

    frequency: Frequency
    weekday: Weekday
    start: date
    every: int = 1
    nth: int | None = None
    until: date | None = None
    on_bank_holiday: OnBankHoliday = OnBankHoliday.MOVE

    def __post_init__(self) -> None:
        if self.frequency is Frequency.MONTHLY and self.nth not in NTH:
            raise Refused("Choose which week of the month: first, second, third, fourth or last.")
        if self.frequency is Frequency.WEEKLY and self.nth is not None:
            raise Refused("A weekly rule has no week of the month.")
        most = MOST_MONTHS if self.frequency is Frequency.MONTHLY else MOST_WEEKS
        if not 1 <= self.every <= most:
            raise Refused(f"A {self.frequency} rule repeats every 1 to {most} {self._unit}s.")
        if self.until is not None and self.until < self.start:
            raise Refused(ENDS_BEFORE_IT_STARTS)

    @property
    def _unit(self) -> str:
        return "month" if self.frequency is Frequency.MONTHLY else "week"

    @property
    def description(self) -> str:
        """In plain English: "First Tuesday of the month", "Every 2 weeks on a Thursday"."""
        if self.nth is None:
            day = self.weekday.label
            return f"Every {day}" if self.every == 1 else f"Every {self.every} weeks on a {day}"
        month = "the month" if self.every == 1 else f"every {self.every} months"
        return f"{NTH[self.nth]} {self.weekday.label} of {month}"

    def to_json(self) -> dict[str, Any]:
        """As kept in a series; from_json() gives the same rule back."""
        return {
            "frequency": self.frequency.value,
            "weekday": int(self.weekday),
            "start": self.start.isoformat(),
            "every": self.every,
            "nth": self.nth,
            "until": self.until.isoformat() if self.until else None,
            "on_bank_holiday": self.on_bank_holiday.value,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Rule":
        """The rule that to_json() wrote. Raises KeyError, ValueError or Refused for anything else."""
        return cls(
            frequency=Frequency(data["frequency"]),
            weekday=Weekday(data["weekday"]),
            start=date.fromisoformat(data["start"]),
            every=data["every"],
            nth=data["nth"],
            until=date.fromisoformat(data["until"]) if data["until"] else None,
            on_bank_holiday=OnBankHoliday(data["on_bank_holiday"]),
        )


@dataclass(frozen=True, slots=True)
class Sitting:
    """A day on which the group meets; `moved_from` is the rule's own day if it is another, `reason` why."""

    day: date
    moved_from: date | None = None
    reason: str = ""

    @property
    def by_rule(self) -> date:
        """The rule's own day."""
        return self.moved_from or self.day


@dataclass(frozen=True, slots=True)
class Skipped:
    """A day of the rule on which the group does not meet, and why."""

    day: date
    reason: str

    @property
    def by_rule(self) -> date:
        """The rule's own day."""
        return self.day


def plan(rule: Rule, *, since: date, until: date) -> list[Sitting | Skipped]:
    """What becomes of each of the rule's days from `since` to `until`, both included, in order.

    The rule's own day counts, not the day that a meeting is moved to: plans of adjoining periods neither
    repeat nor lose a meeting. Raises Refused past the last bank holiday known.
    """
    return [_on(day, rule.on_bank_holiday) for day in _days(rule, since, until)]


def dates(rule: Rule, *, since: date, until: date) -> list[Sitting]:
    """The plan's meetings alone, without the days that are skipped."""
    return [each for each in plan(rule, since=since, until=until) if isinstance(each, Sitting)]


def _on(day: date, on_bank_holiday: OnBankHoliday) -> Sitting | Skipped:
    holiday = bank_holiday(day)
    if holiday is None:
        return Sitting(day)
    if on_bank_holiday is OnBankHoliday.SKIP:
        return Skipped(day, holiday)
    return Sitting(next_working_day(day), moved_from=day, reason=holiday)


def _days(rule: Rule, since: date, until: date) -> Iterator[date]:
    """The rule's own days of that period."""
    last = until if rule.until is None else min(until, rule.until)
    # Counted from the first meeting, not from the start: "every 2 weeks on a Thursday" from a Friday begins
    # next Thursday, not in thirteen days' time.
    first = next(iter(_recurrence(rule, rule.start, every=1)), None)
    if first is None:
        return
    for moment in _recurrence(rule, first.date(), every=rule.every):
        day = moment.date()
        if day > last:
            return
        if day >= since:
            yield day


def _recurrence(rule: Rule, start: date, *, every: int) -> rrule:
    on = weekday(rule.weekday, rule.nth)
    begins = datetime.combine(start, time())
    return rrule(MONTHLY if rule.nth else WEEKLY, dtstart=begins, interval=every, byweekday=on)
