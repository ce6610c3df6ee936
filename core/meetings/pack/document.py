"""The research pack as one reader may have it, written as HTML for paper.

No session, no clock, no user: the same record gives the same text.
"""

from dataclasses import dataclass
from datetime import date, datetime

from core.canonical import Frozen
from core.documents.record import AuditHead
from core.documents.render import environment
from core.facts import MARKING


@dataclass(frozen=True, slots=True, kw_only=True)
class PackPerson:
    """Somebody whom a case names. All of it is sensitive."""

    name: str
    role: str
    born: date | None = None
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackReturn:
    """What an agency was asked and answered; nothing is held and nothing written where it has not answered yet."""

    agency: str
    due_on: date
    overdue: bool = False
    answered_on: date | None = None
    nothing_held: bool = False
    text: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackCase:
    """A case on which agencies are asked, with the returns that the reader may read: their own, or everybody's.

    `closed` marks one that they may not open: it has its number and reference alone.
    """

    number: int
    title: str = ""
    ref: str
    reason: str = ""
    asks: str = ""
    people: tuple[PackPerson, ...] = ()
    minded: tuple[str, ...] = ()
    """Who of them is a child on the day of the meeting, and what anybody of them needs."""
    disputed: tuple[str, ...] = ()
    returns: tuple[PackReturn, ...] = ()
    closed: bool = False

    @property
    def written(self) -> tuple[PackReturn, ...]:
        """Those that say something."""
        return tuple(each for each in self.returns if each.answered_on and not each.nothing_held)

    @property
    def nothing(self) -> tuple[PackReturn, ...]:
        """Those of agencies that hold nothing."""
        return tuple(each for each in self.returns if each.answered_on and each.nothing_held)

    @property
    def waiting(self) -> tuple[PackReturn, ...]:
        """Those that have not come."""
        return tuple(each for each in self.returns if each.answered_on is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackProgress:
    """How far an agency is with what it was asked; `waiting` are references of cases."""

    agency: str
    asked: int
    answered: int
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResearchPack(Frozen):
    """The pack as it was made for one reader. `leads`: it holds every agency's returns, and who has answered."""

    partnership: str
    group: str
    title: str
    reference: str
    starts_at: datetime
    ends_at: datetime
    venue: str = ""
    leads: bool
    made_for: str
    made_for_agency: str
    made_at: datetime
    marking: str = MARKING
    progress: tuple[PackProgress, ...] = ()
    cases: tuple[PackCase, ...] = ()
    audit_head: AuditHead


def pack_html(pack: ResearchPack) -> str:
    """The document, ready for core.documents.pdf."""
    return environment().get_template("research.html").render(record=pack)
