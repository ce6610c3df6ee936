"""Bringing the database to the newest schema: core's tables, then each plugin's."""

from flask import Flask

from core import migrations
from core.extensions import db
from core.plugin_host import behind, host_of, upgrade_plugins


def bring_up_to_date(app: Flask) -> dict[str, str]:
    """Run every migration that is due. Run again after an interruption, it goes on where it stopped.

    Name -> why, for the plugins whose own migrations failed: they do not hold up core or each other.
    """
    with app.app_context():
        migrations.upgrade(db.engine)
        return upgrade_plugins(db.engine, host_of(app).plugins)


def what_is_behind(app: Flask) -> list[str]:
    """`core` and the plugins whose tables are not up to date; empty when all are."""
    with app.app_context():
        core = [] if migrations.is_current(db.engine) else ["core"]
        return core + behind(db.engine, host_of(app).plugins)
