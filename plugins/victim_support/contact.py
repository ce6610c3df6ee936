"""What a victim chose: the safe way of contacting them, how often they hear, and which needs were found. Pure."""

import re
from collections.abc import Mapping
from enum import StrEnum

from core.plugin_api import Clock

PHONE = re.compile(r"\d(?:[ ()./-]{0,2}\d){6,}")
"""Seven digits and more, however they are grouped."""

MAIL = re.compile(r"\S@\S")

POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)


class Way(StrEnum):
    """How somebody can be reached."""

    PHONE = "phone"
    TEXT = "text"
    EMAIL = "email"
    LETTER = "letter"
    IN_PERSON = "in_person"
    THROUGH = "through"


WAYS: Mapping[Way, str] = {
    Way.PHONE: "By phone",
    Way.TEXT: "By text message",
    Way.EMAIL: "By e-mail",
    Way.LETTER: "By letter",
    Way.IN_PERSON: "In person",
    Way.THROUGH: "Through somebody whom they trust",
}


class Interval(StrEnum):
    """How often somebody wants to hear how their case goes [Bolsover 12]."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"
    NEWS = "news"
    NONE = "none"


INTERVALS: Mapping[Interval, str] = {
    Interval.WEEK: "Every week",
    Interval.FORTNIGHT: "Every two weeks",
    Interval.MONTH: "Every four weeks",
    Interval.NEWS: "When there is news",
    Interval.NONE: "Not at all",
}

_WORKING_DAYS: Mapping[Interval, int] = {Interval.WEEK: 5, Interval.FORTNIGHT: 10, Interval.MONTH: 20}

FIRST_CONTACT = Clock(
    "First contact",
    working_days=2,
    source="The number is Roundtable's own choice. Bolsover's minimum standards, section 8, promise victims and "
    "witnesses support and a referral to it.",
)
"""From the referral to the first contact."""

AS_CHOSEN = "As the victim chose: Bolsover's minimum standards, section 12, have that agreed with them."
"""Where the time between two updates comes from: nobody else sets it."""


def days_between_updates(every: str) -> int | None:
    """Working days from one update to the next; None where no clock runs: not asked yet, or not wanted by a day."""
    return _WORKING_DAYS.get(Interval(every)) if every else None


class Need(StrEnum):
    """The eight of the Ministry of Justice’s framework for commissioning support of victims."""

    HEALTH = "health"
    SHELTER = "shelter"
    FAMILY = "family"
    WORK = "work"
    SUBSTANCES = "substances"
    MONEY = "money"
    OUTLOOK = "outlook"
    SOCIAL = "social"


NEEDS: Mapping[Need, str] = {
    Need.HEALTH: "Mental and physical health",
    Need.SHELTER: "Shelter and accommodation",
    Need.FAMILY: "Family, friends and children",
    Need.WORK: "Education, skills and employment",
    Need.SUBSTANCES: "Drugs and alcohol",
    Need.MONEY: "Finance and benefits",
    Need.OUTLOOK: "Outlook and attitudes",
    Need.SOCIAL: "Social interactions",
}

LEVELS = {"none": "No need", "some": "Some need", "high": "High need", "unknown": "Not talked about"}
"""What was found of a need."""


class Kind(StrEnum):
    """What an entry of the contact log is."""

    UPDATE = "update"
    TALK = "talk"
    NOT_REACHED = "not_reached"


KINDS: Mapping[Kind, str] = {
    Kind.UPDATE: "Told how the case goes",
    Kind.TALK: "Talked, without an update",
    Kind.NOT_REACHED: "Tried, and did not reach them",
}


def instruction_in_full(way: Way, instruction: str) -> str:
    """The safe-contact instruction as everybody reads it: the way, then what is to be kept to."""
    return f"{WAYS[way]}. {instruction}"


def gives_away(instruction: str) -> bool:
    """Whether the instruction, which everybody at the item reads, holds a number, a mail address or a postcode."""
    return any(shape.search(instruction) for shape in (PHONE, MAIL, POSTCODE))
