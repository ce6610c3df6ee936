"""A copy as it is shown: every text cut into what is read and what is masked. Pure.

The document is made of `printed` alone, which holds no character of what is masked.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.facts import MaskReason
from core.masking.passages import APART, Piece, Span, pieces_of, without_masked
from core.masking.text import Text
from core.minutes.access.texts import Block, ItemTexts, Line

Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line: whose information it is, the text, what stands after it, and what became of it."""

    before: Pieces
    text: Pieces
    after: str
    then: Pieces


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """Lines under one heading."""

    heading: str
    kind: str
    lines: tuple[ShownLine, ...]


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item of the copy."""

    id: int
    number: int
    title: Pieces
    meta: str
    agencies: tuple[str, ...]
    risk: str
    blocks: tuple[ShownBlock, ...]
    about_them: bool

    def pieces(self) -> Iterable[Piece]:
        """Every piece of it."""
        yield from self.title
        for block in self.blocks:
            for line in block.lines:
                yield from line.before
                yield from line.text
                yield from line.then


Masks = Mapping[str, Sequence[Span]]
"""Place of a text -> what is masked in it."""


def shown(items: Iterable[ItemTexts], masks: Masks) -> tuple[ShownItem, ...]:
    """The items with all their text and each passage by itself, for those who decide what is masked."""
    return tuple(
        _item(item, lambda text: pieces_of(text.text, masks.get(text.place, ()), across=APART)) for item in items
    )


def printed(items: Iterable[ItemTexts], masks: Masks) -> tuple[ShownItem, ...]:
    """The items without any character of what is masked, for the person."""
    return tuple(
        _item(item, lambda text: without_masked(pieces_of(text.text, masks.get(text.place, ())))) for item in items
    )


def counts(items: Iterable[ShownItem]) -> Mapping[MaskReason, int]:
    """How many passages are masked for each reason; a reason that nothing is masked for is 0."""
    found = Counter(piece.reason for item in items for piece in item.pieces() if piece.reason is not None)
    return {reason: found[reason] for reason in MaskReason}


def _item(item: ItemTexts, cut: Callable[[Text], Pieces]) -> ShownItem:
    return ShownItem(
        id=item.id,
        number=item.number,
        title=cut(item.title),
        meta=item.meta,
        agencies=item.agencies,
        risk=item.risk,
        blocks=tuple(_block(block, cut) for block in item.blocks),
        about_them=item.about_them,
    )


def _block(block: Block, cut: Callable[[Text], Pieces]) -> ShownBlock:
    return ShownBlock(block.heading, block.kind, tuple(_line(line, cut) for line in block.lines))


def _line(line: Line, cut: Callable[[Text], Pieces]) -> ShownLine:
    before, text = cut(line.before) if line.before is not None else (), cut(line.text)
    # Nothing is left of it: one block says so.
    before = () if before == text and not any(piece.text for piece in text) else before
    return ShownLine(before, text, line.after, cut(line.then) if line.then is not None else ())
