"""Where somebody's address stands in a text: as it is kept, its number and street, its street, its postcode. Pure."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from core.masking.folding import fold, listed, phrase_pattern
from core.masking.reading import Reading

SHORT = {
    "av": "avenue", "ave": "avenue", "cl": "close", "cres": "crescent", "ct": "court", "dr": "drive", "gdns": "gardens",
    "gr": "grove", "ln": "lane", "pk": "park", "pl": "place", "rd": "road", "sq": "square", "st": "street",
    "ter": "terrace", "terr": "terrace",
}  # fmt: skip
"""Kinds of streets as they are written short."""

KINDS = frozenset(SHORT.values()) | listed("""
    bank brow buildings croft end fold garth gate green grange heath hill house lodge mansions meadow meadows mews mount
    parade rise row tower towers vale view walk way wharf yard
    """)

COMMON = listed("""
    a bridge castle chapel church east front high hill king's kings long lower main market mill new north old park
    queen's queens school south spring station the top upper victoria water well west
    """)
"""Words that streets begin with and that stand for much else: by themselves they are no street."""

NUMBER_ALONE = re.compile(r"\b(?:no|number|house)[\s.]{1,3}(\d{1,4}[a-z]?)\b")
"""No. 6: a neighbour's, where the street is the person's own."""

KIND_AFTER = re.compile(rf"[\s,-]{{1,3}}(?:{'|'.join(sorted(KINDS | SHORT.keys()))})\b")

_LEAST = 3
"""Letters of a street's first word."""


class Address:
    """An address that is looked for: what of it tells where it is, but what `own`, the person's, says as well.

    A street without its number tells less than one with it, and still where somebody lives who is spoken of.
    """

    def __init__(self, address: str, postcode: str, own: str) -> None:
        self._lines = lines_of(address, postcode)
        self._streets = [_Street(number, words) for number, words in _streets(address)]
        self._own = in_full(own)

    def places_in(self, reading: Reading) -> Iterator[tuple[int, int]]:
        """Where it stands, or a part of it."""
        text = reading.folded
        for pattern in self._phrases:
            yield from (text.place(*found.span()) for found in pattern.finditer(text.text))
        for street in self._streets:
            yield from street.places_in(reading, self._own)

    def beginnings(self) -> Iterator[str]:
        """A word of each way in which it may stand in a text."""
        for line in self._lines:
            yield from _words(line)[:1]
        for street in self._streets:
            yield street.words[0]

    @cached_property
    def _phrases(self) -> Sequence[re.Pattern[str]]:
        """What is found as it is kept: not a line that is found as a street."""
        streets = [[each.number, *each.words] for each in self._streets]
        kept = (line for line in self._lines if _words(line) not in streets and in_full(line) not in self._own)
        return [pattern for line in kept if (pattern := phrase_pattern(line)) is not None]


class _Street:
    """12 Foxglove Croft; without its number; 12 Foxglove, 12 Foxglove Bank, 12 foxglove cl."""

    def __init__(self, number: str, words: Sequence[str]) -> None:
        self.number, self.words = number, words

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        first, *more = self.words
        rest = "".join(
            rf"[\s,'-]{{{0 if word == 's' else 1},5}}{_any_kind(word) if word is more[-1] else re.escape(word)}"
            for word in more
        )
        return re.compile(
            rf"\b(?P<number>{re.escape(self.number)}[\s,-]{{1,5}})?{re.escape(first)}\b(?P<rest>{rest}\b)?"
        )

    def places_in(self, reading: Reading, own: str) -> Iterator[tuple[int, int]]:
        """Where it stands, unless `own` says the same: with its number, or so that it can be nothing but a street."""
        text, first = reading.folded, self.words[0]
        is_whole_own = in_full(f"{self.number} {' '.join(self.words)}") in own
        is_short_own = f" {self.number} {first} " in own
        is_street_own = in_full(" ".join(self.words)) in own
        is_alone = len(self.words) > 1 and not COMMON.issuperset(self.words[:-1]) and not is_street_own
        if is_street_own and f" {self.number} " not in own:
            numbers = (found for found in NUMBER_ALONE.finditer(text.text) if found[1] == self.number)
            yield from (text.place(*found.span()) for found in numbers)
        for found in self._pattern.finditer(text.text):
            at, ends = found.span()
            if found["rest"] is not None:
                tells = not is_whole_own if found["number"] else is_alone
            elif found["number"] and not is_short_own:
                kind = KIND_AFTER.match(text.text, ends)
                begins, _ = text.place(ends - len(first), ends)
                ends = kind.end() if kind is not None else ends
                tells = kind is not None or not (first in COMMON or reading.text[begins].islower())
            else:
                tells = False
            if tells:
                yield text.place(at, ends)


def lines_of(address: str, postcode: str) -> Sequence[str]:
    """What of an address tells where it is: the whole, its first line and those with a number, and the postcode."""
    lines = _lines(address)
    telling = [line for n, line in enumerate(lines) if any(map(str.isdigit, line)) or (n == 0 and " " in line)]
    return [line for line in dict.fromkeys((address, *telling, postcode)) if line]


def in_full(text: str) -> str:
    """The words of an address, folded, kinds of streets in full, with a blank on either side."""
    return "".join(f" {SHORT.get(word, word)}" for word in _words(text)) + " "


def _streets(address: str) -> list[tuple[str, list[str]]]:
    """The number and the words of each street."""
    found = []
    for line in _lines(address):
        words = _words(line)
        at = next((n for n, word in enumerate(words) if n and word[0].isalpha() and words[n - 1][0].isdigit()), None)
        if at is not None and len(words[at]) >= _LEAST and words[at] not in KINDS:
            found.append((words[at - 1], words[at:]))
    return found


def _any_kind(word: str) -> str:
    """A kind of street in full and short."""
    full = SHORT.get(word, word)
    kinds = sorted({word, full, *(short for short, kind in SHORT.items() if kind == full)})
    return f"(?:{'|'.join(kinds)})" if len(kinds) > 1 else re.escape(word)


def _lines(address: str) -> list[str]:
    return [line.strip() for line in re.split(r"[\n,;]", address) if line.strip()]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(text).text)
