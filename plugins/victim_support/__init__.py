"""Victim Support: victims and witnesses are contacted safely, and hear of their case as they chose [Bolsover 7-12]."""

from collections.abc import Sequence
from pathlib import Path

from core.plugin_api import (
    Actor,
    AgendaEntry,
    Annotation,
    HeldRecord,
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
    lengths_of,
    open_on,
    sections_on,
    steps_of,
    where_each_stands,
)
from plugins.victim_support import queries
from plugins.victim_support.contact import instruction_in_full
from plugins.victim_support.holding import held_about
from plugins.victim_support.models import Base
from plugins.victim_support.pathway import EVERYBODY, PARTNERS, SAFE_CONTACT, VictimSupport
from plugins.victim_support.payload import SupportPayload, offer
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
    glimpses = open_on(PATHWAY, entries)
    told = queries.told_of(glimpse.id for _, glimpse in glimpses)
    first = [
        Annotation(item_id, glimpse.id, f"{SAFE_CONTACT} ({glimpse.ref}): {known.words}", EVERYBODY)
        for item_id, glimpse in glimpses
        if (known := told.get(glimpse.id)) is not None
    ]
    return [*first, *where_each_stands(PATHWAY, entries, PARTNERS)]


@hookimpl
def roundtable_minutes_sections(record: MeetingFacts) -> Sequence[MinutesSection]:
    """Under each item, how to contact the victim safely, first; then offered and accepted, and the steps."""
    return sections_on(PATHWAY, record, "Victim Support, safe contact first", _told)


@hookimpl
def roundtable_held_about(people: Sequence[int], referrals: Sequence[int]) -> Sequence[HeldRecord]:
    """All that the register holds about one person, for the copy that they asked for."""
    return list(held_about(referrals))


@hookimpl
def roundtable_statistics(period: Period, partnership: PartnershipFacts) -> Sequence[Statistic]:
    """The register in figures."""
    within = lengths_of(PATHWAY, partnership.id)["referred"]
    figures = queries.figures(partnership.id, period, within=within)
    days = f"{within} working day{'' if within == 1 else 's'}"
    of_them = f"Of {figures.ended} who were asked"
    return (
        Statistic("Victims and witnesses referred for support", figures.referred),
        Statistic("First contacts made", figures.contacted),
        Statistic(f"First contacts made within {days}", figures.in_time),
        Statistic("Needs assessed", figures.assessed),
        Statistic("Updates given to victims", figures.updates),
        Statistic("Victims and witnesses supported", figures.supported_now, "On the last day"),
        Statistic("Support ended, coped and recovered", figures.coped, of_them),
        Statistic("Support ended, felt heard", figures.heard, of_them),
        Statistic("Support ended, safer", figures.safer, of_them),
    )


def _told(facts: ReferralFacts[SupportPayload]) -> Sequence[Row]:
    assert facts.payload is not None and facts.progress is not None  # what a meeting heard is made
    return (
        Row(SAFE_CONTACT, instruction_in_full(facts.payload.way, facts.payload.instruction), EVERYBODY),
        Row("Support", offer(facts.payload, facts.progress), EVERYBODY),
        *steps_of(PATHWAY, facts, PARTNERS),
    )
