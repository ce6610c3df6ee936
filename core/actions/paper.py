"""The action log on paper: what one reader's filter shows, by agency and due date, written as HTML for a document.

No session, no clock, no user: the same record gives the same text.
"""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from core.canonical import Frozen
from core.documents.record import AuditHead
from core.documents.render import environment
from core.facts import MARKING, ActionStatus, NotDoneReason

MOST = 1_000
"""Actions that one document holds: some ninety pages, a few seconds of the sixty that the renderer has. A longer list
comes in parts, each a document of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """An action as its reader may see it. `overdue` is in working days, none where it is not past its day.

    `closed` marks one that they may not open: it has its references, its due date and its status alone.
    """

    ref: str
    case_ref: str = ""
    group: str = ""
    text: str = ""
    person: str = ""
    agreed_on: date | None = None
    due_on: date
    status: ActionStatus
    reason: NotDoneReason | None = None
    outcome: str = ""
    overdue: int | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPart:
    """One agency's actions, by due date; without a name those that the reader may not open."""

    agency: str
    lines: tuple[PaperLine, ...]

    @property
    def open(self) -> int:
        """How many are open."""
        return sum(line.status is ActionStatus.OPEN for line in self.lines)

    def ageing(self, edges: tuple[int, ...]) -> tuple[int, ...]:
        """How many are overdue, by working days: up to the first edge, then to the next, then over the last."""
        late = [line.overdue for line in self.lines if line.overdue is not None]
        bounds = (-1, *edges, 10**6)
        return tuple(sum(low < days <= high for days in late) for low, high in pairwise(bounds))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSlice:
    """Which part of a long list a document holds: `number` of so many, `first` to `last` of all its actions."""

    number: int
    of: int
    first: int
    last: int
    listed: int

    @property
    def words(self) -> str:
        """`Actions 1,001 to 2,000 of 4,321`."""
        return f"Actions {self.first:,} to {self.last:,} of {self.listed:,}"


def slices_of(listed: int) -> tuple[PaperSlice, ...]:
    """The documents that a list of so many actions comes in; one at least."""
    of = max(1, -(-listed // MOST))
    return tuple(
        PaperSlice(number=number, of=of, first=(number - 1) * MOST + 1, last=min(number * MOST, listed), listed=listed)
        for number in range(1, of + 1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLog(Frozen):
    """The log as it was made for one reader. `filters` are in words; `left_out` counts what their interests close.

    `slice` says which part of the list it is, where that is longer than one document.
    """

    partnership: str
    heading: str
    filters: tuple[str, ...] = ()
    made_for: str
    made_for_agency: str
    made_at: datetime
    marking: str = MARKING
    edges: tuple[int, ...]
    parts: tuple[PaperPart, ...] = ()
    left_out: int = 0
    slice: PaperSlice | None = None
    audit_head: AuditHead

    @property
    def number(self) -> int:
        """Actions in it."""
        return sum(len(part.lines) for part in self.parts)

    @property
    def open(self) -> int:
        """Open ones."""
        return sum(part.open for part in self.parts)

    def ageing(self) -> tuple[int, ...]:
        """Overdue ones by bucket, of all agencies."""
        return tuple(sum(column) for column in zip(*(part.ageing(self.edges) for part in self.parts), strict=True))

    @property
    def buckets(self) -> tuple[str, ...]:
        """What the columns of the ageing are called."""
        inner = (f"{low + 1} to {high}" for low, high in pairwise(self.edges))
        return (f"Up to {self.edges[0]}", *inner, f"Over {self.edges[-1]}")


def log_html(log: PaperLog) -> str:
    """The document, ready for core.documents.pdf."""
    return environment().get_template("actions.html").render(record=log)
