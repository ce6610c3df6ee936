"""For authors of plugins: the contract of the interface as tests, to subclass. See docs/hooks.md.

    class TestSupport(PathwayContract):
        pathway = FloatingSupport()
        valid = [{"need": "Help with the rent"}]
        invalid = [("need", {"need": ""})]


    class TestPlugin(PluginContract):
        plugin = "floating_support"

pytest runs every rule of both, and each failure says what to mend.
"""

from core.testing.facts import SOMEBODY, VIEWER, glimpse_of, in_boxes
from core.testing.pathway import PathwayContract
from core.testing.plugin import PluginContract

__all__ = ["SOMEBODY", "VIEWER", "PathwayContract", "PluginContract", "glimpse_of", "in_boxes"]
