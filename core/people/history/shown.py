"""What was held before, as one reader may see it: never an address that is protected from them, nor a text with it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.accounts.models import User
from core.dates import in_words
from core.people.history.keeping import ADDRESS
from core.people.history.models import HeldVersion, Statement

HELD_BACK = "Held back: the address is protected"
HOLDS_ONE = "Held back: it seems to hold an address that is protected now"
GIVEN = "Held back: it was given in a complaint, and does not go to your agency"
OF_THEIRS = "Held back: a return is read by its own agency, the chair and the coordinator"
REACH = "Held back: read by the lead agency and the named contact’s agency"
NOTHING = "Nothing"
REMOVED = "Taken out of the case"

_PERSON = {
    "given_name": "Given names",
    "family_name": "Family name",
    "known_as": "Known as",
    "date_of_birth": "Date of birth",
    "address": "Address",
    "postcode": "Postcode",
    "tenure": "Tenure",
    "support_needs": "Support needs",
}
_CASE = {
    "kind": "About",
    "title": "Title",
    "category": "Category",
    "lead_agency_id": "Lead agency",
    "opened_on": "Opened",
    "risk": "Risk",
    "hate_incident": "Hate incident",
    "restricted": "Restricted",
    "summary": "Summary",
    "review_on": "Review",
}
_INCIDENT = {
    "happened_on": "Happened",
    "what": "What happened",
    "reported_to_id": "Reported to",
    "hate": "Perceived as hate",
}
_RETURN = {"nothing_held": "Nothing held", "text": "What the agency holds"}
_NOMINATION = {
    "reason": "Why it should be heard",
    "asks": "What is asked of the others",
    "late_reason": "Why it could not wait",
}
_PLAN = {
    "contact_name": "Named contact",
    "agency_id": "Agency of the named contact",
    "contact_details": "How they reach the named contact",
    "way": "How they wish to be told",
    "instruction": "How they are contacted safely",
    "reach": "Number or address to use",
    "interval": "How often they wish to hear",
    "agreed_on": "Agreed",
    "support_what": "Support offered",
    "support_offered_on": "Support offered on",
    "support_by": "Who offered support",
    "support_answer": "What they said to the offer",
    "complaint_text": "What they were told of complaining",
    "complaint_given_on": "Told how to complain",
    "complaint_by": "Who told them how to complain",
}
LABELS = {**_PERSON, **_CASE, **_INCIDENT, **_RETURN, **_NOMINATION, **_PLAN}
"""Field -> what a page calls it."""

OF_PERSON, OF_CASE, OF_INCIDENT = tuple(_PERSON), tuple(_CASE), tuple(_INCIDENT)
OF_THING = {
    Statement.RETURN: tuple(_RETURN),
    Statement.NOMINATION: tuple(_NOMINATION),
    Statement.PLAN: tuple(_PLAN),
}
TITLES = {Statement.RETURN: "A research return", Statement.NOMINATION: "A nomination", Statement.PLAN: "A contact plan"}

_DAYS = frozenset(
    {"date_of_birth", "opened_on", "review_on", "happened_on", "agreed_on", "support_offered_on", "complaint_given_on"}
)
_AGENCIES = frozenset({"lead_agency_id", "reported_to_id", "agency_id"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What decides how a reader sees it. `hides`: whether a text must not be shown to them; `agencies`: their names."""

    reads_address: bool
    is_protected: bool
    hides: Callable[[str], bool]
    agencies: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a change: what stood there, and what came in its place."""

    label: str
    was: str
    became: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change, as its reader sees it: the version that it ended."""

    version: HeldVersion
    title: str
    differences: Sequence[Difference]
    reason: str
    by: User | None
    telling: bool
    """Whether it was a mistake, of which its readers can be told."""


def difference(
    name: str, version: HeldVersion, later: Sequence[HeldVersion], now: Mapping[str, Any], reading: Reading
) -> Difference:
    """One field: what the version held, and what the next that has it, or what stands there now, holds instead.

    `later`: the later versions of the same thing, the oldest first; `now`: what stands there, or nothing.
    """
    was = _words(name, version.values.get(name), reading, protected=_hidden(name, version, reading))
    following = next((each for each in later if name in each.values), None)
    if following is not None:
        hidden = _hidden(name, following, reading)
        became = _words(name, following.values.get(name), reading, protected=hidden)
    elif not now:
        became = REMOVED
    else:
        hidden = name in ADDRESS and reading.is_protected and not reading.reads_address
        became = _words(name, now.get(name), reading, protected=hidden)
    return Difference(LABELS.get(name, name), was, became)


def safe(text: str, reading: Reading) -> str:
    """A text, unless it seems to hold an address that is protected from its reader."""
    return HOLDS_ONE if text and reading.hides(text) else text


def fields_of(version: HeldVersion) -> Collection[str]:
    """The fields that the change was about."""
    found: Collection[str] = version.changed.get("fields", ())
    return found


def labels_of(version: HeldVersion) -> Sequence[str]:
    """What those fields are called within a sentence."""
    return [LABELS[name][0].lower() + LABELS[name][1:] for name in fields_of(version) if name in LABELS]


def _hidden(name: str, version: HeldVersion, reading: Reading) -> bool:
    """An address: while it is protected, whichever it was; once protected, for good."""
    if name not in ADDRESS:
        return False
    return not reading.reads_address and (reading.is_protected or version.address_was_protected)


def _words(name: str, value: Any, reading: Reading, *, protected: bool) -> str:
    if protected:
        return HELD_BACK
    if value in (None, ""):
        return NOTHING
    return safe(as_words(name, value, reading.agencies), reading)


def as_words(name: str, value: Any, agencies: Mapping[int, str]) -> str:
    """What a field held, in words."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if name in _DAYS:
        return in_words(date.fromisoformat(value))
    return agencies.get(value, "An agency") if name in _AGENCIES else str(value)
