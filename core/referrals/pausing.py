"""A referral that stands still for a while: nobody is waited for, no clock runs, nothing is lost."""

from datetime import date, datetime

from core import plugin_host
from core.clock import local_date
from core.dates import in_words
from core.errors import Refused
from core.extensions import db
from core.facts import Actor, Step
from core.policy import Permission, require
from core.referrals.facts import facts_of
from core.referrals.keeping import (
    keep_move,
    lengths_of_referral,
    record_change,
    require_current,
    running,
    tell_case,
)
from core.referrals.machine import next_due
from core.referrals.models import Referral
from core.referrals.stages import told_at

NOT_PAUSED = "This referral is not paused."


def pause(actor: Actor, *, referral: Referral, reason: str, back_on: date, version: int, now: datetime) -> None:
    """Let a referral stand still until `back_on`, when the provider is reminded. Withdrawing a consent still ends it.

    Raises Stale when the referral has changed since `version`, Refused for one that is closed or paused, and for a
    day that is not to come.
    """
    require(actor, Permission.RUN_REFERRAL, referral, hidden="There is no such referral.")
    require_current(referral, version)
    if why := why_no_pause(referral):
        raise Refused(why)
    if back_on <= local_date(now):
        raise Refused("The day on which it is to go on must be in the future.", field="back_on")
    referral.paused_on, referral.stage_due, referral.moved_at = local_date(now), back_on, now
    until = f"Paused until {in_words(back_on)}"
    keep_move(actor, referral, source=referral.stage, now=now, note=reason, kind=Step.PAUSE, title=until)
    _tell_case(actor, referral, "paused", now=now)
    record_change(actor, referral, "referral.pause", payload={"back_on": back_on.isoformat(), "reason": reason})
    db.session.flush()


def why_no_pause(referral: Referral) -> str:
    """Why a referral cannot be paused; empty when it can."""
    if referral.closed_at is not None:
        return "This referral is closed."
    return "This referral is paused already." if referral.paused_on is not None else ""


def resume(actor: Actor, *, referral: Referral, version: int, now: datetime, note: str = "") -> None:
    """Let a paused referral go on where it stood. Its clock is later by the days on which it stood still.

    Raises Stale when the referral has changed since `version`, Refused for one that is not paused.
    """
    require(actor, Permission.RUN_REFERRAL, referral, hidden="There is no such referral.")
    require_current(referral, version)
    if referral.paused_on is None:
        raise Refused(NOT_PAUSED)
    pathway = running(referral.pathway_key, referral.pathway_title, referral.partnership_id)
    referral.paused_on, referral.moved_at = None, now
    keep_move(actor, referral, source=referral.stage, now=now, note=note, kind=Step.RESUME, title="Goes on")
    facts, lengths = facts_of(referral, pathway), lengths_of_referral(referral, pathway)
    assert facts.progress is not None
    with plugin_host.guarded(pathway, "clock"):
        clock = next_due(pathway, facts.payload, facts.progress, lengths)
    referral.stage_due = clock[1] if clock is not None else None
    _tell_case(actor, referral, "goes on", now=now)
    record_change(actor, referral, "referral.resume", payload={"note": note})
    db.session.flush()


def _tell_case(actor: Actor, referral: Referral, what: str, *, now: datetime) -> None:
    """Not where the stage itself is kept from whoever may open the case."""
    if not told_at(plugin_host.installed().get(referral.pathway_key), referral.stage):
        tell_case(actor, referral, f"{referral.ref}, {referral.pathway_title}: {what}", now=now)
