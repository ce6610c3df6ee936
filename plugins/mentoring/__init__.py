"""Mentoring: one-to-one support for young people by trained volunteers [Charnwood 5.4]."""

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
    referrals_counted,
    sections_on,
    steps_of,
    where_each_stands,
)
from plugins.mentoring import queries
from plugins.mentoring.counting import in_figures
from plugins.mentoring.holding import held_about
from plugins.mentoring.matching import reasons_against
from plugins.mentoring.models import Base
from plugins.mentoring.pathway import EVERYBODY, Mentoring, MentoringPayload
from plugins.mentoring.views import bp

PATHWAY = Mentoring()


@hookimpl
def roundtable_info() -> PluginInfo:
    """Who this is."""
    return PluginInfo(
        name="mentoring",
        title="Mentoring",
        version="1.0",
        blueprint=bp,
        migrations=Path(__file__).parent / "migrations",
        metadata=Base.metadata,
    )


@hookimpl
def roundtable_pathways() -> Sequence[Pathway[MentoringPayload]]:
    """One pathway."""
    return (PATHWAY,)


@hookimpl
def roundtable_agenda_annotations(entries: Sequence[AgendaEntry], viewer: Actor) -> Sequence[Annotation]:
    """Where each open referral stands, and by when something is due."""
    return where_each_stands(PATHWAY, entries, EVERYBODY, awaited=_AWAITED)


@hookimpl
def roundtable_minutes_sections(record: MeetingFacts) -> Sequence[MinutesSection]:
    """Under each item, how its mentoring referrals have come along, in stages and dates."""
    return sections_on(PATHWAY, record, "Mentoring, step by step", _steps)


@hookimpl
def roundtable_held_about(people: Sequence[int], referrals: Sequence[int]) -> Sequence[HeldRecord]:
    """All that the register holds about one person, for the copy that they asked for."""
    return list(held_about(referrals))


@hookimpl
def roundtable_statistics(period: Period, partnership: PartnershipFacts) -> Sequence[Statistic]:
    """Referrals and how they ended in the period; the register in figures, as of its last day."""
    counted = referrals_counted(PATHWAY.key, partnership.id, period)
    mentors = [m for m in queries.mentors_in(partnership.id) if m.left_on is None or m.left_on > period.end]
    ready = [mentor for mentor in mentors if not reasons_against(mentor, period.end)]
    return (
        *in_figures(counted, period),
        Statistic("Mentors on the register", len(mentors)),
        Statistic("Mentors who can be matched", len(ready), "Trained, checked and with room"),
        Statistic("Places free", sum(mentor.spare for mentor in ready)),
        Statistic("Matches begun", queries.matches_begun(partnership.id, period)),
    )


_AWAITED = {"active": "review", "reviewed": "review"}
"""What the clock of a stage asks for."""


def _steps(facts: ReferralFacts[MentoringPayload]) -> Sequence[Row]:
    return steps_of(PATHWAY, facts, EVERYBODY)
