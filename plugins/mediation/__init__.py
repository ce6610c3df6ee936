"""Mediation: two parties settle a dispute between them, and nobody else hears what was said."""

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
    sections_on,
    steps_of,
    where_each_stands,
)
from plugins.mediation import queries
from plugins.mediation.dispute import Kind
from plugins.mediation.holding import held_about
from plugins.mediation.models import Base
from plugins.mediation.pathway import EVERYBODY, Mediation, MediationPayload
from plugins.mediation.results import RESULTS
from plugins.mediation.views import bp

PATHWAY = Mediation()


@hookimpl
def roundtable_info() -> PluginInfo:
    """Who this is."""
    return PluginInfo(
        name="mediation",
        title="Mediation",
        version="1.0",
        blueprint=bp,
        migrations=Path(__file__).parent / "migrations",
        metadata=Base.metadata,
    )


@hookimpl
def roundtable_pathways() -> Sequence[Pathway[MediationPayload]]:
    """One pathway."""
    return (PATHWAY,)


@hookimpl
def roundtable_agenda_annotations(entries: Sequence[AgendaEntry], viewer: Actor) -> Sequence[Annotation]:
    """Where each open referral stands, and by when something is due: process and dates, never content."""
    return where_each_stands(PATHWAY, entries, EVERYBODY, awaited=_AWAITED)


@hookimpl
def roundtable_minutes_sections(record: MeetingFacts) -> Sequence[MinutesSection]:
    """Under each item, how its mediations have come along, in stages and dates."""
    return sections_on(PATHWAY, record, "Mediation, step by step", _steps)


@hookimpl
def roundtable_held_about(people: Sequence[int], referrals: Sequence[int]) -> Sequence[HeldRecord]:
    """All that the register holds about one person, for the copy that they asked for."""
    return list(held_about(people, referrals))


@hookimpl
def roundtable_statistics(period: Period, partnership: PartnershipFacts) -> Sequence[Statistic]:
    """Visits, sessions and kinds of result in the period; what is under way now."""
    held = queries.sittings_held(partnership.id, period)
    ended = queries.endings(partnership.id, period)
    return (
        Statistic("Mediations under way", queries.under_way(partnership.id), "Now"),
        Statistic("Visits to a party", held.get(Kind.VISIT, 0)),
        Statistic("Joint sessions", held.get(Kind.JOINT, 0)),
        Statistic("Shuttle sessions", held.get(Kind.SHUTTLE, 0)),
        *(Statistic(f"Mediations ended: {text}", ended.get(result, 0)) for result, text in RESULTS.items()),
    )


_AWAITED = {"referred": "confirmation", "agreement": "follow-up"}
"""What the clock of a stage asks for."""


def _steps(facts: ReferralFacts[MediationPayload]) -> Sequence[Row]:
    return steps_of(PATHWAY, facts, EVERYBODY)
