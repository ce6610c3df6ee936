"""Schema migrations, forward only. Each plugin has its own, with a version table of its own (ADR 3)."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from core.migrations.heads import are_reached

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).resolve().parent
VERSION_TABLE = "roundtable_alembic_version"


def upgrade(engine: Engine) -> None:
    """Bring core's tables to the newest schema. Run again after an interruption, it goes on where it stopped."""
    from alembic import command  # a web process does not need it

    with engine.connect() as connection:
        settings = _settings()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


def is_current(engine: Engine) -> bool:
    """Whether core's tables have the newest schema."""
    with engine.connect() as connection:
        return are_reached(connection, HERE / "versions", VERSION_TABLE)


def autogenerate(engine: Engine, message: str) -> None:
    """Write a new migration from the difference between tables and models. For developers."""
    from alembic import command

    with engine.connect() as connection:
        settings = _settings()
        settings.attributes["connection"] = connection
        command.revision(settings, message=message, autogenerate=True)


def _settings() -> "Config":
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(HERE))
    settings.set_main_option("path_separator", "os")
    settings.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    return settings
