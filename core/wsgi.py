"""`core.wsgi:application`, for gunicorn with deploy/gunicorn.conf.py. Ends with 1, saying why, when it cannot serve."""

import click

from core.commands.context import plain_refusals, serving_application
from core.config import Config
from core.plugin_host import end_where_one_hangs

try:
    with plain_refusals():
        application = serving_application(Config.from_environment())
except click.ClickException as refused:
    raise SystemExit(refused.message) from None
end_where_one_hangs(application)
