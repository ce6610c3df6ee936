"""`roundtable keys`: the keys to what is kept encrypted."""

import click
from flask import Flask
from sqlalchemy import MetaData

from core.commands.context import migrated_application, pass_config, plain_refusals
from core.config import Config


@click.group()
def keys() -> None:
    """Make, change and retire the keys to protected data."""


@keys.command("new")
@pass_config
def new(config: Config) -> None:
    """Make the file of keys of a new installation, with one key in it, for its owner alone.

    Where it lies is said by ROUNDTABLE_KEYS; without it, protected.keys among the other keys of the data folder. Keep
    a copy of it apart from the backups: without it, what is encrypted is lost.
    """
    from core.clock import utc_now
    from core.encryption.keys import new_file, path_of

    path = path_of(config)
    if path.exists():
        raise click.ClickException(f"{path} is there already. To change the key, run 'roundtable keys rotate'.")
    new_file(path, now=utc_now())
    click.echo(f"Made {path}. Keep a copy of it, apart from the backups.")


@keys.command("rotate")
@click.option("--resume", is_flag=True, help="Add no key: go on with a rotation that was interrupted.")
@pass_config
def rotate(config: Config, resume: bool) -> None:
    """Add a new key, and seal everything anew with it while the service runs.

    In small batches: nobody waits for long. Interrupted, run it again with --resume. The old keys stay in the file
    until 'roundtable keys retire'.
    """
    from core.clock import utc_now
    from core.encryption.rotation import begin_rotation, seal_anew
    from core.extensions import db
    from core.facts import SYSTEM
    from core.web.transaction import begin_write

    app = migrated_application(config)
    with app.app_context(), plain_refusals():
        if not resume:
            begin_write()
            name = begin_rotation(SYSTEM, now=utc_now())
            db.session.commit()
            click.echo(f"From now on the key {name} seals. Copy the file to where you keep its copy.")
        for column, count in seal_anew(_tables(app)):
            click.echo(f"{column}: {count} sealed anew")


@keys.command("retire")
@pass_config
def retire(config: Config) -> None:
    """Take the old keys out of the file, if nothing is sealed with them any more.

    Not within an hour of a new key: a request that was under way may have used the old one. Backups from before it
    need it still: keep the old copy of the file as long as them.
    """
    from core.clock import utc_now
    from core.encryption import rotation
    from core.extensions import db
    from core.facts import SYSTEM
    from core.web.transaction import begin_write

    app = migrated_application(config)
    with app.app_context(), plain_refusals():
        rotation.refuse_while_needed(_tables(app), now=utc_now())
        begin_write()
        gone = rotation.retire(SYSTEM)
        db.session.commit()
        rotation.forget(gone)
    click.echo(f"Taken out: {', '.join(gone)}." if gone else "There is one key, and it is in use.")


def _tables(app: Flask) -> list[MetaData]:
    """Core's tables and those of every plugin."""
    import core.models  # noqa: F401  all of core's
    from core.database import Base
    from core.plugin_host import host_of

    return [Base.metadata, *(info.metadata for info in host_of(app).plugins if info.metadata is not None)]
