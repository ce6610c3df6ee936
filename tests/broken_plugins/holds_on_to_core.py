"""Has a foreign key to one of core's tables."""

from pathlib import Path

from sqlalchemy import Column, ForeignKey, Integer, Table

from core.plugin_api import hookimpl, plugin_metadata
from tests.broken_plugins.errand import info

METADATA = plugin_metadata()
Table("holds_on_to_core_note", METADATA, Column("person_id", Integer, ForeignKey("person.id"), primary_key=True))


@hookimpl
def roundtable_info():
    return info("holds_on_to_core", metadata=METADATA, migrations=Path(__file__).parent)
