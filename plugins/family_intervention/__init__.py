"""Family intervention: a key worker and one plan for a household that several agencies know."""

from collections.abc import Sequence
from pathlib import Path

from core.plugin_api import (
    Actor,
    AgendaEntry,
    Annotation,
    Audience,
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
    in_words,
    lengths_of,
    open_on,
    sections_on,
    steps_of,
    where_each_stands,
)
from plugins.family_intervention import queries
from plugins.family_intervention.family import DOMAINS
from plugins.family_intervention.holding import held_about
from plugins.family_intervention.models import Base
from plugins.family_intervention.pathway import FamilyIntervention
from plugins.family_intervention.payload import FamilyPayload
from plugins.family_intervention.telling import EVERYBODY, STAFF, plan_rows
from plugins.family_intervention.views import bp

PATHWAY = FamilyIntervention()

HEARING = frozenset({Audience.PROVIDER, Audience.ATTENDEES})
"""Who reads the plan in a sentence under an agenda item."""

_AWAITED = {
    "referred": "a key worker",
    "panel": "a key worker",
    "allocated": "the visit or the plan",
    "assessed": "the plan",
    "contract": "a review",
    "reviewed": "a review",
    "stepped_down": "a last look",
}
"""What the clock of a stage asks for."""


@hookimpl
def roundtable_info() -> PluginInfo:
    """Who this is."""
    return PluginInfo(
        name="family_intervention",
        title="Family intervention",
        version="1.0",
        blueprint=bp,
        migrations=Path(__file__).parent / "migrations",
        metadata=Base.metadata,
    )


@hookimpl
def roundtable_pathways() -> Sequence[Pathway[FamilyPayload]]:
    """One pathway."""
    return (PATHWAY,)


@hookimpl
def roundtable_agenda_annotations(entries: Sequence[AgendaEntry], viewer: Actor) -> Sequence[Annotation]:
    """Where each family stands; the plan in a sentence; and to an agency with a part in it, what waits for them."""
    notes = where_each_stands(PATHWAY, entries, EVERYBODY, awaited=_AWAITED)
    helped = open_on(PATHWAY, entries)
    # Only what the viewer will read: every agenda waits for these two look-ups.
    plans = queries.plans_of(glimpse.id for _, glimpse in helped if HEARING & glimpse.audiences)
    waiting = queries.open_actions_of(
        viewer.agency_id or 0, (glimpse.id for _, glimpse in helped if Audience.PLAN in glimpse.audiences)
    )
    for item_id, glimpse in helped:
        if plan := plans.get(glimpse.id):
            notes.append(Annotation(item_id, glimpse.id, f"Plan for the household: {plan}", HEARING))
        if glimpse.id in waiting:
            count, first = waiting[glimpse.id]
            text = (
                f"Your part in the plan: {count} open {'action' if count == 1 else 'actions'}, "
                f"{'' if count == 1 else 'the first '}due by {in_words(first)}."
            )
            notes.append(Annotation(item_id, glimpse.id, text, frozenset({Audience.PLAN})))
    return notes


@hookimpl
def roundtable_minutes_sections(record: MeetingFacts) -> Sequence[MinutesSection]:
    """Under each item, the steps and the plan, each line for those who may read it."""
    return sections_on(PATHWAY, record, "Family intervention, step by step", _told)


@hookimpl
def roundtable_held_about(people: Sequence[int], referrals: Sequence[int]) -> Sequence[HeldRecord]:
    """All that the register holds about one person, for the copy that they asked for."""
    return list(held_about(people, referrals))


@hookimpl
def roundtable_statistics(period: Period, partnership: PartnershipFacts) -> Sequence[Statistic]:
    """The register in figures."""
    within = lengths_of(PATHWAY, partnership.id)
    figures = queries.figures(partnership.id, period, within=within)
    changes = queries.changes(partnership.id, period)
    improved = [
        Statistic(f"Families in which it improved: {title.lower()}", changes[domain][0], f"Held: {changes[domain][1]}")
        for domain, title in DOMAINS.items()
        if domain in changes
    ]
    return (
        Statistic("Households referred for family intervention", figures.referred),
        Statistic("Key workers allocated", figures.allocated),
        Statistic(f"Key workers allocated within {_days(within['allocate'])}", figures.allocated_in_time),
        Statistic("First visits made", figures.visited),
        Statistic(f"First visits made within {_days(within['visit'])}", figures.visited_in_time),
        Statistic("Plans agreed with families", figures.agreed),
        Statistic(f"Plans agreed within {_days(within['plan'])}", figures.agreed_in_time),
        Statistic("Reviews by the team around the family", figures.reviews),
        Statistic("Actions of plans done", figures.actions_done),
        Statistic("Households helped", figures.helped_now, "On the last day"),
        Statistic("People in them", figures.people_helped_now, "On the last day"),
        Statistic("Families stepped down", figures.stepped_down),
        Statistic("Families closed", figures.ended),
        *improved,
    )


def _days(number: int) -> str:
    return f"{number} working day{'' if number == 1 else 's'}"


def _told(facts: ReferralFacts[FamilyPayload]) -> Sequence[Row]:
    """Steps for everybody at the table; of the plan, each line for whoever may read it."""
    plan = plan_rows(facts.payload, facts.progress) if facts.payload is not None else []
    return (*steps_of(PATHWAY, facts, EVERYBODY), *(row for row in plan if row.audiences != STAFF))
