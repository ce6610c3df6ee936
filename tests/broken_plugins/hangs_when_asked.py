"""Hangs in a reading hook."""

import time

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("hangs_when_asked")


@hookimpl
def roundtable_statistics(period, partnership):
    time.sleep(30)
    return []
