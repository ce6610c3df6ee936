"""One recipient's copy, item by item, for whoever prepares the circulation: what goes in, what stays out, and why."""

from dataclasses import dataclass
from enum import StrEnum

from core.circulation.grants import GrantMade
from core.circulation.proposals import Proposal
from core.circulation.sight import Sight
from core.documents.record import LeftOut
from core.minutes.record import RecordedItem


class Held(StrEnum):
    """How much of an item a copy holds."""

    WHOLE = "in"
    REFERENCE = "reference only"
    OUT = "left out"


@dataclass(frozen=True, slots=True)
class Line:
    """An item of the agenda, and what becomes of it in one recipient's copy."""

    item_id: int
    number: int
    what: str
    """What it is about, as far as whoever looks at the list may know it."""
    held: Held
    reasons: tuple[LeftOut, ...]
    grants: tuple[GrantMade, ...]
    grantable: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """A recipient's copy, item by item, for somebody who may know of these items."""

    lines: tuple[Line, ...]
    at_the_end: tuple[LeftOut, ...]
    """Of the sections after the last item."""

    def count(self, held: str) -> int:
        """How many items are in, by reference alone, or out."""
        return sum(line.held == held for line in self.lines)

    @property
    def reasons(self) -> int:
        """How many reasons the whole list gives."""
        return sum(len(line.reasons) for line in self.lines) + len(self.at_the_end)


def contents_of(proposal: Proposal, sight: Sight) -> Contents:
    """The list, without the items that are closed to whoever looks at it."""
    held = {item.id: item for item in proposal.part.items}
    names = sight.names
    lines = tuple(
        _line(item, names[item.id], held.get(item.id), proposal) for item in sight.record.items if item.id in names
    )
    return Contents(lines, tuple(each for each in proposal.left_out if each.item is None))


def _line(item: RecordedItem, what: str, theirs: RecordedItem | None, proposal: Proposal) -> Line:
    reader = proposal.reader
    held = Held.OUT if theirs is None else Held.REFERENCE if theirs.by_reference else Held.WHOLE
    recused = item.case_id in reader.recused_cases or any(each.user_id == reader.user_id for each in item.recused)
    return Line(
        item_id=item.id,
        number=item.number,
        what=what,
        held=held,
        reasons=tuple(each for each in proposal.left_out if each.item == item.number),
        grants=tuple(each for each in proposal.grants if each.item_id == item.id),
        grantable=held is Held.OUT and not recused and not proposal.refusal,
    )
