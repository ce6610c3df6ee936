"""Writes and, whatever came of that, hangs when it is asked for an agenda or for minutes, until a test lets it go."""

import threading
from contextlib import suppress

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.plugin_api import hookimpl, session
from tests.broken_plugins.errand import info

GO = threading.Event()


@hookimpl
def roundtable_info():
    return info("hangs_on_an_agenda")


def write_and_hang():
    with suppress(DBAPIError):
        session().execute(text("UPDATE partnership SET name = 'Held'"))
    GO.wait(30)
    return []


@hookimpl
def roundtable_agenda_annotations(entries, viewer):
    return write_and_hang()


@hookimpl
def roundtable_minutes_sections(record):
    return write_and_hang()
