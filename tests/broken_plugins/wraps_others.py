"""Wraps the other plugins' answers."""

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("wraps")


@hookimpl(wrapper=True)
def roundtable_statistics(period, partnership):
    return (yield)
