"""`roundtable plugins`: what is installed, and whether it is sound."""

from pathlib import Path

import click

from core.clock import local_date, utc_now
from core.commands.context import application, pass_config
from core.config import Config
from core.errors import Refused
from core.plugin_host.report import PluginReport
from core.scaffold import write_plugin


@click.group()
def plugins() -> None:
    """See the plugins that bring agencies' pathways."""


@plugins.command("list")
@pass_config
def list_plugins(config: Config) -> None:
    """List every plugin with its version, interface, pathways, hooks, tables and state."""
    from core.plugin_host import host_of

    for report in host_of(application(config)).reports:
        click.echo(f"{report.name}  {report.version}  {report.state}")
        if report.title:
            click.echo(f"    {report.title}; interface {report.api}")
        for label, values in (
            ("pathways", report.pathways),
            ("hooks", report.hooks),
            ("tables", report.tables),
        ):
            if values:
                click.echo(f"    {label}: {', '.join(values)}")
        for fault in _faults(report):
            click.echo(f"    {fault}")


@plugins.command()
@pass_config
def check(config: Config) -> None:
    """Load every plugin as the service would, and try it where nobody's data is needed.

    Its migrations are run in an empty database and compared with its models, each reading hook is asked about
    nothing, and each pathway about somebody of whom nothing is known. Exits with 1, saying what is wrong with
    which, if one fails.
    """
    from core.plugin_host import host_of
    from core.plugin_host.checking import faults_in

    app = application(config)
    host = host_of(app)
    tried = faults_in(app, host, on=local_date(utc_now()))
    faulty = 0
    for report in host.reports:
        # One that was refused while loading was not tried; its name may be that of another, which was.
        loaded = report.stage in ("", "migrations")
        faults = _refusal(report) + (tried.get(report.name, []) if loaded else [])
        faulty += bool(faults)
        for fault in faults:
            click.echo(f"{report.name}: {fault}", err=True)
    sound = len(host.reports) - faulty
    click.echo(f"{sound} of {len(host.reports)} plugins are sound.")
    if faulty:
        raise SystemExit(1)


@plugins.command()
@click.argument("name", default="")
@pass_config
def doc(config: Config, name: str) -> None:
    """Print what a plugin brings, in Markdown: its pathways with stages, moves, clocks, consents, forms and rows, its
    hooks, tables and pages. Without NAME, of every plugin that runs.
    """
    from core.plugin_host import host_of
    from core.plugin_host.describing import describe

    app = application(config)
    host = host_of(app)
    chosen = [info for info in host.plugins if name in ("", info.name)]
    if not chosen and name:
        known = ", ".join(info.name for info in host.plugins) or "none"
        raise click.ClickException(f"No plugin called {name} runs. Those that run: {known}.")
    for info in chosen:
        own = [pathway for owner, pathway in host.pathways_by_plugin if owner == info.name]
        click.echo(describe(app, info, host.report(info.name), own, on=local_date(utc_now())))


@click.group()
def plugin() -> None:
    """Write a plugin of your own."""


@plugin.command("new")
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    show_default=True,
    help="The folder in which the plugin's own folder is made.",
)
def new_plugin(name: str, into: Path) -> None:
    """Write a package that brings a pathway called NAME: small, whole, and sound as it is.

    It has a referral form, stages, a register with a table and its migration, pages, and tests by the conformance
    kit. Install it with pip beside Roundtable, and Roundtable finds it. Nothing that exists is overwritten.
    """
    try:
        written = write_plugin(name, into)
    except Refused as refused:
        raise click.ClickException(refused.reason) from refused
    for path in written:
        click.echo(path)
    # A name alone would be looked up in a registry: what is to be installed is the folder.
    folder = into / name if into.is_absolute() else f"./{into / name}"
    click.echo(f"\nNext: pip install {folder}, then roundtable db upgrade and roundtable plugins check.")


def _refusal(report: PluginReport) -> list[str]:
    """Where and why it was refused, in a line."""
    return [f"refused at the stage “{report.stage}”: {report.reason}"] if report.stage else []


def _faults(report: PluginReport) -> list[str]:
    """What is wrong with it, in a line each."""
    off = [f"{hook} is switched off, reference {reference}" for hook, reference in report.switched_off.items()]
    return _refusal(report) + off + ([report.last_failure] if report.last_failure else [])
