"""Two versions of a text compared, word by word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORDS = re.compile(r"\s+|[.,;:!?()\"“”‘’…]+|[^\s.,;:!?()\"“”‘’…]+")
"""Blanks, punctuation and what stands between them. Marks that belong to a letter stay with their word."""


class Part(StrEnum):
    """What became of some words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that follow each other, and what became of them."""

    part: Part
    text: str


def difference(before: str, after: str) -> Sequence[Piece]:
    """What was removed from one text and added to make the other, in the order of reading.

    All but the added pieces make up `before`, all but the removed ones `after`. Blanks between two changes are
    taken for changed: "four homes" made of "three flats" is one change and not two.
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    blocks = SequenceMatcher(None, old, new).get_opcodes()
    pieces: list[Piece] = []
    gone: list[str] = []
    come: list[str] = []
    for number, (what, start, end, new_start, new_end) in enumerate(blocks):
        same = old[start:end]
        if what != "equal":
            gone += same
            come += new[new_start:new_end]
        elif "".join(same).isspace() and 0 < number < len(blocks) - 1:
            gone += same
            come += same
        else:
            pieces += _changed(gone, come)
            pieces.append(Piece(Part.SAME, "".join(same)))
            gone, come = [], []
    return (*pieces, *_changed(gone, come))


def _changed(gone: Sequence[str], come: Sequence[str]) -> list[Piece]:
    both = ((Part.REMOVED, "".join(gone)), (Part.ADDED, "".join(come)))
    return [Piece(part, text) for part, text in both if text]
