"""Finding people's names in typed text, however they are written: pure, and rather once too often than not at all.

What is found is proposed to a person, who lifts what need not be masked. What no rule finds ("the lady next door")
they add.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.masking.folding import is_unspaced, listed
from core.masking.initials import initials_of
from core.masking.reading import FORMAL, TITLES, Reading, Word
from core.masking.spelling import PARTICLES, begins_with, parts_of, spelled_out, together, ways_of

EVERYDAY = listed("""
    a abbey all an and angel art as at baker banks bar bill bird bishop black blue boss bridge bright brook brown
    burns bush butler carpenter carter case chance chase church clay cliff close cole cook cooper court cox cross
    dale dan dawn day dean dee drew english faith farmer farrow field fisher fox frank free french gardener gene
    glen grace grant gray green guy hall hand harry heather heath hill holly home hope house hunt hunter iris ivy
    jack joy judge june kay king knight lake lane lee little long lord love major marsh mark marks mason may merry
    mills miller moon moss new nick noble north old olive page park parker parks pat pearl penny pope potter powers
    price prince queen ray read reed rich rob robin rock rod rose ruby sale savage shaw short singer sky small smart
    smith south stone storm street strong sue summer sun swan taylor temple the thomas tom turner violet walker wall
    ward waters way webb wells west white will wise wood woods worker young
    """)
"""Words that are names as well: in small letters they are words, but after a title."""

_LEAST_SMALL = 8
"""Letters of two names that are run together in small letters: Jo King is not joking."""


@dataclass(frozen=True)
class Name:
    """A person's name in folded words: given names (and what they are known as), family names."""

    given: frozenset[str]
    family: frozenset[str]
    joined: frozenset[str] = frozenset()
    """Given name and family name run together."""
    particles: frozenset[str] = frozenset()
    """Words that belong to it beside others of it, and mean nobody by themselves."""
    initials: frozenset[str] = frozenset()
    """By their keys."""

    @cached_property
    def parts(self) -> frozenset[str]:
        """Every word that is this person."""
        return self.given | self.family | self.joined

    @cached_property
    def everyday(self) -> frozenset[str]:
        """Those of them that are words as well."""
        return self.parts & EVERYDAY


def name_of(given: str, family: str = "", known_as: str = "") -> Name:
    """A name from how it is written in the books."""
    groups = [parts_of(each) for each in (given, known_as, family)]
    first, second, last = groups
    ways = [(group, parts_of(spelled_out(each))) for group, each in zip(groups, (given, known_as, family), strict=True)]
    joined = (together(one, two) for first in ways[:2] for one in first for two in ways[2])
    given_ways, family_ways = ways_of(given) | ways_of(known_as), ways_of(family)
    beside_others = {part for group in groups if len(set(group)) > 1 for part in group if part in PARTICLES}
    return Name(
        given=given_ways,
        family=family_ways,
        joined=frozenset().union(*joined),
        particles=frozenset(beside_others | set(map(begins_with, given_ways | family_ways)) - {""}),
        initials=initials_of(first, second, last),
    )


def name_of_one(full: str) -> Name:
    """A name that is kept in one piece: its last word is the family's."""
    *given, family = full.split() or [""]
    return name_of(" ".join(given), family)


def names_in(reading: Reading, others: Sequence[Name], own: Name) -> Iterator[tuple[int, int]]:
    """Where the names of these people stand, or what may stand for them, as passages of the text.

    A part that is the person's own name as well is another's only where it stands beside another part of theirs.
    """
    for other in others:
        words = _named(reading, other, own)
        words |= _hinted(reading, other, own)
        yield from _places(reading, other, words)
        yield from _unspaced(reading, other, own)
        keys = other.initials - own.initials
        yield from ((each.starts, each.ends) for each in reading.initials if each.key in keys)


def is_named(reading: Reading, name: Name) -> bool:
    """Whether a text names them, if only by a part of their name: not by what may be their initials, or another name.

    What does not name somebody may be kept from them, so that here what is not sure does not count.
    """
    nobody = name_of("")
    return bool(_named(reading, name, nobody)) or any(True for _ in _unspaced(reading, name, nobody))


def _named(reading: Reading, other: Name, own: Name) -> set[int]:
    words = reading.words
    maybe = set().union(*(reading.standing[part] for part in other.parts & reading.standing.keys()))
    found = {n for n in maybe if _stands_alone(words[n], other, own)}
    return found | {n for after in maybe if after for n in _pair(words, after, other, own)}


def _hinted(reading: Reading, other: Name, own: Name) -> set[int]:
    """What is theirs but for an ending, or an everyday word that a title makes a name."""
    words = reading.words
    bent = {
        n
        for part in other.parts & reading.bent.keys()
        for n in reading.bent[part]
        if not _is(words[n], own.parts) and own.parts.isdisjoint(words[n].bent)
    }
    titled = {
        n
        for part in other.everyday & reading.standing.keys()
        for n in reading.standing[part]
        if reading.is_after_title(n, FORMAL) and not _is(words[n], own.parts)
    }
    return bent | titled


def _places(reading: Reading, other: Name, found: set[int]) -> Iterator[tuple[int, int]]:
    words = reading.words
    for n in sorted(found):
        _grow(words, n, other, found)
    yield from ((words[n].starts, words[n].ends) for n in sorted(found))


def _is(word: Word, parts: frozenset[str]) -> bool:
    return not parts.isdisjoint(word.forms)


def _stands_alone(word: Word, other: Name, own: Name) -> bool:
    """A part of the other's name that can be nothing else."""
    if not _is(word, other.parts) or _is(word, own.parts):
        return False
    as_it_stands = word.forms[0]
    if len(as_it_stands) < 2 or as_it_stands in other.particles:
        return False
    if not word.is_small:
        return True
    if len(as_it_stands) < _LEAST_SMALL and other.parts.difference(other.joined).isdisjoint(word.forms):
        return False
    return as_it_stands not in PARTICLES and not _is(word, EVERYDAY)


def _pair(words: Sequence[Word], n: int, other: Name, own: Name) -> tuple[int, ...]:
    """Given name and family name of the other side by side, though neither could stand alone."""
    first, second = words[n - 1], words[n]
    beside = _is(first, other.given) and _is(second, other.family) and second.is_joined
    return (n - 1, n) if beside and not (_is(first, own.given) and _is(second, own.family)) else ()


def _grow(words: Sequence[Word], n: int, other: Name, found: set[int]) -> None:
    """Take in what belongs to the name: its other parts, initials and a title."""
    after = n + 1
    while (
        after < len(words)
        and words[after].is_joined
        and (_is(words[after], other.family) or _is_initial(words[after], other.family))
    ):
        found.add(after)
        after += 1
    before, in_family = n - 1, not other.family.isdisjoint((*words[n].forms, *words[n].bent))
    while before >= 0 and words[before + 1].is_joined:
        word = words[before]
        given = in_family and (_is(word, other.given) or _is_initial(word, other.given))
        if not (given or word.forms[0] in other.particles or word.forms[0] in TITLES):
            return
        found.add(before)
        before -= 1


def _is_initial(word: Word, parts: frozenset[str]) -> bool:
    return bool(word.letters) and any(part[0] == word.letters[0] for part in parts)


def _unspaced(reading: Reading, other: Name, own: Name) -> Iterator[tuple[int, int]]:
    """Names in scripts that put no blank between words."""
    for part in sorted(other.parts - own.parts):
        if is_unspaced(part):
            places = re.finditer(re.escape(part), reading.folded.text)
            yield from (reading.folded.place(*found.span()) for found in places)
