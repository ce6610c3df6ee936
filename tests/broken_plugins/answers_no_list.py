"""Answers a reading hook with one thing instead of a list."""

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("answers_no_list")


@hookimpl
def roundtable_statistics(period, partnership):
    return 42
