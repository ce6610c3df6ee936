"""What the schemes counted."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from core import plugin_host
from core.exports import Cell
from core.facts import Actor
from core.hate.queries import Figures, figures
from core.plugin_api.facts import PartnershipFacts, Period
from core.plugin_host import Answer, Unavailable

COLUMNS = ("Scheme", "What is counted", "Number", "Note", "From", "To")
"""Of the download."""


def last_full_quarter(on: date) -> Period:
    """The quarter of the calendar, and so of the financial year, that ended last before that day."""
    begins = date(on.year, (on.month - 1) // 3 * 3 + 1, 1)
    end = begins - timedelta(days=1)
    return Period(date(end.year, end.month - 2, 1), end)


def counted(actor: Actor, period: Period) -> Sequence[Answer | Unavailable]:
    """What every scheme that runs in the actor's partnership counted, or that it did not answer."""
    assert actor.partnership_id is not None  # the policy lets nobody else in
    return plugin_host.ask(
        "roundtable_statistics",
        actor.partnership_id,
        period=period,
        partnership=PartnershipFacts(actor.partnership_id, actor.partnership_name),
    )


def lines(answers: Sequence[Answer | Unavailable], period: Period) -> Iterator[Sequence[Cell]]:
    """The figures as the lines of a spreadsheet. What is missing is a line, too: a sum without it would mislead."""
    for answer in answers:
        if isinstance(answer, Unavailable):
            yield (answer.title, answer.text, None, "", period.start, period.end)
            continue
        for each in answer.values:
            yield (answer.title, each.label, each.value, each.note, period.start, period.end)


def hate_incidents(actor: Actor, period: Period) -> Figures:
    """Hate incidents of the actor's partnership in that period, small numbers held back."""
    assert actor.partnership_id is not None  # the policy lets nobody else in
    return figures(actor.partnership_id, period)


def lines_of_hate(found: Figures, period: Period) -> Iterator[Sequence[Cell]]:
    """The same as lines of a spreadsheet. A small number has no figure: its note says how few it is."""
    parts = (("by month", found.months), ("perceived to be about", found.strands), ("by area", found.areas))
    for part, counts in (("in all", [("", found.total)]), *parts):
        for label, number in counts:
            counted = f"{part}: {label}" if label else part
            plain = number.replace(",", "")
            figure = int(plain) if plain.isdecimal() else None
            yield ("Hate incidents", counted, figure, "" if figure is not None else number, period.start, period.end)
