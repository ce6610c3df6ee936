"""The command `roundtable`."""

from pathlib import Path

import click

from core import __version__
from core.books.commands import import_books, import_incidents
from core.commands.backup import backup, erasures, restore, verify
from core.commands.context import plain_refusals
from core.commands.database import database
from core.commands.demonstration import demo
from core.commands.keys import keys
from core.commands.plugins import plugin, plugins
from core.commands.running import serve, worker
from core.commands.trail import audit
from core.commands.users import user
from core.config import Config

WHERE = "--data DIR, before the command or after it, says where the data are. Without it: ROUNDTABLE_DATA, else var."


class Commands(click.Group):
    """Takes --data before or after the subcommand, as people write it."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        """Move it to the front."""
        rest, first = list(arguments), []
        for place, argument in enumerate(arguments):
            if argument == "--":
                break
            if argument == "--data" and place + 1 < len(arguments):
                first, rest = arguments[place : place + 2], arguments[:place] + arguments[place + 2 :]
            elif argument.startswith("--data="):
                first, rest = [argument], arguments[:place] + arguments[place + 1 :]
        return super().parse_args(context, [*first, *rest])


@click.group(cls=Commands, context_settings={"max_content_width": 100})
@click.version_option(__version__, prog_name="roundtable")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="ROUNDTABLE_DATA",
    default=Path("var"),
    show_default=True,
    help="Folder of the database, the keys and the demonstration (ROUNDTABLE_DATA).",
)
@click.pass_context
def main(context: click.Context, data: Path) -> None:
    """Roundtable: multi-agency case conferences for community safety partnerships.

    Settings come from the environment: ROUNDTABLE_DATA, ROUNDTABLE_DATABASE_URL (SQLite in the data folder
    when it is not set), ROUNDTABLE_URL (the address that mails link to), ROUNDTABLE_SMTP_HOST and its
    companions. See docs/running/.
    """
    if context.invoked_subcommand != plugin.name:  # whoever writes a plugin has no data
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with plain_refusals():
        context.obj = Config.from_environment(data=data)


def _say_where(command: click.Command) -> None:
    """Every command's help says that it takes --data, which is the group's own."""
    command.epilog = WHERE
    for each in getattr(command, "commands", {}).values():
        _say_where(each)


COMMANDS = (demo, serve, worker, import_books, import_incidents, database, user, plugins, plugin, keys, audit)

for command in (*COMMANDS, backup, restore, erasures, verify):
    _say_where(command)
    main.add_command(command)

if __name__ == "__main__":
    main()
