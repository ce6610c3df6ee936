"""`roundtable user`: the first administrator, and invitations."""

import click

from core.commands.context import migrated_application, pass_config, plain_refusals
from core.config import Config
from core.facts import AdminRole


@click.group()
def user() -> None:
    """Make accounts and invite their owners."""


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="Full name, as it appears in minutes.")
@click.option("--agency", help="Key of the agency that they belong to. Not for a platform administrator.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in AdminRole]),
    multiple=True,
    help="A role outside the groups. May be given several times.",
)
@click.option("--partnership", help="Key of the partnership that the roles are held in.")
@click.option(
    "--password",
    prompt="Password (12 characters or more)",
    hide_input=True,
    confirmation_prompt=True,
    help="Asked for when it is not given. Giving it here leaves it in the shell's history.",
)
@pass_config
def create(
    config: Config,
    email: str,
    name: str,
    agency: str | None,
    role: tuple[str, ...],
    partnership: str | None,
    password: str,
) -> None:
    """Make an account that can sign in at once. This is how the first administrator is made.

    \b
    roundtable user create sam@council.example --name "Sam Carter" --agency council \\
        --role "partnership administrator" --partnership calder
    """
    from core.accounts.administration import create_account
    from core.clock import utc_now
    from core.extensions import db
    from core.facts import SYSTEM
    from core.web.transaction import begin_write

    app = migrated_application(config)
    with app.app_context(), plain_refusals():
        begin_write()
        made = create_account(
            SYSTEM,
            email=email,
            name=name,
            agency_key=agency,
            roles=[AdminRole(value) for value in role],
            partnership_key=partnership,
            password=password,
            now=utc_now(),
        )
        db.session.commit()
        click.echo(f"Made the account {made.email}.")


@user.command("reset-two-step")
@click.argument("email")
@pass_config
def reset_two_step(config: Config, email: str) -> None:
    """Take the second step of signing in away from somebody who lost their app and their recovery codes.

    For when no administrator of the partnership can. Make sure that it is them who asks: from then on their password
    alone lets in whoever has it, until they have set up another app.
    """
    from core.accounts.queries import user_by_email
    from core.accounts.two_step.operations import take_away
    from core.clock import utc_now
    from core.extensions import db
    from core.facts import SYSTEM
    from core.web.transaction import begin_write

    app = migrated_application(config)
    with app.app_context(), plain_refusals():
        begin_write()
        found = user_by_email(email)
        if found is None:
            raise click.ClickException(f"there is no account {email}")
        take_away(SYSTEM, found, now=utc_now())
        db.session.commit()
        click.echo(f"{found.email} signs in with the password alone, until another app is set up.")


@user.command()
@click.argument("email", required=False)
@click.option("--all", "everybody", is_flag=True, help="Invite everybody who has no password yet.")
@pass_config
def invite(config: Config, email: str | None, everybody: bool) -> None:
    """Print a single-use link with which the owner of an account sets a password. It holds for seven days.

    A new invitation makes the earlier ones of that account worthless. Pass the link on by a way that only its
    owner reads.
    """
    from core.accounts.administration import accounts_without_password
    from core.accounts.operations import invite as invite_to
    from core.accounts.queries import user_by_email
    from core.clock import utc_now
    from core.extensions import db
    from core.facts import SYSTEM
    from core.web.transaction import begin_write

    if bool(email) == everybody:
        raise click.UsageError("give one e-mail address, or --all")
    app = migrated_application(config)
    with app.app_context(), plain_refusals():
        begin_write()
        found = user_by_email(email) if email else None
        if email and found is None:
            raise click.ClickException(f"there is no account {email}")
        invited = [found] if found is not None else accounts_without_password()
        links = [(account.email, invite_to(SYSTEM, account, now=utc_now())) for account in invited]
        db.session.commit()
        for address, token in links:
            click.echo(f"{address}\t{config.external_url}/invitations/{token}")
        if not links:
            click.echo("Everybody has a password.")
