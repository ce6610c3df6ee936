"""Finding what leads to somebody besides a name: an address, a postcode, a telephone number, an e-mail address."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from core.dates import in_short, in_words
from core.masking.folding import Folded, fold, phrases_in

EMAIL = re.compile(r"(?<![^\s@<>()\[\],;:])[^\s@<>()\[\],;:]+@[^\s@<>()\[\],;:]{1,190}[^\W_]")
TELEPHONE = re.compile(r"(?<![\w/])(?:\+\d{1,3}|0)(?:[\s().–-]{0,2}\d){9,12}(?!\w)")
POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s{0,3}\d[A-Z]{2}\b", re.IGNORECASE)
HOUSE = re.compile(
    r"\b(?:(?:flat|apartment|room|unit)\s{1,2}\w{1,4},?\s{1,2})?\d{1,4}[a-z]?,?\s{1,2}(?:[^\W\d_][\w'’-]{0,30}\s{1,2}){1,3}?"
    r"(?:road|rd|street|st|lane|avenue|ave|close|drive|court|crescent|place|terrace|gardens|grove|way|walk|hill|row|"
    r"square|mews|park|view|rise|green)\b",
    re.IGNORECASE,
)


def details_in(original: str, own_address: str, own_postcode: str) -> Iterator[tuple[int, int]]:
    """Every e-mail address, telephone number, postcode and house of a text but the person's own house and postcode."""
    for pattern in (EMAIL, TELEPHONE):
        yield from (found.span() for found in pattern.finditer(original))
    own_code = _squeezed(own_postcode)
    yield from (found.span() for found in POSTCODE.finditer(original) if _squeezed(found[0]) != own_code)
    own = f" {_words(own_address)} "
    yield from (found.span() for found in HOUSE.finditer(original) if f" {_words(found[0])} " not in own)


def address_in(text: Folded, address: str, postcode: str, own_address: str) -> Iterator[tuple[int, int]]:
    """Where somebody's address, its first line, and its postcode stand; not what the person shares with them."""
    own = f" {_words(own_address)} "
    for line in lines_of(address, postcode):
        if f" {_words(line)} " not in own:
            yield from phrases_in(text, line)


def lines_of(address: str, postcode: str) -> Sequence[str]:
    """What of an address tells where it is: the whole, its first line and those with a number, and the postcode."""
    lines = [line.strip() for line in re.split(r"[\n,;]", address) if line.strip()]
    telling = [line for n, line in enumerate(lines) if any(map(str.isdigit, line)) or (n == 0 and " " in line)]
    return [line for line in dict.fromkeys((address, *telling, postcode)) if line]


def birthday_in(text: Folded, born: date) -> Iterator[tuple[int, int]]:
    """Where a day of birth stands, as it is written here."""
    short = f"{born.year % 100:02}"
    if short not in text.text:
        return
    written: Sequence[str] = (
        in_words(born),
        in_short(born),
        born.isoformat(),
        *(f"{day}{mark}{month}{mark}{year}"
          for mark in "/.-"
          for day, month in ((f"{born.day:02}", f"{born.month:02}"), (str(born.day), str(born.month)))
          for year in (str(born.year), short)),
    )  # fmt: skip
    for each in dict.fromkeys(written):
        yield from phrases_in(text, each)


def _squeezed(postcode: str) -> str:
    return "".join(postcode.split()).casefold()


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", fold(text).text))
