"""Writes of referrals. Each asks the gate, lets the pathway have its say, freezes what it said, and records."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from core import plugin_host
from core.cases.models import Case
from core.clock import local_date
from core.errors import Refused
from core.facts import Actor, Audience, CaseStatus
from core.partnerships.models import Provider
from core.people.adjustments.queries import needed_by
from core.people.models import Person
from core.plugin_api.facts import ReferralFacts
from core.plugin_api.pathway import (
    ActionTemplate,
    Eligibility,
    Finding,
    Mover,
    OutcomeMeasure,
    Pathway,
    StageMove,
    Transition,
    overall,
)
from core.policy import Permission, decide, require
from core.policy.referrals import audiences
from core.policy.room import ItemInRoom
from core.referrals import queries
from core.referrals.endings import measured_at
from core.referrals.facts import consent_states, facts_before, facts_of
from core.referrals.keeping import (
    add_to,
    advance,
    hold_those_named,
    record_change,
    require_current,
    running,
)
from core.referrals.machine import Way, ways
from core.referrals.models import Referral
from core.referrals.opening import Opening, begin

_MOVERS = {
    Audience.PROVIDER: Mover.PROVIDER,
    Audience.REFERRER: Mover.REFERRER,
    Audience.CHAIR: Mover.CHAIR,
}


def findings_for(facts: ReferralFacts[Any], pathway: Pathway[Any], *, on: date) -> list[Finding]:
    """What the pathway finds for and against a referral that day. Asked before the form, too."""
    with plugin_host.guarded(pathway, "eligibility"):
        return list(pathway.eligibility(facts, on))


def refuse_ineligible(facts: ReferralFacts[Any], pathway: Pathway[Any], *, on: date) -> None:
    """Raise Refused, with the pathway's reasons, for somebody for whom it is not."""
    findings = findings_for(facts, pathway, on=on)
    if overall(findings) is Eligibility.REFUSED:
        raise Refused(" ".join(found.reason for found in findings if found.result is Eligibility.REFUSED))


def referred_already(pathway_title: str, ref: str) -> str:
    """Why nobody is referred twice. `ref` is empty for a reader to whom the open referral is closed."""
    if ref:
        return f"There is an open referral to {pathway_title} already: {ref}."
    return f"There is an open referral to {pathway_title} already. It comes from a case that is not open to you."


def refer(
    actor: Actor,
    *,
    case: Case,
    person: Person,
    provider: Provider,
    payload: Any,
    now: datetime,
    although_full: str = "",
    at: ItemInRoom | None = None,
) -> Referral:
    """Refer somebody of a case, as `queries.case_to_refer_from` loads it, to a provider of a pathway.

    `payload` is what the pathway made of its form; `at`, the item of the meeting in which it is done. Raises Refused
    for somebody who is not eligible or is referred already. One of whom it cannot be determined may be referred; the
    provider cannot accept until it is. A provider without a free place is sent it for a reason alone, `although_full`:
    whether it takes one more is its own to say.
    """
    require(actor, Permission.REFER, case)
    if at is not None:
        require(actor, Permission.RECORD, at)
    if case.status is CaseStatus.CLOSED:
        raise Refused("This case is closed. Open it again before you refer somebody.")
    on = local_date(now)
    pathway = running(provider.pathway_key, provider.pathway_key, provider.partnership_id)
    needs = needed_by([person.id], on=on).get(person.id, ())
    facts = facts_before(case, person, provider, pathway, payload, adjustments=needs)
    refuse_ineligible(facts, pathway, on=on)
    hold_those_named(facts, pathway)
    before = queries.open_referral(person.id, pathway.key)
    if before is not None:
        readable = decide(actor, Permission.SEE_REFERRAL, before)
        raise Refused(referred_already(pathway.title, before.ref if readable else ""))
    room = queries.places_to_take(provider)
    if room.full and not although_full:
        raise Refused(f"{room.words} Say why you refer all the same.")
    note = f"{room.words} Referred all the same: {although_full}" if room.full else ""
    assert actor.agency_id is not None  # whoever may refer is of an agency
    opening = Opening(case, person, provider, pathway, payload, actor.agency_id, actor.user_id, at=at, note=note)
    return begin(actor, opening, "referral.make_to_full" if room.full else "referral.make", now=now)


