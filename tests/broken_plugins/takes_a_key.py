"""Brings a pathway under a key that is taken."""

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import Errand, info


@hookimpl
def roundtable_info():
    return info("takes_a_key")


@hookimpl
def roundtable_pathways():
    return [Errand()]
