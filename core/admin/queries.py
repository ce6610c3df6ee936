"""Reads for the pages of administration: accounts, plugins' switches, who is behind the trail's opaque ids."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select

from core.accounts.models import AdminRoleGrant, Invitation, User
from core.extensions import db
from core.facts import AdminRole, ProviderStatus
from core.partnerships.models import Agency, Partnership, PartnershipAgency, PluginSwitch, Provider
from core.people.merging.queries import ids_of, kept_as
from core.people.models import Person
from core.referrals.models import Referral
from core.web.addresses import row_id

PAGE = 50
"""Accounts of a page."""


class AccountState(StrEnum):
    """Which accounts are looked for."""

    IN_USE = "in use"
    NO_PASSWORD = "no password yet"  # noqa: S105  a state, not a secret
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is asked for. None means any; `after` is the name and id that the page before ended with."""

    agency_id: int | None = None
    state: AccountState | None = None
    words: str = ""
    after: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account in the list. `invited_until`: an invitation that can still be used."""

    id: int
    name: str
    email: str
    agency_id: int
    agency: str
    state: AccountState
    invited_until: datetime | None
    grants: frozenset[tuple[int | None, AdminRole]]

    def roles_in(self, partnership_id: int) -> list[AdminRole]:
        """The roles held in that partnership."""
        return sorted(role for where, role in self.grants if where == partnership_id)


def accounts_in(partnership_id: int, wanted: Wanted, *, now: datetime) -> tuple[Sequence[AccountLine], bool]:
    """A page of the accounts of the partnership's agencies, by name, and whether there are more. Two queries."""
    invited = (
        select(Invitation.user_id, func.max(Invitation.expires_at).label("until"))
        .where(Invitation.used_at.is_(None), Invitation.expires_at > now)
        .group_by(Invitation.user_id)
        .subquery()
    )
    by_name = func.lower(User.name)
    query = (
        select(
            User.id,
            User.name,
            User.email,
            Agency.id.label("agency_id"),
            Agency.name.label("agency"),
            User.retired_at,
            User.password_hash.is_not(None).label("has_password"),
            invited.c.until,
        )
        .join(Agency, Agency.id == User.agency_id)
        .outerjoin(invited, invited.c.user_id == User.id)
        .where(_of_partnership(partnership_id))
        .order_by(by_name, User.id)
        .limit(PAGE + 1)
    )
    if wanted.agency_id is not None:
        query = query.where(User.agency_id == wanted.agency_id)
    if wanted.state is AccountState.RETIRED:
        query = query.where(User.retired_at.is_not(None))
    elif wanted.state is not None:
        has_password = User.password_hash.is_not(None)
        in_state = has_password if wanted.state is AccountState.IN_USE else ~has_password
        query = query.where(User.retired_at.is_(None), in_state)
    for word in wanted.words.lower().split():
        query = query.where(or_(by_name.contains(word, autoescape=True), User.email.contains(word, autoescape=True)))
    if wanted.after is not None:
        name, last = wanted.after
        query = query.where(by_name >= name, or_(by_name > name, User.id > last))
    rows = db.session.execute(query).all()
    grants = _grants_of([row.id for row in rows])
    lines = [
        AccountLine(
            row.id,
            row.name,
            row.email,
            row.agency_id,
            row.agency,
            _state(row.retired_at, row.has_password),
            row.until,
            grants.get(row.id, frozenset()),
        )
        for row in rows[:PAGE]
    ]
    return lines, len(rows) > PAGE


def accounts_without_password(partnership_id: int, agency_id: int | None = None) -> int:
    """How many accounts in use have no password: of the partnership's agencies, or of one of them."""
    query = select(func.count()).where(
        User.password_hash.is_(None), User.retired_at.is_(None), _of_partnership(partnership_id)
    )
    if agency_id is not None:
        query = query.where(User.agency_id == agency_id)
    return db.session.scalar(query) or 0


def open_invitation(user_id: int, *, now: datetime) -> datetime | None:
    """Until when the account's invitation can be used; None when there is none."""
    return db.session.scalar(
        select(func.max(Invitation.expires_at)).where(
            Invitation.user_id == user_id, Invitation.used_at.is_(None), Invitation.expires_at > now
        )
    )


def keys_of(partnership_id: int, agency_id: int) -> tuple[str, str] | None:
    """Keys of the partnership and of an agency that belongs to it."""
    row = db.session.execute(
        select(Partnership.key, Agency.key)
        .select_from(PartnershipAgency)
        .join(Partnership, Partnership.id == PartnershipAgency.partnership_id)
        .join(Agency, Agency.id == PartnershipAgency.agency_id)
        .where(PartnershipAgency.partnership_id == partnership_id, PartnershipAgency.agency_id == agency_id)
    ).first()
    return (row[0], row[1]) if row is not None else None


def is_shared(agency_id: int) -> bool:
    """Whether an agency belongs to more than one partnership."""
    found = select(func.count()).where(PartnershipAgency.agency_id == agency_id, PartnershipAgency.left_on.is_(None))
    return (db.session.scalar(found) or 0) > 1


def agencies_of_accounts(partnership_id: int) -> Sequence[Row[int, str]]:
    """Id and name of the partnership's agencies, those that left included, by name."""
    return db.session.execute(
        select(Agency.id, Agency.name)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(PartnershipAgency.partnership_id == partnership_id)
        .order_by(func.lower(Agency.name), Agency.id)
    ).all()