def ways_on(actor: Actor, referral: Referral, pathway: Pathway[Any], *, on: date) -> tuple[Way, ...]:
    """The moves from where the referral is, open or closed to this actor today, with the reasons."""
    return _ways_on(actor, referral, pathway, facts_of(referral, pathway), on=on)


def _ways_on(
    actor: Actor, referral: Referral, pathway: Pathway[Any], facts: ReferralFacts[Any], *, on: date
) -> tuple[Way, ...]:
    with plugin_host.guarded(pathway, "consents"):
        needed = pathway.consents(facts, on)
    with plugin_host.guarded(pathway, "obstacles"):
        leading_on = [move for move in pathway.transitions if move.source == referral.stage]
        obstacles = {move.key: tuple(pathway.obstacles(facts, move, on)) for move in leading_on}
    return ways(
        pathway,
        stage=referral.stage,
        needed=needed,
        consents=consent_states(referral.consents),
        findings=findings_for(facts, pathway, on=judged_on(referral)),
        movers=_movers(actor, referral),
        paused=referral.paused_on is not None,
        obstacles=obstacles,
    )


def why_not(actor: Actor, referral: Referral, pathway: Pathway[Any], chosen: Transition, *, on: date) -> str:
    """Why that move cannot be made by this actor today; empty when it can."""
    return _why_closed(ways_on(actor, referral, pathway, on=on), referral, chosen)


def _why_closed(found: Sequence[Way], referral: Referral, chosen: Transition) -> str:
    for way in found:
        if way.transition == chosen:
            return " ".join(way.closed)
    return f"“{chosen.label}” does not lead on from “{referral.stage_title}”."


def require_mover(actor: Actor, referral: Referral, chosen: Transition) -> None:
    """Raise Refused unless the move is this actor's to make at all. Its form may show what is the mover's own: the
    scheme's register.
    """
    if not chosen.by & _movers(actor, referral):
        who = " or the ".join(sorted(chosen.by))
        raise Refused(f"{chosen.label}, {referral.ref}: Only the {who} can do this.")


def facts_for_form(
    actor: Actor, referral: Referral, pathway: Pathway[Any], chosen: Transition, *, on: date
) -> ReferralFacts[Any]:
    """What the form of a move is shown: no more of case and referral than whoever fills it in may know.

    Of the case's people, somebody who may not open the case is shown those whom the referral concerns already. Of what
    was said, a referrer is shown what the referral said when it was made: what came since is the provider's own.
    """
    needs = needed_by([referral.person_id], on=on).get(referral.person_id, ())
    facts = facts_of(referral, pathway, adjustments=needs)
    if chosen.by & _movers(actor, referral) == {Mover.REFERRER}:
        facts = replace(facts, payload=_as_referred(referral, pathway))
    if decide(actor, Permission.OPEN_CASE, referral.case):
        return facts
    known = {referral.person_id, *(_concerned(facts, pathway) if facts.payload is not None else ())}
    people = tuple(each for each in facts.case.people if each.person.id in known)
    return replace(facts, case=replace(facts.case, people=people))


def offered_by_form(facts: ReferralFacts[Any], pathway: Pathway[Any], chosen: Transition) -> Sequence[int]:
    """Ids of those of the case whom the form of a move can name to whoever is shown these facts."""
    return _concerned(replace(facts, payload=None), pathway) if chosen.form is not None else ()


def _as_referred(referral: Referral, pathway: Pathway[Any]) -> Any:
    """The payload that the referrer gave. None where another provider handed the referral over, and wrote it, too."""
    if referral.continues_id is not None:
        return None
    first = referral.moves[0]
    with plugin_host.guarded(pathway, "load"):
        return pathway.load(first.payload, first.payload_version)


def _concerned(facts: ReferralFacts[Any], pathway: Pathway[Any]) -> Sequence[int]:
    with plugin_host.guarded(pathway, "concerns"):
        return list(pathway.concerns(facts))


