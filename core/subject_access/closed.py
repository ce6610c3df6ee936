"""A protected address in a pack: given to the person whose it is, and not shown to whoever prepares or releases it but
by the rule of core.policy.protecting. Pure.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from core.masking.passages import Piece
from core.masking.proposing import occurrences
from core.people.protected.telling import seems_to_hold
from core.subject_access.pack import Held

Closed = Mapping[str, Sequence[tuple[int, int]]]
"""Place of a text -> what of it is closed to the reader, in order, from where to where."""

OPEN: Closed = {}

INSTEAD = "[protected address: given to the person, and not shown to you]"


def closed_in(texts: Iterable[Held], kept: Sequence[tuple[str, str]]) -> Closed:
    """Where a protected address stands in those texts: what is one, what one is written in, and what seems to hold one.

    `kept`: addresses with their postcodes, as they are protected now.
    """
    every = list(texts)
    sealed = {text.text for text in every if text.sealed} | {part for each in kept for part in each if part}
    if not sealed:
        return OPEN
    found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for line in sorted({line for address in sealed for line in _telling(address)}):
        for place, starts, ends in occurrences((text.masked for text in every), line):
            found[place].append((starts, ends))
    for text in every:
        if text.sealed or (text.place not in found and any(seems_to_hold(text.text, *each) for each in kept)):
            found[text.place] = [(0, len(text.text))]
    return {place: _joined(sorted(ranges)) for place, ranges in found.items()}


def _telling(address: str) -> Sequence[str]:
    """What of an address tells where it is: its lines with a number, its postcode among them, else the first."""
    lines = [line.strip() for line in re.split(r"[\n,;]", address) if line.strip()]
    return [line for line in lines if any(map(str.isdigit, line))] or lines[:1]


def words_of(text: str, starts: int, ends: int, closed: Sequence[tuple[int, int]]) -> str:
    """A passage of a text, as its reader may see it."""
    out, at = [], starts
    for first, last in closed:
        if last <= starts or ends <= first:
            continue
        out.append(text[at : max(at, first)])
        out.append(INSTEAD)
        at = min(ends, last)
    return "".join((*out, text[at:ends]))


def without_closed(pieces: Iterable[Piece], closed: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    """The same pieces of a whole text, as its reader may see them."""
    if not closed:
        return tuple(pieces)
    found, at, whole = [], 0, list(pieces)
    text = "".join(piece.text for piece in whole)
    for piece in whole:
        found.append(replace(piece, text=words_of(text, at, at + len(piece.text), closed)))
        at += len(piece.text)
    return tuple(found)


def _joined(ranges: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for starts, ends in ranges:
        if found and starts <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((starts, ends))
    return found
