"""Writes of the mediators' register. The trail keeps that something was written, never what."""

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
    record,
    referral_of,
    require,
    session,
)
from plugins.mediation import queries
from plugins.mediation.dispute import Kind
from plugins.mediation.models import Dispute, Session, Term
from plugins.mediation.results import Result

_referral = referral_of("mediation")


def open_dispute(move: StageMove[Any]) -> None:
    """Keep who the parties are. Raises Refused where there is a mediation between the two already."""
    referral, payload = move.referral, move.referral.payload
    assert payload is not None  # the referral is made
    partnership_id = _partnership_of(move)
    _require_first(partnership_id, referral.person.id, payload.other_id, on=move.on)
    session().add(
        Dispute(
            referral_id=referral.id,
            partnership_id=partnership_id,
            person_id=referral.person.id,
            other_id=payload.other_id,
            other_name=payload.other_name,
        )
    )
    session().flush()


def close_dispute(move: StageMove[Any], result: Result) -> None:
    """Keep when and how it ended."""
    assert move.referral.id is not None
    dispute = queries.dispute_of(move.referral.id)
    dispute.result, dispute.ended_on = result.value, move.on
    session().flush()


def reopen_dispute(move: StageMove[Any]) -> None:
    """Keep that it goes on. Raises Refused where there is another mediation between the two by now."""
    assert move.referral.id is not None
    dispute = queries.dispute_of(move.referral.id)
    dispute.ended_on = dispute.ended_on or move.on
    _require_first(dispute.partnership_id, dispute.person_id, dispute.other_id, on=move.on)
    dispute.result, dispute.ended_on = "", None
    session().flush()


def keep_sitting(move: StageMove[Any], *, kind: Kind, party: str = "") -> None:
    """Keep the visit or session that a move tells of."""
    assert move.referral.id is not None
    session().add(
        Session(
            referral_id=move.referral.id,
            partnership_id=_partnership_of(move),
            kind=kind.value,
            party=party,
            held_on=date.fromisoformat(move.answers["held_on"]),
            mediators=move.answers["mediators"],
            note=move.answers["said"] or "",
        )
    )
    session().flush()


def keep_terms(move: StageMove[Any]) -> None:
    """Keep the terms of an agreement, a line for each."""
    assert move.referral.id is not None
    agreed_on = date.fromisoformat(move.answers["held_on"])
    for line in move.answers["terms"].splitlines():
        if line.strip():
            session().add(Term(referral_id=move.referral.id, text=line.strip(), agreed_on=agreed_on))
    session().flush()


def record_sitting(actor: Actor, *, referral: ReferralAtProvider, **details: Any) -> None:
    """Keep a further visit or session. `details` are the columns of its form. Raises Refused when it is closed."""
    _require_open(actor, referral)
    session().add(Session(referral_id=referral.id, partnership_id=referral.partnership_id, **details))
    session().flush()
    _leave_trace(actor, referral, Category.COLLECTION, "mediation.session", details)


def change_sitting(
    actor: Actor, *, referral: ReferralAtProvider, sitting: Session, version: int, **details: Any
) -> None:
    """Change what is kept of a visit or session. Raises Stale with what is stored when somebody else saved first."""
    _change(actor, referral, sitting, version, "mediation.session_change", details)


def add_term(actor: Actor, *, referral: ReferralAtProvider, **details: Any) -> None:
    """Keep a further term. `details` are the columns of its form. Raises Refused when the referral is closed."""
    _require_open(actor, referral)
    session().add(Term(referral_id=referral.id, **details))
    session().flush()
    _leave_trace(actor, referral, Category.COLLECTION, "mediation.term", details)


def change_term(actor: Actor, *, referral: ReferralAtProvider, term: Term, version: int, **details: Any) -> None:
    """Change a term. Raises Stale with what is stored when somebody else saved first."""
    _change(actor, referral, term, version, "mediation.term_change", details)


def _change(
    actor: Actor,
    referral: ReferralAtProvider,
    row: Session | Term,
    version: int,
    action: str,
    details: dict[str, Any],
) -> None:
    _require(actor, referral)
    if row.version != version:
        raise Stale({name: getattr(row, name) for name in details})
    for name, value in details.items():
        setattr(row, name, value)
    session().flush()
    _leave_trace(actor, referral, Category.ALTERATION, action, details)


def _require(actor: Actor, referral: ReferralAtProvider) -> None:
    require(actor, Permission.KEEP_RECORD, referral, hidden="This is another agency’s referral.")


def _require_open(actor: Actor, referral: ReferralAtProvider) -> None:
    _require(actor, referral)
    if referral.closed:
        raise Refused("This referral is closed.")


def _leave_trace(
    actor: Actor, referral: ReferralAtProvider, category: Category, action: str, details: dict[str, Any]
) -> None:
    """A record about both parties; of what was written, the trail keeps a fingerprint."""
    record(
        actor,
        category,
        action,
        object=f"referral:{referral.id}",
        subjects=[referral.person_id, queries.dispute_of(referral.id).other_id],
        purpose=f"case:{referral.case_id}",
        payload=details,
    )


def _require_first(partnership_id: int, one: int, another: int, *, on: date) -> None:
    """A referral that was closed while nobody could tell the register has ended, too."""
    while (found := queries.between_those(partnership_id, one, another)) is not None:
        if not _referral(referral_id=found.referral_id).closed:
            raise Refused("There is an open referral to mediation between these two already.")
        found.ended_on = on
        session().flush()


def _partnership_of(move: StageMove[Any]) -> int:
    assert move.actor.partnership_id is not None  # a referral is moved inside a partnership
    return move.actor.partnership_id
