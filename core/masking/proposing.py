"""What Roundtable proposes to mask in one person's copy: third parties, and who gave the information (docs/domain.md).

Pure: the frozen texts, and who is known. A person decides; every proposal can be lifted, with a reason.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.facts import MaskReason
from core.masking.crowd import Crowd, Known
from core.masking.details import address_in, birthday_in, details_in
from core.masking.folding import Folded, fold, phrases_in
from core.masking.names import Name, name_of, name_of_one, names_in
from core.masking.passages import WITHIN, Span, merged
from core.masking.text import Text

__all__ = ["Known", "Passage", "names", "occurrences", "proposals"]

NOBODY = name_of("")


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage to be masked: in which text, where, and why."""

    place: str
    span: Span


def proposals(texts: Iterable[Text], subject: Known, others: Sequence[Known]) -> list[Passage]:
    """What to mask in those texts, in their order. None of it is of `subject` alone."""
    crowd = Crowd(others)
    return [
        Passage(text.place, block)
        for text in texts
        if text.text.strip()
        for block, _ in merged(text.text, _spans(text, subject, crowd), across=WITHIN)
    ]


def _spans(text: Text, subject: Known, crowd: Crowd) -> Iterator[Span]:
    if text.whole is not None:
        yield Span(0, len(text.text), text.whole)
        return
    folded = fold(text.text)
    for starts, ends in _of_others(folded, text.text, subject, crowd.near(folded, text.text)):
        yield Span(starts, ends, MaskReason.THIRD_PARTY)
    speakers = [name_of_one(each) for each in text.speakers]
    for starts, ends in names_in(folded, text.text, speakers, subject.name):
        yield Span(starts, ends, MaskReason.SOURCE)
    for source in text.sources:
        for starts, ends in phrases_in(folded, source):
            yield Span(starts, ends, MaskReason.SOURCE)


def _of_others(
    folded: Folded, text: str, subject: Known, others: Sequence[tuple[Known, Name]]
) -> Iterator[tuple[int, int]]:
    yield from names_in(folded, text, [name for _, name in others], subject.name)
    for other, _ in others:
        yield from address_in(folded, other.address, other.postcode, f"{subject.address} {subject.postcode}")
        if other.born is not None and other.born != subject.born:
            yield from birthday_in(folded, other.born)
    yield from details_in(text, subject.address, subject.postcode)


def names(text: str, somebody: Known) -> bool:
    """Whether a text names them, if only by a part of their name."""
    return any(True for _ in names_in(fold(text), text, [somebody.name], NOBODY))


def occurrences(texts: Iterable[Text], words: str) -> list[tuple[str, int, int]]:
    """Wherever those words stand in the texts: place, and from where to where. Whole words, in any case."""
    return [(text.place, *span) for text in texts for span in phrases_in(fold(text.text), words)]
