"""Has a table and no migrations."""

from sqlalchemy import Column, Integer, Table

from core.plugin_api import hookimpl, plugin_metadata
from tests.broken_plugins.errand import info

METADATA = plugin_metadata()
Table("cannot_migrate_note", METADATA, Column("id", Integer, primary_key=True))


@hookimpl
def roundtable_info():
    return info("cannot_migrate", metadata=METADATA)
