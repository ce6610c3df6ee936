"""A pack as it is shown: every text cut into what is read and what is masked. Pure.

What is given is made of `printed` alone, which holds no character of what is masked.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.facts import MaskReason
from core.masking.passages import APART, Piece, Span, covered, pieces_of, without_masked
from core.subject_access.closed import OPEN, Closed, without_closed
from core.subject_access.pack import OF_SCHEME, Entry, Fact, Held, Pack, Part, Scheme

Masks = Mapping[str, Sequence[Span]]
"""Place of a text -> what is masked in it."""


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text in pieces."""

    label: str
    place: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One thing that is held."""

    title: str
    facts: tuple[Fact, ...]
    texts: tuple[ShownText, ...]


@dataclass(frozen=True, slots=True)
class ShownSection:
    """Things of one kind."""

    heading: str
    entries: tuple[ShownEntry, ...]


@dataclass(frozen=True, slots=True)
class ShownPart:
    """All that comes from one agency."""

    agency: str
    sections: tuple[ShownSection, ...]

    def pieces(self) -> Iterable[Piece]:
        """Every piece of it."""
        for section in self.sections:
            for entry in section.entries:
                for text in entry.texts:
                    yield from text.pieces

    @property
    def size(self) -> int:
        """How many things it holds."""
        return sum(len(section.entries) for section in self.sections)


def shown(part: Part, masks: Masks, closed: Closed = OPEN) -> ShownPart:
    """With all its text and each passage by itself, for those who decide; what a scheme gives, as it is given."""
    return _part(part, masks, closed, decides=True)


def shown_to_scheme(scheme: Scheme, masks: Masks, closed: Closed) -> ShownPart:
    """All that it holds, for its own staff, who decide on it."""
    return _part(scheme.alone, masks, closed, decides=True, own=True)


def printed(pack: Pack, masks: Masks, closed: Closed = OPEN) -> tuple[ShownPart, ...]:
    """The parts without any character of what is masked, for the person; `closed` to whoever reads it before them."""
    parts = (_part(_heard_of(part, masks), masks, closed, decides=False) for part in pack.parts)
    return tuple(part for part in parts if part.sections)


def _heard_of(part: Part, masks: Masks) -> Part:
    """Without what the person does not learn that there is: entries that say so, and are masked from end to end."""
    sections = (
        replace(section, entries=tuple(each for each in section.entries if not _is_unheard_of(each, masks)))
        for section in part.sections
    )
    return replace(part, sections=tuple(section for section in sections if section.entries))


def _is_unheard_of(entry: Entry, masks: Masks) -> bool:
    """Whether nothing of it is read."""
    if not entry.silent or entry.facts or not entry.texts:
        return False
    return all(covered(text.text, _whole(text), masks.get(text.place, ())) for text in entry.texts)


def _whole(text: Held) -> Span:
    return Span(0, len(text.text), text.whole or MaskReason.THIRD_PARTY)


def counts(parts: Iterable[ShownPart]) -> Mapping[MaskReason, int]:
    """How many passages are masked for each reason."""
    found = Counter(piece.reason for part in parts for piece in part.pieces() if piece.reason is not None)
    return {reason: found[reason] for reason in MaskReason}


def _part(part: Part, masks: Masks, closed: Closed, *, decides: bool, own: bool = False) -> ShownPart:
    return ShownPart(
        agency=part.agency,
        sections=tuple(
            ShownSection(
                section.heading,
                tuple(
                    ShownEntry(
                        entry.title,
                        entry.facts,
                        tuple(
                            _text(
                                text,
                                masks.get(text.place, ()),
                                closed.get(text.place, ()),
                                decides=decides and (own or not text.place.startswith(OF_SCHEME)),
                            )
                            for text in entry.texts
                        ),
                    )
                    for entry in section.entries
                ),
            )
            for section in part.sections
        ),
    )


def _text(text: Held, spans: Sequence[Span], closed: Sequence[tuple[int, int]], *, decides: bool) -> ShownText:
    if decides:
        pieces = without_closed(pieces_of(text.text, spans, across=APART), closed)
    else:
        pieces = without_masked(without_closed(pieces_of(text.text, spans), closed))
    return ShownText(text.label, text.place, pieces)
