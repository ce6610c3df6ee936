"""Finding people's names in typed text, however they are written: pure, and rather once too often than not at all.

What is found is proposed to a person, who lifts what need not be masked. What no rule finds ("the lady next door")
they add.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.masking.folding import Folded, fold, is_unspaced

WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def _listed(words: str) -> frozenset[str]:
    return frozenset(WORD.findall(words))


TITLES = _listed(
    """
    mr mrs ms miss mx dr master sir lady rev prof sister brother auntie uncle
    """
)

PARTICLES = _listed(
    """
    da de del della den der di do dos du la le lo van von al el bin bint ibn abu st ap ab o mac mc
    """
)
"""Parts of names that are no name by themselves."""

EVERYDAY = _listed(
    """
    a abbey all an and angel art as at baker banks bar bill bird bishop black blue boss bridge bright brook brown
    burns bush butler carpenter carter case chance chase church clay cliff close cole cook cooper court cox cross
    dale dan dawn day dean dee drew english faith farmer farrow field fisher fox frank free french gardener gene
    glen grace grant gray green guy hall hand harry heather heath hill holly home hope house hunt hunter iris ivy
    jack joy judge june kay king knight lake lane lee little long lord love major marsh mark marks mason may merry
    mills miller moon moss new nick noble north old olive page park parker parks pat pearl penny pope potter powers
    price prince queen ray read reed rich rob robin rock rod rose ruby sale savage shaw short singer sky small smart
    smith south stone storm street strong sue summer sun swan taylor temple the thomas tom turner violet walker wall
    ward waters way webb wells west white will wise wood woods worker young
    """
)
"""Words that are names as well: in small letters they are words."""

INITIALS_OF_OTHERS = _listed(
    """
    GP PC TV AM PM CC CS MP PS HO UK EU AA AB DA ID IT OK RE TA
    """
)
"""Pairs of capitals that minutes are full of."""

_PROCLITICS = "وفبكل"
"""Arabic particles that are written together with the name that follows."""


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name in folded parts: given names (and what they are known as), family names."""

    given: frozenset[str]
    family: frozenset[str]

    @property
    def parts(self) -> frozenset[str]:
        """All of them."""
        return self.given | self.family


def name_of(given: str, family: str = "", known_as: str = "") -> Name:
    """A name from how it is written in the books."""
    return Name(frozenset(_parts(f"{given} {known_as}")), frozenset(_parts(family)))


def name_of_one(full: str) -> Name:
    """A name that is kept in one piece: its last part is the family's."""
    parts = _parts(full)
    return Name(frozenset(parts[:-1]), frozenset(parts[-1:]))


def _parts(text: str) -> list[str]:
    return [_singular(found) for found in WORD.findall(fold(text).text)]


def _singular(word: str) -> str:
    return word.removesuffix("'s")


@dataclass(frozen=True, slots=True)
class _Word:
    forms: tuple[str, ...]
    """As it stands, and without what says whose it is or that there are several."""
    starts: int
    ends: int
    written: str
    gap: str
    """What stands between it and the word before."""


def names_in(text: Folded, original: str, others: Sequence[Name], own: Name) -> Iterator[tuple[int, int]]:
    """Where the names of these people stand, as passages of `original`, which `text` is folded from.

    A part that is the person's own name as well is another's only where it stands beside another part of theirs.
    """
    words = list(_words(text, original))
    standing: defaultdict[str, set[int]] = defaultdict(set)
    for n, word in enumerate(words):
        for form in word.forms:
            standing[form].add(n)
    for other in others:
        maybe = sorted(set().union(*(standing[part] for part in other.parts)))
        found = {n for n in maybe if _stands_alone(words[n], other, own)}
        found |= {n for after in maybe if after for n in _pair(words, after, other, own)}
        for n in sorted(found):
            _grow(words, n, other, found)
        found |= {n for pair in _pairs(other) - _pairs(own) for n in standing[pair] if _is_capitals(words[n])}
        yield from ((words[n].starts, words[n].ends) for n in sorted(found))
        yield from _unspaced(text, other, own)


