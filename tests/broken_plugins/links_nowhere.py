"""Its pathway names a register that it has no page for."""

from core.plugin_api import OwnPage, hookimpl
from tests.broken_plugins.errand import Errand, info


class Lost(Errand):
    key = "lost"
    register = OwnPage("Runners", "links_nowhere.runners")


@hookimpl
def roundtable_info():
    return info("links_nowhere")


@hookimpl
def roundtable_pathways():
    return [Lost()]
