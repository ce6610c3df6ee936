"""Asks the database once for each item of an agenda, and of a meeting."""

from sqlalchemy import text

from core.plugin_api import Annotation, Audience, MinutesSection, Row, hookimpl, session
from tests.broken_plugins.errand import Errand, info


@hookimpl
def roundtable_info():
    return info("asks_for_each_item")


@hookimpl
def roundtable_pathways():
    return [Errand()]


@hookimpl
def roundtable_agenda_annotations(entries):
    told = [(entry.item_id, session().scalar(text("SELECT 1"))) for entry in entries]
    return [Annotation(item_id, 1, f"Errands: {number}.", frozenset(Audience)) for item_id, number in told]


@hookimpl
def roundtable_minutes_sections(record):
    told = [(item.item_id, session().scalar(text("SELECT 1"))) for item in record.items]
    return [MinutesSection("Errands", (Row("Run", str(number), frozenset(Audience)),), item) for item, number in told]