def agencies_for_accounts(partnership_id: int, *, on: date, also: int | None = None) -> Sequence[Row[int, str]]:
    """Those of them that are in the partnership on that day, and the agency `also`: to choose for an account."""
    return db.session.execute(
        select(Agency.id, Agency.name)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(
            PartnershipAgency.partnership_id == partnership_id,
            or_(PartnershipAgency.left_on.is_(None), PartnershipAgency.left_on > on, Agency.id == also),
        )
        .order_by(func.lower(Agency.name), Agency.id)
    ).all()


def actors_of(partnership_id: int) -> frozenset[str] | None:
    """Whose records are the partnership's: its agencies' people and the software. None where it is the only one."""
    partnerships = db.session.scalar(select(func.count()).select_from(Partnership)) or 0
    if partnerships < 2:
        return None
    users = db.session.scalars(select(User.id).where(_of_partnership(partnership_id)))
    return frozenset({"u_0", *(f"u_{number}" for number in users)})


def names_of_actors(partnership_id: int, opaque: Collection[str]) -> Mapping[str, str]:
    """Opaque id -> name, of those who have accounts in the partnership."""
    numbers = [int(each[2:]) for each in opaque if each.startswith("u_") and each[2:].isdecimal()]
    rows = db.session.execute(
        select(User.id, User.name).where(User.id.in_(numbers), _of_partnership(partnership_id))
    ).all()
    return {f"u_{number}": name for number, name in rows}


def agencies_of_actors(partnership_id: int, opaque: Collection[str]) -> Mapping[str, str]:
    """Opaque id -> agency, of those who have accounts in the partnership: which agency somebody is of is no secret."""
    numbers = [int(each[2:]) for each in opaque if each.startswith("u_") and each[2:].isdecimal()]
    rows = db.session.execute(
        select(User.id, Agency.name)
        .join(Agency, Agency.id == User.agency_id)
        .where(User.id.in_(numbers), _of_partnership(partnership_id))
    ).all()
    return {f"u_{number}": name for number, name in rows}


def person_asked_for(partnership_id: int, typed: str) -> tuple[int, str] | None:
    """Id and reference of the partnership's person whom somebody typed as `p_7` or by their reference."""
    number = row_id(typed.removeprefix("p_"))
    which = Person.id == number if typed.startswith("p_") else Person.ref == typed.upper()
    row = db.session.execute(
        select(Person.id, Person.ref).where(Person.partnership_id == partnership_id, which)
    ).first()
    return (row[0], row[1]) if row is not None else None


def account_with_address(partnership_id: int, email: str) -> int | None:
    """The account of the partnership with that address."""
    return db.session.scalar(
        select(User.id).where(User.email == email.strip().lower(), _of_partnership(partnership_id))
    )


@dataclass(frozen=True, slots=True)
class Switch:
    """How a plugin's switch stands in a partnership: turned last when, by whom and why; version 0 if it never was."""

    is_off: bool = False
    version: int = 0
    at: datetime | None = None
    by: str = ""
    reason: str = ""


def switches_in(partnership_id: int) -> Mapping[str, Switch]:
    """Name of a plugin -> its switch, for those that were turned in the partnership. One query."""
    rows = db.session.execute(
        select(PluginSwitch, User.name)
        .join(User, User.id == PluginSwitch.by_id)
        .where(PluginSwitch.partnership_id == partnership_id)
    )
    return {row.plugin: Switch(row.is_off, row.version, row.at, name, row.reason) for row, name in rows}


@dataclass(frozen=True, slots=True)
class InUse:
    """What a partnership has on a plugin's pathways."""

    providers: int
    open_referrals: int


def use_of(partnership_id: int, pathway_keys: tuple[str, ...]) -> InUse:
    """Approved providers and open referrals on those pathways. Two queries."""
    providers = select(func.count()).where(
        Provider.partnership_id == partnership_id,
        Provider.pathway_key.in_(pathway_keys),
        Provider.status == ProviderStatus.APPROVED,
    )
    referrals = select(func.count()).where(
        Referral.partnership_id == partnership_id,
        Referral.pathway_key.in_(pathway_keys),
        Referral.closed_at.is_(None),
    )
    return InUse(db.session.scalar(providers) or 0, db.session.scalar(referrals) or 0)


def _of_partnership(partnership_id: int) -> ColumnElement[bool]:
    return exists().where(
        and_(PartnershipAgency.agency_id == User.agency_id, PartnershipAgency.partnership_id == partnership_id)
    )


def _grants_of(user_ids: Collection[int]) -> Mapping[int, frozenset[tuple[int | None, AdminRole]]]:
    found: dict[int, set[tuple[int | None, AdminRole]]] = {}
    for user_id, partnership_id, role in db.session.execute(
        select(AdminRoleGrant.user_id, AdminRoleGrant.partnership_id, AdminRoleGrant.role).where(
            AdminRoleGrant.user_id.in_(user_ids)
        )
    ):
        found.setdefault(user_id, set()).add((partnership_id, role))
    return {user_id: frozenset(grants) for user_id, grants in found.items()}


def _state(retired_at: datetime | None, has_password: bool) -> AccountState:
    if retired_at is not None:
        return AccountState.RETIRED
    return AccountState.IN_USE if has_password else AccountState.NO_PASSWORD


def records_typed(subject: str) -> frozenset[str]:
    """What the trail names a person by (`p_7`), as it was typed: with all records that were merged with that one."""
    number = row_id(subject.removeprefix("p_")) if subject.startswith("p_") else None
    if number is None:
        return frozenset({subject} - {""})
    return frozenset(f"p_{each}" for each in ids_of(kept_as([number])[number]))
