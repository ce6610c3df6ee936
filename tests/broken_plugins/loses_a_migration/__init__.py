"""Has a migration whose revision only running it would tell."""

from pathlib import Path

from sqlalchemy import Column, Integer, Table

from core.plugin_api import hookimpl, plugin_metadata
from tests.broken_plugins.errand import info

METADATA = plugin_metadata()
Table("loses_a_migration_note", METADATA, Column("id", Integer, primary_key=True), Column("pages", Integer))


@hookimpl
def roundtable_info():
    return info("loses_a_migration", metadata=METADATA, migrations=Path(__file__).parent / "migrations")
