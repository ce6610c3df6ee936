"""Reads of the diary: which meetings there are, whose they are, and who is told of them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, case, exists, func, select, tuple_
from sqlalchemy.orm import joinedload, raiseload

from core.accounts.models import User
from core.extensions import db
from core.facts import LEADING_ROLES, Actor, GroupRole, ItemKind, MeetingStatus, NominationStatus
from core.meetings.models import AgendaItem, AgendaVersion, Meeting, Nomination, Series
from core.partnerships.belonging import belongs, sits
from core.partnerships.clocks import Clocks
from core.partnerships.models import Group, GroupMember, PartnershipAgency
from core.policy.meetings import meetings_seen_by

PAGE = 30
"""Meetings on a page of the list."""

MeetingRow = Row[int, str, str, datetime, datetime, str, MeetingStatus, int, str]
"""id, ref, title, starts_at, ends_at, venue, status, group_id, group (its name)."""


def meetings_ahead(actor: Actor, *, now: datetime, group_id: int | None = None, after: int = 0) -> Sequence[MeetingRow]:
    """Meetings that are not over, the next one first, from the one after `after`; one more than a page."""
    rows = _listed(actor, group_id).where(Meeting.ends_at >= now).order_by(Meeting.starts_at, Meeting.id)
    if after:
        rows = rows.where(tuple_(Meeting.starts_at, Meeting.id) > _place_of(after))
    return db.session.execute(rows.limit(PAGE + 1)).all()


def meetings_past(actor: Actor, *, now: datetime, group_id: int | None = None, after: int = 0) -> Sequence[MeetingRow]:
    """Meetings that are over, the last one first, from the one after `after`; one more than a page."""
    rows = _listed(actor, group_id).where(Meeting.ends_at < now).order_by(Meeting.starts_at.desc(), Meeting.id.desc())
    if after:
        rows = rows.where(tuple_(Meeting.starts_at, Meeting.id) < _place_of(after))
    return db.session.execute(rows.limit(PAGE + 1)).all()


def _listed(actor: Actor, group_id: int | None) -> Select[*tuple[Any, ...]]:
    rows = (
        select(
            Meeting.id,
            Meeting.ref,
            Meeting.title,
            Meeting.starts_at,
            Meeting.ends_at,
            Meeting.venue,
            Meeting.status,
            Meeting.group_id,
            Group.name.label("group"),
        )
        .join(Group, Group.id == Meeting.group_id)
        .where(meetings_seen_by(actor))
    )
    return rows if group_id is None else rows.where(Meeting.group_id == group_id)


def _place_of(meeting_id: int) -> Any:
    return select(Meeting.starts_at, Meeting.id).where(Meeting.id == meeting_id).scalar_subquery()


def groups_of(actor: Actor) -> Sequence[Row[int, str]]:
    """Id and name of the groups whose meetings the actor may see, by name; closed groups included."""
    return db.session.execute(
        select(Group.id, Group.name)
        .where(Group.id.in_(select(Meeting.group_id).join(Group).where(meetings_seen_by(actor))))
        .union(select(Group.id, Group.name).where(Group.id.in_(actor.groups.keys())))
        .order_by("name")
    ).all()


def series_of_groups(group_ids: Sequence[int]) -> Sequence[Series]:
    """The series of these groups that have not ended, the oldest first, each with its group."""
    return db.session.scalars(
        select(Series)
        .where(Series.group_id.in_(group_ids), Series.ended_on.is_(None))
        .order_by(Series.id)
        .options(joinedload(Series.group), raiseload("*"))
    ).all()


def meetings_of_series(series_id: int, *, since: date) -> Sequence[Meeting]:
    """Those made for a day of the rule from `since` on, cancelled ones included, in order, each with its group."""
    return db.session.scalars(
        select(Meeting)
        .where(Meeting.series_id == series_id, Meeting.series_day >= since)
        .order_by(Meeting.series_day)
        .options(joinedload(Meeting.group), raiseload("*"))
    ).all()


def meetings_to_download(actor: Actor, *, group_id: int, now: datetime) -> Sequence[Meeting]:
    """A group's meetings that are not over, for a calendar; the cancelled ones are not in it."""
    return db.session.scalars(
        select(Meeting)
        .join(Group, Group.id == Meeting.group_id)
        .where(
            meetings_seen_by(actor),
            Meeting.group_id == group_id,
            Meeting.ends_at >= now,
            Meeting.status != MeetingStatus.CANCELLED,
        )
        .order_by(Meeting.starts_at)
        .options(joinedload(Meeting.group))
    ).all()


def meeting_at(group_id: int, *, starts_at: datetime, ends_at: datetime, but: int = 0) -> str | None:
    """The reference of a meeting of the group that overlaps these times, `but` and cancelled ones aside."""
    return db.session.scalar(
        select(Meeting.ref)
        .where(
            Meeting.group_id == group_id,
            Meeting.starts_at < ends_at,
            Meeting.ends_at > starts_at,
            Meeting.status != MeetingStatus.CANCELLED,
            Meeting.id != but,
        )
        .limit(1)
    )


