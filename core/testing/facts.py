"""Facts to try a pathway on. Nobody in them is real."""

from datetime import date
from typing import Any

from core.facts import Actor, PersonRole
from core.plugin_api.facts import CaseFacts, Involved, PersonFacts, ReferralFacts, ReferralGlimpse
from core.plugin_api.pathway import Pathway

NAME = "Quillon Everscale"
"""A name that stands nowhere else: what holds it, named somebody."""

_PERSON = PersonFacts(1, "P0001", NAME, date(2010, 6, 15))
_OTHER = PersonFacts(2, "P0002", "Thessaly Umberdene", date(1980, 1, 31))

SOMEBODY: ReferralFacts[Any] = ReferralFacts(
    _PERSON,
    CaseFacts(
        id=1,
        ref="KIT-2026-0001",
        role=PersonRole.SUBJECT,
        people=(Involved(_PERSON, PersonRole.SUBJECT), Involved(_OTHER, PersonRole.COMPLAINANT)),
    ),
)
"""Somebody of 15 in March 2026, the subject of a case with one complainant, before they are referred."""

VIEWER = Actor(user_id=1, name="Somebody", agency_id=1, partnership_id=1, in_partnership=True, signatory=True)
"""Who looks at an agenda, or makes a move."""


def in_boxes(name: str, day: date) -> dict[str, str]:
    """A day as a form sends it: day, month and year in three boxes."""
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def glimpse_of(pathway: Pathway[Any], number: int, on: date) -> ReferralGlimpse:
    """An open referral at the pathway's first stage, as an agenda knows it. `number` is its id."""
    first = pathway.stages[0]
    return ReferralGlimpse(number, f"KIT-R-{number}", pathway.key, first.key, first.title, since=on)
