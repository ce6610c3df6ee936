"""A migration whose process is killed, at any statement or commit: run again, it ends where it would have ended."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from flask import Flask
from sqlalchemy import Engine, event, inspect

from core import migrations
from core.app import create_app
from core.config import Config
from core.extensions import db
from core.referrals.models import Referral
from core.schema import bring_up_to_date, what_is_behind
from tests.drills.conftest import Report
from tests.integration.test_schema import BEFORE_CIRCULATING, BEFORE_PAUSING
from tests.support.databases import Databases, let_go

FEW = 4
"""Places that the short form kills at, spread over the whole."""

KILLED = 137


def at_each_step(engine: Engine, do: Callable[[], None]) -> None:
    """Before each statement and each commit."""
    event.listen(engine, "before_cursor_execute", lambda *_: do())
    event.listen(engine, "commit", lambda *_: do())


def prepared(folder: Path, url: str) -> Flask:
    """An early release's database with rows in it, which later migrations change and encrypt."""
    app = create_app(Config(data=folder, database_url=url, testing=True))
    with app.app_context():
        with db.engine.connect() as connection:
            settings = migrations._settings()
            settings.attributes["connection"] = connection
            command.upgrade(settings, "0002")
        with db.engine.begin() as connection:
            for statement in (*BEFORE_CIRCULATING, *BEFORE_PAUSING):
                connection.exec_driver_sql(statement)
    return app


def outcome(app: Flask) -> Any:
    """Every table with its columns and indexes, and what the rows became."""
    with app.app_context():
        there = inspect(db.engine)
        tables = {
            name: (
                sorted(str(column["name"]) for column in there.get_columns(name)),
                sorted(str(index["name"]) for index in there.get_indexes(name)),
            )
            for name in there.get_table_names()
            if "_names" not in name
        }
        payload = db.session.get_one(Referral, 1).payload
        db.session.remove()
        let_go(db.engine)
    return tables, payload


def killed_at(app: Flask, step: int) -> int:
    """Migrate in a process of its own that dies before that step; how it ended."""
    child = os.fork()
    if child == 0:  # nothing of pytest's may run here: it leaves by _exit, whatever happens
        try:
            left = iter(range(step - 1))
            with app.app_context():
                at_each_step(db.engine, lambda: None if next(left, None) is not None else os._exit(KILLED))
            bring_up_to_date(app)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_migration_killed_anywhere_ends_where_it_would_have_ended(
    database: str, databases: Databases, tmp_path: Path, full: bool, figure: Report
) -> None:
    steps = [0]

    def count() -> None:
        steps[0] += 1

    whole = prepared(tmp_path, databases.empty(database, tmp_path / "whole.db"))
    with whole.app_context():
        at_each_step(db.engine, count)
    assert bring_up_to_date(whole) == {}
    total = steps[0]
    wanted = outcome(whole)
    assert wanted[1] == {"reach": "07700"} and total > 100
    places = range(1, total + 1) if full else range(total // FEW, total, total // FEW)
    for step in places:
        url = databases.empty(database, tmp_path / f"killed{step}.db")
        app = prepared(tmp_path, url)
        with app.app_context():
            let_go(db.engine)
        again = create_app(Config(data=tmp_path, database_url=url, testing=True))
        assert killed_at(again, step) == KILLED, step
        after = create_app(Config(data=tmp_path, database_url=url, testing=True))
        assert bring_up_to_date(after) == {}, step
        assert what_is_behind(after) == [], step
        assert outcome(after) == wanted, step
    figure("migration killed at every statement", f"{len(places)} of {total} places, each ends as if it was not")
