"""The rules that come before all others: membership of the partnership, and the signature."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Protocol

from core.dates import in_words
from core.facts import Actor, AdminRole, Verdict


class Belongs(Protocol):
    """Something of one partnership."""

    partnership_id: Any


def same_partnership(actor: Actor, partnership_id: int | None) -> bool:
    """In the actor's current partnership, which their agency has not left."""
    return actor.in_partnership and partnership_id is not None and partnership_id == actor.partnership_id


def member_of_partnership(actor: Actor, _subject: object = None) -> Verdict:
    """Anybody whose agency belongs to the partnership. Shows nothing named."""
    return Verdict.yes() if actor.in_partnership else Verdict.no(actor.standing or NOT_A_MEMBER)


def signatory(actor: Actor, _subject: object = None) -> Verdict:
    """Named information goes to signatories of the Information Sharing Protocol alone."""
    if not actor.in_partnership:
        return Verdict.no(actor.standing or NOT_A_MEMBER)
    return Verdict.yes() if actor.signatory else Verdict.no(actor.standing or NOT_SIGNED)


def data_lead(actor: Actor, _subject: object = None) -> Verdict:
    """The partnership's data protection lead, of an agency that has signed: what they answer for names people."""
    if AdminRole.DATA_LEAD not in actor.roles:
        return Verdict.no(NOT_DATA_LEAD)
    return signatory(actor)


def anybody(_actor: Actor, _subject: object = None) -> Verdict:
    """Everybody who is signed in."""
    return Verdict.yes()


NOT_DATA_LEAD = "Only the partnership’s data protection lead may do this."
NOT_A_MEMBER = "You do not belong to an agency of this partnership."
NOT_SIGNED = (
    "Your agency has not signed the Information Sharing Protocol, so you can see references but not names. "
    "Ask your agency's single point of contact."
)


LAPSED = (
    "{agency}’s signature of the Information Sharing Protocol ran out on {day}, so you can see references but not "
    "names. Ask your agency’s single point of contact to sign again."
)


NOT_COUNTERSIGNED = (
    "You have not countersigned the Information Sharing Protocol as {agency} signed it, so nothing is shown to you. "
    "Open the home page to read what it asks of you, and countersign it."
)

SignedVersion = tuple[date, date | None, str, date | None]
"""Of a signature: signed on, expires on or None, the version, and the day on which somebody countersigned that."""


def in_force(signatures: Iterable[SignedVersion], *, on: date) -> SignedVersion | None:
    """The signature that counts on that day: of those in force the latest."""
    held = [each for each in signatures if each[0] <= on and (each[1] is None or on <= each[1])]
    return max(held, key=lambda each: each[0], default=None)


def left_to_countersign(signatures: Iterable[SignedVersion], *, on: date) -> str | None:
    """The version in force that its reader has not countersigned by that day; None where there is nothing to sign."""
    current = in_force(signatures, on=on)
    if current is None or (current[3] is not None and current[3] <= on):
        return None
    return current[2]


def standing_of(
    agency: str, *, left_on: date | None, signatures: list[tuple[date, date | None]], on: date
) -> tuple[bool, bool, str]:
    """Whether an agency belongs and has signed on that day: (in partnership, signatory, why not).

    `signatures` are (signed on, expires on or None); a signature holds on the day that it expires on.
    An agency that leaves loses access that day.
    """
    if left_on is not None and left_on <= on:
        return False, False, f"{agency} left the partnership on {in_words(left_on)}."
    if any(signed <= on and (expires is None or on <= expires) for signed, expires in signatures):
        return True, True, ""
    past = [expires for signed, expires in signatures if signed <= on and expires is not None]
    if past:
        return (
            True,
            False,
            LAPSED.format(agency=agency, day=in_words(max(past))),
        )
    return True, False, NOT_SIGNED
