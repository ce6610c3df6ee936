"""Whether a text seems to hold an address. Pure: the text, and the address as it is kept.

It warns, and a person decides: it would rather ask once too often than miss a street written shorter.
"""

import re
from collections.abc import Iterator

from core.people.names import folded

POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)

NUMBER = re.compile(r"\d{1,5}[a-z]?")
"""Of a house or a flat."""

NUMBERED_STREET = re.compile(
    r"\b\d{1,3}[a-z]?,? [a-z'-]+ (?:[a-z'-]+ )?"
    r"(?:avenue|ave|close|crescent|drive|gardens|grove|lane|ln|mews|road|rd|street|st|terrace)\b"
)
"""In a folded text."""

KINDS_OF_STREET = frozenset(
    {
        *("apartment", "apt", "flat", "flats", "house", "of", "room", "the", "unit"),
        *("ave", "avenue", "cl", "close", "court", "cres", "crescent", "ct", "dr", "drive", "gardens", "gdns", "green"),
        *("grove", "hill", "lane", "ln", "mews", "park", "pl", "place", "rd", "road", "row", "sq", "square", "st"),
        *("street", "ter", "terrace", "walk", "way"),
    }
)
"""Written in full, short, or left out."""

NEAR = 5
"""Words between a number and its street, at most."""


def seems_to_hold(text: str, address: str, postcode: str) -> bool:
    """Whether a text holds a number of that address near its street, or beside its postcode; or its house by name."""
    words = _words(text)
    numbers = {word for word in _words(address) if NUMBER.fullmatch(word)}
    squeezed = "".join(postcode.split()).casefold()
    has_postcode = bool(squeezed) and squeezed in "".join(text.split()).casefold()
    if not numbers:
        return has_postcode or any(True for street in _streets(address) for _ in _places(words, street))
    if has_postcode and numbers & set(words):
        return True
    return any(
        numbers & set(words[max(0, at - NEAR) : at + len(street) + NEAR])
        for street in _streets(address)
        for at in _places(words, street)
    )


def holds_some_address(text: str) -> bool:
    """Whether a text holds a postcode, and a number besides; or a number before the name and kind of a street."""
    if not any(map(str.isdigit, text)):
        return False
    without = POSTCODE.sub(" ", text)
    if without != text and any(NUMBER.fullmatch(word) for word in _words(without)):
        return True
    return NUMBERED_STREET.search(folded(text)) is not None


def _streets(address: str) -> Iterator[list[str]]:
    """The telling words of its lines: of "Flat 2, 14 Harbour Lane, Northbridge" just "harbour", without the town."""
    lines = [_words(line) for line in re.split(r"[\n,;]", address) if line.strip()]
    numbered = [any(map(NUMBER.fullmatch, line)) for line in lines]
    first, told = numbered.index(True) if True in numbered else 0, False
    for line, has_number in list(zip(lines, numbered, strict=True))[first:]:
        words = [word for word in line if not NUMBER.fullmatch(word)]
        telling = [word for word in words if word not in KINDS_OF_STREET] or (words if len(words) > 1 else [])
        if telling and (has_number or not told):
            yield telling
            told = True


def _places(words: list[str], street: list[str]) -> Iterator[int]:
    """Where the street stands among the words."""
    last = len(words) - len(street)
    yield from (at for at in range(last + 1) if words[at : at + len(street)] == street)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", folded(text))
