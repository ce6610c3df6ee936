"""Many people, and which of them a text could lead to at all: those are looked for, the others need not be.

A text that leads to somebody holds a word of their name, their initials, their number or their street, or the day of
their birth. Pure.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from core.masking.addresses import Address
from core.masking.birthdays import key_of
from core.masking.folding import is_unspaced
from core.masking.names import Name, name_of
from core.masking.reading import Reading


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


@dataclass(frozen=True, slots=True)
class Sought:
    """Somebody as they are looked for."""

    name: Name
    address: Address
    born: date | None


class Crowd:
    """People by what leads to them."""

    def __init__(self, people: Sequence[Known], own_address: str = "") -> None:
        self._people = [
            Sought(each.name, Address(each.address, each.postcode, own_address), each.born) for each in people
        ]
        self._by_lead: defaultdict[str, list[int]] = defaultdict(list)
        self._everywhere: set[int] = set()
        for n, sought in enumerate(self._people):
            for lead in set(_leading(sought)):
                if is_unspaced(lead):
                    self._everywhere.add(n)
                self._by_lead[lead].append(n)

    def near(self, reading: Reading) -> list[Sought]:
        """Those to whom that text could lead, in their order."""
        leads = (self._by_lead[lead] for lead in reading.leads() if lead in self._by_lead)
        return [self._people[n] for n in sorted(self._everywhere.union(*leads))]


def _leading(sought: Sought) -> Iterator[str]:
    yield from sought.name.parts
    yield from sought.name.initials
    yield from sought.address.beginnings()
    if sought.born is not None:
        yield key_of(sought.born)
