"""Mediation: two parties settle a dispute between them, and nobody else hears what was said."""

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
    Progress,
    Row,
    Statistic,
    hookimpl,
    in_words,
)
from plugins.mediation import queries
from plugins.mediation.dispute import Kind
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
    return [
        Annotation(
            item_id=entry.item_id,
            referral_id=glimpse.id,
            text=f"Mediation: {glimpse.stage_title.lower()} since {in_words(glimpse.since)}"
            + (f", {_NEXT[glimpse.stage]} due by {in_words(glimpse.due)}." if glimpse.due else "."),
            audiences=EVERYBODY,
        )
        for entry in entries
        for glimpse in entry.referrals
        if glimpse.pathway == PATHWAY.key and not glimpse.closed
    ]


@hookimpl
def roundtable_minutes_sections(record: MeetingFacts) -> Sequence[MinutesSection]:
    """Under each item, how its mediations have come along, in stages and dates."""
    return [
        MinutesSection(
            title="Mediation, step by step",
            rows=_steps(facts.progress),
            item_id=item.item_id,
            referral_id=facts.id,
        )
        for item in record.items
        for facts in item.of(PATHWAY.key)
        if facts.progress is not None
    ]


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


_NEXT = {"referred": "confirmation", "agreement": "follow-up"}
"""What the clock of a stage asks for."""


def _steps(progress: Progress) -> tuple[Row, ...]:
    return tuple(Row(PATHWAY.stage(step.stage).title, in_words(step.on), EVERYBODY) for step in progress.history)
