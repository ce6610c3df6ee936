"""Reads of providers: which agency is registered for which pathway, and how that stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload, raiseload

from core.accounts.models import User
from core.extensions import db
from core.facts import ProviderStatus
from core.partnerships.models import Agency, Provider, ProviderStaff
from core.referrals.models import Referral


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


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody of a provider's staff. `can_sign_in`: with an account of its agency that is not retired."""

    id: int
    user_id: int
    name: str
    since: date
    until: date | None
    can_sign_in: bool


def staff_of(row: Provider, *, on: date) -> Sequence[StaffMember]:
    """Who is of its staff on that day, by name. One query."""
    return [each for each in all_staff_of(row) if each.since <= on and (each.until is None or each.until > on)]


def all_staff_of(row: Provider) -> Sequence[StaffMember]:
    """Who is of its staff, or was, by name and day. One query."""
    able = case(((User.retired_at.is_(None)) & (User.agency_id == row.agency_id), True), else_=False)
    rows = db.session.execute(
        select(ProviderStaff.id, User.id, User.name, ProviderStaff.since, ProviderStaff.until, able)
        .join(User, User.id == ProviderStaff.user_id)
        .where(ProviderStaff.provider_id == row.id)
        .order_by(func.lower(User.name), ProviderStaff.since, ProviderStaff.id)
    )
    return [StaffMember(*each) for each in rows]


def staff_row(row: Provider, number: int) -> ProviderStaff | None:
    """One line of its list of staff, ended or not."""
    return db.session.scalar(
        select(ProviderStaff).where(ProviderStaff.id == number, ProviderStaff.provider_id == row.id)
    )


def colleagues_of(row: Provider) -> Sequence[tuple[int, str]]:
    """Id and name of everybody of its agency whose account is not retired, by name."""
    return [
        (number, name)
        for number, name in db.session.execute(
            select(User.id, User.name)
            .where(User.agency_id == row.agency_id, User.retired_at.is_(None))
            .order_by(func.lower(User.name), User.id)
        )
    ]


def open_referrals(row: Provider) -> int:
    """How many referrals it has that are not closed."""
    counted = select(func.count()).where(Referral.provider_id == row.id, Referral.closed_at.is_(None))
    return db.session.scalar(counted) or 0


def hold(row: Provider) -> None:
    """Lock it until the transaction ends: of two who end the last two of its staff, one comes second."""
    db.session.execute(select(Provider.id).where(Provider.id == row.id).with_for_update())
