"""What we hold, why and how long: the schedule with a partnership's own periods, made of the registry itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.retention.kinds import RULES, Kind, Rule
from core.retention.reaching import registry


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of record as the page tells of it."""

    rule: Rule
    period: str
    about: Sequence[str]
    """Whose personal data it holds; nobody's where it is empty."""
    tables: int
    """How many tables of the database hold it, those of the schemes too."""


def schedule(periods: Mapping[Kind, int]) -> Sequence[Row]:
    """Every kind in the order of the schedule."""
    known, _ = registry()
    rows = []
    for kind, rule in RULES.items():
        of_it = [each.held for each in known.values() if each.held.kind is kind]
        about = sorted({held.about for held in of_it if held.about})
        rows.append(Row(rule, rule.in_words(periods[kind]), about, len(of_it)))
    return rows
