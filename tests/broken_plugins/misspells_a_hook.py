"""Answers a hook that does not exist."""

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("misspells")


@hookimpl
def roundtable_pathway():
    return []
