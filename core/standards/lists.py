"""The closed lists of a contact plan, and its days. Pure: no clock, no database."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from core.facts import PersonRole
from core.working_days import add_working_days

PROMISED_TO = (PersonRole.COMPLAINANT, PersonRole.VICTIM)
"""Whoever complained or suffered [Bolsover 8, 12]: each has a contact plan in the case."""


class ContactWay(StrEnum):
    """How somebody wishes to be reached."""

    PHONE = "by phone"
    TEXT = "by text message"
    EMAIL = "by e-mail"
    LETTER = "by letter"
    IN_PERSON = "in person"
    THROUGH = "through somebody whom they trust"


class UpdateInterval(StrEnum):
    """How often somebody wishes to hear how their case goes [Bolsover 12]."""

    WEEK = "every week"
    FORTNIGHT = "every two weeks"
    MONTH = "every four weeks"
    NEWS = "when there is news"
    NONE = "no updates"


_WORKING_DAYS: Mapping[UpdateInterval, int] = {
    UpdateInterval.WEEK: 5,
    UpdateInterval.FORTNIGHT: 10,
    UpdateInterval.MONTH: 20,
}


def next_update(interval: UpdateInterval | None, after: date) -> date | None:
    """The day by which the next update is due; None where no clock runs: nothing agreed, or not wanted by a day."""
    days = _WORKING_DAYS.get(interval) if interval is not None else None
    return add_working_days(after, days) if days is not None else None


class SupportAnswer(StrEnum):
    """What somebody said to the offer of support [Bolsover 8]."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    UNDECIDED = "not decided yet"


class EntryKind(StrEnum):
    """What a line of the contact log tells."""

    UPDATE = "told how the case goes"
    TALK = "talked, without an update"
    NOT_REACHED = "tried, and did not reach them"
    END = "told how the case ended"


GIVE_UPDATE = "give an update"

TELL_END = "tell how the case ended"


def beginning(agreed_on: date | None, offered_on: date | None, given_on: date | None) -> str:
    """What of the beginning is still to be done, as an order: "offer support and give the way to complain"."""
    parts = (
        (agreed_on, "agree a named contact"),
        (offered_on, "offer support"),
        (given_on, "give the way to complain"),
    )
    *others, last = [words for day, words in parts if day is None] or [""]
    return f"{', '.join(others)} and {last}" if others else last


_REACHES = (
    re.compile(r"\d(?:[ ()./-]{0,2}\d){6,}"),
    re.compile(r"\S@\S"),
    re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE),
)
"""A number of seven digits and more, a mail address, a postcode."""


def gives_away(instruction: str) -> bool:
    """Whether the instruction, which everybody who opens the case reads, holds a number, an address or a postcode."""
    return any(shape.search(instruction) for shape in _REACHES)
