"""The world's database, kept once and put back in no time: after every write that was allowed, and for every test."""

import shutil
from pathlib import Path

from flask import Flask

from core.extensions import db
from tests.integration.matrix.world import World, build_world
from tests.support.databases import Databases, let_go

TEMPLATE = "template_world"


class Snapshot:
    """A database with the world in it, as a file or as a template of PostgreSQL."""

    def __init__(self, app: Flask, databases: Databases, folder: Path) -> None:
        """Build the world in the application's own, fresh database, and keep that."""
        self._databases = databases
        self._kept = folder / "world.db"
        self.on_sqlite = db.engine.dialect.name == "sqlite"
        self._live = Path(db.engine.url.database or "") if self.on_sqlite else None
        self.world: World = build_world()
        db.session.remove()
        if self._live is not None:
            with db.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")
            let_go(db.engine)
            shutil.copyfile(self._live, self._kept)
        else:
            let_go(db.engine)
            databases.copy_postgresql(str(db.engine.url.database), TEMPLATE)

    def put_back(self) -> None:
        """The application's database is the world again, as it was built."""
        db.session.remove()
        let_go(db.engine)
        if self._live is not None:
            for leftover in self._live.parent.glob(f"{self._live.name}-*"):
                leftover.unlink()
            shutil.copyfile(self._kept, self._live)
        else:
            self._databases.copy_postgresql(TEMPLATE, str(db.engine.url.database))
