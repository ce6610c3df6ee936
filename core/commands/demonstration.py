"""`roundtable demo`."""

from dataclasses import replace

import click

from core.commands.context import application, migrated_application, pass_config, plain_refusals
from core.config import Config


@click.command()
@click.option("--port", default=8000, show_default=True, envvar="PORT", help="Port to serve on.")
@click.option("--no-serve", is_flag=True, help="Build it and exit.")
@pass_config
def demo(config: Config, port: int, no_serve: bool) -> None:
    """Build a demonstration partnership, run its story and serve it.

    A second run serves what is there, at once. demo/ in the data folder (--data DIR) holds accounts.csv (email,
    password, roles) and the PDFs of the story: the agenda as it was circulated, and the minutes as each recipient
    got them. Nothing in it is real, and no mail leaves the machine: it is caught and shown on a page.
    """
    from core.clock import local_date, utc_now
    from core.dates import in_words
    from core.demo.building import PASSWORD, accounts_file, build_demo, built_on, demo_accounts

    told = built_on(config)
    if told is None:
        with plain_refusals():
            build_demo(application(config), now=utc_now(), say=click.echo)
    elif told != local_date(utc_now()):
        click.echo(f"This demonstration was built on {in_words(told)}, and its story stands where it stood then.")
        click.echo(f"To have it told as of today, remove {config.data} or name another folder.")
    # On loopback, with passwords that are printed above: a second step would protect nothing here.
    config = replace(Config.from_environment(data=config.data), two_step=False)
    click.echo(f"\nDemo accounts (password of all: {PASSWORD})\n")
    width = max(len(account["email"]) for account in demo_accounts())
    for account in demo_accounts():
        click.echo(f"  {account['email']:<{width}}  {account['role']}")
    click.echo(f"\nThe table is in {accounts_file(config)}.")
    if no_serve:
        return
    from core.commands.embedded import serve

    url = f"http://127.0.0.1:{port}"
    click.echo(f"\nRoundtable is at {url}, and its mail at {url}/demo/mail\n")
    serve(migrated_application(config.at(url)), host="127.0.0.1", port=port)
