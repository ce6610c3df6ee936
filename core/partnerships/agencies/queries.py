"""Reads of agencies: who belongs to a partnership, how their signatures stand, who works there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, raiseload

from core.accounts.models import AdminRoleGrant, User
from core.extensions import db
from core.facts import AdminRole, GroupRole
from core.partnerships.belonging import is_open, sits
from core.partnerships.models import Agency, Group, GroupMember, PartnershipAgency, Signature
from core.partnerships.signatures import Period, SignatureStatus, status_on


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """An agency in the list: `people` are its accounts in use."""

    id: int
    name: str
    kind: str
    spoc: str
    people: int
    signature: SignatureStatus


def kinds_in(partnership_id: int) -> Sequence[str]:
    """The kinds of agency that the partnership writes of, by name."""
    return db.session.scalars(
        select(Agency.kind)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(PartnershipAgency.partnership_id == partnership_id, Agency.kind != "")
        .distinct()
        .order_by(Agency.kind)
    ).all()


def agencies_in(partnership_id: int, *, on: date) -> Sequence[AgencyLine]:
    """Every agency of the partnership by name, those that have left last. Two queries."""
    people = (
        select(User.agency_id, func.count().label("number"))
        .where(User.retired_at.is_(None))
        .group_by(User.agency_id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            Agency.id,
            Agency.name,
            Agency.kind,
            PartnershipAgency.spoc,
            PartnershipAgency.left_on,
            func.coalesce(people.c.number, 0).label("people"),
        )
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .outerjoin(people, people.c.agency_id == Agency.id)
        .where(PartnershipAgency.partnership_id == partnership_id)
        .order_by(func.lower(Agency.name), Agency.id)
    ).all()
    periods = _periods(partnership_id)
    lines = [
        AgencyLine(
            row.id,
            row.name,
            row.kind,
            row.spoc,
            row.people,
            status_on(on, left_on=row.left_on, periods=periods.get(row.id, ())),
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: line.signature.state == "left")


def _periods(partnership_id: int) -> Mapping[int, Sequence[Period]]:
    found: dict[int, list[Period]] = {}
    for agency_id, signed_on, expires_on in db.session.execute(
        select(Signature.agency_id, Signature.signed_on, Signature.expires_on).where(
            Signature.partnership_id == partnership_id
        )
    ):
        found.setdefault(agency_id, []).append((signed_on, expires_on))
    return found


def membership_of(partnership_id: int | None, agency_id: int) -> PartnershipAgency | None:
    """An agency's membership of that partnership, with the agency."""
    return db.session.scalars(
        select(PartnershipAgency)
        .where(PartnershipAgency.partnership_id == partnership_id, PartnershipAgency.agency_id == agency_id)
        .options(joinedload(PartnershipAgency.agency), raiseload("*"))
    ).first()


def signatures_of(membership: PartnershipAgency) -> Sequence[Signature]:
    """Its signatures, the latest first."""
    return db.session.scalars(
        select(Signature)
        .where(Signature.partnership_id == membership.partnership_id, Signature.agency_id == membership.agency_id)
        .order_by(Signature.signed_on.desc())
        .options(raiseload("*"))
    ).all()


def signature_of(membership: PartnershipAgency, signature_id: int) -> Signature | None:
    """One of its signatures."""
    return next((each for each in signatures_of(membership) if each.id == signature_id), None)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works at an agency, with what they are in the partnership."""

    id: int
    name: str
    email: str
    groups: Sequence[tuple[int, str, GroupRole]]
    """Group id, its name, and the role in it."""
    roles: Sequence[AdminRole]


def people_of(membership: PartnershipAgency, *, on: date) -> Sequence[Colleague]:
    """The agency's accounts in use, by name, with groups and roles in this partnership. Three queries."""
    users = db.session.execute(
        select(User.id, User.name, User.email)
        .where(User.agency_id == membership.agency_id, User.retired_at.is_(None))
        .order_by(func.lower(User.name), User.id)
    ).all()
    groups: dict[int, list[tuple[int, str, GroupRole]]] = {}
    for user_id, group_id, name, role in db.session.execute(
        select(GroupMember.user_id, Group.id, Group.name, GroupMember.role)
        .join(Group, Group.id == GroupMember.group_id)
        .join(User, User.id == GroupMember.user_id)
        .where(
            User.agency_id == membership.agency_id,
            Group.partnership_id == membership.partnership_id,
            sits(on),
            is_open(on),
        )
        .order_by(Group.name)
    ):
        groups.setdefault(user_id, []).append((group_id, name, role))
    roles: dict[int, list[AdminRole]] = {}
    for user_id, held in db.session.execute(
        select(AdminRoleGrant.user_id, AdminRoleGrant.role)
        .join(User, User.id == AdminRoleGrant.user_id)
        .where(User.agency_id == membership.agency_id, AdminRoleGrant.partnership_id == membership.partnership_id)
        .order_by(AdminRoleGrant.role)
    ):
        roles.setdefault(user_id, []).append(held)
    return [Colleague(row.id, row.name, row.email, groups.get(row.id, ()), roles.get(row.id, ())) for row in users]


def agency_with_key(key: str) -> bool:
    """Whether an agency of this installation has that key."""
    return db.session.scalar(select(Agency.id).where(Agency.key == key)) is not None


def agency_called(partnership_id: int, name: str, *, but: int = 0) -> bool:
    """Whether an agency of the partnership has that name, in whatever case, `but` that one aside."""
    return (
        db.session.scalar(
            select(Agency.id)
            .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
            .where(
                PartnershipAgency.partnership_id == partnership_id,
                func.lower(Agency.name) == name.lower(),
                Agency.id != but,
            )
            .limit(1)
        )
        is not None
    )
