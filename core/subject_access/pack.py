"""What is held about one person, by the agency that it comes from. Frozen, and free of session, clock and user.

Every text that somebody typed is a `Held` at a place of its own: masks lie over its characters. Everything else is a
fact: a day, a reference, a value of a closed list, the name of an agency.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from core.canonical import Frozen
from core.facts import MaskReason
from core.masking.text import Text

TOGETHER = 0
"""Instead of an agency's id: what the agencies hold together, for no one of them wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A label and a value that name nobody else."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A text, what it is, and where masks find it. `whole`: masked from end to end until somebody decides otherwise.

    `speakers` are people's names that would show in it who gave the information; `fixed`: it is never shown.
    `limit`: what it was given under, for those who decide.
    """

    label: str
    place: str
    text: str
    whole: MaskReason | None = None
    speakers: tuple[str, ...] = ()
    fixed: bool = False
    limit: str = ""

    @property
    def masked(self) -> Text:
        """The same, for what proposes masks."""
        return Text(self.place, self.text, whole=self.whole, speakers=self.speakers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that is held: a case, an incident, what was said at a meeting."""

    title: str
    facts: tuple[Fact, ...] = ()
    texts: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Things of one kind."""

    heading: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """All that comes from one agency, or from all of them together."""

    agency_id: int
    agency: str
    sections: tuple[Section, ...]

    def texts(self) -> Iterator[Held]:
        """Every text of it."""
        for section in self.sections:
            for entry in section.entries:
                yield from entry.texts

    @property
    def size(self) -> int:
        """How many things it holds."""
        return sum(len(section.entries) for section in self.sections)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack(Frozen):
    """All that is held about a person, as of a moment."""

    person: str
    reference: str
    drawn_at: datetime
    parts: tuple[Part, ...]

    def texts(self) -> Iterator[Held]:
        """Every text of it."""
        for part in self.parts:
            yield from part.texts()

    @property
    def size(self) -> int:
        """How many things it holds."""
        return sum(part.size for part in self.parts)
