"""Writes of the register: with a move of the referral, and by the provider's staff on pages of their own."""

from datetime import date
from typing import Any

from core.plugin_api import (
    Actor,
    Category,
    Permission,
    ReferralAtProvider,
    Refused,
    StageMove,
    Stale,
    add_months,
    record,
    require,
    session,
)

from acceptable_behaviour import queries
from acceptable_behaviour.models import Breach, Signed, Term
from acceptable_behaviour.rules import MONTHS, NOT_SIGNED


def begin(move: StageMove[Any]) -> None:
    """Keep a contract that was signed. Raises Refused for one without terms."""
    if not move.answers["terms"]:
        raise Refused("Agree the terms first, on the page “Terms and breaches”. Nobody signs an empty contract.")
    signed_on = date.fromisoformat(move.answers["signed_on"])
    session().add(
        Signed(
            partnership_id=_partnership_of(move),
            referral_id=_referral_of(move),
            signed_on=signed_on,
            ends_on=add_months(signed_on, MONTHS),
            result="",
        )
    )
    session().flush()


def extend(move: StageMove[Any]) -> None:
    """Keep until when it runs now."""
    contract, payload = _running(move), move.referral.payload
    assert payload is not None  # the referral is made
    months = payload.months + int(move.answers["months"])
    contract.ends_on, contract.extended_on = add_months(contract.signed_on, months), move.on
    session().flush()


def keep_breach(move: StageMove[Any]) -> None:
    """Keep what happened, as evidence."""
    session().add(
        Breach(
            partnership_id=_partnership_of(move),
            referral_id=_referral_of(move),
            happened_on=date.fromisoformat(move.answers["happened_on"]),
            recorded_on=move.on,
            account=move.answers["account"],
            decision="",
        )
    )
    session().flush()


def keep_decision(move: StageMove[Any]) -> None:
    """Keep what the meeting decided about every breach that waited for it."""
    decision = move.answers.get("decision") or f"Ended. Next step: {move.answers['next_step']}"
    for breach in queries.undecided_breaches(_referral_of(move)):
        breach.decision, breach.decided_on = decision, move.on
    session().flush()


def close(move: StageMove[Any]) -> None:
    """Keep how a contract ended, where one was signed."""
    contract = queries.current(_referral_of(move))
    if contract is None:
        return
    contract.closed_on, contract.result = move.on, move.target
    session().flush()


def add_term(actor: Actor, *, referral: ReferralAtProvider, text: str, proposed_by: str, on: date) -> None:
    """Agree a further term. Raises Refused once the contract is signed."""
    _require_open(actor, referral)
    session().add(Term(referral_id=referral.id, text=text, proposed_by=proposed_by, agreed_on=on))
    session().flush()
    _leave_trace(actor, referral, Category.COLLECTION, "acceptable_behaviour.term", {"text": text, "by": proposed_by})


def change_term(
    actor: Actor, *, referral: ReferralAtProvider, term: Term, version: int, text: str, proposed_by: str
) -> None:
    """Change a term. Raises Refused once the contract is signed, Stale when somebody else saved first."""
    _require_open(actor, referral)
    if term.version != version:
        raise Stale({"text": term.text, "proposed_by": term.proposed_by})
    term.text, term.proposed_by = text, proposed_by
    session().flush()
    _leave_trace(
        actor, referral, Category.ALTERATION, "acceptable_behaviour.term_change", {"text": text, "by": proposed_by}
    )


def drop_term(actor: Actor, *, referral: ReferralAtProvider, term: Term, on: date) -> None:
    """Take a term out of the draft. Raises Refused once the contract is signed."""
    _require_open(actor, referral)
    term.dropped_on = on
    session().flush()
    _leave_trace(actor, referral, Category.ALTERATION, "acceptable_behaviour.term_drop", {"term": term.id})


def why_no_term(referral: ReferralAtProvider) -> str:
    """Why the terms cannot be changed; empty when they can."""
    if referral.closed:
        return "This referral is closed."
    if referral.stage not in NOT_SIGNED:
        return "The contract is signed, so its terms stay as they are."
    return ""


def _require_open(actor: Actor, referral: ReferralAtProvider) -> None:
    require(actor, Permission.KEEP_RECORD, referral, hidden="This is another agency’s referral.")
    if reason := why_no_term(referral):
        raise Refused(reason)


def _leave_trace(
    actor: Actor, referral: ReferralAtProvider, category: Category, action: str, payload: dict[str, Any]
) -> None:
    """A record about the young person; of what was written, the trail keeps a fingerprint."""
    record(
        actor,
        category,
        action,
        object=f"referral:{referral.id}",
        subjects=[referral.person_id],
        purpose=f"case:{referral.case_id}",
        payload=payload,
    )


def _running(move: StageMove[Any]) -> Signed:
    contract = queries.current(_referral_of(move))
    if contract is None:
        raise Refused("No contract is signed.")
    return contract


def _referral_of(move: StageMove[Any]) -> int:
    assert move.referral.id is not None  # the referral is made
    return move.referral.id


def _partnership_of(move: StageMove[Any]) -> int:
    assert move.actor.partnership_id is not None  # a referral is moved inside a partnership
    return move.actor.partnership_id
