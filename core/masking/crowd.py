"""Many people, and which of them a text could lead to at all: those are looked for, the others need not be.

A text that leads to somebody holds a word of their name, their initials, the first word of a line of their address, or
the day or the year of their birth. Pure.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from core.masking.details import lines_of
from core.masking.folding import Folded, fold, is_unspaced
from core.masking.names import Name, forms_in, initials_of, name_of

WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody named in the partnership's cases: all that could lead to them."""

    given_name: str = ""
    family_name: str = ""
    known_as: str = ""
    address: str = ""
    postcode: str = ""
    born: date | None = None

    @property
    def name(self) -> Name:
        """The name, in parts."""
        return name_of(self.given_name, self.family_name, self.known_as)


class Crowd:
    """People by the words that lead to them."""

    def __init__(self, people: Sequence[Known]) -> None:
        self._people = [(each, each.name) for each in people]
        self._by_word: defaultdict[str, list[int]] = defaultdict(list)
        self._everywhere: set[int] = set()
        for n, (known, name) in enumerate(self._people):
            for word in set(_leading(known, name)):
                if is_unspaced(word):
                    self._everywhere.add(n)
                self._by_word[word].append(n)

    def near(self, folded: Folded, original: str) -> list[tuple[Known, Name]]:
        """Those to whom that text could lead, in their order."""
        words = forms_in(folded, original).union(WORD.findall(folded.text))
        found = self._everywhere.union(*(self._by_word[word] for word in words if word in self._by_word))
        return [self._people[n] for n in sorted(found)]


def _leading(known: Known, name: Name) -> Iterator[str]:
    yield from name.parts
    yield from initials_of(name)
    for line in lines_of(known.address, known.postcode):
        yield from WORD.findall(fold(line).text)[:1]
    if known.born is not None:
        yield from (str(known.born.day), f"{known.born.day:02}", str(known.born.year))
