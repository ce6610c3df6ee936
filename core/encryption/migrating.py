"""Sealing what lies in clear, in the migration that makes a column an encrypted one."""

import json
from typing import Any

from sqlalchemy import Connection, MetaData, Table, select, update

from core.encryption.columns import as_stored, as_text
from core.encryption.keys import Keyring, keyring
from core.encryption.proofs import prove
from core.encryption.rows import behind, is_row
from core.encryption.sealing import Place, key_named_in, seal

BATCH = 500
"""Rows in memory at a time."""


def seal_column(connection: Connection, table: str, column: str) -> int:
    """Seal every clear value of a column, in the migration's transaction; how many there were.

    A value that is sealed already stays as it is. Where there is nothing to seal, no key is needed.
    """
    there = Table(table, MetaData(), autoload_with=connection)
    value, identity = there.c[column], list(there.primary_key)
    last: tuple[Any, ...] | None = None
    count = 0
    while True:
        query = select(*identity, value).order_by(*identity).limit(BATCH)
        rows = connection.execute(query if last is None else query.where(behind(identity, last))).all()
        for *row, stored in rows:
            if not stored or key_named_in(as_text(stored)):
                continue
            ring = keyring()
            if not count:
                prove(connection, ring)
            place = Place(table, column, tuple(row))
            connection.execute(
                update(there)
                .where(is_row(identity, tuple(row)))
                .values({column: as_stored(_sealed(ring, stored, place), type(value.type))})
            )
            count += 1
        if len(rows) < BATCH:
            return count
        last = tuple(rows[-1][:-1])


def _sealed(ring: Keyring, stored: Any, place: Place) -> str:
    if isinstance(stored, bytes):
        raw = stored
    elif isinstance(stored, str):
        raw = stored.encode()
    else:
        raw = json.dumps(stored, ensure_ascii=False, separators=(",", ":")).encode()
    return seal(ring.current, raw, place)
