"""Passages of a text and what masks them: pure, in characters of the text as it was frozen."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.facts import MaskReason

WITHIN = frozenset(" \t\u00a0\u202f.-‐‑–'’")
"""What stands between the parts of one name."""

BETWEEN = WITHIN | frozenset("\r\n\f\v,")
"""What may stand between two passages that print as one block: a list of names does not tell how many there are."""

APART = frozenset("")
"""Nothing: each passage by itself, as those who decide see them."""

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


def merged(text: str, spans: Iterable[Span], *, across: frozenset[str]) -> list[tuple[Span, tuple[int, ...]]]:
    """What is masked, as blocks that do not overlap, in order, each with the ids of its masks.

    Passages with one reason and nothing but characters of `across` between them are one block. Where two overlap, the
    reason of the one that begins first, then of the longer, counts.
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
        if blocks and _is_one(text, blocks[-1][0], span, across):
            last, before = blocks[-1]
            blocks[-1] = (replace(last, ends=max(last.ends, span.ends)), (*before, *ids))
        else:
            blocks.append((span, ids))
    return blocks


def pieces_of(text: str, spans: Iterable[Span], *, across: frozenset[str] = BETWEEN) -> tuple[Piece, ...]:
    """The text cut into what is shown and what is masked: put together again, it is the text."""
    pieces, at = [], 0
    for block, ids in merged(text, spans, across=across):
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
    for block, _ in merged(text, by, across=APART):
        if block.starts <= at < block.ends:
            at = block.ends
    return at >= ends


def _is_one(text: str, last: Span, span: Span, across: frozenset[str]) -> bool:
    if span.starts < last.ends:
        return True
    between = text[last.ends : span.starts]
    return bool(across) and span.reason is last.reason and across.issuperset(between)


def _belongs_before(character: str) -> bool:
    return unicodedata.category(character).startswith(_JOINS)
