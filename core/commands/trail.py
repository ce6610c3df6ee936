"""`roundtable audit`: verify and export the trail."""

from pathlib import Path

import click

from core.commands.context import migrated_application, pass_config
from core.config import Config


@click.group()
def audit() -> None:
    """Verify and export the audit trail."""


@audit.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_config
def verify(config: Config, file: Path | None) -> None:
    """Check the chain: no gap in the numbers, every link, every hash, and every anchor printed in a document.

    Checks the database, or an exported FILE against the database's anchors. Exits with 1 and says what is wrong
    and where, if anything is.
    """
    from core.audit import queries

    app = migrated_application(config)
    with app.app_context():
        if file is None:
            report = queries.verify_database()
        else:
            with file.open("rb") as lines:
                report = queries.verify_export(lines)
    for fault in report.faults:
        click.echo(f"record {fault.seq}: {fault.what}", err=True)
    click.echo(
        f"{report.records} records checked, {report.witnessed} witnessed by an anchor, {len(report.faults)} faults."
    )
    if report.faults:
        raise SystemExit(1)


@audit.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@pass_config
def export(config: Config, file: Path) -> None:
    """Write the whole trail to FILE, one JSON record a line, oldest first. It holds opaque ids and no names."""
    from core.audit import queries

    app = migrated_application(config)
    with app.app_context(), file.open("wb") as out:
        count = queries.write_export(out)
    click.echo(f"{count} records written to {file}.")
