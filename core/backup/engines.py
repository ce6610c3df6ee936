"""Taking and putting back a database by its own means: SQLite's backup, PostgreSQL's pg_dump and pg_restore."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, inspect, text

from core.errors import Refused

READ = 1024 * 1024
"""Bytes at a time."""

OF_SQLITE = ("", "-wal", "-shm", "-journal")
"""A database's own files, by what their names end in: whatever else lies beside it is somebody's, a copy perhaps."""


@contextmanager
def snapshot(engine: Engine, scratch: Path) -> Iterator[tuple[Connection, Iterator[bytes]]]:
    """A connection that sees the database as of one moment, and its dump as of the same, while others go on writing."""
    if engine.dialect.name == "sqlite":
        with _sqlite_snapshot(engine, scratch) as found:
            yield found
        return
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        name = connection.execute(text("SELECT pg_export_snapshot()")).scalar()
        yield connection, _dumped(engine, str(name))
        connection.rollback()


def is_empty(engine: Engine) -> bool:
    """Whether there is no table in it."""
    with engine.connect() as connection:
        return not inspect(connection).get_table_names()


def put_back(engine: Engine, dump: Path) -> None:
    """Make an empty database what was dumped, whole or not at all."""
    if engine.dialect.name == "sqlite":
        target = Path(str(engine.url.database))
        engine.dispose()
        for kind in OF_SQLITE:
            target.with_name(target.name + kind).unlink(missing_ok=True)
        dump.replace(target)
        return
    address, environment = _address(engine)
    command = [_program("pg_restore"), "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    done = subprocess.run([*command, f"--dbname={address}", str(dump)], env=environment, capture_output=True)
    if done.returncode:
        raise Refused(f"PostgreSQL could not take it back: {done.stderr.decode(errors='replace').strip()[:500]}")


@contextmanager
def _sqlite_snapshot(engine: Engine, scratch: Path) -> Iterator[tuple[Connection, Iterator[bytes]]]:
    with sqlite3.connect(str(engine.url.database)) as source, sqlite3.connect(scratch) as copy:
        source.backup(copy)
    source.close()
    copy.execute("PRAGMA journal_mode=DELETE")
    copy.close()
    there = create_engine(f"sqlite:///{scratch}")
    try:
        with there.connect() as connection:
            yield connection, _read(scratch)
    finally:
        there.dispose()


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(READ):
            yield piece


def _dumped(engine: Engine, name: str) -> Iterator[bytes]:
    address, environment = _address(engine)
    command = [_program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={name}"]
    with subprocess.Popen(
        [*command, f"--dbname={address}"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        while piece := running.stdout.read(READ):
            yield piece
        said = running.stderr.read()
    if running.returncode:
        raise Refused(f"PostgreSQL could not be dumped: {said.decode(errors='replace').strip()[:500]}")


def _address(engine: Engine) -> tuple[str, dict[str, str]]:
    """The database's address without its password, which others could read among the processes."""
    url = engine.url.set(drivername="postgresql")
    environment = dict(os.environ)
    if url.password is not None:
        environment["PGPASSWORD"] = str(url.password)
    return url._replace(password=None).render_as_string(hide_password=False), environment


def _program(name: str) -> str:
    """The newest there is: an older pg_dump refuses a newer server."""
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    found = str(newest[-1]) if newest else shutil.which(name)
    if found is None:
        raise Refused(f"{name} is not installed: apt-get install postgresql-client")
    return found
