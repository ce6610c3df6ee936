"""Reads of providers: which agency is registered for which pathway, and how that stands."""

from collections.abc import Sequence

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload, raiseload

from core.accounts.models import User
from core.extensions import db
from core.facts import ProviderStatus
from core.partnerships.models import Agency, Provider


def providers_of_partnership(partnership_id: int) -> Sequence[Provider]:
    """Every registration with its agency: those that wait first, then by pathway and agency."""
    waiting = case((Provider.status == ProviderStatus.REGISTERED, 0), else_=1)
    return db.session.scalars(
        select(Provider)
        .join(Agency, Agency.id == Provider.agency_id)
        .where(Provider.partnership_id == partnership_id)
        .order_by(waiting, Provider.pathway_key, func.lower(Agency.name))
        .options(joinedload(Provider.agency), raiseload("*"))
    ).all()


def providers_of_agency(partnership_id: int, agency_id: int) -> Sequence[Provider]:
    """What an agency is registered for, by pathway."""
    return db.session.scalars(
        select(Provider)
        .where(Provider.partnership_id == partnership_id, Provider.agency_id == agency_id)
        .order_by(Provider.pathway_key)
        .options(joinedload(Provider.agency), raiseload("*"))
    ).all()


def provider(provider_id: int) -> Provider | None:
    """A registration with its agency."""
    return db.session.scalars(
        select(Provider).where(Provider.id == provider_id).options(joinedload(Provider.agency), raiseload("*"))
    ).first()


def who_acted(row: Provider) -> tuple[str, str]:
    """Names of who registered it, and of who decided last; "" while nobody has."""
    names = dict(
        db.session.execute(
            select(User.id, User.name).where(User.id.in_([row.registered_by_id, row.decided_by_id or 0]))
        ).all()
    )
    return names.get(row.registered_by_id, ""), names.get(row.decided_by_id or 0, "")
