"""Answers a hook with a function that is not marked."""

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("forgets_a_mark")


def roundtable_pathways():
    return []
