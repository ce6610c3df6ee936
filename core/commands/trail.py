"""`roundtable audit`: verify and export the trail."""

from pathlib import Path

import click

from core.commands.context import migrated_application, pass_config, plain_refusals
from core.config import Config


@click.group()
def audit() -> None:
    """Verify and export the audit trail."""


@audit.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--anchors",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of anchors that was kept elsewhere; they are checked as well. With FILE no database is needed.",
)
@pass_config
def verify(config: Config, file: Path | None, anchors: Path | None) -> None:
    """Check the chain: no gap in the numbers, every link, every hash, and every anchor printed in a document.

    Checks the database, or an exported FILE against the database's anchors; with --anchors against those of that
    file, too, or with both of them alone. Exits with 1 and says what is wrong and where, if anything is.
    """
    from core.audit import anchors as kept_elsewhere
    from core.audit import chain, queries

    witnesses: list[chain.Anchor] = []
    if anchors is not None:
        with plain_refusals(), anchors.open(encoding="utf-8", errors="replace") as lines:
            witnesses = list(kept_elsewhere.read(lines))
    if file is not None and anchors is not None:
        with file.open("rb") as exported:
            report = chain.verify(chain.read_export(line.decode(errors="replace") for line in exported), witnesses)
    else:
        with migrated_application(config).app_context():
            if file is None:
                report = chain.verify(queries.records(), [*queries.anchors(), *witnesses])
            else:
                with file.open("rb") as exported:
                    report = queries.verify_export(exported)
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


@audit.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_config
def anchors(config: Config, file: Path) -> None:
    """Add to FILE the anchors that it has not yet: heads of the chain that documents carry, and one of each day.

    The worker does the same every minute with the file of ROUNDTABLE_ANCHORS. Give it to somebody else to keep.
    """
    from core.audit.anchors import add_new

    with migrated_application(config).app_context(), plain_refusals():
        count = add_new(file)
    click.echo(f"{count} anchors added to {file}.")
