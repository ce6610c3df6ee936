"""Who belongs, has signed and sits in a group on a day, in SQL; core.policy.standing says the same of one agency.

A day on which something ends is the first without it, but for a signature: that one holds on its last day.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm.util import AliasedClass

from core.extensions import db
from core.partnerships.models import Agency, Group, GroupMember, PartnershipAgency, ProviderStaff, Signature

Day = date | ColumnElement[date]


def belongs(on: Day) -> ColumnElement[bool]:
    """Of a PartnershipAgency: the agency has not left."""
    return or_(PartnershipAgency.left_on.is_(None), PartnershipAgency.left_on > on)


def has_signed(on: Day) -> ColumnElement[bool]:
    """Of a Signature: it is in force."""
    return and_(Signature.signed_on <= on, or_(Signature.expires_on.is_(None), Signature.expires_on >= on))


def sits(on: Day, seat: type[GroupMember] | AliasedClass[GroupMember] = GroupMember) -> ColumnElement[bool]:
    """Of a GroupMember: the membership has begun and not ended."""
    return and_(seat.since <= on, or_(seat.until.is_(None), seat.until > on))


def works_there(on: Day) -> ColumnElement[bool]:
    """Of a ProviderStaff: they have begun and not ended."""
    return and_(ProviderStaff.since <= on, or_(ProviderStaff.until.is_(None), ProviderStaff.until > on))


def is_open(on: Day) -> ColumnElement[bool]:
    """Of a Group: it is not closed."""
    return or_(Group.closed_on.is_(None), Group.closed_on > on)


def agencies_in(partnership_id: int, *, on: date) -> Sequence[tuple[int, str]]:
    """Id and name of the agencies that belong to the partnership on that day, by name."""
    rows = db.session.execute(
        select(Agency.id, Agency.name)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(PartnershipAgency.partnership_id == partnership_id, belongs(on))
        .order_by(Agency.name, Agency.id)
    )
    return [(number, name) for number, name in rows]


def signatories_in(partnership_id: int, *, on: date) -> frozenset[int]:
    """Ids of the agencies that belong to the partnership and have signed, on that day."""
    same = and_(
        Signature.partnership_id == PartnershipAgency.partnership_id,
        Signature.agency_id == PartnershipAgency.agency_id,
    )
    return frozenset(
        db.session.scalars(
            select(PartnershipAgency.agency_id)
            .join(Signature, same)
            .where(PartnershipAgency.partnership_id == partnership_id, belongs(on), has_signed(on))
        )
    )
