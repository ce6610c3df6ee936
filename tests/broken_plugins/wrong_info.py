"""Says who it is in the wrong type."""

from core.plugin_api import hookimpl


@hookimpl
def roundtable_info():
    return {"name": "wrong_info"}
