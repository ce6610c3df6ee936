"""What every test may ask for: an application on a fresh database, a signed-in browser, the count of queries."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event

from core.accounts.models import User
from core.app import create_app
from core.config import Config
from core.documents.operations import RENDERER
from core.extensions import db
from core.plugin_host import forget_what_was_read
from core.recording.feed import feed
from tests import without_plugins
from tests.support import errands
from tests.support.browser import Browser
from tests.support.databases import Databases, let_go, need_not_last
from tests.support.rendered import remember

if without_plugins.ASKED:
    without_plugins.take_away()

LONGEST = (
    "test_hostile_text",
    "test_bad_input",
    "test_wheel",
    "test_a_new_plugin",
    "test_named_pages_are_recorded",
    "test_mail",
    "test_canaries",
    "test_matrix",
    "test_repeated_writes",
    "test_approval_races",
    "test_an_attendee_records",
)
"""Modules that take minutes. A module runs whole on one worker: these go first, so that none waits for them at last."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--db=sqlite` is the explicit subset; the default runs the integration tests on both."""
    parser.addoption("--db", choices=("sqlite", "postgresql", "both"), default="both", help="databases to test on")
    parser.addoption("--no-plugins", action="store_true", help="the core's own tests, with every scheme taken away")
    parser.addoption("--full", action="store_true", help="run the drills in full, not in their short form")


def pytest_configure(config: pytest.Config) -> None:
    """Properties are tried on the same examples each time, and no time is asserted; `--full` tries more, and others."""
    settings.register_profile("suite", deadline=None, derandomize=True, max_examples=50)
    settings.register_profile("full", deadline=None, max_examples=500)
    settings.load_profile("full" if config.getoption("--full") else "suite")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Without plugins the files that are about a scheme are left out."""
    return True if without_plugins.ASKED and without_plugins.is_of_a_scheme(collection_path) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest modules first; the order of the others, and of the tests in each, stays."""
    if without_plugins.ASKED:
        gone = [
            item for item in items if without_plugins.needs_a_scheme(item.nodeid, getattr(item, "fixturenames", []))
        ]
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if item not in gone]
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


def pytest_collection_finish() -> None:
    """What was loaded to find the tests stays until the end: the collector need not walk it again and again."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for an application runs once on each database, or on SQLite alone where it says so."""
    if "database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db")
        kinds = ("sqlite", "postgresql") if chosen == "both" else (chosen,)
        if metafunc.definition.get_closest_marker("sqlite_alone"):
            kinds = ("sqlite",)
        metafunc.parametrize("database", kinds, indirect=True, scope="session")


@pytest.fixture(scope="session", autouse=True)
def renderer_ends() -> Iterator[None]:
    """The warm child that makes documents ends with the tests, not with the interpreter, which would warn of it.

    What it made of the same HTML is given again.
    """
    remember(RENDERER)
    yield
    RENDERER.close()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """The migrated templates that every test's database is copied from."""
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.stop()


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database that this run of the test is on: "sqlite" or "postgresql"."""
    kind: str = request.param
    return kind


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the shared application."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def templates_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """The templates as they were compiled once: for both databases and all workers."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "compiled_templates"
    shared.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(shared))


@pytest.fixture(scope="session")
def shared_app(
    database: str, databases: Databases, data_folder: Path, templates_of_the_run: FileSystemBytecodeCache
) -> Iterator[Flask]:
    """One application a kind of database; `app` puts a fresh database under it."""
    if database == "sqlite":
        url = databases.fresh_sqlite(data_folder / "test.db")
    else:
        url = databases.fresh_postgresql("test")
    app = create_app(Config(data=data_folder, database_url=url, testing=True))
    app.jinja_env.bytecode_cache = templates_of_the_run
    with app.app_context():
        need_not_last(db.engine)
    yield app
    with app.app_context():
        let_go(db.engine)


@pytest.fixture
def app(shared_app: Flask, database: str, databases: Databases, data_folder: Path) -> Iterator[Flask]:
    """The application on a fresh, migrated, empty database, within an application context."""
    with shared_app.app_context():
        if database == "sqlite":
            let_go(db.engine)  # they would be of a file that is gone
            databases.fresh_sqlite(data_folder / "test.db")
        else:
            databases.fresh_postgresql("test", db.engine)
        yield shared_app
        feed.end()
        db.session.remove()


@pytest.fixture
def errands_app(app: Flask, data_folder: Path) -> Iterator[Flask]:
    """The same data served with one plugin alone, which is no scheme of anybody's: tests/support/errands.py."""
    db.session.commit()
    made = create_app(
        Config(data=data_folder, database_url=app.config["ROUNDTABLE"].url, plugins=(errands.NAME,), testing=True)
    )
    yield made
    with made.app_context():
        let_go(db.engine)


@pytest.fixture
def visitor(app: Flask) -> Callable[..., Browser]:
    """`visitor(user)` is that person’s browser, signed in; `visitor()` one that is not."""

    def open_browser(user: User | None = None) -> Browser:
        db.session.commit()
        return Browser(app, user)

    return open_browser


@pytest.fixture
def count_queries(app: Flask) -> Callable[..., int]:
    """`count_queries(function, *arguments)` runs it and tells how many statements the database was sent."""

    def count(function: Callable[..., Any], *arguments: Any, **options: Any) -> int:
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            statements.append(statement)

        forget_what_was_read()  # as a transaction begins: what an earlier count read is read again
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            function(*arguments, **options)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len([s for s in statements if not s.startswith(("BEGIN", "PRAGMA"))])

    return count
