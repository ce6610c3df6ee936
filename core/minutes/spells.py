"""What the minutes say of the meeting's course: when it stood still, was inquorate, and who chaired an item."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.dates import time_in_words, with_weekday
from core.facts import BreakKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """From when until when. Of a meeting that goes on, the end may still be to come."""

    began_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standstill:
    """A time in which the meeting stood still, and why."""

    kind: BreakKind
    began_at: datetime
    ended_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chaired:
    """Who was in the chair for an item, all of it or from then on, where the chair was handed over."""

    name: str
    began_at: datetime | None = None
    """Where the item had begun under somebody else."""
    interest: bool = False
    """Because the meeting's chair declared an interest in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """Somebody was in the chair of the meeting until then."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDay:
    """Another day of the same meeting: the one to which it was adjourned, or the one that it goes on from."""

    reference: str
    starts_at: datetime


def course_of(
    *,
    continues: OtherDay | None,
    standstills: Iterable[Standstill],
    inquorate: Iterable[Spell],
    adjourned_until: OtherDay | None,
) -> tuple[tuple[str, str], ...]:
    """The meeting's course in words, for every page and paper that shows it: what it is, and when."""
    lines = [("Goes on from", _day(continues))] if continues is not None else []
    lines += [("Inquorate", between(each.began_at, each.ended_at)) for each in inquorate]
    lines += [
        (
            str(each.kind).capitalize(),
            between(each.began_at, each.ended_at) + (f": {each.reason}" if each.reason else ""),
        )
        for each in standstills
    ]
    if adjourned_until is not None:
        lines.append(("Adjourned until", _day(adjourned_until)))
    return tuple(lines)


def between(began_at: datetime, ended_at: datetime | None) -> str:
    """`from 10:20am to 10:35am`; without an end, what began is not over."""
    until = f" to {time_in_words(ended_at)}" if ended_at is not None else ""
    return f"from {time_in_words(began_at)}{until}"


def chair_in_words(handed_over: Iterable[HandedOver], last: str) -> str:
    """Who was in the chair of the meeting, one after the other: `A until 10:20am, then B`."""
    return ", then ".join([*(f"{each.name} until {time_in_words(each.at)}" for each in handed_over), last])


def chaired_in_words(chaired: Iterable[Chaired]) -> str:
    """Who was in the chair for an item, in order; empty where that was the meeting's chair."""
    return "; ".join(
        each.name
        + (f" from {time_in_words(each.began_at)}" if each.began_at is not None else "")
        + (" (the meeting’s chair declared an interest)" if each.interest else "")
        for each in chaired
    )


def _day(day: OtherDay) -> str:
    return f"{with_weekday(day.starts_at)}, {time_in_words(day.starts_at)} ({day.reference})"
