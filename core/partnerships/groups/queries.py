"""Reads of groups: who is in them, where they work, what keeps them open."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Row, case, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, raiseload, selectinload

from core.accounts.models import User
from core.extensions import db
from core.facts import GroupKind, GroupRole, MeetingStatus
from core.incidents.models import Incident
from core.meetings.models import Meeting, Series
from core.partnerships.belonging import belongs, sits
from core.partnerships.models import Agency, District, Group, GroupMember, PartnershipAgency

BATCH = 500

GroupLine = Row[int, str, GroupKind, str, date | None, int, str | None]


def groups_in(partnership_id: int, *, on: date) -> Sequence[GroupLine]:
    """Every group: id, name, kind, area_name, closed_on, members, chair; closed ones last. One query."""
    holds = sits(on)
    members = (
        select(GroupMember.group_id, func.count().label("number"))
        .join(User, User.id == GroupMember.user_id)
        .where(holds, User.retired_at.is_(None))
        .group_by(GroupMember.group_id)
        .subquery()
    )
    chair, seat = aliased(User), aliased(GroupMember)
    chairs = (
        select(seat.group_id, func.min(chair.name).label("name"))
        .join(chair, chair.id == seat.user_id)
        .where(
            seat.role == GroupRole.CHAIR,
            sits(on, seat),
            chair.retired_at.is_(None),
        )
        .group_by(seat.group_id)
        .subquery()
    )
    return db.session.execute(
        select(
            Group.id,
            Group.name,
            Group.kind,
            Group.area_name,
            Group.closed_on,
            func.coalesce(members.c.number, 0).label("members"),
            chairs.c.name.label("chair"),
        )
        .outerjoin(members, members.c.group_id == Group.id)
        .outerjoin(chairs, chairs.c.group_id == Group.id)
        .where(Group.partnership_id == partnership_id)
        .order_by(case((Group.closed_on.is_(None), 0), else_=1), func.lower(Group.name), Group.id)
    ).all()


def group(group_id: int) -> Group | None:
    """A group with its partnership, district and LSOAs."""
    return db.session.scalars(
        select(Group)
        .where(Group.id == group_id)
        .options(
            joinedload(Group.partnership), joinedload(Group.district), selectinload(Group.area_lsoas), raiseload("*")
        )
    ).first()


def members_of(group_id: int, *, on: date) -> Sequence[Row[int, int, str, str, str, GroupRole, date, bool]]:
    """Members on that day: id, user_id, name, email, agency, role, since, left; those who lead first. No retired
    account. `left`: their agency has left the partnership, and the seat is empty until it returns.
    """
    left = exists().where(
        PartnershipAgency.agency_id == User.agency_id,
        PartnershipAgency.partnership_id == Group.partnership_id,
        ~belongs(on),
    )
    rank = case({role: place for place, role in enumerate(GroupRole)}, value=GroupMember.role)
    return db.session.execute(
        select(
            GroupMember.id,
            GroupMember.user_id,
            User.name,
            User.email,
            func.coalesce(Agency.name, "").label("agency"),
            GroupMember.role,
            GroupMember.since,
            left.label("left"),
        )
        .join(User, User.id == GroupMember.user_id)
        .join(Group, Group.id == GroupMember.group_id)
        .outerjoin(Agency, Agency.id == User.agency_id)
        .where(
            GroupMember.group_id == group_id,
            sits(on),
            User.retired_at.is_(None),
        )
        .order_by(rank, func.lower(User.name), User.id)
    ).all()


def member_of(group_id: int, member_id: int, *, on: date) -> GroupMember | None:
    """One current membership of the group."""
    return db.session.scalars(
        select(GroupMember)
        .where(
            GroupMember.id == member_id,
            GroupMember.group_id == group_id,
            sits(on),
        )
        .options(joinedload(GroupMember.group).joinedload(Group.partnership))
    ).first()


def seat_of(group_id: int, user_id: int) -> GroupMember | None:
    """Somebody's membership of the group, an ended one included."""
    return db.session.scalars(
        select(GroupMember).where(GroupMember.group_id == group_id, GroupMember.user_id == user_id)
    ).first()


def who_could_join(group: Group, *, on: date) -> Sequence[Row[int, str, str]]:
    """Accounts of the partnership's agencies that are not in the group: id, name, agency; by agency and name."""
    inside = select(GroupMember.user_id).where(
        GroupMember.group_id == group.id, or_(GroupMember.until.is_(None), GroupMember.until > on)
    )
    return db.session.execute(
        select(User.id, User.name, Agency.name.label("agency"))
        .join(Agency, Agency.id == User.agency_id)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(
            PartnershipAgency.partnership_id == group.partnership_id,
            belongs(on),
            User.retired_at.is_(None),
            User.id.not_in(inside),
        )
        .order_by(func.lower(Agency.name), func.lower(User.name), User.id)
    ).all()


def name_of(user_id: int) -> str:
    """Somebody's name."""
    return db.session.scalar(select(User.name).where(User.id == user_id)) or ""


def districts_of(partnership_id: int) -> Sequence[Row[int, str]]:
    """Id and name of the districts of the partnership's map, by name."""
    return db.session.execute(
        select(District.id, District.name).where(District.partnership_id == partnership_id).order_by(District.name)
    ).all()


def lsoas_in_register(partnership_id: int, codes: Collection[str]) -> frozenset[str]:
    """Those of the codes that the incident register knows."""
    wanted = sorted(set(codes))
    found: set[str] = set()
    for start in range(0, len(wanted), BATCH):
        found.update(
            db.session.scalars(
                select(Incident.lsoa_code)
                .where(Incident.partnership_id == partnership_id, Incident.lsoa_code.in_(wanted[start : start + BATCH]))
                .distinct()
            )
        )
    return frozenset(found)


def register_is_empty(partnership_id: int) -> bool:
    """Whether no incident was imported yet."""
    return db.session.scalar(select(Incident.id).where(Incident.partnership_id == partnership_id).limit(1)) is None


def key_taken(partnership_id: int, key: str) -> bool:
    """Whether a group of the partnership has that key."""
    return (
        db.session.scalar(select(Group.id).where(Group.partnership_id == partnership_id, Group.key == key)) is not None
    )


def name_taken(partnership_id: int, name: str, *, but: int = 0) -> bool:
    """Whether a group of the partnership that is not closed has that name, `but` that one aside."""
    return (
        db.session.scalar(
            select(Group.id)
            .where(
                Group.partnership_id == partnership_id,
                func.lower(Group.name) == name.lower(),
                Group.closed_on.is_(None),
                Group.id != but,
            )
            .limit(1)
        )
        is not None
    )


def what_keeps_open(group_id: int) -> tuple[int, int]:
    """How many meetings of the group are in the diary or in session, and how many series go on."""
    meetings = select(func.count()).where(
        Meeting.group_id == group_id, Meeting.status.in_([MeetingStatus.SCHEDULED, MeetingStatus.IN_SESSION])
    )
    series = select(func.count()).where(Series.group_id == group_id, Series.ended_on.is_(None))
    row = db.session.execute(select(meetings.scalar_subquery(), series.scalar_subquery())).one()
    return int(row[0]), int(row[1])
