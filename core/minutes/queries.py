"""Reads of minutes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload, raiseload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from core.accounts.models import User
from core.cases.models import Case
from core.cases.queries import people_named_in
from core.documents.record import Reader
from core.extensions import db
from core.meetings.models import AgendaItem, Meeting
from core.minutes.models import Minutes
from core.minutes.record import MeetingRecord
from core.partnerships.models import Group
from core.policy.composing import InMinutes
from core.recording.models import Attendance, ItemAttendance


def minutes_of(meeting_id: int) -> Minutes | None:
    """A meeting's minutes with their meeting, group and steps; None before they are composed."""
    return db.session.scalars(
        select(Minutes)
        .where(Minutes.meeting_id == meeting_id)
        .options(
            joinedload(Minutes.meeting).joinedload(Meeting.group).joinedload(Group.partnership),
            selectinload(Minutes.steps),
            raiseload("*"),
        )
    ).first()


def item_in_minutes(minutes: Minutes, item_id: int, *, user_id: int) -> InMinutes | None:
    """An item of those minutes' meeting, with its case and who may open it, and whether that user was there for it."""
    there = exists().where(
        ItemAttendance.item_id == AgendaItem.id,
        ItemAttendance.there,
        ItemAttendance.attendance_id == Attendance.id,
        Attendance.user_id == user_id,
    )
    found = db.session.execute(
        select(AgendaItem, there)
        .where(
            AgendaItem.id == item_id,
            AgendaItem.meeting_id == minutes.meeting_id,
            AgendaItem.taken_off_at.is_(None),
        )
        .options(
            joinedload(AgendaItem.case).options(selectinload(Case.agencies), selectinload(Case.groups)),
            raiseload("*", sql_only=True),
        )
    ).first()
    if found is None:
        return None
    set_committed_value(found[0], "meeting", minutes.meeting)
    return InMinutes(minutes, found[0], heard=bool(found[1]))


def minutes_with_items(meeting_id: int) -> Minutes | None:
    """A meeting's minutes with their meeting, group and its items; None before they are composed."""
    return db.session.scalars(
        select(Minutes)
        .where(Minutes.meeting_id == meeting_id)
        .options(
            joinedload(Minutes.meeting).joinedload(Meeting.group).joinedload(Group.partnership),
            joinedload(Minutes.meeting).selectinload(Meeting.items),
            raiseload("*"),
        )
    ).first()


def frozen_record(minutes: Minutes) -> MeetingRecord:
    """The record as it was approved. Raises ValueError when these minutes are not approved."""
    if not minutes.record_sha256:
        raise ValueError("these minutes have no frozen record")
    return _frozen(minutes.id, minutes.record_sha256)


@lru_cache(maxsize=16)
def _frozen(minutes_id: int, _sha256: str) -> MeetingRecord:
    """Read once: approved minutes are immutable, and the hash of what was approved is part of what is asked."""
    return MeetingRecord.from_plain(db.session.scalars(select(Minutes.record).where(Minutes.id == minutes_id)).one())


def frozen_part(minutes: Minutes, reader: Reader) -> tuple[MeetingRecord, bool]:
    """What a reader may have of approved minutes, and whether nothing is left out. Raises ValueError as above."""
    frozen_record(minutes)
    return part_of_frozen(minutes.id, minutes.record_sha256, reader)


@lru_cache(maxsize=64)
def part_of_frozen(minutes_id: int, sha256: str, reader: Reader) -> tuple[MeetingRecord, bool]:
    """The same. Cut once: what is frozen stays, and whoever has the same rights as before gets the same."""
    whole = replace(_frozen(minutes_id, sha256), whole_sha256=sha256)
    part = whole.only(reader)
    return part, part == whole


def persons_of(record: MeetingRecord) -> Sequence[int]:
    """Ids of the persons named in the cases of a record, for the trail: those of items shown in full alone."""
    corrected = {each.case_id for item in record.items for each in item.corrections}
    moved = {each.case_id for item in record.items for each in item.moves}
    cases = corrected | moved | {item.case_id for item in record.items if not item.by_reference}
    return people_named_in([case_id for case_id in cases if case_id is not None])


def names_of_steps(minutes: Minutes) -> Mapping[int, str]:
    """Account id -> name, of those who took the minutes' steps."""
    return dict(
        db.session.execute(
            select(User.id, User.name).where(User.id.in_({step.user_id for step in minutes.steps}))
        ).all()
    )
