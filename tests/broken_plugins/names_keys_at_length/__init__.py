"""Has a key whose name SQLite alone takes."""

from pathlib import Path

from sqlalchemy import Column, Integer, Table

from core.plugin_api import hookimpl, plugin_metadata
from tests.broken_plugins.errand import info

METADATA = plugin_metadata()
Table("names_keys_at_length_note", METADATA, Column("id", Integer, primary_key=True), Column("pages", Integer))


@hookimpl
def roundtable_info():
    return info("names_keys_at_length", metadata=METADATA, migrations=Path(__file__).parent / "migrations")
