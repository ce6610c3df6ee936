"""An agency that left: the meetings to come are taken out of its people's calendars, once, and put back if it returns.

Recording that it left does it at once; where the day lies ahead, the worker's sweep does. What somebody's calendar
holds is what they were last told of a meeting, so nobody is told twice.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import raiseload

from core.accounts.models import User
from core.circulation.models import Mail
from core.extensions import db
from core.facts import MailKind, MeetingStatus
from core.meetings.diary import notices
from core.meetings.models import Meeting
from core.partnerships.belonging import sits
from core.partnerships.models import Group, GroupMember, Partnership, PartnershipAgency


def take_out_people_of(membership: PartnershipAgency, *, now: datetime, on: date) -> int:
    """Take every meeting to come out of the calendars of an agency's people, if it has left; how many mails."""
    if membership.left_on is None or membership.left_on > on:
        return 0
    held = _in_their_calendars(membership, now=now, on=on)
    partnership = db.session.get_one(Partnership, membership.partnership_id).name
    for meeting_id, users in held.items():
        notices.take_out(meeting_id, users, partnership=partnership, now=now)
    return sum(len(users) for users in held.values())


def take_out_what_is_left(*, now: datetime, on: date) -> int:
    """The sweep's: the same for every agency that has left by that day; how many mails."""
    ahead = exists().where(
        Meeting.status == MeetingStatus.SCHEDULED,
        Meeting.starts_at > now,
        Meeting.group_id == GroupMember.group_id,
        GroupMember.user_id == User.id,
        User.agency_id == PartnershipAgency.agency_id,
        Group.id == Meeting.group_id,
        Group.partnership_id == PartnershipAgency.partnership_id,
    )
    departed = db.session.scalars(
        select(PartnershipAgency)
        .where(PartnershipAgency.left_on <= on, ahead)
        .order_by(PartnershipAgency.id)
        # Of two workers that sweep at once, one tells them.
        .with_for_update(skip_locked=True)
        .options(raiseload("*"))
    ).all()
    return sum(take_out_people_of(membership, now=now, on=on) for membership in departed)


def invite_people_of(membership: PartnershipAgency, *, now: datetime, on: date) -> None:
    """The agency is back: its people are invited to what is to come in the groups in which they have a seat."""
    seats = db.session.execute(
        select(User, GroupMember.group_id)
        .join(GroupMember, GroupMember.user_id == User.id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(
            User.agency_id == membership.agency_id,
            User.retired_at.is_(None),
            Group.partnership_id == membership.partnership_id,
            sits(on),
        )
        .order_by(GroupMember.group_id, User.id)
    ).all()
    for user, group_id in seats:
        notices.invite_to_all(user, group_id, now=now)


def _in_their_calendars(membership: PartnershipAgency, *, now: datetime, on: date) -> Mapping[int, Sequence[User]]:
    """Meeting to come -> those of the agency's people who were invited to it, and not told since that it is off."""
    last_told = (
        select(Mail.kind)
        .where(Mail.meeting_id == Meeting.id, Mail.user_id == User.id, Mail.calendar != "")
        .order_by(Mail.id.desc())
        .limit(1)
        .correlate(Meeting, User)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Meeting.id, User)
        .join(Group, Group.id == Meeting.group_id)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .join(User, User.id == GroupMember.user_id)
        .where(
            User.agency_id == membership.agency_id,
            User.retired_at.is_(None),
            Group.partnership_id == membership.partnership_id,
            sits(on),
            Meeting.status == MeetingStatus.SCHEDULED,
            Meeting.starts_at > now,
            last_told.in_((MailKind.INVITATION, MailKind.CHANGE)),
        )
        .order_by(Meeting.starts_at, Meeting.id, User.id)
    )
    held: dict[int, list[User]] = {}
    for meeting_id, user in rows:
        held.setdefault(meeting_id, []).append(user)
    return held
