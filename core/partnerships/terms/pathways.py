"""The clocks of the pathways that are on in a partnership, among those that it and its groups may set."""

from collections.abc import Mapping

from core import plugin_host
from core.partnerships.clocks import SETTINGS, Setting, name_of
from core.partnerships.terms.lengths import setting_of


def clocks_of_pathways(partnership_id: int) -> Mapping[str, tuple[Setting, int]]:
    """Name -> setting and the pathway's own length, of every pathway that is on in the partnership, by title."""
    pathways = sorted(plugin_host.pathways(partnership_id).values(), key=lambda pathway: pathway.title)
    return {
        name_of(pathway.key, key): (setting_of(pathway, clock), clock.length)
        for pathway in pathways
        for key, clock in pathway.clocks_to_set().items()
    }


def settings_in(partnership_id: int) -> Mapping[str, Setting]:
    """Every clock that can be set in a partnership, in the page's order: Roundtable's own, then each pathway's."""
    return {**SETTINGS, **{name: setting for name, (setting, _) in clocks_of_pathways(partnership_id).items()}}
