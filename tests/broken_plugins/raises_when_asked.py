"""Raises in a reading hook, with a name in its message."""

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("raises_when_asked")


@hookimpl
def roundtable_statistics(period, partnership):
    raise ValueError("Lorraine Haworth")
