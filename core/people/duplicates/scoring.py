"""Whether two records may be of one person, and what speaks for and against it. Pure: two records in, findings out.

Each finding has a weight, for or against, as record linkage has it (Fellegi and Sunter, 1969): what rarely agrees by
chance weighs much, what is missing weighs nothing, and what one person cannot have twice weighs against. The weights
are this project's own; no book was used to find them.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import cached_property
from itertools import combinations

from rapidfuzz.distance import OSA

from core.people.names import folded

PROPOSED = 5.0
"""From this sum of weights on two records are proposed."""

STRONG = 9.0
"""From this sum on it would be a wonder if they were two people's."""

LARGEST_BLOCK = 100
"""Records that share a key, at most: more of them share it for another reason, a hostel's postcode for one."""

_TURNED = -0.5
"""What names weigh less that agree only when one is turned round: a form filled in wrongly, or somebody else's."""

_GENERATION = timedelta(days=12 * 365)

_KINDS = (
    ("avenue", "av", "ave"),
    ("close", "cl"),
    ("crescent", "cres"),
    ("court", "ct"),
    ("drive", "dr"),
    ("gardens", "gdns"),
    ("grove", "gr"),
    ("lane", "la", "ln"),
    ("park", "pk"),
    ("place", "pl"),
    ("road", "rd"),
    ("square", "sq"),
    ("street", "st", "str"),
    ("terrace", "ter", "terr"),
)
"""Kinds of street, and how people write them short."""

_SHORT = {short: kind for kind, *shorts in _KINDS for short in shorts}


@dataclass(frozen=True)
class Held:
    """What one record holds, as far as it is compared. An address that is protected is not among it."""

    id: int
    given_name: str = ""
    family_name: str = ""
    known_as: str = ""
    born: date | None = None
    address: str = ""
    postcode: str = ""

    @cached_property
    def given(self) -> str:
        """Given names without case, accents and marks."""
        return _letters(self.given_name)

    @cached_property
    def family(self) -> str:
        """The family name, likewise."""
        return _letters(self.family_name)

    @cached_property
    def nickname(self) -> str:
        """What they are known as, likewise."""
        return _letters(self.known_as)

    @cached_property
    def place(self) -> str:
        """The postcode without blanks."""
        return "".join(folded(self.postcode).split())

    @cached_property
    def house(self) -> frozenset[str]:
        """The numbers of the address."""
        return frozenset(word for word in self._words if word[0].isdigit())

    @cached_property
    def street(self) -> str:
        """The words of the address, kinds of street written out."""
        return " ".join(_SHORT.get(word, word) for word in self._words if not word[0].isdigit())

    @cached_property
    def _words(self) -> list[str]:
        return re.findall(r"[^\W_]+", folded(self.address))


@dataclass(frozen=True, slots=True)
class Finding:
    """What speaks for one person, or against: a sentence, and how much it weighs. Below 0 it speaks against."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two records, the older number first, with all that was found."""

    one: int
    other: int
    findings: tuple[Finding, ...]

    @property
    def score(self) -> float:
        """How much more speaks for one person than against."""
        return sum(finding.weight for finding in self.findings)

    @property
    def strong(self) -> bool:
        """Whether it would be a wonder if they were two people's."""
        return self.score >= STRONG

    @property
    def speaks_for(self) -> Sequence[str]:
        """What says that they are of one person, the weightiest first."""
        return [each.text for each in sorted(self.findings, key=lambda each: -each.weight) if each.weight > 0]

    @property
    def speaks_against(self) -> Sequence[str]:
        """What says that they are of two, the weightiest first."""
        return [each.text for each in sorted(self.findings, key=lambda each: each.weight) if each.weight < 0]


