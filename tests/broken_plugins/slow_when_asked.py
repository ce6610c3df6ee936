"""Is slow in a reading hook as often as a test says."""

import threading

from core.plugin_api import Statistic, hookimpl
from tests.broken_plugins.errand import info

GO = threading.Event()
"""Set: it answers at once. Cleared: it waits until it is set."""


@hookimpl
def roundtable_info():
    return info("slow_when_asked")


@hookimpl
def roundtable_statistics(period, partnership):
    GO.wait(30)
    return [Statistic("Answers", 1)]
