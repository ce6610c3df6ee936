"""A provider hands a referral over to another provider of the same pathway."""

from collections.abc import Sequence
from datetime import date, datetime

from core import plugin_host
from core.clock import local_date
from core.errors import Refused
from core.facts import Actor
from core.partnerships.models import Provider
from core.plugin_api.pathway import ConsentNeeded, StageMove
from core.policy import Permission, require
from core.referrals import queries
from core.referrals.facts import facts_before, facts_of
from core.referrals.keeping import advance, hold_those_named, record_change, require_current, running
from core.referrals.models import Referral
from core.referrals.opening import Opening, begin
from core.referrals.operations import judged_on, refuse_ineligible


def hand_over(
    actor: Actor,
    *,
    referral: Referral,
    provider: Provider,
    agreed_on: date | None,
    reason: str,
    version: int,
    now: datetime,
) -> Referral:
    """Close the referral here and begin it anew with the other provider, as it was first made. Returns the new one.

    What this provider's staff wrote on the way stays with this provider, save what the pathway hands over. `agreed_on`:
    the day on which everybody whose consent the pathway needs agreed to the other provider; their details may not be
    passed before. Raises Stale when the referral has changed since `version`, Refused with what stands against it.
    """
    require(actor, Permission.RUN_REFERRAL, referral, hidden="There is no such referral.")
    require_current(referral, version)
    pathway = running(referral.pathway_key, referral.pathway_title, referral.partnership_id)
    on = local_date(now)
    if why := why_not(referral, on=on):
        raise Refused(why)
    if all(each.id != provider.id for each in others(referral, on=on)):
        raise Refused("Choose another provider of this pathway.", field="provider")
    if agreed_on is None and consents_needed(referral, on=on):
        raise Refused("Nobody’s details may be passed to another provider before they agree to it.")
    facts = facts_of(referral, pathway)
    hold_those_named(facts, pathway)
    room = queries.places_to_take(provider)
    if room.full:
        raise Refused(room.words)
    first = referral.moves[0]
    with plugin_host.guarded(pathway, "handed_over"):
        payload = pathway.handed_over(pathway.load(first.payload, first.payload_version), facts.payload)
    there = facts_before(referral.case, referral.person, provider, pathway, payload)
    refuse_ineligible(there, pathway, on=judged_on(referral))
    step = StageMove(facts, pathway.halted, actor, on, referral.stage, handed_over=True)
    outcome = f"Handed over to {provider.agency.name}"
    advance(actor, referral, pathway, step, outcome=outcome, note=reason, now=now)
    record_change(actor, referral, "referral.hand_over", payload={"provider": provider.id, "reason": reason})
    opening = Opening(
        case=referral.case,
        person=referral.person,
        provider=provider,
        pathway=pathway,
        payload=payload,
        agency_id=referral.referrer_agency_id,
        user_id=referral.referrer_user_id,
        continues=referral,
        agreed_on=agreed_on,
    )
    return begin(actor, opening, "referral.take_over", now=now)


def why_not(referral: Referral, *, on: date) -> str:
    """Why the referral cannot be handed over on that day; empty when it can."""
    if referral.closed_at is not None:
        return "This referral is closed."
    return "" if others(referral, on=on) else f"Nobody else provides {referral.pathway_title} here."


def others(referral: Referral, *, on: date) -> Sequence[Provider]:
    """The other providers of its pathway that take referrals on that day."""
    return [
        provider
        for provider in queries.providers_in(referral.partnership_id, on=on)
        if provider.pathway_key == referral.pathway_key and provider.id != referral.provider_id
    ]


def consents_needed(referral: Referral, *, on: date) -> Sequence[ConsentNeeded]:
    """Whose agreement a hand-over needs on that day."""
    pathway = running(referral.pathway_key, referral.pathway_title, referral.partnership_id)
    with plugin_host.guarded(pathway, "consents"):
        return list(pathway.consents(facts_of(referral, pathway), on))
