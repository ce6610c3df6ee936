"""What most schemes tell an agenda and the minutes: where each referral stands, and the steps that it took. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.dates import in_words
from core.facts import Audience, MinutesSection, Row
from core.plugin_api.facts import AgendaEntry, Annotation, MeetingFacts, P, ReferralFacts, ReferralGlimpse
from core.plugin_api.pathway import Pathway


def open_on(pathway: Pathway[Any], entries: Iterable[AgendaEntry]) -> list[tuple[int, ReferralGlimpse]]:
    """The pathway's open referrals of an agenda, each with the id of its item, in the agenda's order."""
    return [
        (entry.item_id, glimpse)
        for entry in entries
        for glimpse in entry.referrals
        if glimpse.pathway == pathway.key and not glimpse.closed
    ]


def where_each_stands(
    pathway: Pathway[Any],
    entries: Iterable[AgendaEntry],
    audiences: frozenset[Audience],
    *,
    awaited: Mapping[str, str] | None = None,
) -> list[Annotation]:
    """A sentence for each open referral: its stage, since when, and by when something is due.

    None where the viewer is none of `audiences`: core would not show it. `awaited`: stage -> what is due there, in a
    word; “next” for a stage that is left out.
    """
    words = awaited or {}
    return [
        Annotation(
            item_id=item_id,
            referral_id=glimpse.id,
            text=f"{pathway.title}: {glimpse.stage_title.lower()} since {in_words(glimpse.since)}"
            f"{_due(glimpse, words.get(glimpse.stage, 'next'))}.",
            audiences=audiences,
        )
        for item_id, glimpse in open_on(pathway, entries)
        if audiences & glimpse.audiences
    ]


def sections_on(
    pathway: Pathway[P], record: MeetingFacts, title: str, rows: Callable[[ReferralFacts[P]], Sequence[Row]]
) -> list[MinutesSection]:
    """A section for each of the pathway's referrals, under the item that heard its case; `rows` makes its lines."""
    return [
        MinutesSection(title=title, rows=tuple(rows(facts)), item_id=item.item_id, referral_id=facts.id)
        for item in record.items
        for facts in item.of(pathway.key)
        if facts.progress is not None
    ]


def steps_of(pathway: Pathway[P], facts: ReferralFacts[P], audiences: frozenset[Audience]) -> tuple[Row, ...]:
    """The stages that a referral came to, each with its day; none of a referral that is not made yet."""
    history = facts.progress.history if facts.progress is not None else ()
    return tuple(Row(pathway.stage(step.stage).title, in_words(step.on), audiences) for step in history)


def _due(glimpse: ReferralGlimpse, awaited: str) -> str:
    if glimpse.due is None:
        return ""
    day = in_words(glimpse.due)
    return f", paused until {day}" if glimpse.paused else f", {awaited} due by {day}"
