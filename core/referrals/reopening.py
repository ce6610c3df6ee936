"""A closed referral that is opened again by its provider."""

from datetime import date, datetime
from typing import Any

from core import plugin_host
from core.clock import local_date
from core.errors import Refused
from core.facts import Actor, CaseStatus, Step
from core.plugin_api.pathway import Pathway, StageMove
from core.policy import Permission, require
from core.referrals import queries
from core.referrals.facts import consent_states, facts_of
from core.referrals.keeping import advance, hold_those_named, record_change, require_current, running
from core.referrals.machine import Consent, halted_by
from core.referrals.models import Referral


def reopen(actor: Actor, *, referral: Referral, reason: str, version: int, now: datetime) -> None:
    """Open a closed referral again; it goes on at the stage that the pathway names for that, or else at the first.

    Raises Stale when the referral has changed since `version`, Refused with what stands against it.
    """
    require(actor, Permission.RUN_REFERRAL, referral, hidden="There is no such referral.")
    require_current(referral, version)
    pathway = running(referral.pathway_key, referral.pathway_title, referral.partnership_id)
    on = local_date(now)
    hold_those_named(facts_of(referral, pathway), pathway)
    if why := why_not_reopened(referral, on=on):
        raise Refused(why)
    room = queries.places_to_take(referral.provider)
    if room.full:
        raise Refused(f"{room.words} Make room first.")
    referral.suggested_pathway = ""
    target = _goes_on_at(referral, pathway, on=on)
    step = StageMove(facts_of(referral, pathway), target=target, actor=actor, on=on, source=referral.stage)
    advance(actor, referral, pathway, step, outcome="", note=reason, now=now, kind=Step.REOPEN)
    record_change(actor, referral, "referral.reopen", payload={"reason": reason})


def _goes_on_at(referral: Referral, pathway: Pathway[Any], *, on: date) -> str:
    """The stage that the pathway names, once everybody whose consent it needs has given it; one that was declined
    before they were asked begins at the first. No stage is come to without its consents (docs/hooks.md).
    """
    with plugin_host.guarded(pathway, "consents"):
        needed = pathway.consents(facts_of(referral, pathway), on)
    states = consent_states(referral.consents)
    given = all(states.get(consent.key) is Consent.GIVEN for consent in needed)
    return pathway.reopened if pathway.reopened and given else pathway.stages[0].key


def why_not_reopened(referral: Referral, *, on: date) -> str:
    """What stands against opening a referral again on that day; empty when nothing does.

    A withdrawn consent is not got round, be it one that a later provider was told of: whoever consents once more is
    referred once more.
    """
    if referral.closed_at is None:
        return "This referral is open."
    pathway = running(referral.pathway_key, referral.pathway_title, referral.partnership_id)
    if referral.case.status is CaseStatus.CLOSED:
        return "Its case is closed. Open the case again first."
    with plugin_host.guarded(pathway, "consents"):
        needed = pathway.consents(facts_of(referral, pathway), on)
    if halted_by(needed, consent_states(referral.consents)) is not None:
        return "A consent was not given or was withdrawn. Somebody who consents once more is referred once more."
    if queries.open_referral(referral.person_id, referral.pathway_key) is not None:
        return f"There is an open referral to {pathway.title} already."
    if queries.was_referred_since(referral):
        return f"They were referred to {pathway.title} once more since. What they said there counts: refer them anew."
    if all(provider.id != referral.provider_id for provider in queries.providers_in(referral.partnership_id, on=on)):
        return f"{referral.provider.agency.name} takes no referrals at present."
    return ""
