"""Databases for tests: a migrated template of each kind, copied for every test."""

import os
import pwd
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from core.app import create_app
from core.config import Config
from core.extensions import db
from core.schema import bring_up_to_date

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


@dataclass
class Place:
    """An application on a database of its own, and where its data are."""

    app: Flask
    url: str
    data: Path


class Databases:
    """Makes fresh databases in a folder. PostgreSQL is a private cluster, started when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._template: Path | None = None
        self._cluster: Cluster | None = None
        self._made: set[str] = set()

    def fresh_sqlite(self, path: Path) -> str:
        """A migrated, empty SQLite database at that path; its URL."""
        if self._template is None:
            self._template = self.folder / "template.db"
            migrate(f"sqlite:///{self._template}", self.folder)
        for leftover in path.parent.glob(f"{path.name}-*"):
            leftover.unlink()
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"

    def fresh_postgresql(self, name: str, user: Engine | None = None) -> str:
        """A migrated, empty PostgreSQL database of that name; its URL.

        `user` is who is connected to it: its connections know the tables and are kept, unless it must be made again.
        """
        if self._cluster is None:
            self._cluster = Cluster(Path(tempfile.mkdtemp(prefix="roundtable-postgresql-")))
            self._cluster.start()
            self._cluster.execute("CREATE DATABASE template_roundtable")
            migrate(self._cluster.url("template_roundtable"), self.folder)
        if name in self._made and self._cluster.emptied(name):
            return self._cluster.url(name)
        self._made.add(name)
        if user is not None:
            let_go(user)
        self._cluster.copy("template_roundtable", name)
        return self._cluster.url(name)

    def empty(self, kind: str, path: Path) -> str:
        """A database without any table, at that path or of that name; its URL."""
        if kind == "sqlite":
            return f"sqlite:///{path}"
        self.fresh_postgresql("test")
        assert self._cluster is not None, "it was started just now"
        self._cluster.copy("template0", path.stem)
        return self._cluster.url(path.stem)

    def copy_postgresql(self, source: str, name: str) -> None:
        """The database of that name becomes a copy of another, which nobody may be connected to."""
        assert self._cluster is not None, "there is a source, so there is a cluster"
        self._cluster.copy(source, name)

    def stop(self) -> None:
        """Stop what was started."""
        if self._cluster is not None:
            self._cluster.stop()


class Cluster:
    """A private PostgreSQL on loopback, in a folder of its own, owned by an ordinary user.

    Not in pytest's folder: each session closes that to others, and the cluster's owner is another.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = _programs()
        self._wanted: list[tuple[str, ...]] = []
        self._connections: dict[str, psycopg.Connection[tuple[str, ...]]] = {}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def start(self, *, durable: bool = False) -> None:
        """Make the cluster and start it. Not `durable`: the tests throw it away, and need not wait for the disk."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        data = self.folder / "data"
        self._run(
            "initdb",
            "-D",
            str(data),
            "-A",
            "trust",
            "-U",
            "roundtable",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        )
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200"
        if not durable:
            settings += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        self._run("pg_ctl", "-D", str(data), "-o", settings, "-l", str(self.folder / "log"), "-w", "start")

    def restart(self, mode: str = "fast") -> None:
        """Stop it and start it again: every connection is cut; `immediate`, as if it had died in the middle."""
        self._connections.clear()
        self._run(
            "pg_ctl",
            "-D",
            str(self.folder / "data"),
            "-m",
            mode,
            "-l",
            str(self.folder / "log"),
            "-w",
            "restart",
        )

    def stop(self) -> None:
        """Stop it at once, and throw it away."""
        for name in list(self._connections):
            self._hang_up(name)
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder)

    def url(self, name: str) -> str:
        """SQLAlchemy's address of one of its databases."""
        return f"postgresql+psycopg://roundtable@127.0.0.1:{self.port}/{name}"

    def execute(self, statement: str) -> None:
        """Run a statement outside a transaction, as CREATE DATABASE must be."""
        address = f"host=127.0.0.1 port={self.port} user=roundtable dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]  # fixed texts of this module

    def emptied(self, name: str) -> bool:
        """Empty a database's tables and begin its numbers anew, which is far quicker than making it again.

        False, and nothing is done, when it has not the tables of the template (a test has made or dropped some), and
        when somebody still holds a row of it.
        """
        wanted = self._tables_of_template()
        connection = self._connected(name)
        if connection.execute(TABLES).fetchall() != wanted:
            return False
        tables = [table for (table,) in wanted if not table.endswith("alembic_version")]
        numbers = connection.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'").fetchall()
        statements = [
            "SET session_replication_role = replica",  # no foreign key is looked at while all are emptied
            "SET lock_timeout = '5s'",
            *(f'DELETE FROM "{table}"' for table in tables),
            *(f"SELECT setval('\"{number}\"', 1, false)" for (number,) in numbers),
            f"INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '{'0' * 64}')",
        ]
        try:
            connection.execute("; ".join(statements))
        except psycopg.errors.LockNotAvailable:
            return False
        return True

    def copy(self, source: str, name: str) -> None:
        """A database of that name, made of another to which nobody is connected; one that there was is gone."""
        self._hang_up(source)
        self._hang_up(name)
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.execute(f"CREATE DATABASE {name} TEMPLATE {source}")

    def _connected(self, name: str) -> "psycopg.Connection[tuple[str, ...]]":
        """A connection to that database, kept: a new one would have to learn all tables first."""
        if name not in self._connections:
            address = f"host=127.0.0.1 port={self.port} user=roundtable dbname={name}"
            self._connections[name] = psycopg.connect(address, autocommit=True)
        return self._connections[name]

    def _tables_of_template(self) -> "list[tuple[str, ...]]":
        if not self._wanted:
            self._wanted = self._connected("template_roundtable").execute(TABLES).fetchall()
            self._hang_up("template_roundtable")  # who is copied must not be connected to
        return self._wanted

    def _hang_up(self, name: str) -> None:
        connection = self._connections.pop(name, None)
        if connection is not None:
            connection.close()

    def _run(self, program: str, *arguments: str) -> None:
        user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        subprocess.run(
            [str(self.programs / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            cwd="/",
        )


def let_go(engine: Engine) -> None:
    """Close an engine's connections: those that lie ready now, those that a thread still holds when it is done.

    A live feed or a plugin that answers late may hold one when its test ends. Given back to a pool that nobody uses
    any more, it would be closed by the garbage collector, which warns of it in the middle of another test.
    """
    pool = engine.pool
    engine.dispose()

    @event.listens_for(pool, "checkin")
    def _close(_connection: object, record: ConnectionPoolEntry) -> None:
        record.invalidate()


def need_not_last(engine: Engine) -> None:
    """Do not wait for the disk on SQLite, either: the tests throw it away."""
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _set_pragma(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA synchronous=OFF")  # after the application's own


def migrate(url: str, folder: Path) -> None:
    """Bring a new database to the newest schema, plugins' tables included."""
    app = create_app(Config(data=folder / "data", database_url=url, testing=True))
    bring_up_to_date(app)
    with app.app_context():
        if url.startswith("sqlite"):
            with db.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")
        let_go(db.engine)


def _programs() -> Path:
    """Where initdb is. Fails, naming the package, when PostgreSQL is not installed."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if not newest:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql, or test with --db=sqlite")
    return newest[-1]
