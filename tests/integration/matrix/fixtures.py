"""The world as a fixture: built once for each kind of database, put back for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.integration.matrix.snapshot import Snapshot
from tests.integration.matrix.world import World
from tests.support.databases import Databases


@pytest.fixture(scope="session")
def snapshots() -> dict[str, Snapshot]:
    """Kind of database -> its snapshot, once there is one."""
    return {}


@pytest.fixture
def snapshot(
    app: Flask, database: str, databases: Databases, data_folder: Path, snapshots: dict[str, Snapshot]
) -> Snapshot:
    """The world in the application's database; `put_back()` undoes what was done to it."""
    if database in snapshots:
        snapshots[database].put_back()
    else:
        snapshots[database] = Snapshot(app, databases, data_folder)
    return snapshots[database]


@pytest.fixture
def world(app: Flask, snapshot: Snapshot) -> Iterator[World]:
    """Who and what there is in it. Served by a name, without which there are no passkeys."""
    before = app.config["ROUNDTABLE"]
    app.config["ROUNDTABLE"] = before.at("http://localhost:8000")
    yield snapshot.world
    app.config["ROUNDTABLE"] = before
