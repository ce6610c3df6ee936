"""The rules that come before all others: membership of the partnership, and the signature."""

from datetime import date
from typing import Any, Protocol

from core.dates import in_words
from core.facts import Actor, Verdict


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


def anybody(_actor: Actor, _subject: object = None) -> Verdict:
    """Everybody who is signed in."""
    return Verdict.yes()


NOT_A_MEMBER = "You do not belong to an agency of this partnership."
NOT_SIGNED = (
    "Your agency has not signed the Information Sharing Protocol, so you can see references but not names. "
    "Ask your agency's single point of contact."
)


LAPSED = (
    "{agency}’s signature of the Information Sharing Protocol ran out on {day}, so you can see references but not "
    "names. Ask your agency’s single point of contact to sign again."
)


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
