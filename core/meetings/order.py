"""The order of an agenda: its standing items, and where a new item goes (docs/domain.md, step 3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.facts import ItemKind


@dataclass(frozen=True, slots=True)
class StandingItem:
    """An item of every meeting, with the minutes that it is given to begin with."""

    heading: str
    minutes: int


MINUTES_OF_THE_LAST_MEETING = "Minutes of the last meeting"
"""Under which corrections of earlier minutes are heard."""

MATTERS_ARISING = "Matters arising and the action log"
"""Under which the meeting hears what has moved since the last."""

OPENING = (
    StandingItem("Welcome and confidentiality statement", 5),
    StandingItem("Apologies for absence", 2),
    StandingItem("Declarations of interest", 3),
    StandingItem(MINUTES_OF_THE_LAST_MEETING, 5),
    StandingItem(MATTERS_ARISING, 10),
)
CLOSING = (
    StandingItem("Any other business", 5),
    StandingItem("Date of the next meeting", 2),
)
_CLOSING_HEADINGS = frozenset(item.heading for item in CLOSING)

MINUTES_PER_CASE = 12
"""Allotted to a case or a location unless said otherwise; 12 to 15 is normal."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What the order needs to know of an item."""

    kind: ItemKind
    heading: str = ""
    times_carried: int = 0

    @property
    def block(self) -> int:
        """Carried-forward cases, new cases, locations; standing items have no block of their own."""
        if self.kind is ItemKind.CASE:
            return 0 if self.times_carried else 1
        return 2


def place_for(new: Placed, agenda: Sequence[Placed]) -> int:
    """The position, from 1, at which a new item joins an agenda.

    Cases carried forward come before new cases and those before locations, all of them before the standing
    items that close the meeting. A further standing item goes before those, too.
    """
    if new.kind is not ItemKind.STANDING:
        named = [(place, item) for place, item in enumerate(agenda, start=1) if item.kind is not ItemKind.STANDING]
        before = [place for place, item in named if item.block <= new.block]
        if before:
            return before[-1] + 1
        if named:
            return named[0][0]
    return next(
        (place for place, item in enumerate(agenda, start=1) if item.heading in _CLOSING_HEADINGS),
        len(agenda) + 1,
    )
