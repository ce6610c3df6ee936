"""Has a column that no migration makes."""

from pathlib import Path

from sqlalchemy import Column, Integer, Table

from core.plugin_api import hookimpl, plugin_metadata
from tests.broken_plugins.errand import info

METADATA = plugin_metadata()
Table("forgets_a_column_note", METADATA, Column("id", Integer, primary_key=True), Column("pages", Integer))


@hookimpl
def roundtable_info():
    return info("forgets_a_column", metadata=METADATA, migrations=Path(__file__).parent / "migrations")
