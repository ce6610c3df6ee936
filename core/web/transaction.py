"""Beginning a transaction that reads or one that writes."""

import zlib

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from core.database import WRITES, NoTurn
from core.errors import RoundtableError
from core.extensions import db


class Busy(RoundtableError):
    """The database's write lock was not to be had in time: 503, try again."""


def begin_write() -> None:
    """Begin a transaction that will write. On SQLite the lock is taken now, before anything is read.

    Raises Busy when the lock is not given within the busy timeout.
    """
    try:
        db.session.connection(execution_options={WRITES: True})
    except (NoTurn, OperationalError) as failure:
        raise Busy("the database is busy") from failure


def take_turn(address: str) -> None:
    """On PostgreSQL, have this transaction wait for every other that took its turn at that address."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(zlib.crc32(address.encode()))))


def end_read() -> None:
    """End a transaction that only read, keeping what was loaded."""
    db.session.commit()
