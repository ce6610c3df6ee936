"""A clock's value in force, and whose it is: the group's, the partnership's or the default."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import groupby

from core.partnerships.clocks import SETTINGS, Clocks, Setting, faults_in
from core.partnerships.models import Group, Partnership
from core.partnerships.terms.pathways import clocks_of_pathways


class Source(StrEnum):
    """Whose value it is."""

    DEFAULT = "Roundtable’s default"
    PATHWAY = "the pathway’s default"
    PARTNERSHIP = "the partnership’s setting"
    GROUP = "this group’s own terms"


@dataclass(frozen=True, slots=True)
class Term:
    """One clock as it is in force."""

    name: str
    setting: Setting
    value: int
    source: Source
    default: int

    @property
    def words(self) -> str:
        """The value with its unit: "1 working day"."""
        return self.setting.words(self.value)

    @property
    def words_of_default(self) -> str:
        """What it would be without anybody's setting, with its unit."""
        return self.setting.words(self.default)

    @property
    def is_default(self) -> bool:
        """Whether nobody set it."""
        return self.source in (Source.DEFAULT, Source.PATHWAY)


@dataclass(frozen=True, slots=True)
class Section:
    """The clocks of one pathway, or Roundtable's own, whose heading is empty."""

    pathway: str
    terms: Sequence[Term]


def defaults_in(partnership_id: int) -> Sequence[Term]:
    """Every clock as it is where nobody set it, in the page's order."""
    return _terms(partnership_id)


def terms_of_partnership(partnership: Partnership) -> Sequence[Term]:
    """Every clock of a partnership, in the page's order."""
    return _terms(partnership.id, (Source.PARTNERSHIP, partnership.clocks))


def terms_of_group(group: Group) -> Sequence[Term]:
    """Every clock of a group, whose partnership must be loaded, in the page's order."""
    return _terms(group.partnership_id, (Source.PARTNERSHIP, group.partnership.clocks), (Source.GROUP, group.clocks))


def sections(terms: Sequence[Term]) -> Sequence[Section]:
    """The terms as a page shows them: Roundtable's own first, then those of each pathway."""
    return [Section(title, list(those)) for title, those in groupby(terms, lambda term: term.setting.pathway)]


def _terms(partnership_id: int, *layers: tuple[Source, Mapping[str, object]]) -> list[Term]:
    of_pathways = clocks_of_pathways(partnership_id)
    defaults = asdict(Clocks()) | {name: length for name, (_, length) in of_pathways.items()}
    values = {
        name: (value, Source.PATHWAY if name in of_pathways else Source.DEFAULT) for name, value in defaults.items()
    }
    settings = {**SETTINGS, **{name: setting for name, (setting, _) in of_pathways.items()}}
    merged: dict[str, object] = {}
    for source, layer in layers:
        merged.update(layer)
        read = asdict(Clocks.from_settings(merged)) | _fitting(layer, settings)
        values |= {name: (read[name], source) for name in layer if name in read}
    return [Term(name, settings[name], *values[name], defaults[name]) for name in settings]


def _fitting(layer: Mapping[str, object], settings: Mapping[str, Setting]) -> dict[str, int]:
    """The lengths of pathways' clocks that are kept there and can be obeyed."""
    own = {name: value for name, value in layer.items() if name in settings and name not in SETTINGS}
    faults = faults_in(own, settings)
    return {name: int(str(value)) for name, value in own.items() if name not in faults}
