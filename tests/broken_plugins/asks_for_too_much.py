"""Wants an argument that the hook does not have."""

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("asks")


@hookimpl
def roundtable_statistics(period, partnership, session):
    return []
