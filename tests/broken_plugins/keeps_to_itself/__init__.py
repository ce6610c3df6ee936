"""Keeps notes of people: does not say what is in them, asks for each referral, and tells of somebody unasked."""

from pathlib import Path

from sqlalchemy import Column, Integer, Table, Text, func, select

from core.plugin_api import HeldRecord, hookimpl, plugin_metadata, session
from tests.broken_plugins.errand import info

METADATA = plugin_metadata()
NOTES = Table(
    "keeps_to_itself_note",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("referral_id", Integer, nullable=False),
    Column("said", Text, nullable=False),
)


@hookimpl
def roundtable_info():
    return info("keeps_to_itself", metadata=METADATA, migrations=Path(__file__).parent / "migrations")


@hookimpl
def roundtable_held_about(referrals):
    for each in referrals:
        session().scalar(select(func.count()).where(NOTES.c.referral_id == each))
    return [HeldRecord(9_001, "note:1", "A note")]