def times_taken(group_id: int, *, since: datetime, but: Sequence[int]) -> Sequence[Row[str, datetime, datetime]]:
    """Reference, start and end of the group's meetings that end after that moment, `but` and cancelled ones aside."""
    return db.session.execute(
        select(Meeting.ref, Meeting.starts_at, Meeting.ends_at)
        .where(
            Meeting.group_id == group_id,
            Meeting.ends_at > since,
            Meeting.status != MeetingStatus.CANCELLED,
            Meeting.id.not_in(but),
        )
        .order_by(Meeting.starts_at)
    ).all()


def circulated_among(meeting_ids: Sequence[int]) -> frozenset[int]:
    """Of these meetings, those whose agenda has been circulated."""
    return frozenset(
        db.session.scalars(select(AgendaVersion.meeting_id).where(AgendaVersion.meeting_id.in_(meeting_ids)))
    )


def meetings_with_business(meeting_ids: Sequence[int]) -> frozenset[int]:
    """Of these meetings, those that have a case or a place on their agenda, or a nomination."""
    items = select(AgendaItem.meeting_id).where(
        AgendaItem.meeting_id.in_(meeting_ids),
        AgendaItem.taken_off_at.is_(None),
        AgendaItem.kind != ItemKind.STANDING,
    )
    nominations = select(Nomination.meeting_id).where(
        Nomination.meeting_id.in_(meeting_ids),
        Nomination.status.in_((NominationStatus.PROPOSED, NominationStatus.ACCEPTED)),
    )
    return frozenset(db.session.scalars(items.union(nominations)))


def references_like(stem: str) -> frozenset[str]:
    """The meetings' references that begin so, in the whole installation."""
    return frozenset(db.session.scalars(select(Meeting.ref).where(Meeting.ref.startswith(stem, autoescape=True))))


def next_meeting(group_id: int, *, after: datetime) -> Meeting | None:
    """The group's first scheduled meeting that starts after that moment."""
    return db.session.scalars(
        select(Meeting)
        .where(
            Meeting.group_id == group_id,
            Meeting.status == MeetingStatus.SCHEDULED,
            Meeting.starts_at > after,
        )
        .order_by(Meeting.starts_at)
        .limit(1)
        .options(joinedload(Meeting.group).joinedload(Group.partnership))
    ).first()


def still_to_come(group_id: int, *, after: datetime) -> Sequence[Meeting]:
    """The group's scheduled meetings that start after that moment, in order."""
    return db.session.scalars(
        select(Meeting)
        .where(Meeting.group_id == group_id, Meeting.status == MeetingStatus.SCHEDULED, Meeting.starts_at > after)
        .order_by(Meeting.starts_at)
        .options(joinedload(Meeting.group))
        .execution_options(populate_existing=True)
    ).all()


def nearest_meeting(group_id: int, *, at: datetime) -> Meeting | None:
    """The group's next meeting, or else its last, whatever became of it; None for a group that never had one."""
    ahead = case((Meeting.starts_at >= at, 0), else_=1)
    return db.session.scalars(
        select(Meeting)
        .where(Meeting.group_id == group_id)
        .order_by(ahead, case((Meeting.starts_at >= at, Meeting.starts_at)), Meeting.starts_at.desc())
        .limit(1)
    ).first()


def last_meeting(group_id: int, *, before: datetime) -> Meeting | None:
    """The group's last meeting before that moment that was held and is closed."""
    return db.session.scalars(
        select(Meeting)
        .where(
            Meeting.group_id == group_id,
            Meeting.status == MeetingStatus.CLOSED,
            Meeting.starts_at < before,
        )
        .order_by(Meeting.starts_at.desc())
        .limit(1)
    ).first()


def people_of(group_id: int, *, on: date) -> Sequence[Row[User, GroupRole]]:
    """The group's members on that day with their roles, by name, each with their agency; no retired account."""
    return db.session.execute(
        select(User, GroupMember.role)
        .join(GroupMember, GroupMember.user_id == User.id)
        .where(
            GroupMember.group_id == group_id,
            sits(on),
            User.retired_at.is_(None),
        )
        .order_by(func.lower(User.name), User.id)
        .options(joinedload(User.agency))
    ).all()


def people_to_tell(group_id: int, *, on: date) -> Sequence[User]:
    """Those of them whose agency has not left the partnership."""
    stays = exists().where(
        PartnershipAgency.agency_id == User.agency_id,
        PartnershipAgency.partnership_id == Group.partnership_id,
        belongs(on),
    )
    return db.session.scalars(
        select(User)
        .join(GroupMember, GroupMember.user_id == User.id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(GroupMember.group_id == group_id, sits(on), User.retired_at.is_(None), stays)
        .order_by(func.lower(User.name), User.id)
    ).all()


def meeting_as_it_is(meeting_id: int) -> Meeting:
    """A meeting as the database has it now, with its group."""
    return db.session.scalars(
        select(Meeting)
        .where(Meeting.id == meeting_id)
        .options(joinedload(Meeting.group))
        .execution_options(populate_existing=True)
    ).one()


def leaders_of(group_id: int, *, on: date) -> dict[GroupRole, str]:
    """Name of the chair, deputy chair and coordinator on that day, of those that there are."""
    return {role: user.name for user, role in people_of(group_id, on=on) if role in LEADING_ROLES}


def clocks_of(group: Group) -> Clocks:
    """The group's clocks: the partnership's settings, and its own terms over them."""
    return Clocks.from_settings({**group.partnership.clocks, **group.clocks})
