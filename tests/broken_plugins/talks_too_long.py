"""Has a name to which PostgreSQL could add nothing."""

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("talks_and_talks_and_talks_and_does_not_come_to_an_end")
