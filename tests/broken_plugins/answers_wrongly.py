"""Answers a reading hook in the wrong type."""

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("answers_wrongly")


@hookimpl
def roundtable_statistics(period, partnership):
    return ["42"]
