"""Putting a referral on its next stage: what all its writes have in common."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from core import audit, plugin_host
from core.audit import Category
from core.cases.timeline import note_event
from core.dates import in_words
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor, Row, Step
from core.plugin_api.facts import Progress, ReferralFacts
from core.plugin_api.pathway import Pathway, StageMove
from core.plugin_host import PluginFailed
from core.referrals import queries
from core.referrals.facts import facts_of
from core.referrals.lengths import lengths_for
from core.referrals.machine import next_due, running_clock
from core.referrals.models import Referral, ReferralMove
from core.referrals.partners import keep_partners
from core.referrals.stages import newly_told


def advance(
    actor: Actor,
    referral: Referral,
    pathway: Pathway[Any],
    step: StageMove[Any],
    *,
    outcome: str,
    note: str,
    now: datetime,
    kind: Step = Step.MOVE,
) -> None:
    """Put the referral on its new stage: the plugin's own tables, the frozen rows, the clock, the case's timeline."""
    target = pathway.stage(step.target)
    before = step.referral.progress
    assert before is not None
    progress = before.reaching(target.key, step.on, closed=target.closed, outcome=outcome)
    with plugin_host.guarded(pathway, "advance"):
        payload = pathway.advance(step.referral.payload, step)
    for name, value in frozen(pathway, payload, progress, lengths_of_referral(referral, pathway)).items():
        setattr(referral, name, value)
    source = referral.stage
    referral.stage, referral.stage_title, referral.stage_since = target.key, target.title, step.on
    referral.payload_version = pathway.payload_version
    referral.moved_at, referral.outcome = now, outcome
    referral.closed_at = now if target.closed else None
    referral.paused_on = None
    keep_move(actor, referral, source=source, note=note, now=now, kind=kind)
    with plugin_host.guarded(pathway, "moved"):
        pathway.moved(step)
    keep_partners(actor, referral, pathway, replace(step.referral, payload=payload), progress, now=now)
    if told := newly_told(pathway, source, target):
        tell_case(actor, referral, f"{referral.ref}, {pathway.title}: {told.lower()}", now=now)
    db.session.flush()


def add_to(
    actor: Actor, referral: Referral, pathway: Pathway[Any], step: StageMove[Any], *, note: str, now: datetime
) -> None:
    """Keep what a move that stays brings: stage, days, pauses and the case's timeline are left as they are.

    So is the day that is due while the same clock runs, whatever the terms have become since it was told.
    """
    progress, due = step.referral.progress, referral.stage_due
    assert progress is not None and step.transition is not None
    with plugin_host.guarded(pathway, "advance"):
        before = running_clock(pathway, step.referral.payload, progress)
        payload = pathway.advance(step.referral.payload, step)
        runs_on = running_clock(pathway, payload, progress) == before
    for name, value in frozen(pathway, payload, progress, lengths_of_referral(referral, pathway)).items():
        setattr(referral, name, value)
    if referral.paused_on is not None or runs_on:
        referral.stage_due = due
    referral.payload_version = pathway.payload_version
    title = step.transition.stays
    keep_move(actor, referral, source=referral.stage, note=note, now=now, kind=Step.ENTRY, title=title)
    with plugin_host.guarded(pathway, "moved"):
        pathway.moved(step)
    keep_partners(actor, referral, pathway, replace(step.referral, payload=payload), progress, now=now)
    db.session.flush()


def lengths_of_referral(referral: Referral, pathway: Pathway[Any]) -> Mapping[str, int]:
    """How long its clocks are by today's terms: what counts when a clock is set."""
    return lengths_for(pathway, referral.partnership_id, case_id=referral.case_id, item_id=referral.item_id)


def frozen(pathway: Pathway[Any], payload: Any, progress: Progress, lengths: Mapping[str, int]) -> dict[str, Any]:
    """What the pathway says now, as columns of the referral: the plugin may be gone when it is read again, and the day
    that was told stands whatever the terms become. `lengths` are those of its clocks.
    """
    with plugin_host.guarded(pathway, "rows"):
        running = next_due(pathway, payload, progress, lengths)
        return {
            "payload": pathway.dump(payload),
            "summary": pathway.summary(payload),
            "rows": [_plain(row) for row in pathway.rows(payload, progress)],
            "stage_due": running[1] if running is not None else None,
        }


def tell_anew(referral: Referral) -> None:
    """Freeze the rows anew after a consent: some may wait for it. Stage, clock and history are left as they are.

    A pathway that is away or fails leaves the rows as they were: a consent is kept all the same.
    """
    pathway = plugin_host.pathway(referral.pathway_key, referral.partnership_id)
    if pathway is None:
        return
    try:
        facts = facts_of(referral, pathway)
        assert facts.progress is not None
        referral.rows = frozen(pathway, facts.payload, facts.progress, {})["rows"]
    except PluginFailed:
        return


def _plain(row: Row) -> dict[str, Any]:
    return {"label": row.label, "value": row.value, "audiences": sorted(row.audiences)}


def keep_move(
    actor: Actor,
    referral: Referral,
    *,
    source: str,
    now: datetime,
    note: str = "",
    kind: Step = Step.MOVE,
    title: str = "",
) -> None:
    """Keep the stage where the referral is now, and what the pathway said, as a line of its history.

    `title` is the line's own, where it is not the stage's.
    """
    referral.moves.append(
        ReferralMove(
            at=now,
            user_id=actor.user_id,
            agency_id=actor.agency_id,
            from_stage=source,
            to_stage=referral.stage,
            to_title=title or referral.stage_title,
            step=kind,
            note=note,
            summary=referral.summary,
            rows=referral.rows,
            payload=referral.payload,
            payload_version=referral.payload_version,
        )
    )


def running(key: str, title: str, partnership_id: int) -> Pathway[Any]:
    """The pathway of that key. Raises Refused, with the reason, when none runs for the partnership now."""
    pathway = plugin_host.pathway(key, partnership_id)
    if pathway is None:
        raise Refused(plugin_host.why_away(key, title, partnership_id))
    return pathway


def require_current(referral: Referral, version: int) -> None:
    """Lock the referral until the transaction ends. Raises Stale, with where it is, when it changed since."""
    queries.hold(referral)
    if referral.version != version:
        raise Stale(told={"Stage": referral.stage_title, "Since": in_words(referral.stage_since)})


def hold_those_named(facts: ReferralFacts[Any], pathway: Pathway[Any]) -> None:
    """Lock whoever a referral is about until the transaction ends: of two of the same people one is first."""
    with plugin_host.guarded(pathway, "concerns"):
        others = list(pathway.concerns(facts))
    queries.hold_people([facts.person.id, *others])


def tell_case(actor: Actor, referral: Referral, text: str, *, now: datetime) -> None:
    """A line in the case's timeline: reference and stage, no name."""
    note_event(referral.case_id, now=now, kind="referral", text=text, actor=actor, link=f"referral:{referral.id}")


def record_change(actor: Actor, referral: Referral, action: str, *, payload: Mapping[str, Any]) -> None:
    """Leave a record of a change in the audit trail."""
    audit.record(
        actor,
        Category.ALTERATION,
        action,
        object=f"referral:{referral.id}",
        subjects=[referral.person_id],
        purpose=f"case:{referral.case_id}",
        payload=payload,
    )
