"""Ends the process in a reading hook."""

import sys

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("exits_when_asked")


@hookimpl
def roundtable_statistics(period, partnership):
    sys.exit(3)
