"""A plugin's own tables: its own folder of migrations and its own version table, `<plugin>_alembic_version`.

A version table shared with core would break core's upgrade once the plugin is uninstalled.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import StaticPool

from core.database import MOST_CHARACTERS, WRITES
from core.migrations.heads import are_reached
from core.plugin_api.hookspecs import PluginInfo
from core.plugin_host.report import told

if TYPE_CHECKING:
    from alembic.config import Config

BEHIND = "Its tables are not up to date in this database. Run 'roundtable db upgrade'."
"""Why a plugin is left out until its migrations have been run."""

_ENVIRONMENT = Path(__file__).parent / "alembic"


def version_table(name: str) -> str:
    """The table that says how far the tables of the plugin of that name have been migrated."""
    return f"{name}_alembic_version"


def upgrade_plugin(engine: Engine, plugin: PluginInfo) -> None:
    """Bring one plugin's tables up to date; nothing happens for a plugin without migrations, or twice."""
    if plugin.migrations is None:
        return
    from alembic import command  # a web process does not need it

    with engine.connect().execution_options(**{WRITES: True}) as connection:
        command.upgrade(_config(plugin, connection), "head")


def upgrade_plugins(engine: Engine, plugins: Sequence[PluginInfo]) -> dict[str, str]:
    """Bring all plugins' tables up to date, one after the other. Name -> why, for those whose migrations failed."""
    failed = {}
    for plugin in plugins:
        try:
            upgrade_plugin(engine, plugin)
        except (Exception, SystemExit) as fault:
            failed[plugin.name] = f"Its migrations failed: {told(fault)}"
    return failed


def behind(engine: Engine, plugins: Sequence[PluginInfo]) -> list[str]:
    """Names of the plugins whose tables are not up to date."""
    with engine.connect() as connection:
        return [
            plugin.name
            for plugin in plugins
            if plugin.migrations is not None
            and not _is_reached(connection, plugin.migrations, version_table(plugin.name))
        ]


def drift(plugin: PluginInfo) -> list[str]:
    """How the tables that the plugin's migrations make differ from its models, a sentence each. In a scratch database.

    The migrations' own failure is one such sentence.
    """
    if plugin.metadata is None or plugin.migrations is None:
        return []
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    own = plugin.metadata.tables
    scratch = create_engine("sqlite://", poolclass=StaticPool)
    try:
        upgrade_plugin(scratch, plugin)
        with scratch.connect() as connection:
            options = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or name in own}
            found = compare_metadata(MigrationContext.configure(connection, opts=options), plugin.metadata)
            long = [name for name in _names_in(connection, own) if len(name) > MOST_CHARACTERS]
    except (Exception, SystemExit) as fault:
        return [f"Its migrations failed in an empty database: {told(fault)}"]
    finally:
        scratch.dispose()
    return [
        *(f"Its models and its migrations differ: {_difference(each)}." for each in found),
        *(
            f"Its migrations use the name {name}, of {len(name)} characters: PostgreSQL takes {MOST_CHARACTERS}."
            for name in long
        ),
    ]


def _names_in(connection: Connection, tables: Iterable[str]) -> list[str]:
    """Every name that these tables bring, once each: theirs, and those of their columns, indexes and keys."""
    seen = inspect(connection)
    found: dict[str | None, None] = {}
    for table in filter(seen.has_table, tables):
        keyed = (
            seen.get_indexes(table),
            seen.get_unique_constraints(table),
            seen.get_foreign_keys(table),
            seen.get_check_constraints(table),
            [seen.get_pk_constraint(table)],
        )
        names = (each.get("name") for some in (seen.get_columns(table), *keyed) for each in some)
        found |= dict.fromkeys((table, *names))
    return [name for name in found if name]


def _difference(found: Any) -> str:
    """One of Alembic's operations in words: what the migrations would have to do."""
    match found:
        case ("add_table", table):
            return f"no migration makes the table {table.name}"
        case ("remove_table", table):
            return f"no model describes the table {table.name}"
        case ("add_column", _, table, column):
            return f"no migration makes the column {table}.{column.name}"
        case ("remove_column", _, table, column):
            return f"no model describes the column {table}.{column.name}"
        case (str() as what, thing):
            return f"{what.replace('_', ' ')} {getattr(thing, 'name', thing)}"
        case [(str() as what, _, table, column, *_)]:
            return f"{what.replace('_', ' ')} of the column {table}.{column}"
        case _:
            return str(found)


def _is_reached(connection: Connection, folder: Path, table: str) -> bool:
    try:
        return are_reached(connection, folder, table)
    except (SyntaxError, UnicodeError, OSError):  # a migration that cannot be read has not been run
        return False


def _config(plugin: PluginInfo, connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_ENVIRONMENT))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(plugin.migrations))
    config.attributes |= {
        "connection": connection,
        "metadata": plugin.metadata,
        "version_table": version_table(plugin.name),
    }
    return config
