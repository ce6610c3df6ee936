"""Raises when it is asked who it is."""

from core.plugin_api import hookimpl


@hookimpl
def roundtable_info():
    raise RuntimeError("nobody")
