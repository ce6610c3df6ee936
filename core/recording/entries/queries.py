"""Reads for what is written under an item: whom its information can be opened to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, or_, select

from core.accounts.models import User
from core.extensions import db
from core.facts import CAME
from core.meetings.models import AgendaItem
from core.partnerships.belonging import belongs, has_signed, sits
from core.partnerships.models import Agency, GroupMember, PartnershipAgency, Signature
from core.recording.models import Attendance


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
