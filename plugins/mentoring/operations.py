"""Writes of the mentor register."""

from datetime import date
from typing import Any

from core.plugin_api import (
    Actor,
    Category,
    Permission,
    ProviderFacts,
    ReferralAtProvider,
    ReferralFacts,
    Refused,
    Stale,
    record,
    require,
    session,
)
from plugins.mentoring import queries
from plugins.mentoring.matching import lapses, reasons_against
from plugins.mentoring.models import Match, Mentor, Session

UNDER_WAY = ("active", "reviewed")
"""The stages at which there are sessions."""

NOT_READY = "Record the renewal in the register of mentors, or match with another mentor."


def add_mentor(actor: Actor, *, provider: ProviderFacts, **details: Any) -> Mentor:
    """Enter a mentor into a provider's register. `details` are the columns of the mentor form."""
    _require(actor, provider)
    mentor = Mentor(
        provider_id=provider.id,
        partnership_id=provider.partnership_id,
        agency_id=provider.agency_id,
        **details,
    )
    session().add(mentor)
    session().flush()
    record(actor, Category.COLLECTION, "mentor.add", object=f"mentor:{mentor.id}", payload=_plain(details))
    return mentor


def change_mentor(actor: Actor, *, mentor: Mentor, version: int, **details: Any) -> None:
    """Change a mentor's entry. Raises Stale with what is stored when somebody else saved first."""
    _require(actor, mentor)
    if mentor.version != version:
        raise Stale({name: getattr(mentor, name) for name in details})
    for name, value in details.items():
        setattr(mentor, name, value)
    session().flush()
    record(actor, Category.ALTERATION, "mentor.change", object=f"mentor:{mentor.id}", payload=_plain(details))


def match(mentor_id: int, referral: ReferralFacts[Any], *, on: date) -> None:
    """Match a referral with a mentor, ending an earlier match. Raises Refused, saying what is against it."""
    assert referral.id is not None and referral.provider_id is not None
    mentor = queries.mentor_to_match(provider_id=referral.provider_id, mentor_id=mentor_id)
    if mentor is None:
        raise Refused("Choose a mentor of your own register.")
    reasons = reasons_against(mentor, on)
    if reasons:
        raise Refused(f"{mentor.name} cannot be matched: {'; '.join(reasons)}.")
    end_match(referral.id, on=on)
    session().add(Match(mentor_id=mentor.id, referral_id=referral.id, referral_ref=referral.ref, since=on))
    session().flush()


def begin(referral_id: int, *, started_on: date, on: date) -> None:
    """Keep the first session. Raises Refused when the mentor may no longer be with a young person."""
    mentor = queries.mentor_with(referral_id)
    if mentor is None:
        raise Refused("No mentor is matched. Match with a mentor first.")
    reasons = lapses(mentor, on)
    if reasons:
        raise Refused(f"{mentor.name} must not mentor now: {'; '.join(reasons)}. {NOT_READY}")
    match_id = queries.match_on(referral_id, started_on).id
    session().add(Session(match_id=match_id, referral_id=referral_id, held_on=started_on, came=True))
    session().flush()


def record_session(
    actor: Actor, *, referral: ReferralAtProvider, held_on: date, came: bool, note: str, on: date
) -> None:
    """Keep that a session was held, or that the young person did not come. Raises Refused before the first one."""
    require(actor, Permission.KEEP_RECORD, referral, hidden="This is another agency’s referral.")
    if reason := why_no_session(referral):
        raise Refused(reason)
    if not referral.opened_on <= held_on <= on:
        raise Refused("The session must be between the referral and today.")
    match_id = queries.match_on(referral.id, held_on).id
    session().add(Session(match_id=match_id, referral_id=referral.id, held_on=held_on, came=came, note=note))
    session().flush()
    record(
        actor,
        Category.COLLECTION,
        "mentoring.session",
        object=f"referral:{referral.id}",
        subjects=[referral.person_id],
        purpose=f"case:{referral.case_id}",
        payload={"held_on": held_on.isoformat(), "came": came, "note": note},
    )


def why_no_session(referral: ReferralAtProvider) -> str:
    """Why no session can be recorded at the referral's stage; empty when one can."""
    if referral.closed:
        return "This referral is closed."
    if referral.stage in UNDER_WAY:
        return ""
    return "Match with a mentor and record the first session on the referral first: the reviews are counted from it."


def end_match(referral_id: int, *, on: date) -> None:
    """End a referral's match, if it has one."""
    current = queries.current_match(referral_id)
    if current is not None:
        current.ended_on = on
        session().flush()


def _require(actor: Actor, owner: ProviderFacts | Mentor) -> None:
    require(actor, Permission.KEEP_REGISTER, owner, hidden="This is another agency’s register.")


def _plain(details: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in details.items()}
