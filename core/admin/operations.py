"""Making and changing accounts from the administrators' pages: what the command line may do, less what they may not."""

from collections.abc import Collection
from datetime import datetime

from core import audit
from core.accounts.administration import create_account
from core.accounts.models import AdminRoleGrant, User
from core.accounts.operations import INVITATION_LASTS, end_sessions_of, invite
from core.admin import queries
from core.circulation.letters import write
from core.circulation.outbox import queue
from core.clock import local_date
from core.errors import Refused, Stale
from core.facts import Actor, AdminRole, MailKind
from core.partnerships.providers.staff import end_everywhere
from core.policy.admin import SHARED_AGENCY, grantable_roles
from core.policy.partnerships import partnership_admin

NOT_THIS_AGENCY = "Choose an agency of this partnership"
NOT_THIS_ROLE = "You may not grant this role"


def add_account(
    actor: Actor, *, email: str, name: str, agency_id: int, roles: Collection[AdminRole], now: datetime
) -> User:
    """Make an account, without a password, of an agency of the actor's partnership.

    Raises Refused when the address is taken or malformed, and for an agency or a role that is not the actor's to give.
    """
    agency_key, partnership_key = _keys(actor, agency_id)
    _check_roles(actor, frozenset(roles))
    return create_account(
        actor,
        email=email,
        name=name,
        agency_key=agency_key,
        roles=sorted(roles),
        partnership_key=partnership_key,
        password=None,
        now=now,
    )


def change_account(
    actor: Actor,
    *,
    user: User,
    version: int,
    name: str,
    agency_id: int,
    roles: Collection[AdminRole],
    now: datetime,
) -> None:
    """Change name, agency and the roles in the actor's partnership, from the owner's next request on.

    `user` with its agency and grants. Raises Stale; Refused for an agency or a role that is not the actor's to give,
    and for taking away one's own role of partnership administrator.
    """
    wanted = frozenset(roles)
    held = roles_of(user, actor.partnership_id)
    if version != user.version:
        raise Stale({"name": user.name, "agency_id": user.agency_id, "roles": sorted(held)})
    if agency_id != user.agency_id:
        _keys(actor, agency_id)
    _check_roles(actor, wanted ^ held)
    own = user.id == actor.user_id
    if own and AdminRole.PARTNERSHIP_ADMIN in held - wanted:
        raise Refused("You cannot take this role from yourself. Ask another partnership administrator")
    if agency_id != user.agency_id:
        end_everywhere(user.id, on=local_date(now))
    user.name, user.agency_id = name, agency_id
    user.grants = [
        grant for grant in user.grants if grant.partnership_id != actor.partnership_id or grant.role in wanted
    ] + [
        AdminRoleGrant(partnership_id=actor.partnership_id, role=role, granted_at=now) for role in sorted(wanted - held)
    ]
    audit.record(
        actor,
        audit.Category.ADMIN,
        "account.change",
        object=f"account:{user.id}",
        payload={"name": name, "agency": agency_id, "roles": sorted(wanted)},
    )
    if wanted != held:
        end_sessions_of(actor, user, now=now)


def mail_invitation(actor: Actor, user: User, *, now: datetime) -> None:
    """Send the account's owner a link that sets a password. Nobody else is shown it. Raises Refused when retired."""
    token = invite(actor, user, now=now)
    letter = write(
        "account",
        subject="Set your password",
        link=f"/invitations/{token}",
        inviter=actor.name,
        days=INVITATION_LASTS.days,
    )
    queue(user, kind=MailKind.ACCOUNT, letter=letter, now=now)
    audit.record(
        actor,
        audit.Category.ADMIN,
        "account.mail_invitation",
        object=f"account:{user.id}",
        recipient=f"u_{user.id}",
    )


def show_invitation(actor: Actor, user: User, *, now: datetime) -> str:
    """Make a link that sets a password and return its token, for the administrator to pass on. Raises Refused."""
    token = invite(actor, user, now=now)
    audit.record(
        actor,
        audit.Category.ADMIN,
        "account.show_invitation",
        object=f"account:{user.id}",
        recipient=actor.opaque,
    )
    return token


def roles_of(user: User, partnership_id: int | None) -> frozenset[AdminRole]:
    """The roles that an account holds in a partnership."""
    return frozenset(grant.role for grant in user.grants if grant.partnership_id == partnership_id)


def _keys(actor: Actor, agency_id: int) -> tuple[str, str]:
    """Keys of the agency and the partnership, when the actor may put somebody into that agency."""
    if actor.partnership_id is None or not (partnership_admin(actor) or agency_id == actor.agency_id):
        raise Refused(NOT_THIS_AGENCY, field="agency_id")
    keys = queries.keys_of(actor.partnership_id, agency_id)
    if keys is None:
        raise Refused(NOT_THIS_AGENCY, field="agency_id")
    if agency_id != actor.agency_id and queries.is_shared(agency_id):
        raise Refused(SHARED_AGENCY, field="agency_id")
    return keys[1], keys[0]


def _check_roles(actor: Actor, changed: frozenset[AdminRole]) -> None:
    if not changed <= grantable_roles(actor):
        raise Refused(NOT_THIS_ROLE, field="roles")
