"""`roundtable backup`, `restore` and `verify`."""

from pathlib import Path

import click

from core.commands.context import application, migrated_application, pass_config, plain_refusals
from core.config import Config

FILE = click.Path(dir_okay=False, path_type=Path)
THERE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@pass_config
def backup(config: Config, file: Path) -> None:
    """Write everything to one new, encrypted FILE while the service runs: the database with its documents and trail.

    The keys are not in it: without the file of keys of that day a backup cannot be opened. Put it on another machine.
    """
    from core.backup.operations import back_up
    from core.encryption.keys import keyring
    from core.extensions import db

    app = migrated_application(config)
    with app.app_context(), plain_refusals():
        manifest = back_up(db.engine, keyring(), file, config.data)
    click.echo(f"{file}: {sum(manifest.counts.values())} rows, the trail up to record {manifest.audit_seq}.")


@click.command()
@click.argument("file", type=THERE)
@pass_config
def restore(config: Config, file: Path) -> None:
    """Put FILE back into an empty database, whole or not at all, and compare what is there with what was backed up.

    The file of keys must be in its place first. One that is not empty is refused. Then run 'roundtable db upgrade'.
    """
    from core.backup.operations import restore as put_back
    from core.encryption.keys import keyring
    from core.extensions import db

    app = application(config)
    with app.app_context(), plain_refusals():
        put_back(db.engine, keyring(), file, config.data)
        click.echo("It is put back.")
        _compare(file)


@click.command()
@click.argument("file", type=THERE)
@pass_config
def verify(config: Config, file: Path) -> None:
    """Read the whole of a backup FILE, and compare it with the database as it is: rows, documents, and the trail.

    After a restore nothing differs. Exits with 1 and says what does.
    """
    app = application(config)
    with app.app_context(), plain_refusals():
        _compare(file)


def _compare(file: Path) -> None:
    from core.backup.operations import faults_against
    from core.encryption.keys import keyring

    faults = list(faults_against(file, keyring()))
    for fault in faults:
        click.echo(fault, err=True)
    click.echo("Rows, documents and trail are those of the backup." if not faults else f"{len(faults)} differences.")
    if faults:
        raise SystemExit(1)
