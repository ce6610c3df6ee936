"""What Roundtable proposes to mask in one person's copy: third parties, and who gave the information (docs/domain.md).

Pure: the frozen texts, and who is known. A person decides; every proposal can be lifted, with a reason.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.facts import MaskReason
from core.masking.birthdays import key_of
from core.masking.crowd import Crowd, Known
from core.masking.details import details_in
from core.masking.folding import fold, phrases_in
from core.masking.names import Name, is_named, name_of_one, names_in
from core.masking.passages import WITHIN, Span, merged
from core.masking.reading import Reading
from core.masking.text import Text

__all__ = ["Known", "Passage", "names", "occurrences", "proposals"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage to be masked: in which text, where, and why."""

    place: str
    span: Span


def proposals(texts: Iterable[Text], subject: Known, others: Sequence[Known]) -> list[Passage]:
    """What to mask in those texts, in their order. None of it is of `subject` alone."""
    finder = _Finder(subject, others)
    return [
        Passage(text.place, block)
        for text in texts
        if text.text.strip()
        for block, _ in merged(text.text, finder.spans(text), across=WITHIN)
    ]


class _Finder:
    """All that is looked for."""

    def __init__(self, subject: Known, others: Sequence[Known]) -> None:
        self._subject, self._own = subject, subject.name
        self._crowd = Crowd(others, f"{subject.address} {subject.postcode}")
        self._speakers: dict[str, Name] = {}

    def spans(self, text: Text) -> Iterator[Span]:
        """What to mask in a text, and why."""
        if text.whole is not None:
            yield Span(0, len(text.text), text.whole)
            return
        reading = Reading(text.text)
        for starts, ends in self._of_others(reading):
            yield Span(starts, ends, MaskReason.THIRD_PARTY)
        for starts, ends in names_in(reading, [self._speaker(each) for each in text.speakers], self._own):
            yield Span(starts, ends, MaskReason.SOURCE)
        for source in text.sources:
            for starts, ends in phrases_in(reading.folded, source):
                yield Span(starts, ends, MaskReason.SOURCE)

    def _of_others(self, reading: Reading) -> Iterator[tuple[int, int]]:
        near = self._crowd.near(reading)
        yield from names_in(reading, [each.name for each in near], self._own)
        for each in near:
            yield from each.address.places_in(reading)
        born = {key_of(each.born) for each in near if each.born is not None and each.born != self._subject.born}
        yield from ((day.starts, day.ends) for day in reading.days if day.key in born)
        yield from details_in(reading.text, self._subject.address, self._subject.postcode)

    def _speaker(self, full: str) -> Name:
        if full not in self._speakers:
            self._speakers[full] = name_of_one(full)
        return self._speakers[full]


def names(text: str, somebody: Known) -> bool:
    """Whether a text names them, if only by a part of their name."""
    return is_named(Reading(text), somebody.name)


def occurrences(texts: Iterable[Text], words: str) -> list[tuple[str, int, int]]:
    """Wherever those words stand in the texts: place, and from where to where. Whole words, in any case."""
    return [(text.place, *span) for text in texts for span in phrases_in(fold(text.text), words)]
