"""How long the clocks of a pathway are: by the terms of a partnership and its groups, or else as the pathway says."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from core.partnerships.clocks import Setting, faults_in, name_of
from core.plugin_api.pathway import Clock, Pathway

_MOST: Mapping[str, int] = MappingProxyType({"working days": 60, "weeks": 52, "months": 24})
"""What a clock lasts at most, by its unit. At least it lasts one."""

NO_SOURCE = "The pathway does not say."


def setting_of(pathway: Pathway[Any], clock: Clock) -> Setting:
    """What a page of terms says about a pathway's clock, and between which bounds it is set."""
    return Setting(
        label=clock.label,
        unit=clock.unit,
        least=1,
        most=max(_MOST[clock.unit], clock.length),
        source=clock.source or NO_SOURCE,
        pathway=pathway.title,
    )


def lengths_by(layers: Sequence[Mapping[str, Any]], pathway: Pathway[Any]) -> Mapping[str, int]:
    """Clock's key -> how long it is, in its unit: the last of the layers that says so, or else the pathway itself.

    What was kept and no longer fits is passed over: the pathway may have come to count in another unit.
    """
    own = dict[str, Any]()
    for layer in layers:
        own |= layer
    lengths = {}
    for key, clock in pathway.clocks_to_set().items():
        name = name_of(pathway.key, key)
        fits = name in own and not faults_in({name: own[name]}, {name: setting_of(pathway, clock)})
        lengths[key] = int(own[name]) if fits else clock.length
    return lengths


def shortest(lengths: Iterable[Mapping[str, int]]) -> Mapping[str, int]:
    """Of several groups' lengths the shortest of each clock."""
    found: dict[str, int] = {}
    for each in lengths:
        for key, length in each.items():
            found[key] = min(length, found.get(key, length))
    return found
