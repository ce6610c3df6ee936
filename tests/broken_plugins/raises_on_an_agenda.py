"""Raises when it is asked for an agenda or for minutes, with a name in its message."""

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("raises_on_an_agenda")


@hookimpl
def roundtable_agenda_annotations(entries, viewer):
    raise ValueError("Lorraine Haworth")


@hookimpl
def roundtable_minutes_sections(record):
    raise ValueError("Lorraine Haworth")
