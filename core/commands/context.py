"""What the commands share: the application from the settings, and an answer in one line."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask

from core.config import Config
from core.errors import Refused, RoundtableError

pass_config = click.make_pass_decorator(Config)


def application(config: Config) -> Flask:
    """The application, without asking whether its tables are up to date."""
    from core.app import create_app  # half a second of imports that `--help` does not need

    return create_app(config)


def migrated_application(config: Config) -> Flask:
    """The application; ends the command when core's tables are missing or out of date.

    A plugin whose own are is left out, with a warning: it must not hold up the rest.
    """
    from core.plugin_host import leave_out_behind
    from core.schema import what_is_behind

    app = application(config)
    behind = what_is_behind(app)
    if "core" in behind:
        raise click.ClickException(f"the tables of {', '.join(behind)} are not up to date: run 'roundtable db upgrade'")
    for name in behind:
        click.echo(f"{name} is left out: its tables are not up to date. Run 'roundtable db upgrade'.", err=True)
    leave_out_behind(app, behind)
    return app


def serving_application(config: Config) -> Flask:
    """The application, ready to serve or to work; ends the command, saying why, where it is not fit to."""
    from core.extensions import db
    from core.starting import refuse_unsound
    from core.web.logs import set_up_logs

    set_up_logs(requests=config.log_requests)
    app = migrated_application(config)
    with plain_refusals():
        refuse_unsound(app)
    with app.app_context():
        db.engine.dispose()  # no connection of this process may be one of those that are forked from it
    return app


@contextmanager
def plain_refusals() -> Iterator[None]:
    """Show a refusal as one line, not as a traceback."""
    try:
        yield
    except Refused as refused:
        raise click.ClickException(refused.reason) from None
    except RoundtableError as failure:
        raise click.ClickException(str(failure)) from None
