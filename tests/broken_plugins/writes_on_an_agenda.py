"""Writes when it is asked for an agenda, and leaves the transaction open; when asked for minutes, commits."""

from sqlalchemy import text

from core.plugin_api import hookimpl, session
from tests.broken_plugins.errand import info


@hookimpl
def roundtable_info():
    return info("writes_on_an_agenda")


@hookimpl
def roundtable_agenda_annotations(entries, viewer):
    session().execute(text("UPDATE partnership SET name = 'Left open'"))
    return []


@hookimpl
def roundtable_minutes_sections(record):
    session().commit()
    return []
