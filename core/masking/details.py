"""Finding what leads to somebody without knowing them: a house, a postcode, a telephone number, an e-mail address.

Own patterns for telephone numbers: `phonenumbers` takes case references and years for numbers that are possible
(CAL-2026-0053), and leaves out what it does not hold for valid, which a number in a report need not be.
"""

import re
from collections.abc import Iterator

from core.masking.addresses import in_full

EMAIL = re.compile(r"(?<![^\s@<>()\[\],;:])[^\s@<>()\[\],;:]+@[^\s@<>()\[\],;:]{1,190}[^\W_]")
EMAIL_IN_WORDS = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}(?:\s{0,2}[(\[{<]\s?at\s?[)\]}>]\s{0,2}|\s{1,2}at\s{1,2}(?=[\w-]{1,63}\s{1,2}dot\s))"
    r"[\w-]{1,63}(?:(?:\.|\s{0,2}[(\[{<]\s?dot\s?[)\]}>]\s{0,2}|\s{1,2}dot\s{1,2})[\w-]{1,63}){1,4}",
    re.IGNORECASE,
)
"""JANE (at) x.org, jane at x dot org."""

TELEPHONE = re.compile(
    r"(?<![\w/])(?:(?:\+|00[\s-]?)\d{1,3}|0)(?:[\s().–-]{0,2}\d){9,12}(?!\w)"
    r"|(?<![\w/])0\d{2,5}\s?/\s?\d{3}(?:[\s-]?\d){3,6}(?!\w)"
    r"|(?<![\w/.-])7\d{3}(?:[\s-]?\d{3}){2}(?![\w/-])"
)
"""With the code of a country, or without; a slash after the area's; a mobile's without its first 0."""

POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s{0,3}\d[A-Z]{2}\b", re.IGNORECASE)
HOUSE = re.compile(
    r"\b(?:(?:flat|apartment|apt|room|unit)\s{1,2}(?:\w{1,4},?\s{1,2}(?=\d))?)?"
    r"\d{1,4}[a-z]?,?\s{1,2}(?:[^\W\d_][\w'’-]{0,30}\s{1,2}){1,3}?"
    r"(?:road|rd|street|st|lane|ln|avenue|ave|close|cl|drive|court|ct|crescent|cres|place|pl|terrace|terr|gardens|gdns|"
    r"grove|way|walk|hill|row|square|sq|mews|park|view|rise|green|croft|(?-i:Bank|Brow|End|Fold|Garth|Gate|Grange|House|"
    r"Lodge|Mansions|Meadows?|Mount|Parade|Towers?|Vale|Wharf|Yard))\b",
    re.IGNORECASE,
)
"""What is a word as well ends a street with a capital letter alone."""


def details_in(original: str, own_address: str, own_postcode: str) -> Iterator[tuple[int, int]]:
    """Every e-mail address, telephone number, postcode and house of a text but the person's own house and postcode."""
    for pattern in (EMAIL, EMAIL_IN_WORDS, TELEPHONE):
        yield from (found.span() for found in pattern.finditer(original))
    own_code = _squeezed(own_postcode)
    yield from (found.span() for found in POSTCODE.finditer(original) if _squeezed(found[0]) != own_code)
    own = in_full(own_address)
    yield from (found.span() for found in HOUSE.finditer(original) if in_full(found[0]) not in own)


def _squeezed(postcode: str) -> str:
    return "".join(postcode.split()).casefold()
