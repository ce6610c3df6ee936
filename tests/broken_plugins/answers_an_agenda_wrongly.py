"""Answers another type when it is asked for an agenda or for minutes."""

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("answers_an_agenda_wrongly")


@hookimpl
def roundtable_agenda_annotations(entries, viewer):
    return ["Everybody may read this."]


@hookimpl
def roundtable_minutes_sections(record):
    return {"title": "Everybody may read this."}
