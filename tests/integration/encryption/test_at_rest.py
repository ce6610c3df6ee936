"""What the database gives away to somebody who holds it and not the keys: nothing that is kept encrypted."""

import importlib.util
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, LargeBinary, MetaData, Row, select, update

from core import migrations
from core.database import Base
from core.encryption import sealed_columns
from core.encryption.columns import unsealed
from core.encryption.sealing import Place
from core.extensions import db
from core.plugin_host import host_of
from core.referrals.models import Referral
from core.standards.models import ContactPlan
from plugins import victim_support
from plugins.victim_support.models import Contact, Entry
from tests.integration.matrix.world import WORDS

SEALED_LATER = {
    "contact_entry",
    "contact_plan",
    "referral",
    "referral_move",
    "victim_support_contact",
    "victim_support_entry",
}
"""Tables that lay in clear before there were keys, and have rows here."""


def everything_stored() -> str:
    """Each value of each table, as it lies there."""
    there = MetaData()
    there.reflect(db.session.connection())
    return "\n".join(
        str(value) for table in there.sorted_tables for row in db.session.execute(select(table)) for value in row
    )


def sealed_values(app) -> Iterator[tuple[Column[Any], tuple[Any, ...], Any]]:
    """Column, primary key and value of everything that is sealed, core's and the plugins'."""
    plugins = [info.metadata for info in host_of(app).plugins if info.metadata is not None]
    for metadata in (Base.metadata, *plugins):
        for column in sealed_columns(metadata):
            row: Row[Any]
            for row in db.session.connection().execute(select(*column.table.primary_key, column)):
                if row[-1]:
                    yield column, tuple(row[:-1]), row[-1]


def clear(app) -> dict[tuple[str, str, tuple[Any, ...]], bytes]:
    """What they open to, by their place."""
    return {
        (column.table.name, column.name, key): unsealed(value, Place(column.table.name, column.name, key))
        for column, key, value in sealed_values(app)
    }


def run_again(folder: Path, number: str) -> None:
    """One migration, on the connection in hand."""
    (path,) = folder.glob(f"{number}_*.py")
    spec = importlib.util.spec_from_file_location("migration", path)
    assert spec is not None and spec.loader is not None
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)
    with Operations.context(MigrationContext.configure(db.session.connection())):
        migration.upgrade()


def test_numbers_and_what_was_said_are_in_clear_nowhere(app, world):
    plans = db.session.scalars(select(ContactPlan)).all()
    assert any(WORDS["reach"] in plan.reach for plan in plans)
    for entry in db.session.scalars(select(Entry)):
        referral = db.session.get(Referral, entry.referral_id)
        assert referral is not None and "01632 96019" in entry.reach == referral.payload["reach"]
    stored = everything_stored()
    assert WORDS["case"] in stored
    assert WORDS["reach"] not in stored and "01632 96019" not in stored


def test_what_lay_in_clear_is_sealed_by_the_migrations(app, world):
    entry = db.session.scalars(select(Entry)).first()
    logged = Contact(made_on=date(2026, 3, 2), kind="talk", way="text", by="Wendy", said=WORDS["staff"], entry=entry)
    db.session.add(logged)
    db.session.flush()
    before = clear(app)
    assert {table for table, _, _ in before} >= SEALED_LATER
    for column, key, _ in list(sealed_values(app)):
        if column.table.name not in SEALED_LATER:
            continue
        raw = before[column.table.name, column.name, key]
        is_json = not isinstance(column.type, LargeBinary) and raw[:1] == b"{"
        value = raw if isinstance(column.type, LargeBinary) else json.loads(raw) if is_json else raw.decode()
        of_row = [part == each for part, each in zip(column.table.primary_key, key, strict=True)]
        db.session.connection().execute(update(column.table).where(*of_row).values({column: value}))
    assert WORDS["reach"] in everything_stored()
    run_again(Path(migrations.__file__).parent / "versions", "0013")
    run_again(Path(victim_support.__file__).parent / "migrations", "0002")
    assert WORDS["reach"] not in everything_stored()
    assert clear(app) == before
