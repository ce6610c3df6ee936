"""How a mediation can end, and what referrer and chair read of it: a kind of result, never what was said. Pure."""

from collections.abc import Mapping
from enum import StrEnum


class Agreed(StrEnum):
    """How far an agreement goes."""

    FULL = "full"
    PARTIAL = "partial"


class Result(StrEnum):
    """How a mediation ended."""

    FULL = "full"
    PARTIAL = "partial"
    COACHING = "coaching"
    NO_AGREEMENT = "no_agreement"
    NO_CONTACT = "no_contact"
    WITHDRAWN = "withdrawn"
    HANDED_OVER = "handed_over"
    UNSUITABLE = "unsuitable"
    NO_MEDIATOR = "no_mediator"
    MISTAKE = "mistake"


RESULTS: Mapping[Result, str] = {
    Result.FULL: "Full agreement",
    Result.PARTIAL: "Partial agreement",
    Result.COACHING: "One-party coaching",
    Result.NO_AGREEMENT: "No agreement",
    Result.NO_CONTACT: "No contact",
    Result.WITHDRAWN: "Consent withdrawn",
    Result.HANDED_OVER: "Handed over to another provider",
    Result.UNSUITABLE: "Not taken on: not suitable for mediation",
    Result.NO_MEDIATOR: "Not taken on: no mediator is free",
    Result.MISTAKE: "Not taken on: referred by mistake, or the referral was taken back",
}
"""In the order in which statistics tell them. A withdrawal is told to readers in the product's own words."""

_NOT_TAKEN_ON = (Result.UNSUITABLE, Result.NO_MEDIATOR, Result.MISTAKE, Result.NO_CONTACT)
_VISITED = (Result.COACHING, Result.NO_CONTACT, Result.UNSUITABLE)
_MET = (Result.NO_AGREEMENT, Result.COACHING, Result.NO_CONTACT, Result.UNSUITABLE)

WITHOUT_AGREEMENT: Mapping[str, tuple[Result, ...]] = {
    "referred": _NOT_TAKEN_ON,
    "confirmed": _NOT_TAKEN_ON,
    "first_visited": _VISITED,
    "second_visited": _VISITED,
    "session": _MET,
}
"""Stage -> how a mediation can end there. That consent is withdrawn is recorded under the consents, and closes it."""
