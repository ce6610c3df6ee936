"""Ends the process, as it thinks, when it is asked for an agenda or for minutes."""

import sys

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("exits_on_an_agenda")


@hookimpl
def roundtable_agenda_annotations(entries, viewer):
    sys.exit(3)


@hookimpl
def roundtable_minutes_sections(record):
    sys.exit(3)
