"""How an agency's signature of the Information Sharing Protocol stands on a day, in a form that a list can show.

Whether it opens names is decided by core.policy.standing alone; a test holds the two together.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.dates import in_words

SOON = timedelta(days=60)
"""A signature that ends within this is shown as running out. Roundtable's own choice."""

Period = tuple[date, date | None]
"""From a day until a day, both included; None for one without an end."""


class SignatureState(StrEnum):
    """Where a signature stands."""

    SIGNED = "signed"
    RUNS_OUT_SOON = "runs out soon"
    LAPSED = "lapsed"
    NOT_YET = "not in force yet"
    NEVER = "never signed"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class SignatureStatus:
    """A state with its day: until when, since when, from when. None where there is no such day."""

    state: SignatureState
    day: date | None = None

    @property
    def in_force(self) -> bool:
        """Whether it opens names today."""
        return self.state in (SignatureState.SIGNED, SignatureState.RUNS_OUT_SOON)

    @property
    def words(self) -> str:
        """As a sentence says it."""
        day = in_words(self.day) if self.day is not None else ""
        return {
            SignatureState.SIGNED: f"Signed until {day}" if day else "Signed, without an end",
            SignatureState.RUNS_OUT_SOON: f"Runs out on {day}",
            SignatureState.LAPSED: f"Ran out on {day}",
            SignatureState.NOT_YET: f"Signed from {day}",
            SignatureState.NEVER: "Never signed",
            SignatureState.LEFT: f"Left on {day}",
        }[self.state]

    @property
    def since_or_until(self) -> str:
        """The day alone, for a place where the state stands already."""
        if self.day is None:
            return "without an end" if self.state is SignatureState.SIGNED else ""
        word = {SignatureState.SIGNED: "until", SignatureState.NOT_YET: "from"}.get(self.state, "on")
        return f"{word} {in_words(self.day)}"


def status_on(day: date, *, left_on: date | None, periods: Iterable[Period]) -> SignatureStatus:
    """The status on that day. A renewal that follows without a gap counts, so that it is not chased twice."""
    if left_on is not None and left_on <= day:
        return SignatureStatus(SignatureState.LEFT, left_on)
    ordered = sorted(periods, key=lambda period: period[0])
    current = [until for start, until in ordered if start <= day and (until is None or until >= day)]
    if current:
        end = _end_of_cover(current, ordered)
        if end is None or end - day > SOON:
            return SignatureStatus(SignatureState.SIGNED, end)
        return SignatureStatus(SignatureState.RUNS_OUT_SOON, end)
    later = [start for start, _ in ordered if start > day]
    past = [until for start, until in ordered if until is not None and until < day]
    if past and not later:
        return SignatureStatus(SignatureState.LAPSED, max(past))
    return SignatureStatus(SignatureState.NOT_YET, later[0]) if later else SignatureStatus(SignatureState.NEVER)


def _end_of_cover(current: list[date | None], ordered: list[Period]) -> date | None:
    """The last day without a gap from those in force on; None when there is no end."""
    ends = [end for end in current if end is not None]
    if len(ends) < len(current):
        return None
    end = max(ends)
    for start, until in ordered:
        if start <= end + timedelta(days=1):
            if until is None:
                return None
            end = max(end, until)
    return end
