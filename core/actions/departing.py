"""What an agency that leaves has open, by group, and who can take it over."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Row, and_, case, func, select
from sqlalchemy.orm import raiseload

from core.accounts.models import User
from core.actions.models import IS_OPEN, Action
from core.extensions import db
from core.facts import LEADING_ROLES, GroupRole
from core.partnerships.belonging import belongs, signatories_in, sits
from core.partnerships.models import Agency, Group, GroupMember, PartnershipAgency


def open_of(membership: PartnershipAgency) -> tuple[ColumnElement[bool], ...]:
    """Of an Action: it is open, and that agency's."""
    return (
        and_(
            Action.partnership_id == membership.partnership_id,
            Action.owner_agency_id == membership.agency_id,
            IS_OPEN,
        ),
    )


def open_by_group(membership: PartnershipAgency, *, on: date) -> Sequence[Row[int, str, int, int]]:
    """The groups in which the agency has open actions, by name: id, name, number, overdue. One query."""
    return db.session.execute(
        select(
            Group.id,
            Group.name,
            func.count().label("number"),
            func.count().filter(Action.due_on < on).label("overdue"),
        )
        .join(Action, Action.group_id == Group.id)
        .where(*open_of(membership))
        .group_by(Group.id, Group.name)
        .order_by(Group.name, Group.id)
    ).all()


def takers_in(
    membership: PartnershipAgency, groups: Sequence[int], *, on: date
) -> Mapping[int, Sequence[tuple[User, str]]]:
    """Group id -> who can take over the agency's actions there: coordinators before chairs before deputy chairs.

    Each with the name of their agency: people of other agencies that are signatories. Groups of which nobody can are
    left out. Two queries.
    """
    order = case({GroupRole.COORDINATOR: 0, GroupRole.CHAIR: 1}, value=GroupMember.role, else_=2)
    rows = db.session.execute(
        select(GroupMember.group_id, User, Agency.name)
        .join(User, User.id == GroupMember.user_id)
        .join(Agency, Agency.id == User.agency_id)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(
            GroupMember.group_id.in_(groups),
            GroupMember.role.in_(LEADING_ROLES),
            sits(on),
            PartnershipAgency.partnership_id == membership.partnership_id,
            PartnershipAgency.agency_id != membership.agency_id,
            belongs(on),
            User.agency_id.in_(signatories_in(membership.partnership_id, on=on)),
            User.retired_at.is_(None),
        )
        .order_by(GroupMember.group_id, order, GroupMember.since, User.id)
        .options(raiseload("*"))
    ).all()
    found: dict[int, list[tuple[User, str]]] = {}
    for group_id, user, agency in rows:
        found.setdefault(group_id, []).append((user, agency))
    return found


def left_behind_in(partnership_id: int, *, on: date) -> Sequence[Row[int, str, int]]:
    """Agencies that have left and have open actions yet, by name: agency_id, agency, number. One query.

    The sweep finds them within a minute; what stays, nobody of its group can take.
    """
    return db.session.execute(
        select(Agency.id.label("agency_id"), Agency.name.label("agency"), func.count().label("number"))
        .select_from(PartnershipAgency)
        .join(Agency, Agency.id == PartnershipAgency.agency_id)
        .join(
            Action,
            and_(
                Action.owner_agency_id == PartnershipAgency.agency_id,
                Action.partnership_id == PartnershipAgency.partnership_id,
            ),
        )
        .where(PartnershipAgency.partnership_id == partnership_id, PartnershipAgency.left_on <= on, IS_OPEN)
        .group_by(Agency.id, Agency.name)
        .order_by(Agency.name)
    ).all()
