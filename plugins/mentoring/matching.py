"""Which mentor may be offered to a young person, and why another is not. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from core.plugin_api import in_words

TRAINING_HOURS = 20
"""Charnwood's volunteers completed "a 20 hour training package" before they were matched [Charnwood 5.4]."""


RENEW_WITHIN = timedelta(days=60)
"""An enhanced DBS check takes up to eight weeks: who renews later is without one for a while."""


@dataclass(frozen=True, slots=True)
class MentorFacts:
    """A mentor of the register. The two days are the last on which certificate and check are in date."""

    id: int
    name: str
    training_hours: int
    certificate_until: date | None
    check_until: date | None
    capacity: int
    mentees: int
    left_on: date | None = None

    @property
    def spare(self) -> int:
        """How many more young people they can take on."""
        return max(0, self.capacity - self.mentees)


def reasons_against(mentor: MentorFacts, on: date) -> tuple[str, ...]:
    """Why the mentor cannot be matched on that day, each a phrase; empty when they can."""
    reasons = list(lapses(mentor, on))
    if not mentor.spare:
        reasons.append(f"has no room: {mentor.mentees} of {mentor.capacity} young people")
    return tuple(reasons)


def lapses(mentor: MentorFacts, on: date) -> tuple[str, ...]:
    """Why the mentor must not be alone with a young person on that day, each a phrase."""
    reasons = []
    if mentor.left_on is not None and mentor.left_on <= on:
        reasons.append(f"left the scheme on {in_words(mentor.left_on)}")
    if mentor.training_hours < TRAINING_HOURS:
        reasons.append(f"has {mentor.training_hours} of {TRAINING_HOURS} hours’ training")
    reasons += _lapsed("child protection certificate", mentor.certificate_until, on)
    reasons += _lapsed("enhanced DBS check", mentor.check_until, on)
    return tuple(reasons)


def renewals(mentor: MentorFacts, on: date) -> tuple[str, ...]:
    """What is in date on that day and must be renewed soon, each a phrase."""
    kept = (("child protection certificate", mentor.certificate_until), ("enhanced DBS check", mentor.check_until))
    return tuple(
        f"{what} runs out on {in_words(until)}"
        for what, until in kept
        if until is not None and on <= until <= on + RENEW_WITHIN
    )


def _lapsed(what: str, until: date | None, on: date) -> list[str]:
    if until is None:
        return [f"no {what} on record"]
    return [f"{what} ran out on {in_words(until)}"] if until < on else []
