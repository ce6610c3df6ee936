"""Loading what a page's address names, through its parent. Raises NotFound for what is not there."""

from typing import TypeVar

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload, selectinload

from core.cases.models import Case
from core.errors import NotFound
from core.extensions import db
from core.meetings.models import AgendaItem, AgendaVersion, Meeting, Nomination, Research, Series
from core.partnerships.models import Group

T = TypeVar("T")

_MEETING = (
    select(Meeting)
    .where(Meeting.id == bindparam("meeting"))
    .options(joinedload(Meeting.group).joinedload(Group.partnership))
)

_CASE = (selectinload(Case.agencies), selectinload(Case.groups))
"""What core.policy.cases asks a case for."""


def group_of(group_id: int) -> Group:
    """A group, with its partnership."""
    return _found(
        db.session.scalars(select(Group).where(Group.id == group_id).options(joinedload(Group.partnership))).first()
    )


def series_of(series_id: int) -> Series:
    """A series, with its group and partnership."""
    return _found(
        db.session.scalars(
            select(Series).where(Series.id == series_id).options(joinedload(Series.group).joinedload(Group.partnership))
        ).first()
    )


def meeting_of(meeting_id: int) -> Meeting:
    """A meeting, with its group and partnership."""
    return _found(db.session.scalars(_MEETING, {"meeting": meeting_id}).first())


def item_of(meeting_id: int, item_id: int) -> AgendaItem:
    """An item that is on that meeting's agenda, with its case; not one that was taken off."""
    meeting = meeting_of(meeting_id)
    return _found(
        db.session.scalars(
            select(AgendaItem)
            .where(
                AgendaItem.id == item_id,
                AgendaItem.meeting_id == meeting.id,
                AgendaItem.taken_off_at.is_(None),
            )
            .options(joinedload(AgendaItem.case).options(*_CASE), joinedload(AgendaItem.presenter_agency))
        ).first()
    )


def nomination_of(meeting_id: int, nomination_id: int) -> Nomination:
    """A nomination for that meeting, with its case."""
    meeting = meeting_of(meeting_id)
    return _found(
        db.session.scalars(
            select(Nomination)
            .where(Nomination.id == nomination_id, Nomination.meeting_id == meeting.id)
            .options(joinedload(Nomination.case).options(*_CASE), joinedload(Nomination.agency))
        ).first()
    )


def research_of(meeting_id: int, research_id: int) -> Research:
    """A research request of that meeting, with its item and case."""
    meeting = meeting_of(meeting_id)
    return _found(
        db.session.scalars(
            select(Research)
            .join(AgendaItem, AgendaItem.id == Research.item_id)
            .where(
                Research.id == research_id,
                AgendaItem.meeting_id == meeting.id,
                AgendaItem.taken_off_at.is_(None),
            )
            .options(
                joinedload(Research.item).joinedload(AgendaItem.case).options(*_CASE),
                joinedload(Research.agency),
            )
        ).first()
    )


def version_of(meeting_id: int, number: int) -> AgendaVersion:
    """A circulated version of that meeting's agenda."""
    meeting = meeting_of(meeting_id)
    return _found(
        db.session.scalars(
            select(AgendaVersion).where(AgendaVersion.meeting_id == meeting.id, AgendaVersion.number == number)
        ).first()
    )


def _found(row: T | None) -> T:
    if row is None:
        raise NotFound
    return row
