"""Whether enough member agencies are there, and since when they are not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import raiseload

from core.clock import local_date
from core.extensions import db
from core.facts import GroupRole
from core.meetings.models import Meeting
from core.partnerships.clocks import Clocks
from core.partnerships.clocks import quorum_of as quorum_at
from core.partnerships.models import Group, Partnership
from core.recording.hours import Inquorate, inquorate_spells
from core.recording.models import Absence, Attendance
from core.recording.queries import members_of


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many of the member agencies are there, and how many must be (docs/domain.md, "Clocks")."""

    there: int
    members: int
    needed: int

    @property
    def met(self) -> bool:
        """Whether enough are there."""
        return self.there >= self.needed

    @property
    def sentence(self) -> str:
        """The same in words, for pages and minutes."""
        met = "quorate" if self.met else "inquorate"
        return f"{self.there} of {self.members} member agencies present, {self.needed} needed: {met}"


def quorum_of(meeting: Meeting, there: Iterable[Attendance]) -> Quorum | None:
    """How many member agencies those lines stand for, and how many make a quorum. None for a group without members.

    Two queries.
    """
    terms = terms_of_quorum(meeting)
    if terms is None:
        return None
    agencies, needed = terms
    return Quorum(there=len({line.agency_id for line in there} & agencies), members=len(agencies), needed=needed)


def terms_of_quorum(meeting: Meeting) -> tuple[frozenset[int], int] | None:
    """The member agencies, and how many of them make a quorum. Observers' agencies do not count. Two queries."""
    members = members_of(meeting.group_id, on=local_date(meeting.starts_at))
    agencies = frozenset(member.agency_id for member in members if member.role is not GroupRole.OBSERVER)
    if not agencies:
        return None
    settings = db.session.execute(
        select(Partnership.clocks, Group.clocks)
        .join(Group, Group.partnership_id == Partnership.id)
        .where(Group.id == meeting.group_id)
    ).one()
    clocks = Clocks.from_settings({**settings[0], **settings[1]})
    return agencies, quorum_at(len(agencies), clocks)


def absences_of(meeting_id: int) -> Mapping[int, Sequence[Absence]]:
    """When somebody was out in between: id of the attendance line -> the hours, in order."""
    rows = db.session.scalars(
        select(Absence)
        .join(Attendance, Attendance.id == Absence.attendance_id)
        .where(Attendance.meeting_id == meeting_id)
        .order_by(Absence.left_at)
        .options(raiseload("*", sql_only=True))
    )
    found: dict[int, list[Absence]] = {}
    for row in rows:
        found.setdefault(row.attendance_id, []).append(row)
    return found


def inquorate(meeting: Meeting, lines: Sequence[Attendance], *, now: datetime) -> Sequence[Inquorate]:
    """When too few member agencies were there, up to the meeting's end, or until now. Three queries."""
    terms = terms_of_quorum(meeting)
    if terms is None or meeting.opened_at is None:
        return ()
    agencies, needed = terms
    return inquorate_spells(
        lines,
        absences_of(meeting.id),
        members=agencies,
        needed=needed,
        opened_at=meeting.opened_at,
        until=meeting.closed_at or now,
        over=meeting.closed_at is not None,
    )
