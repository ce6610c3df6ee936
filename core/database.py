"""Tables' base class, column types and how each database engine is set up. Free of Flask."""

import sqlite3
import zlib
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Enum, MetaData, event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from core.turns import Turns

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

MOST_CHARACTERS = 63
"""Of a name in PostgreSQL: of a table, a column, an index or a key. SQLite takes any."""

HAS_TURN = "roundtable_has_turn"

_READS = "roundtable_reads"

WRITES = "roundtable_writes"
"""Execution option of a connection whose transaction will write: on SQLite it begins IMMEDIATE."""


class Base(DeclarativeBase):
    """Base of every table, core's and plugins'."""

    metadata = MetaData(naming_convention=NAMING)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. SQLite drops the zone, so it is put back on reading.

    Raises ValueError when a naive datetime is stored: a moment without a zone is a guess.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC on the way in."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware UTC on the way out."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


LOCK_WAIT = 15
"""Seconds that a writer waits for its turn, in this process and at the database."""


class NoTurn(Exception):
    """The write lock was not to be had in time."""


def prepare_engine(engine: Engine) -> None:
    """Set up a new engine: on SQLite durability, foreign keys and explicit BEGIN.

    The sqlite3 module begins transactions by itself, too late to take the write lock first; so it is told not
    to, and BEGIN is sent here. A transaction that reads and then writes fails at once with "database is locked"
    when another has written in between, whatever the busy timeout: writing transactions begin IMMEDIATE.
    Writers of one process take their turns first, in the order in which they came: SQLite's own waiting sleeps longer
    and longer, and lets latecomers pass.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={LOCK_WAIT * 1000}",  # first: switching to WAL itself can meet a lock
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",  # what is erased is written over (core.retention.gone)
            "cache_size=-20000",
            "mmap_size=268435456",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    turns = Turns()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        if writes and not connection.info.get(HAS_TURN):
            if not turns.acquire(timeout=LOCK_WAIT):
                raise NoTurn
            connection.info[HAS_TURN] = True
        if writes:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            _directly(connection, "BEGIN")

    @event.listens_for(engine, "checkin")
    def _give_up_turn(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        if record.info.pop(_READS, False):
            connection.execute("PRAGMA query_only=OFF")
        if record.info.pop(HAS_TURN, False):
            turns.release()


def refuse_writes(connection: Connection) -> None:
    """Let the transaction that has just begun read and not write. It ends with the transaction."""
    if connection.dialect.name == "sqlite":
        _directly(connection, "PRAGMA query_only=ON")
        connection.info[_READS] = True
    else:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _directly(connection: Connection, statement: str) -> None:
    """Have SQLite do what takes no lock and cannot fail: every transaction begins with it."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.execute(statement)


def listed(kind: type[StrEnum]) -> Enum:
    """A column type for a closed list, kept as its readable value."""
    return Enum(kind, native_enum=False, length=40, values_callable=lambda members: [m.value for m in members])


class Versioned:
    """A row that people edit: every change raises `version`, and a change to an old version is refused."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """SQLAlchemy checks and raises the version with each UPDATE."""
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]  # set by the mapper


VERSIONS = 10**9 - 1
"""As many as a form's nine digits can hold, without 0."""


def version_of_values(*values: str) -> int:
    """A version made of the values themselves: another one where one of them is another, never 0.

    For a form over a part of a row whose own version rises with what the form does not show.
    """
    return zlib.crc32("\0".join(values).encode()) % VERSIONS + 1
