"""Making, changing and retiring accounts."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from core import audit
from core.accounts.models import AdminRoleGrant, User
from core.accounts.operations import end_sessions_of, void_invitations
from core.accounts.passwords import hash_password
from core.accounts.queries import user_by_email
from core.audit import Category
from core.errors import Refused
from core.extensions import db
from core.facts import Actor, AdminRole
from core.partnerships.models import Agency, Partnership

K = TypeVar("K", Agency, Partnership)


def create_account(
    actor: Actor,
    *,
    email: str,
    name: str,
    agency_key: str | None,
    roles: Sequence[AdminRole],
    partnership_key: str | None,
    password: str | None,
    now: datetime,
) -> User:
    """Make an account. Raises Refused when the address is taken or malformed, or a key names nothing.

    An account that only runs the machine belongs to no agency; any other must.
    """
    address = checked_address(email)
    if user_by_email(address) is not None:
        raise Refused(f"There is an account with the address {address} already")
    agency = _by_key(Agency, agency_key, "agency") if agency_key else None
    partnership = _by_key(Partnership, partnership_key, "partnership") if partnership_key else None
    if agency is None and set(roles) != {AdminRole.PLATFORM_ADMIN}:
        raise Refused("An account belongs to an agency; only a platform administrator’s does not")
    if partnership is None and set(roles) - {AdminRole.PLATFORM_ADMIN}:
        raise Refused("Say in which partnership the role is held")
    user = User(
        email=address,
        name=name.strip(),
        agency_id=agency.id if agency else None,
        password_hash=hash_password(password) if password else None,
        created_at=now,
    )
    user.grants = [
        AdminRoleGrant(
            role=role,
            partnership_id=None if role is AdminRole.PLATFORM_ADMIN or partnership is None else partnership.id,
            granted_at=now,
        )
        for role in roles
    ]
    db.session.add(user)
    db.session.flush()
    audit.record(
        actor,
        Category.ADMIN,
        "account.create",
        object=f"account:{user.id}",
        payload={"roles": sorted(roles), "agency": user.agency_id},
    )
    return user


def retire_account(actor: Actor, user: User, *, now: datetime) -> None:
    """End somebody's access at once. What they wrote stays theirs. Raises Refused for one's own account."""
    if user.id == actor.user_id:
        raise Refused("You cannot retire your own account. Ask another administrator.")
    user.retired_at = now
    void_invitations(user.id, now=now)
    end_sessions_of(actor, user, now=now)
    audit.record(actor, Category.ADMIN, "account.retire", object=f"account:{user.id}")


def bring_back_account(actor: Actor, user: User) -> None:
    """Let somebody sign in again."""
    user.retired_at = None
    audit.record(actor, Category.ADMIN, "account.bring_back", object=f"account:{user.id}")


def accounts_without_password() -> Sequence[User]:
    """Accounts in use whose owner has not set a password yet."""
    return db.session.scalars(
        select(User).where(User.password_hash.is_(None), User.retired_at.is_(None)).order_by(User.email)
    ).all()


def checked_address(email: str) -> str:
    """The address in lower case. Raises Refused when it is none; whether it takes mail is not asked."""
    try:
        return validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        raise Refused("Enter an e-mail address in the correct format, like name@example.com") from None


def _by_key(kind: type[K], key: str, what: str) -> K:
    found = db.session.scalars(select(kind).where(kind.key == key)).first()
    if found is None:
        raise Refused(f"There is no {what} with the key {key}")
    return found
