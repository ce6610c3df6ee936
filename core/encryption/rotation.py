"""Sealing everything anew with the current key, while the service runs; and taking out the keys that nothing needs."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, MetaData, or_, select, update

from core import audit
from core.encryption.columns import as_stored, as_text, sealed_columns, unsealed
from core.encryption.keys import add_key, keyring, remove_keys
from core.encryption.proofs import forget_proof, prove
from core.encryption.rows import Row, behind, is_row
from core.encryption.sealing import Place, key_named_in, seal
from core.errors import Refused
from core.extensions import db
from core.facts import Actor
from core.web.transaction import begin_write

BATCH = 200
"""Rows that one transaction seals anew: others wait for it on SQLite, for some milliseconds."""

AFTER_USE = timedelta(hours=1)
"""How long a key is kept after another sealed for the first time: a request under way may have used it still."""


def begin_rotation(actor: Actor, *, now: datetime) -> str:
    """Add a key, which seals from now on; its name."""
    ring = keyring()
    prove(db.session.connection(), ring)
    name = add_key(ring, now=now)
    prove(db.session.connection(), ring)
    audit.record(actor, audit.Category.ADMIN, "keys.rotate", object=f"key:{name}")
    return name


def seal_anew(tables: Sequence[MetaData]) -> Iterator[tuple[str, int]]:
    """Seal with the current key all that another sealed: (table.column, how many), a column at a time.

    Commits after each batch, so that nobody waits long; interrupted, the rest is found the next time. The version of
    a row stays: nobody changed it.
    """
    for column in _columns(tables):
        count = 0
        for rows in _sealed_by_others(column, keyring().current.name):
            begin_write()
            count += _seal_rows(column, rows)
            db.session.commit()
        yield f"{column.table.name}.{column.name}", count


def refuse_while_needed(tables: Sequence[MetaData], *, now: datetime) -> None:
    """Raise Refused while any key but the current one is needed, or may be in a moment. Reads alone."""
    current = keyring().current
    if datetime.fromisoformat(current.made) > now - AFTER_USE:
        raise Refused("The current key is less than an hour old: a request that was under way may have used the last.")
    for column in _columns(tables):
        for _rows in _sealed_by_others(column, current.name):
            raise Refused(f"{column.table.name}.{column.name} still needs another key: run 'roundtable keys rotate'.")


def retire(actor: Actor) -> Sequence[str]:
    """Forget every key but the current one, once none is needed; their names, for `forget` after the commit."""
    ring = keyring()
    prove(db.session.connection(), ring)
    gone = [name for name in ring.names if name != ring.current.name]
    for name in gone:
        forget_proof(db.session.connection(), name)
        audit.record(actor, audit.Category.ADMIN, "keys.retire", object=f"key:{name}")
    return gone


def forget(names: Sequence[str]) -> None:
    """Take retired keys out of the file, once that they are is committed."""
    remove_keys(keyring(), names)


def _columns(tables: Sequence[MetaData]) -> Iterator[Column[Any]]:
    for metadata in tables:
        yield from sealed_columns(metadata)


def _sealed_by_others(column: Column[Any], current: str) -> Iterator[Sequence[Row]]:
    """Primary keys of the rows whose value is not sealed with the current key, a batch at a time."""
    identity = list(column.table.primary_key)
    last: Row | None = None
    while True:
        query = select(*identity, column).order_by(*identity).limit(BATCH)
        found = db.session.connection().execute(query if last is None else query.where(behind(identity, last))).all()
        db.session.rollback()  # a reader that stays would hold up SQLite's checkpoints
        rows = [tuple(row[:-1]) for row in found if row[-1] and key_named_in(as_text(row[-1])) != current]
        if rows:
            yield rows
        if len(found) < BATCH:
            return
        last = tuple(found[-1][:-1])


def _seal_rows(column: Column[Any], rows: Sequence[Row]) -> int:
    """Under the lock, from what they hold now."""
    identity, ring = list(column.table.primary_key), keyring()
    connection = db.session.connection()
    named = or_(*(is_row(identity, row) for row in rows))
    count = 0
    for *row, stored in connection.execute(select(*identity, column).where(named).with_for_update()).all():
        if not stored or key_named_in(as_text(stored)) == ring.current.name:
            continue  # somebody has saved it since
        place = Place(column.table.name, column.name, tuple(row))
        sealed = as_stored(seal(ring.current, unsealed(stored, place), place), type(column.type))
        connection.execute(update(column.table).where(is_row(identity, tuple(row))).values({column: sealed}))
        count += 1
    return count
