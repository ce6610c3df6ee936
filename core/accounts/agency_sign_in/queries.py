"""Reads of the providers that agencies have, and of who is linked with an account there."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, raiseload

from core.accounts.models import IdentityProvider, LinkedIdentity, SignInAttempt, User
from core.extensions import db
from core.partnerships.models import Agency, PartnershipAgency


def ways_in() -> Sequence[tuple[int, str]]:
    """Agency and name of each provider, for the page where one signs in. Whoever has left is told so inside."""
    rows = db.session.execute(
        select(IdentityProvider.agency_id, IdentityProvider.name).order_by(IdentityProvider.name, IdentityProvider.id)
    )
    return [(agency_id, name) for agency_id, name in rows]


def provider_of(agency_id: int | None) -> IdentityProvider | None:
    """The provider that serves an agency."""
    return db.session.scalars(select(IdentityProvider).where(IdentityProvider.agency_id == agency_id)).first()


def linked_owner(issuer: str, subject: str) -> LinkedIdentity | None:
    """Whose account somebody at an issuer is linked with, retired or not; with the owner and the provider."""
    return db.session.scalars(
        select(LinkedIdentity)
        .where(LinkedIdentity.issuer == issuer, LinkedIdentity.subject == subject)
        .options(joinedload(LinkedIdentity.user), joinedload(LinkedIdentity.provider))
    ).first()


def identities_of(user_id: int) -> Sequence[LinkedIdentity]:
    """What an account is linked with, each with its provider; more than one where its owner has changed agency."""
    return db.session.scalars(
        select(LinkedIdentity)
        .where(LinkedIdentity.user_id == user_id)
        .options(joinedload(LinkedIdentity.provider))
        .order_by(LinkedIdentity.id)
    ).all()


def may_prove_with(user_id: int, agency_id: int | None) -> IdentityProvider | None:
    """The provider by which the owner of an account, of that agency, can show again who they are."""
    return db.session.scalars(
        select(IdentityProvider)
        .join(LinkedIdentity, LinkedIdentity.provider_id == IdentityProvider.id)
        .where(LinkedIdentity.user_id == user_id, IdentityProvider.agency_id == agency_id)
    ).first()


def owners_linked(provider: IdentityProvider) -> Sequence[User]:
    """Everybody who has linked their account, retired or not; always in the same order."""
    return db.session.scalars(
        select(User)
        .join(LinkedIdentity, LinkedIdentity.user_id == User.id)
        .where(LinkedIdentity.provider_id == provider.id)
        .order_by(User.id)
    ).all()


def answers(hashed: str, *, since: datetime) -> int:
    """How many answers were counted under that since then."""
    query = select(func.count()).where(SignInAttempt.email_hash == hashed, SignInAttempt.at > since)
    return db.session.scalar(query) or 0


def how_many_are_linked(provider: IdentityProvider) -> int:
    """Accounts in use."""
    query = (
        select(func.count())
        .select_from(LinkedIdentity)
        .join(User, User.id == LinkedIdentity.user_id)
        .where(LinkedIdentity.provider_id == provider.id, User.retired_at.is_(None))
    )
    return db.session.scalar(query) or 0


def agencies_to_connect(partnership_id: int | None) -> Sequence[tuple[Agency, IdentityProvider | None]]:
    """Agencies by name, each with its provider: those that belong to a partnership, or, for None, all."""
    query = (
        select(Agency, IdentityProvider)
        .outerjoin(IdentityProvider, IdentityProvider.agency_id == Agency.id)
        .order_by(Agency.name, Agency.id)
        .options(raiseload("*"))
    )
    if partnership_id is not None:
        belonging = select(PartnershipAgency.agency_id).where(
            PartnershipAgency.partnership_id == partnership_id, PartnershipAgency.left_on.is_(None)
        )
        query = query.where(Agency.id.in_(belonging))
    return [(agency, provider) for agency, provider in db.session.execute(query)]


def agency_with_memberships(agency_id: int) -> Agency | None:
    """An agency, with the partnerships that it belongs to."""
    return (
        db.session.scalars(select(Agency).where(Agency.id == agency_id).options(joinedload(Agency.memberships)))
        .unique()
        .first()
    )
