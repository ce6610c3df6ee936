"""How one name may be written: in one word or two, run together, with its umlaut spelled out, inflected. Pure.

Rules and no distance: where rapidfuzz finds "Wojcikowi" for "Wójcik" it finds "Walked" for "Walker" long before.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from core.masking.folding import fold, listed

WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")

PARTICLES = listed("da de del della den der di do dos du la le lo van von al el bin bint ibn abu st ap ab o mac mc")
"""Parts of names that are no name by themselves where the name has others."""

_BEFORE_APOSTROPHES = listed("d l m n o")

PREFIXES = _BEFORE_APOSTROPHES | listed("mc mac fitz al el de di du la le van von")
"""What a name begins with that is written together with the rest, or not: O Brien, Mc Donald, Desouza."""

_LEAST_REST = 3

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})

_ENDINGS = ("owie", "owej", "ovej", "owi", "ovi", "owa", "ova", "iem", "ami", "em", "om", "ow", "u", "a")
"""Of a Polish, Czech or Slovak name that ends in a consonant."""

_LEAST_BENT = 5
"""Letters of a name that is looked for with an ending: Mark is not Marka."""

_OF_SKI = ("iego", "iemu", "iej", "ich", "imi", "im", "cy", "i", "a")
"""What follows the stem of Kowalski, whose wife is Kowalska."""


def parts_of(text: str) -> list[str]:
    """The folded words of a name, in order, without what says that something is theirs."""
    return [singular(found) for found in WORD.findall(fold(text).text)]


def singular(word: str) -> str:
    """The word without what says that something is theirs."""
    return word.removesuffix("'s")


def spelled_out(text: str) -> str:
    """Folded, with umlauts as two letters: Mueller for Müller. Nothing, if it has none."""
    if text.isascii():
        return ""
    plain = unicodedata.normalize("NFC", text).casefold()
    out = plain.translate(_UMLAUTS)
    return fold(out).text if out != plain else ""


def ways_of(text: str) -> frozenset[str]:
    """A given name or a family name in its words, and all of it in one: Ravenhall-Moss is Ravenhallmoss, too."""
    found: set[str] = set()
    for spelling in filter(None, (text, spelled_out(text))):
        parts = parts_of(spelling)
        found.update(parts, (part.replace("'", "") for part in parts))
        if len(parts) > 1:
            found.add("".join(parts).replace("'", ""))
    return frozenset(found | {other for part in found for other in _as_heard(part)})


def _as_heard(part: str) -> Iterator[str]:
    """McDonald is Macdonald, too."""
    for one, other in (("mac", "mc"), ("mc", "mac")):
        rest = part.removeprefix(one)
        if rest != part and len(rest) >= _LEAST_REST:
            yield other + rest
            return


def together(given: Sequence[str], family: Sequence[str]) -> frozenset[str]:
    """Given name and family name run together, either first, whole or a part of it."""
    firsts, lasts = _and_all_of(given), _and_all_of(family)
    return frozenset(
        one + two
        for first in firsts
        for last in lasts
        for one, two in ((first, last), (last, first))
        if min(len(one), len(two)) > 1
    )


def _and_all_of(parts: Sequence[str]) -> set[str]:
    bare = [part.replace("'", "") for part in parts]
    return {*bare, "".join(bare)}


def begins_with(part: str) -> str:
    """What a name begins with that may be written apart: the O of O'Brien and of Obrien. Nothing, if nothing does."""
    for prefix in sorted(PREFIXES, key=len, reverse=True):
        rest = part.removeprefix(prefix)
        if (
            rest != part
            and len(rest.lstrip("'")) >= _LEAST_REST
            and (prefix not in _BEFORE_APOSTROPHES or rest[0] == "'")
        ):
            return prefix
    return ""


def unbent(word: str) -> Iterator[str]:
    """What a folded word may be an inflected form of."""
    for ending in _OF_SKI:
        if word.endswith(ending) and (stem := word.removesuffix(ending)).endswith(("sk", "ck")):
            yield from (f"{stem}i", f"{stem}a")
    if not word.endswith(_ENDINGS):
        return
    for ending in _ENDINGS:
        base = word.removesuffix(ending)
        if len(base) < _LEAST_BENT or base == word or base[-1] in "aeiouy'":
            continue
        yield base
        if base[-1] == "k" and base[-2] not in "aeiouy":
            yield f"{base[:-1]}ek"
