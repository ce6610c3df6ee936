"""Whose consent a referral has: given, not given, withdrawn. One withdrawal can close it."""

from datetime import date, datetime
from typing import Any

from core import plugin_host
from core.clock import local_date
from core.errors import Refused
from core.extensions import db
from core.facts import Actor
from core.plugin_api.pathway import Pathway, StageMove
from core.plugin_host import PluginFailed
from core.policy import Permission, require
from core.referrals.endings import REFUSED, WITHDRAWN
from core.referrals.facts import consent_states, facts_of
from core.referrals.keeping import advance, keep_move, record_change, running, tell_anew, tell_case
from core.referrals.machine import halted_by
from core.referrals.models import Referral, ReferralConsent
from core.referrals.partners import end_partners
from core.referrals.queries import hold, referral_of


def give_consent(actor: Actor, *, referral: Referral, key: str, given_on: date, now: datetime, note: str = "") -> None:
    """Keep that somebody consents, from that day on. Raises Refused for a day to come or a closed referral."""
    consent = _consent(actor, referral, key, on=given_on, now=now)
    consent.given_on, consent.refused_on, consent.withdrawn_on = given_on, None, None
    _keep_consent(actor, referral, consent, "given", note=note, now=now)


def refuse_consent(
    actor: Actor, *, referral: Referral, key: str, refused_on: date, now: datetime, note: str = ""
) -> None:
    """Keep that somebody does not consent. If the pathway cannot go on without them, the referral is closed."""
    consent = _consent(actor, referral, key, on=refused_on, now=now)
    consent.refused_on = refused_on
    _keep_consent(actor, referral, consent, "refused", note=note, now=now)
    _halt(actor, referral, outcome=REFUSED, now=now)


def withdraw_consent(
    actor: Actor, *, referral: Referral, key: str, withdrawn_on: date, now: datetime, note: str = ""
) -> None:
    """Keep that somebody withdraws. If the pathway cannot go on without them, the referral is closed.

    It takes effect at once, and also when the pathway's plugin is gone. Raises Refused where nothing was consented to.
    """
    consent = _consent(actor, referral, key, on=withdrawn_on, now=now)
    if consent.given_on is None:
        raise Refused("No consent was given that could be withdrawn.")
    if withdrawn_on < consent.given_on:
        raise Refused("A consent cannot be withdrawn before the day on which it was given.")
    consent.withdrawn_on = withdrawn_on
    _keep_consent(actor, referral, consent, "withdrawn", note=note, now=now)
    _halt(actor, referral, outcome=WITHDRAWN, now=now)


def _consent(actor: Actor, referral: Referral, key: str, *, on: date, now: datetime) -> ReferralConsent:
    """The consent of that key, made when the pathway has come to ask for it since."""
    require(actor, Permission.RECORD_CONSENT, referral, hidden="There is no such referral.")
    hold(referral)
    if referral.closed_at is not None:
        raise Refused("This referral is closed.")
    if on > local_date(now):
        raise Refused("The date must be today or in the past.")
    for consent in referral.consents:
        if consent.key == key:
            return consent
    pathway = running(referral.pathway_key, referral.pathway_title, referral.partnership_id)
    facts = facts_of(referral, pathway)
    with plugin_host.guarded(pathway, "consents"):
        needed = {consent.key: consent for consent in pathway.consents(facts, local_date(now))}
    if key not in needed:
        raise Refused("This consent is not needed.")
    made = ReferralConsent(key=key, label=needed[key].who)
    referral.consents.append(made)
    return made


def _keep_consent(
    actor: Actor, referral: Referral, consent: ReferralConsent, what: str, *, note: str, now: datetime
) -> None:
    consent.recorded_by_id, consent.note = actor.user_id, note
    record_change(actor, referral, f"consent.{what}", payload={"key": consent.key, "note": note})
    tell_anew(referral)
    db.session.flush()


def _halt(actor: Actor, referral: Referral, *, outcome: str, now: datetime) -> None:
    """Close the referral if the pathway cannot go on with its consents as they are.

    Switched off, it is asked and told all the same: what it keeps of somebody who withdraws must end.
    """
    pathway = plugin_host.installed().get(referral.pathway_key)
    if pathway is None:
        _close_without_pathway(actor, referral, outcome=outcome, now=now)
        return
    try:
        with db.session.begin_nested():
            _halt_by_pathway(actor, referral, pathway, outcome=outcome, now=now)
    except PluginFailed:
        # What the plugin had written is undone. Load the referral again: undoing it has forgotten what was loaded.
        _close_without_pathway(actor, referral_of(referral.id), outcome=outcome, now=now)


def _halt_by_pathway(actor: Actor, referral: Referral, pathway: Pathway[Any], *, outcome: str, now: datetime) -> None:
    facts = facts_of(referral, pathway)
    on = local_date(now)
    with plugin_host.guarded(pathway, "consents"):
        needed = pathway.consents(facts, on)
    if halted_by(needed, consent_states(referral.consents)) is not None:
        step = StageMove(facts, target=pathway.halted, actor=actor, on=on, source=referral.stage)
        advance(actor, referral, pathway, step, outcome=outcome, note="", now=now)


def _close_without_pathway(actor: Actor, referral: Referral, *, outcome: str, now: datetime) -> None:
    """Close with what is known. Nobody is there to ask, and a withdrawal must never wait for that."""
    referral.stage_title, referral.stage_due = "Closed", None
    referral.outcome, referral.closed_at, referral.moved_at, referral.paused_on = outcome, now, now, None
    keep_move(actor, referral, source=referral.stage, now=now)
    end_partners(referral, now=now)
    tell_case(actor, referral, f"{referral.ref}, {referral.pathway_title}: closed", now=now)
    db.session.flush()