def _movers(actor: Actor, referral: Referral) -> frozenset[Mover]:
    return frozenset(_MOVERS[one] for one in audiences(actor, referral) if one in _MOVERS)


def findings_on_referral(referral: Referral, pathway: Pathway[Any]) -> list[Finding]:
    """What the pathway finds, as of the day of the referral: a provider's delay makes nobody too old."""
    return findings_for(facts_of(referral, pathway), pathway, on=judged_on(referral))


def judged_on(referral: Referral) -> date:
    """The day as of which it is asked who is eligible: that of the first referral, whoever has it now."""
    return referral.judged_on or local_date(referral.opened_at)


def action_templates_of(pathway: Pathway[Any]) -> list[ActionTemplate]:
    """The actions that are usually agreed with a referral."""
    with plugin_host.guarded(pathway, "action_templates"):
        return list(pathway.action_templates())


def measures_of(pathway: Pathway[Any]) -> list[OutcomeMeasure]:
    """What the pathway asks at reviews and at the end."""
    with plugin_host.guarded(pathway, "outcomes"):
        return list(pathway.outcomes())


def move(
    actor: Actor,
    *,
    referral: Referral,
    transition: str,
    now: datetime,
    version: int,
    answers: Mapping[str, Any] | None = None,
    measures: Mapping[str, str] | None = None,
    note: str = "",
    suggested: str = "",
) -> None:
    """Make one of the pathway's transitions. `answers` are those of its form, `measures` key -> answer.

    `suggested` is the key of another pathway, named when this one declines. Raises Stale when the referral has moved
    since `version`, Refused when the move is not open to the actor today, or the pathway says no.
    """
    require(actor, Permission.WORK_REFERRAL, referral, hidden="There is no such referral.")
    pathway = running(referral.pathway_key, referral.pathway_title, referral.partnership_id)
    require_current(referral, version)
    on = local_date(now)
    chosen = pathway.transition(transition)
    facts = facts_of(referral, pathway)
    if why := _why_closed(_ways_on(actor, referral, pathway, facts, on=on), referral, chosen):
        raise Refused(why)
    measures = _checked(pathway, measures or {}) if chosen.measures_outcome else {}
    step = StageMove(
        referral=facts,
        target=chosen.target,
        actor=actor,
        on=on,
        source=referral.stage,
        transition=chosen,
        answers=dict(answers or {}),
        measures=measures,
    )
    with plugin_host.guarded(pathway, "outcome"):
        outcome = pathway.outcome(step, measures) if pathway.stage(chosen.target).closed else ""
    if suggested and chosen.declines:
        outcome += f". Suggested instead: {_suggested(referral, suggested, on=on)}"
        referral.suggested_pathway = suggested
    if measures:
        referral.measures = {**referral.measures, measured_at(on, len(referral.moves) + 1): dict(measures)}
    if chosen.stays:
        add_to(actor, referral, pathway, step, note=note, now=now)
    else:
        advance(actor, referral, pathway, step, outcome=outcome, note=note, now=now)
    record_change(actor, referral, "referral.move", payload={"transition": transition, **step.answers, "note": note})


def suggestions(referral: Referral, *, on: date) -> dict[str, str]:
    """Key -> title of the other pathways to which somebody may be referred in the partnership that day."""
    running = plugin_host.pathways(referral.partnership_id)
    offered = {provider.pathway_key for provider in queries.providers_in(referral.partnership_id, on=on)}
    return {key: running[key].title for key in sorted(offered - {referral.pathway_key})}


def _suggested(referral: Referral, key: str, *, on: date) -> str:
    title = suggestions(referral, on=on).get(key)
    if title is None:
        raise Refused("Nobody provides the pathway that you suggest. Suggest another, or none.")
    return title


def _checked(pathway: Pathway[Any], measures: Mapping[str, str]) -> dict[str, str]:
    """An answer to every outcome measure. Raises Refused naming the first that is missing."""
    asked = measures_of(pathway)
    for measure in asked:
        if measures.get(measure.key) not in dict(measure.answers):
            raise Refused(f"Choose an answer: {measure.title}.")
    return {measure.key: measures[measure.key] for measure in asked}
