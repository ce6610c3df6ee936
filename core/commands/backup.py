"""`roundtable backup`, `restore` and `verify`."""

from pathlib import Path

import click
from flask import Flask

from core.commands.context import application, migrated_application, pass_config, plain_refusals
from core.config import Config
from core.errors import Refused

FILE = click.Path(dir_okay=False, path_type=Path)
THERE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@pass_config
def backup(config: Config, file: Path) -> None:
    """Write everything to one new, encrypted FILE while the service runs: the database with its documents and trail.

    The keys are not in it: without the file of keys of that day a backup cannot be opened. Put it on another machine.
    Nor is what is erased afterwards: keep the file of erasures with the keys, always as it is now.
    """
    from core.backup.operations import back_up
    from core.encryption.keys import keyring
    from core.extensions import db
    from core.retention.register import make_sure_of

    app = migrated_application(config)
    with app.app_context(), plain_refusals():
        make_sure_of(config.erasures)
        manifest = back_up(db.engine, keyring(), file, config.data)
    click.echo(f"{file}: {sum(manifest.counts.values())} rows, the trail up to record {manifest.audit_seq}.")
    click.echo(
        f"Keep {config.erasures} with the keys, as it is on the day: what is erased from now on stands there alone."
    )


@click.command()
@click.argument("file", type=THERE)
@click.option(
    "--erasures",
    type=THERE,
    help="The file of what was erased, as it was on the last day; in the data folder where it is not named.",
)
@click.option(
    "--no-erasures",
    is_flag=True,
    help="Put it back though that file is lost. Who was erased since the backup is there again, and the trail says so.",
)
@pass_config
def restore(config: Config, file: Path, erasures: Path | None, no_erasures: bool) -> None:
    """Put FILE back into an empty database, whole or not at all, and compare what is there with what was backed up.

    The file of keys must be in its place first, and that of erasures: what was erased since the backup is erased again
    before anybody can sign in. A database that is not empty is refused.
    """
    from core.backup.operations import restore as put_back
    from core.encryption.keys import keyring
    from core.extensions import db

    app = application(config)
    with app.app_context(), plain_refusals():
        if not no_erasures:
            _have_erasures(config, erasures)
        put_back(db.engine, keyring(), file, config.data, without_erasures=no_erasures)
        click.echo("It is put back.")
        _compare(file)
    if no_erasures:
        click.echo(
            "Who was erased since this backup may be there again. The trail says that nobody had the file of erasures; "
            "tell the data protection lead.",
            err=True,
        )
        return
    _erase_again(config, app)


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


def _have_erasures(config: Config, named: Path | None) -> None:
    """Put the file of erasures in its place. Raises Refused where there is none."""
    from core.retention.register import take_over

    if named is not None:
        take_over(config.erasures, named)
    elif not config.erasures.is_file():
        raise Refused(
            f"There is no {config.erasures}: it says what was erased since the backup, and is kept with the keys. Name "
            "it by --erasures. If it is lost, --no-erasures puts the backup back all the same, and the trail says so."
        )


def _erase_again(config: Config, app: Flask, *, held: str = "") -> None:
    """Replay what was erased since; of an older release once its tables are brought up to date."""
    from core.clock import utc_now
    from core.retention.register import read_all
    from core.retention.replaying import STRUCK_BEFORE, Held, complete, replay
    from core.schema import what_is_behind

    if what_is_behind(app):
        if read_all(config.erasures):
            click.echo("Run 'roundtable db upgrade', then 'roundtable erasures': nothing is served before.")
        return
    with app.app_context(), plain_refusals():
        asked = {"erase": Held.ERASED, "keep": Held.KEPT}.get(held, Held.ASKED)
        done = list(replay(config.erasures, now=utc_now(), held=asked))
        lacking = complete(config.erasures)
    if lacking:
        click.echo(
            f"The file of erasures is an older one: it lacked {lacking} that this database has. They are written down "
            "in it again.",
            err=True,
        )
    there, left = sum(each.found for each in done), [each for each in done if each.held_up]
    click.echo(f"Erased again: {there}. Nothing to erase: {len(done) - there - len(left)}.")
    for each in left:
        click.echo(f"Not erased: {each.line.kind} number {each.line.record_id}. {'; '.join(each.held_up)}.", err=True)
    if any(STRUCK_BEFORE not in each.held_up for each in left) and not held:
        click.echo(
            "Ask the data protection lead. Then 'roundtable erasures --held keep' leaves them as they are, and "
            "'roundtable erasures --held erase' erases them: nothing is served before.",
            err=True,
        )
        raise SystemExit(1)


@click.command()
@click.option(
    "--held",
    type=click.Choice(["keep", "erase"]),
    help="What becomes of what is held up by now though nothing was restored: it is left as it is, or erased.",
)
@pass_config
def erasures(config: Config, held: str | None) -> None:
    """Erase again what the file of erasures says and this database does not know of: after a restore.

    May be run as often as you like; it does nothing where nothing is left to do. What was written down and not erased,
    for the machine stopped in between, may be on legal hold by now: that is left, and said, until --held says more.
    """
    _erase_again(config, migrated_application(config), held=held or "")
