"""`roundtable serve` and `roundtable worker`."""

import click

from core.commands.context import pass_config, serving_application
from core.config import Config


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, envvar="PORT", help="Port to listen on.")
@pass_config
def serve(config: Config, host: str, port: int) -> None:
    """Serve the pages, with a worker beside it that sends mail and renders documents.

    One process with many threads; enough for a partnership on one machine. Plain HTTP is served on loopback alone:
    put a reverse proxy with TLS in front and set ROUNDTABLE_URL to its https address.
    """
    from core.commands.embedded import serve as serve_embedded
    from core.starting import is_loopback

    if not is_loopback(host) and not config.secure:
        raise click.ClickException(
            "plain HTTP is served on loopback only: put a proxy with TLS in front and set ROUNDTABLE_URL=https://..."
        )
    if config.external_url == Config.external_url:
        config = config.at(f"http://127.0.0.1:{port}")
    app = serving_application(config)
    click.echo(f"Roundtable is at {config.external_url}")
    serve_embedded(app, host=host, port=port)


@click.command()
@pass_config
def worker(config: Config) -> None:
    """Work through the jobs: send the outbox's mails, again after a failure, and sweep what was left behind.

    Several may run. What is to be sent is a row of the database, so that nothing is lost when a worker is killed.
    """
    from core.jobs import run_worker

    run_worker(serving_application(config))