def likeness(a: Held, b: Held) -> Likeness:
    """All that speaks for and against two records being one person's."""
    one, other = sorted((a, b), key=lambda each: each.id)
    named, names = _names(one, other)
    lives, places = _places(one, other)
    together = [*names, *_births(one, other), *places]
    if lives and named is _Named.FAMILY:
        together.append(Finding("Different given names at the same address: perhaps a family", -2))
        if one.born is not None and one.born == other.born:
            together.append(Finding("The same day of birth with different given names: perhaps twins", -3))
    return Likeness(one.id, other.id, tuple(together))


def likely(people: Iterable[Held]) -> list[Likeness]:
    """The pairs that are proposed, the likest first. Only those are compared that share one of `keys`."""
    by_id = {each.id: each for each in people}
    blocks: dict[Hashable, list[int]] = {}
    for each in by_id.values():
        for key in set(keys(each)):  # its own names can be alike
            blocks.setdefault(key, []).append(each.id)
    pairs = {
        pair for block in blocks.values() if len(block) <= LARGEST_BLOCK for pair in combinations(sorted(block), 2)
    }
    found = (likeness(by_id[one], by_id[other]) for one, other in pairs)
    return sorted(
        (each for each in found if each.score >= PROPOSED), key=lambda each: (-each.score, each.one, each.other)
    )


def keys(person: Held) -> Iterator[Hashable]:
    """What two records of one person share at least one of, however one was written.

    The day of birth; the day with month and day swapped, as one key; the postcode with the house; a word of the name
    with the beginning of another, in either order and by its sound.
    """
    if person.born is not None:
        born = person.born
        yield "born", born.year, *sorted((born.month, born.day))
    if person.place and person.house:
        yield "house", person.place, min(person.house)
    words = sorted({person.given, person.family, person.nickname} - {""})
    for a, b in combinations(words, 2):
        yield "names", _sound(a), b[:3]
        yield "names", _sound(b), a[:3]
    if len(words) == 1:
        yield "name", words[0]


class _Named(Enum):
    """How two names agree, as far as it matters for the rest."""

    SAME = "same"
    FAMILY = "family"
    OTHER = "other"


def _names(one: Held, other: Held) -> tuple[_Named, list[Finding]]:
    straight = _compared((one.given, one.family), (other.given, other.family), one, other)
    turned = _compared((one.given, one.family), (other.family, other.given), one, other)
    if sum(each.weight for each in turned[1]) + _TURNED > sum(each.weight for each in straight[1]):
        return turned[0], [*turned[1], Finding("Given name and family name are in the other order", _TURNED)]
    return straight


def _compared(mine: tuple[str, str], theirs: tuple[str, str], one: Held, other: Held) -> tuple[_Named, list[Finding]]:
    given, family = _given(mine[0], theirs[0], one, other), _family(mine[1], theirs[1], one, other)
    if family.weight <= 0:
        return _Named.OTHER, [each for each in (family, given) if each.weight]
    kind = _Named.SAME if given.weight >= 0 else _Named.FAMILY
    return kind, [each for each in (family, given) if each.weight]


def _family(mine: str, theirs: str, one: Held, other: Held) -> Finding:
    if not mine or not theirs:
        return _by_nickname(mine or theirs, one, other) if mine or theirs else Finding("", 0)
    if mine == theirs:
        return Finding("The family names are the same", 4)
    if _nearly(mine, theirs):
        return Finding("The family names differ by a letter or two", 3)
    if (theirs in mine or mine in theirs) and min(len(mine), len(theirs)) >= 4:
        return Finding("One family name is a part of the other", 2)
    return Finding("The family names are different", -4)


def _given(mine: str, theirs: str, one: Held, other: Held) -> Finding:
    if not mine or not theirs:
        return _by_nickname(mine or theirs, one, other) if mine or theirs else Finding("", 0)
    if mine == theirs:
        return Finding("The given names are the same", 3)
    if _nearly(mine, theirs):
        return Finding("The given names differ by a letter or two", 2)
    short, long = sorted((mine, theirs), key=len)
    if long.startswith(short):
        if len(short) >= 3:
            return Finding("One given name is the beginning of the other", 2)
        return Finding("One given name is an initial of the other", 1)
    if {mine, theirs} & {one.nickname, other.nickname}:
        return Finding("One is known as what the other is named", 2)
    return Finding("The given names are different", -4)


