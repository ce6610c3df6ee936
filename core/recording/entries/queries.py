"""Reads for what is written under an item: whom its information can be opened to."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, or_, select

from core.accounts.models import User
from core.extensions import db
from core.facts import CAME, GroupRole
from core.meetings.models import AgendaItem
from core.partnerships.belonging import belongs, has_signed, sits
from core.partnerships.models import Agency, GroupMember, PartnershipAgency, Signature
from core.recording.models import Attendance
from core.recording.one_line import Doer, acronym
from core.recording.queries import Member, members_of


@dataclass(frozen=True, slots=True)
class Reader:
    """An agency that information may be opened to; not `signed`: it reads no names, and cannot be named."""

    id: int
    name: str
    signed: bool


def readers_at(item: AgendaItem, *, on: date, also: Collection[int] = ()) -> Sequence[Reader]:
    """The agencies of the item's group and those that came to its meeting, and `also` those ids, by name. One query."""
    group = item.meeting.group
    member = exists().where(
        GroupMember.group_id == group.id,
        sits(on),
        GroupMember.user_id == User.id,
        User.agency_id == Agency.id,
        User.retired_at.is_(None),
    )
    came = exists().where(
        Attendance.meeting_id == item.meeting_id, Attendance.agency_id == Agency.id, Attendance.presence.in_(CAME)
    )
    signed = exists().where(
        Signature.agency_id == Agency.id,
        Signature.partnership_id == group.partnership_id,
        has_signed(on),
    )
    rows = db.session.execute(
        select(Agency.id, Agency.name, signed)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(
            PartnershipAgency.partnership_id == group.partnership_id,
            belongs(on),
            or_(member, came, Agency.id.in_(also)),
        )
        .order_by(Agency.name, Agency.id)
    )
    return [Reader(*row) for row in rows]


def doers_at(item: AgendaItem, *, on: date) -> tuple[Sequence[Doer], Sequence[Member]]:
    """Who can be given an action of that item: the partnership's agencies; and the group's members and whoever else
    came to the meeting with an account, by agency and name. Three queries.
    """
    group = item.meeting.group
    agencies = db.session.execute(
        select(Agency.id, Agency.name, Agency.key, Agency.kind)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(PartnershipAgency.partnership_id == group.partnership_id, belongs(on))
        .order_by(Agency.name, Agency.id)
    ).all()
    kinds = Counter(kind for _, _, _, kind in agencies)
    doers = [
        Doer(name, number, also=(acronym(name), key.replace("-", " "), kind if kinds[kind] == 1 else ""))
        for number, name, key, kind in agencies
    ]
    members = list(members_of(group.id, on=on))
    came = db.session.execute(
        select(User.id, User.name, Agency.id, Agency.name)
        .join(Attendance, Attendance.user_id == User.id)
        .join(Agency, Agency.id == User.agency_id)
        .where(
            Attendance.meeting_id == item.meeting_id,
            Attendance.presence.in_(CAME),
            Agency.id.in_([number for number, *_ in agencies]),
            User.id.not_in([member.user_id for member in members]),
            User.retired_at.is_(None),
        )
    )
    members += [Member(user_id, name, GroupRole.MEMBER, of, agency) for user_id, name, of, agency in came]
    return doers, sorted(members, key=lambda member: (member.agency_name, member.name, member.user_id))
