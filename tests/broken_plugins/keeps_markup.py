"""Gives mark-up where plain text is kept, under an item that nobody asked about, and for nobody."""

from pathlib import Path

from markupsafe import Markup

from core.plugin_api import Annotation, Audience, MinutesSection, Row, hookimpl
from tests.broken_plugins.errand import Errand, info


@hookimpl
def roundtable_info():
    return info("keeps_markup", templates=Path(__file__).parent / "unescaped")


@hookimpl
def roundtable_pathways():
    return [Errand()]


@hookimpl
def roundtable_agenda_annotations(entries):
    return [Annotation(99, 1, "An errand is running.", frozenset())]


@hookimpl
def roundtable_minutes_sections(record):
    return [MinutesSection("Errands", (Row("Running", Markup("<b>1</b>"), frozenset(Audience)),))]