def forms_in(text: Folded, original: str) -> set[str]:
    """Every word of a text, as it stands and as a name could stand in it: all that `names_in` compares."""
    return {form for word in _words(text, original) for form in word.forms}


def initials_of(name: Name) -> set[str]:
    """Pairs of a given and a family name's first letters."""
    return _pairs(name)


def _words(text: Folded, original: str) -> Iterator[_Word]:
    end = 0
    for match in WORD.finditer(text.text):
        word, ends = match[0], match.end()
        if text.text[ends : ends + 1] == "'" and word.endswith("s"):
            ends += 1
        bare = _singular(word)
        forms = [word, bare, bare.removesuffix("es"), bare.removesuffix("s")]
        forms += [form[1:] for form in (bare,) if form[0] in _PROCLITICS and len(form) > 3]
        starts, stops = text.place(match.start(), ends)
        gap, end = text.text[end : match.start()], ends
        yield _Word(tuple(dict.fromkeys(forms)), starts, stops, original[starts:stops], gap)


def _is(word: _Word, parts: frozenset[str]) -> bool:
    return not parts.isdisjoint(word.forms)


def _stands_alone(word: _Word, other: Name, own: Name) -> bool:
    """A part of the other's name that can be nothing else."""
    if not _is(word, other.parts) or _is(word, own.parts):
        return False
    if len(word.forms[0]) < 2 or word.forms[0] in PARTICLES:
        return False
    return not (_is(word, EVERYDAY) and word.written == word.written.lower() != word.written.upper())


def _pair(words: Sequence[_Word], n: int, other: Name, own: Name) -> tuple[int, ...]:
    """Given name and family name of the other side by side, though neither could stand alone."""
    first, second = words[n - 1], words[n]
    beside = _is(first, other.given) and _is(second, other.family) and _joined(second)
    return (n - 1, n) if beside and not (_is(first, own.given) and _is(second, own.family)) else ()


def _grow(words: Sequence[_Word], n: int, other: Name, found: set[int]) -> None:
    """Take in what belongs to the name: its other parts, initials and a title."""
    after = n + 1
    while (
        after < len(words)
        and _joined(words[after])
        and (_is(words[after], other.family) or _is_initial(words[after], other.family))
    ):
        found.add(after)
        after += 1
    before, in_family = n - 1, _is(words[n], other.family)
    while before >= 0 and _joined(words[before + 1]):
        word = words[before]
        given = in_family and (_is(word, other.given) or _is_initial(word, other.given))
        particle = word.forms[0] in PARTICLES and word.forms[0] in other.parts
        if not (given or particle or word.forms[0] in TITLES):
            return
        found.add(before)
        before -= 1


def _joined(word: _Word) -> bool:
    """Nothing but a blank, a dash or an initial's full stop before it."""
    return 0 < len(word.gap) <= 3 and not word.gap.strip(" .-") and "\n" not in word.gap


def _is_initial(word: _Word, parts: frozenset[str]) -> bool:
    return len(word.forms[0]) == 1 and word.written.isupper() and any(part[0] == word.forms[0] for part in parts)


def _is_capitals(word: _Word) -> bool:
    """Two capitals that may be somebody's initials."""
    return len(word.written) == 2 and word.written.isupper() and word.written not in INITIALS_OF_OTHERS


def _pairs(name: Name) -> set[str]:
    return {given[0] + family[0] for given in name.given for family in name.family}


def _unspaced(text: Folded, other: Name, own: Name) -> Iterator[tuple[int, int]]:
    """Names in scripts that put no blank between words."""
    for part in sorted(other.parts - own.parts):
        if is_unspaced(part):
            yield from (text.place(*found.span()) for found in re.finditer(re.escape(part), text.text))
