"""A plugin's tables: their own migrations, their own version table, and no word of them in core's."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from core.extensions import db
from core.plugin_host import behind, host_of, upgrade_plugins
from core.plugin_host.migrations import version_table

pytestmark = pytest.mark.usefixtures("app")


def test_every_plugin_keeps_its_own_version_table(app) -> None:
    tables = set(inspect(db.engine).get_table_names())
    for plugin in host_of(app).plugins:
        assert version_table(plugin.name) in tables
        assert set(plugin.metadata.tables) <= tables


def test_the_migrations_make_the_tables_that_the_models_describe(app) -> None:
    for plugin in host_of(app).plugins:
        own = plugin.metadata.tables

        def is_own(name, kind, _parents, own=own):
            return kind != "table" or name in own

        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_own})
            assert compare_metadata(context, plugin.metadata) == []


def test_upgrading_twice_changes_nothing(app) -> None:
    plugins = host_of(app).plugins
    upgrade_plugins(db.engine, plugins)
    assert behind(db.engine, plugins) == []
