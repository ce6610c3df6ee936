"""An agenda as circulated: frozen, numbered, cut down to what one reader may have, and written as HTML for paper."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from core.canonical import Frozen
from core.clock import minutes_between
from core.documents.record import AuditHead, Reader
from core.documents.render import environment
from core.facts import MARKING, ItemKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionsProposed:
    """How many corrections of earlier minutes stand under an item: that there are, and no word of them."""

    reference: str
    number: int

    @property
    def sentence(self) -> str:
        """The same in words."""
        corrections = "1 correction is" if self.number == 1 else f"{self.number} corrections are"
        return f"{corrections} proposed to the minutes of {self.reference}."


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaLine:
    """An item as it stood when the agenda went out. `title` and `reason` are sensitive where it is a case.

    `closed` marks a case that this copy's reader may not open: it prints as "Restricted" with its reference. So does a
    place in which they declared an interest, which has none.
    """

    id: int
    number: int
    kind: ItemKind
    title: str = ""
    case_id: int | None = None
    case_ref: str = ""
    presenter: str = ""
    minutes_allotted: int = 0
    reason: str = ""
    asks: str = ""
    urgent: bool = False
    times_carried: int = 0
    closed: bool = False
    corrections: tuple[CorrectionsProposed, ...] = ()
    """Under "Minutes of the last meeting"."""
    minded: tuple[str, ...] = ()
    """Of a case: who in it is a child on the day of the meeting, and what anybody needs. By role, without names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaRecord(Frozen):
    """A numbered version of a meeting's agenda. A later change makes the next version; this one stays."""

    partnership: str
    group: str
    kind: str
    title: str
    reference: str
    starts_at: datetime
    ends_at: datetime
    venue: str = ""
    chair: str = ""
    coordinator: str = ""
    marking: str = MARKING
    version: int
    circulated_at: datetime
    research_due: date | None = None
    items: tuple[AgendaLine, ...] = ()
    hate: tuple[str, ...] = ()
    """Of a steering group's meeting: what it is told of hate incidents, as of when it went out. Counts alone."""
    audit_head: AuditHead | None = None
    whole_sha256: str = ""

    def only(self, reader: Reader) -> "AgendaRecord":
        """What this reader may have: of a case that they may not open, its reference, place and time."""
        return replace(
            self,
            items=tuple(_cut(line, reader) for line in self.items),
            hate=self.hate if reader.signatory else (),
            whole_sha256=self.whole_sha256 or self.sha256(),
        )


def agenda_html(agenda: AgendaRecord) -> str:
    """An agenda, ready for core.documents.pdf, with the running total against the length of the meeting.

    No session, no clock, no user: the same record gives the same text.
    """
    running = 0
    lines: list[tuple[AgendaLine, int]] = []
    for line in agenda.items:
        running += line.minutes_allotted
        lines.append((line, running))
    available = minutes_between(agenda.starts_at, agenda.ends_at)
    page = environment().get_template("agenda.html")
    return page.render(record=agenda, lines=lines, allotted=running, available=available)


def _cut(line: AgendaLine, reader: Reader) -> AgendaLine:
    if line.case_id is None and line.id not in reader.recused_items:
        # Reasons and questions are free text about people, whatever the item is about.
        return line if reader.signatory else replace(line, reason="", asks="")
    if reader.signatory and line.case_id is not None and line.case_id in reader.open_cases - reader.recused_cases:
        return line
    return AgendaLine(
        id=line.id,
        number=line.number,
        kind=line.kind,
        case_id=line.case_id,
        case_ref=line.case_ref,
        presenter=line.presenter,
        minutes_allotted=line.minutes_allotted,
        urgent=line.urgent,
        times_carried=line.times_carried,
        closed=True,
    )
