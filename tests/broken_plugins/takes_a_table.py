"""Has a table that does not carry its name."""

from pathlib import Path

from sqlalchemy import Column, Integer, Table

from core.plugin_api import hookimpl, plugin_metadata
from tests.broken_plugins.errand import info

METADATA = plugin_metadata()
Table("case_notes", METADATA, Column("id", Integer, primary_key=True))


@hookimpl
def roundtable_info():
    return info("takes_a_table", metadata=METADATA, migrations=Path(__file__).parent)
