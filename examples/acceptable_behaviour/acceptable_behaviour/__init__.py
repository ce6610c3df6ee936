"""Acceptable Behaviour Contracts: a voluntary agreement that a young person signs with two agencies."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

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
    ReferralGlimpse,
    Row,
    Statistic,
    hookimpl,
    in_words,
    sections_on,
    steps_of,
    where_each_stands,
)

from acceptable_behaviour import queries
from acceptable_behaviour.holding import held_about
from acceptable_behaviour.models import Base
from acceptable_behaviour.parental import Agreement, ParentalAgreement
from acceptable_behaviour.pathway import AcceptableBehaviour, Contract
from acceptable_behaviour.rules import EVERYBODY
from acceptable_behaviour.views import bp

PATHWAY = AcceptableBehaviour()
PARENTAL = ParentalAgreement()


@hookimpl
def roundtable_info() -> PluginInfo:
    """Who this is."""
    return PluginInfo(
        name="acceptable_behaviour",
        title="Acceptable Behaviour Contracts",
        version="1.0.0",
        blueprint=bp,
        migrations=Path(__file__).parent / "migrations",
        metadata=Base.metadata,
    )


@hookimpl
def roundtable_pathways() -> Sequence[Pathway[Any]]:
    """A contract from 10 on, and an agreement with the parents of a younger child."""
    return (PATHWAY, PARENTAL)


@hookimpl
def roundtable_agenda_annotations(entries: Sequence[AgendaEntry], viewer: Actor) -> Sequence[Annotation]:
    """Where each contract stands, what is due, and what was breached. One query for the whole agenda."""
    shown = [
        (entry.item_id, glimpse)
        for entry in entries
        for glimpse in entry.referrals
        if glimpse.pathway == PATHWAY.key and not glimpse.closed
    ]
    agreements = where_each_stands(PARENTAL, entries, EVERYBODY)
    if not shown:
        return agreements
    breaches = queries.breaches_among(glimpse.id for _, glimpse in shown)
    return [
        *(
            Annotation(item_id, glimpse.id, _told(glimpse, breaches.get(glimpse.id, 0)), EVERYBODY)
            for item_id, glimpse in shown
        ),
        *agreements,
    ]


@hookimpl
def roundtable_minutes_sections(record: MeetingFacts) -> Sequence[MinutesSection]:
    """Under each item, how its contracts and agreements have come along, in stages and dates."""
    return [
        *sections_on(PATHWAY, record, "Acceptable Behaviour Contract, step by step", _steps),
        *sections_on(PARENTAL, record, "Parental Agreement, step by step", _steps_of_agreement),
    ]


@hookimpl
def roundtable_held_about(people: Sequence[int], referrals: Sequence[int]) -> Sequence[HeldRecord]:
    """All that the register holds about one person, for the copy that they asked for."""
    return list(held_about(referrals))


@hookimpl
def roundtable_statistics(period: Period, partnership: PartnershipFacts) -> Sequence[Statistic]:
    """Contracts signed, extended, completed and ended, and breaches recorded."""
    return [
        Statistic(f"Acceptable Behaviour: {what}", number)
        for what, number in queries.figures(partnership.id, period).items()
    ]


def _steps(facts: ReferralFacts[Contract]) -> Sequence[Row]:
    return steps_of(PATHWAY, facts, EVERYBODY)


def _steps_of_agreement(facts: ReferralFacts[Agreement]) -> Sequence[Row]:
    return steps_of(PARENTAL, facts, EVERYBODY)


def _told(glimpse: ReferralGlimpse, breaches: int) -> str:
    """One sentence, and another where the meeting is waited for."""
    said = f"Acceptable Behaviour Contract: {glimpse.stage_title.lower()} since {in_words(glimpse.since)}"
    if breaches:
        said += f", {breaches} breach{'es' if breaches > 1 else ''} recorded"
    if glimpse.stage == "breached":
        return f"{said}. A breach is evidence, not an offence: the meeting decides the next step."
    return said + (f", next due by {in_words(glimpse.due)}." if glimpse.due else ".")
