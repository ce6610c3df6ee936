"""Passages of a text and what masks them: pure, in characters of the text as it was frozen."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.facts import MaskReason

BETWEEN = frozenset(" \t\r\n\f\v\u00a0\u202f,.-‐‑–'’")
"""What may stand between two masked passages that print as one block: a name's own blanks and marks."""

_JOINS = ("M", "Cf")
"""Categories of characters that belong to the one before them: marks, joiners."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `starts` up to `ends`, in characters, and why it is masked. `mask` is the id of what masks it, if kept."""

    starts: int
    ends: int
    reason: MaskReason
    mask: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text as it is shown: as it stands, or masked with its reason. `masks`: ids of what masks it."""

    text: str
    reason: MaskReason | None = None
    masks: tuple[int, ...] = ()


def snapped(text: str, starts: int, ends: int) -> tuple[int, int]:
    """The same passage, so that no letter is parted from its marks. Within the text."""
    starts, ends = (max(0, min(at, len(text))) for at in (starts, ends))
    while 0 < starts < len(text) and _belongs_before(text[starts]):
        starts -= 1
    while 0 < ends < len(text) and _belongs_before(text[ends]):
        ends += 1
    return starts, ends


def merged(text: str, spans: Iterable[Span]) -> list[tuple[Span, tuple[int, ...]]]:
    """What is masked, as blocks that do not overlap, in order, each with the ids of its masks.

    Passages with one reason that only a name's blanks and marks keep apart are one block, so that a block never tells
    how many words it hides. Where two overlap, the reason of the one that begins first, then of the longer, counts.
    """
    whole = [
        replace(each, starts=starts, ends=ends)
        for each in spans
        for starts, ends in (snapped(text, each.starts, each.ends),)
        if starts < ends
    ]
    whole.sort(key=lambda each: (each.starts, -each.ends, each.reason, each.mask))
    blocks: list[tuple[Span, tuple[int, ...]]] = []
    for span in whole:
        ids = (span.mask,) if span.mask else ()
        if blocks and _is_one(text, blocks[-1][0], span):
            last, before = blocks[-1]
            blocks[-1] = (replace(last, ends=max(last.ends, span.ends)), (*before, *ids))
        else:
            blocks.append((span, ids))
    return blocks


def pieces_of(text: str, spans: Iterable[Span]) -> tuple[Piece, ...]:
    """The text cut into what is shown and what is masked: put together again, it is the text."""
    pieces, at = [], 0
    for block, ids in merged(text, spans):
        if at < block.starts:
            pieces.append(Piece(text[at : block.starts]))
        pieces.append(Piece(text[block.starts : block.ends], block.reason, ids))
        at = block.ends
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return tuple(pieces)


def without_masked(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The same pieces without any character of what is masked."""
    return tuple(piece if piece.reason is None else Piece("", piece.reason) for piece in pieces)


def covered(text: str, passage: Span, by: Sequence[Span]) -> bool:
    """Whether every character of the passage lies in one of those."""
    starts, ends = snapped(text, passage.starts, passage.ends)
    at = starts
    for block, _ in merged(text, by):
        if block.starts <= at < block.ends:
            at = block.ends
    return at >= ends


def _is_one(text: str, last: Span, span: Span) -> bool:
    if span.starts < last.ends:
        return True
    return span.reason is last.reason and BETWEEN.issuperset(text[last.ends : span.starts])


def _belongs_before(character: str) -> bool:
    return unicodedata.category(character).startswith(_JOINS)
