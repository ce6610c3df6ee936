"""What the register holds about a young person, for the copy that they asked for."""

from collections.abc import Iterator, Sequence

from core.plugin_api import HeldRecord, HeldText, session
from sqlalchemy import select

from acceptable_behaviour.models import Breach, Signed, Term


def held_about(referral_ids: Sequence[int]) -> Iterator[HeldRecord]:
    """Contracts, their terms, also those that were dropped, and breaches. Three queries."""
    signed = session().scalars(select(Signed).where(Signed.referral_id.in_(referral_ids)).order_by(Signed.id))
    for contract in signed:
        yield HeldRecord(
            contract.referral_id,
            f"contract:{contract.id}",
            "Contract",
            facts=(
                ("Signed", contract.signed_on),
                ("Ends", contract.ends_on),
                ("Extended", contract.extended_on),
                ("Closed", contract.closed_on),
            ),
        )
    for term in session().scalars(select(Term).where(Term.referral_id.in_(referral_ids)).order_by(Term.id)):
        yield HeldRecord(
            term.referral_id,
            f"term:{term.id}",
            "Term of the contract",
            facts=(("Agreed", term.agreed_on), ("Dropped", term.dropped_on)),
            texts=(HeldText("Term", term.text), HeldText("Proposed by", term.proposed_by)),
        )
    breaches = session().scalars(
        select(Breach).where(Breach.referral_id.in_(referral_ids)).order_by(Breach.happened_on, Breach.id)
    )
    for breach in breaches:
        yield HeldRecord(
            breach.referral_id,
            f"breach:{breach.id}",
            "Breach of the contract: evidence, not an offence",
            facts=(
                ("Happened", breach.happened_on),
                ("Recorded", breach.recorded_on),
                ("Decided", breach.decided_on),
            ),
            texts=(HeldText("What happened", breach.account), HeldText("What the meeting decided", breach.decision)),
        )