def _by_nickname(name: str, one: Held, other: Held) -> Finding:
    """Of somebody of whom a part of the name is missing."""
    known = {one.nickname, other.nickname} - {""}
    if name in known and name not in (one.nickname and one.given, other.nickname and other.given):
        return Finding("One is known as what the other is named", 2)
    return Finding("", 0)


def _births(one: Held, other: Held) -> list[Finding]:
    a, b = one.born, other.born
    if a is None or b is None:
        return []
    if a == b:
        return [Finding("The dates of birth are the same", 5)]
    if a.year == b.year and (a.month, a.day) == (b.day, b.month):
        return [Finding("Day and month of birth are the other way round", 3.5)]
    apart = abs(a - b)
    if OSA.distance(f"{a:%Y%m%d}", f"{b:%Y%m%d}") == 1:
        return [Finding("The dates of birth differ by one digit", 2)]
    if apart.days <= 2:
        return [Finding(f"The dates of birth are {apart.days} day{'s' if apart.days > 1 else ''} apart", 2)]
    if apart >= _GENERATION:
        years = apart.days // 365
        return [Finding(f"The dates of birth are {years} years apart: perhaps parent and child", -8)]
    return [Finding("The dates of birth are different", -5)]


def _places(one: Held, other: Held) -> tuple[bool, list[Finding]]:
    """Whether they live in one house, as far as it is told, and what the addresses say."""
    found = []
    same_house = bool(one.house) and one.house == other.house
    same_street = bool(one.street) and (one.street == other.street or _nearly(one.street, other.street))
    if one.place and other.place:
        if one.place == other.place:
            found.append(Finding("The postcodes are the same", 2))
        elif _nearly(one.place, other.place):
            found.append(Finding("The postcodes differ by one character", 1))
        else:
            found.append(Finding("The postcodes are different", -1))
    if one.street and other.street:
        if same_street and (same_house or not (one.house or other.house)):
            found.append(Finding("The addresses are the same", 3))
        elif not same_street:
            found.append(Finding("The addresses are different", -1))
        elif one.house and other.house:
            found.append(Finding("The same street, and another house", -0.5))
    lives = same_house and (same_street or (bool(one.place) and one.place == other.place))
    return lives, found


def _nearly(a: str, b: str) -> bool:
    """Typing errors apart: one in a short word, two in a long one; in one of three letters, a letter more."""
    short = min(len(a), len(b))
    if short < 4:
        return short == 3 and len(a) != len(b) and a[0] == b[0] and bool(OSA.distance(a, b) == 1)
    most = 1 if short < 8 else 2
    return bool(OSA.distance(a, b, score_cutoff=most) <= most)


_CODES: Sequence[tuple[str, str]] = (("bfpv", "1"), ("cgjkqsxz", "2"), ("dt", "3"), ("l", "4"), ("mn", "5"), ("r", "6"))

_CODE: Callable[[str], str | None] = {letter: code for letters, code in _CODES for letter in letters}.get


def _sound(word: str) -> str:
    """Roughly how a name sounds (Soundex): names that are spelt another way mostly share it."""
    codes = [_CODE(letter) for letter in word]
    kept = [code for at, code in enumerate(codes) if at and code and code != codes[at - 1]]
    return (word[:1] + "".join(kept) + "000")[:4]


def _letters(name: str) -> str:
    """Words of a folded name without hyphens and apostrophes: O'Neill and ONeill are one."""
    return " ".join(re.sub(r"[^\w\s]", "", part) for part in folded(name.replace("-", " ")).split()).strip()
