"""Raises when it is asked for its pathways."""

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("raises_before_its_pathways")


@hookimpl
def roundtable_pathways():
    raise RuntimeError("lost the way")
