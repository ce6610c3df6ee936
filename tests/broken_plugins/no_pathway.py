"""Brings something that is not a pathway."""

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("no_pathway")


@hookimpl
def roundtable_pathways():
    return ["errand"]
