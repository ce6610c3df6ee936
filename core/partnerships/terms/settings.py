"""A clock's value in force, and whose it is: the group's, the partnership's or the default."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from core.partnerships.clocks import SETTINGS, Clocks, Setting
from core.partnerships.models import Group, Partnership


class Source(StrEnum):
    """Whose value it is."""

    DEFAULT = "Roundtable’s default"
    PARTNERSHIP = "the partnership’s setting"
    GROUP = "this group’s own terms"


@dataclass(frozen=True, slots=True)
class Term:
    """One clock as it is in force."""

    name: str
    setting: Setting
    value: int
    source: Source

    @property
    def words(self) -> str:
        """The value with its unit: "1 working day"."""
        return self.setting.words(self.value)


def terms_of_partnership(partnership: Partnership) -> Sequence[Term]:
    """Every clock of a partnership, in the page's order."""
    return _terms((Source.PARTNERSHIP, partnership.clocks))


def terms_of_group(group: Group) -> Sequence[Term]:
    """Every clock of a group, whose partnership must be loaded, in the page's order."""
    return _terms((Source.PARTNERSHIP, group.partnership.clocks), (Source.GROUP, group.clocks))


def _terms(*layers: tuple[Source, Mapping[str, object]]) -> list[Term]:
    values = {name: (value, Source.DEFAULT) for name, value in asdict(Clocks()).items()}
    merged: dict[str, object] = {}
    for source, layer in layers:
        merged.update(layer)
        read = asdict(Clocks.from_settings(merged))
        values |= {name: (read[name], source) for name in layer}
    return [Term(name, SETTINGS[name], *values[name]) for name in SETTINGS]
