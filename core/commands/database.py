"""`roundtable db`: the schema."""

import click

from core.commands.context import application, pass_config
from core.config import Config


@click.group("db")
def database() -> None:
    """Look after the database's tables."""


@database.command()
@pass_config
def upgrade(config: Config) -> None:
    """Bring the tables of Roundtable and of every plugin to the newest schema.

    Safe to run at any time and twice; after an interruption it goes on where it stopped. Goes forward only.
    """
    from core.schema import bring_up_to_date, what_is_behind

    app = application(config)
    behind = what_is_behind(app)
    failed = bring_up_to_date(app)
    done = [name for name in behind if name not in failed]
    if done or not failed:
        click.echo(f"Brought up to date: {', '.join(done)}." if done else "Everything was up to date.")
    for name, why in failed.items():
        click.echo(f"{name}: {why} It is left out until this is mended; everything else can run.", err=True)
    if failed:
        raise SystemExit(1)
