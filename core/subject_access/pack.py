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

SCHEMES = "What a scheme keeps for its own staff"
"""The heading of what comes from a provider's own records."""

OF_SCHEME = "scheme:"
"""Begins the place of every text that a scheme keeps for its own staff."""

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
    `limit`: what it was given under, for those who decide. `sealed`: it is a protected address: it goes to the person,
    and none but the agencies that are named for it read it.
    """

    label: str
    place: str
    text: str
    whole: MaskReason | None = None
    speakers: tuple[str, ...] = ()
    fixed: bool = False
    limit: str = ""
    sealed: bool = False

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
    silent: bool = False
    """Left out of what is given where every text of it is masked: that there is such a thing may be what is masked."""


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
class Scheme:
    """What a provider of a pathway keeps for its own staff: nobody else reads it before they have answered."""

    provider_id: int
    agency_id: int
    agency: str
    title: str
    entries: tuple[Entry, ...]

    def texts(self) -> Iterator[Held]:
        """Every text of it."""
        for entry in self.entries:
            yield from entry.texts

    @property
    def alone(self) -> Part:
        """The same as a part of its own, for its staff."""
        return Part(
            agency_id=self.agency_id,
            agency=self.agency,
            sections=(Section(heading=SCHEMES, entries=self.entries),),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A plugin that did not say what it holds: whatever that is, it is missing."""

    plugin: str
    title: str
    why: str
    reference: str = ""
    """Under which the log has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack(Frozen):
    """All that is held about a person, as of a moment. `schemes` and `unread` are in no part."""

    person: str
    reference: str
    drawn_at: datetime
    parts: tuple[Part, ...]
    schemes: tuple[Scheme, ...] = ()
    unread: tuple[Unread, ...] = ()

    def texts(self) -> Iterator[Held]:
        """Every text of it, those of schemes too."""
        yield from self.open_texts()
        for scheme in self.schemes:
            yield from scheme.texts()

    def open_texts(self) -> Iterator[Held]:
        """Every text that whoever puts it together reads."""
        for part in self.parts:
            yield from part.texts()

    @property
    def size(self) -> int:
        """How many things it holds, those of schemes too."""
        return sum(part.size for part in self.parts) + sum(len(scheme.entries) for scheme in self.schemes)
