"""Victim Support: victims and witnesses are contacted safely, and hear of their case as they chose [Bolsover 7-12]."""

from collections.abc import Sequence
from pathlib import Path

from core.plugin_api import (
    Actor,
    AgendaEntry,
    Annotation,
    MeetingFacts,
    MinutesSection,
    PartnershipFacts,
    Pathway,
    Period,
    PluginInfo,
    ReferralFacts,
    Row,
    Statistic,
    hookimpl,
    in_words,
)
from plugins.victim_support import queries
from plugins.victim_support.contact import instruction_in_full
from plugins.victim_support.models import Base
from plugins.victim_support.pathway import EVERYBODY, PARTNERS, SAFE_CONTACT, SupportPayload, VictimSupport, offer
from plugins.victim_support.views import bp

PATHWAY = VictimSupport()


@hookimpl
def roundtable_info() -> PluginInfo:
    """Who this is."""
    return PluginInfo(
        name="victim_support",
        title="Victim Support",
        version="1.0",
        blueprint=bp,
        migrations=Path(__file__).parent / "migrations",
        metadata=Base.metadata,
    )


@hookimpl
def roundtable_pathways() -> Sequence[Pathway[SupportPayload]]:
    """One pathway."""
    return (PATHWAY,)


@hookimpl
def roundtable_agenda_annotations(entries: Sequence[AgendaEntry], viewer: Actor) -> Sequence[Annotation]:
    """How to contact the victim safely, before anything else; then, for those who work on it, where it stands."""
    glimpses = [
        (entry.item_id, glimpse)
        for entry in entries
        for glimpse in entry.referrals
        if glimpse.pathway == PATHWAY.key and not glimpse.closed
    ]
    told = queries.told_of(glimpse.id for _, glimpse in glimpses)
    notes = []
    for item_id, glimpse in glimpses:
        known = told.get(glimpse.id)
        if known is not None:
            accepted = "accepted" if known.accepted else "offered"
            text = f"{SAFE_CONTACT} ({glimpse.ref}): {known.instruction.rstrip('.')}. Support: {accepted}."
            notes.append(Annotation(item_id, glimpse.id, text, EVERYBODY))
        due = f", next due by {in_words(glimpse.due)}" if glimpse.due else ""
        stands = f"Victim Support: {glimpse.stage_title.lower()} since {in_words(glimpse.since)}{due}."
        notes.append(Annotation(item_id, glimpse.id, stands, PARTNERS))
    return notes


@hookimpl
def roundtable_minutes_sections(record: MeetingFacts) -> Sequence[MinutesSection]:
    """Under each item, how to contact the victim safely, first; then offered and accepted, and the steps."""
    return [
        MinutesSection(
            title="Victim Support, safe contact first",
            rows=_told(facts),
            item_id=item.item_id,
            referral_id=facts.id,
        )
        for item in record.items
        for facts in item.of(PATHWAY.key)
        if facts.progress is not None and facts.payload is not None
    ]


@hookimpl
def roundtable_statistics(period: Period, partnership: PartnershipFacts) -> Sequence[Statistic]:
    """The register in figures."""
    figures = queries.figures(partnership.id, period)
    of_them = f"Of {figures.ended} who were asked"
    return (
        Statistic("Victims and witnesses referred for support", figures.referred),
        Statistic("First contacts made", figures.contacted),
        Statistic("First contacts made within 2 working days", figures.in_time),
        Statistic("Needs assessed", figures.assessed),
        Statistic("Updates given to victims", figures.updates),
        Statistic("Victims and witnesses supported", figures.supported_now, "On the last day"),
        Statistic("Support ended, coped and recovered", figures.coped, of_them),
        Statistic("Support ended, felt heard", figures.heard, of_them),
        Statistic("Support ended, safer", figures.safer, of_them),
    )


def _told(facts: ReferralFacts[SupportPayload]) -> tuple[Row, ...]:
    assert facts.payload is not None and facts.progress is not None
    return (
        Row(SAFE_CONTACT, instruction_in_full(facts.payload.way, facts.payload.instruction), EVERYBODY),
        Row("Support", offer(facts.payload, facts.progress), EVERYBODY),
        *(Row(PATHWAY.stage(step.stage).title, in_words(step.on), PARTNERS) for step in facts.progress.history),
    )
