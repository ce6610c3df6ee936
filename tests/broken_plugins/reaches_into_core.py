"""Helps itself to what is not of the plugin interface."""

from core.extensions import db
from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info

__all__ = ["db"]


@hookimpl
def roundtable_info():
    return info("reaches_into_core")
