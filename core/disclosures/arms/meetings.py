"""What meetings disclose: research asked for and returned, and information shared in the room."""

from typing import Any

from sqlalchemy import ColumnElement, Date, String, and_, cast, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from core.accounts.models import User
from core.cases.models import Case
from core.disclosures.arms.line import HEARD, Line, Scope, Wanted, line, narrowed
from core.disclosures.models import EndedDisclosure
from core.facts import FOR_NAMED, LEADING_ROLES, EntryKind, Visibility
from core.meetings.models import AgendaItem, Meeting, Research
from core.partnerships.models import Agency, Group, GroupMember
from core.policy import disclosing
from core.recording.models import Attendance, Entry, EntryAgency, ItemAttendance

CHAIRED = "chair and coordinator of "

_WasHeard = aliased(EndedDisclosure)


def asked(scope: Scope, wanted: Wanted) -> Line:
    """Agencies that were asked what they hold: whom it is about they were told."""
    query = (
        _of_meeting(_line_of_research(Research.asked_at, agency=Agency.name, by=Group.name))
        .join(Agency, Agency.id == Research.agency_id)
        .where(scope.case)
    )
    return narrowed(query, wanted, on=Research, agency=Research.agency_id == wanted.agency_id)


def returned(scope: Scope, wanted: Wanted) -> Line:
    """What agencies wrote of what they hold, for those who lead the group."""
    query = (
        _of_meeting(_line_of_research(Research.answered_at, agency=literal(CHAIRED) + Group.name, by=Agency.name))
        .join(Agency, Agency.id == Research.agency_id)
        .where(scope.case, Research.answered_at.is_not(None), Research.nothing_held.is_(False))
    )
    return narrowed(query, wanted, on=Research, agency=_leads(wanted))


def _line_of_research(at: Any, *, agency: Any, by: Any) -> Line:
    return line(
        at=at,
        number=Research.id,
        what=Meeting.ref,
        on=Research,
        agency=agency,
        by=by,
        link=literal("meeting:") + cast(Meeting.id, String),
    ).select_from(Research)


def _of_meeting(query: Line) -> Line:
    return (
        query.join(AgendaItem, AgendaItem.id == Research.item_id)
        .join(Case, Case.id == AgendaItem.case_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .join(Group, Group.id == Meeting.group_id)
    )


def _leads(wanted: Wanted) -> ColumnElement[bool]:
    return exists().where(
        GroupMember.group_id == Meeting.group_id,
        GroupMember.role.in_(LEADING_ROLES),
        GroupMember.user_id == User.id,
        User.agency_id == wanted.agency_id,
    )


def shared(scope: Scope, wanted: Wanted) -> Line:
    """Information shared at meetings: that it was, by whom and with whom, never what. On what its group hears it."""
    written = func.date(Entry.written_at, type_=Date)
    was_heard_then = (
        select(func.max(EndedDisclosure.id))
        .where(
            EndedDisclosure.case_id == Case.id,
            EndedDisclosure.group_id == Meeting.group_id,
            EndedDisclosure.since <= written,
            EndedDisclosure.ended_on >= written,
        )
        .correlate(Case, Meeting, Entry)
        .scalar_subquery()
    )
    named = select(func.count()).where(EntryAgency.entry_id == Entry.id).correlate(Entry).scalar_subquery()
    query = (
        line(
            at=Entry.written_at,
            number=Entry.id,
            what=Meeting.ref,
            on=_StoodOn(),
            agency=cast(Entry.visibility, String),
            by=func.coalesce(Agency.name, ""),
            ended=Entry.withdrawn_on,
            note=cast(named, String),
            link=literal("meeting:") + cast(Meeting.id, String),
        )
        .select_from(Entry)
        .join(AgendaItem, AgendaItem.id == Entry.item_id)
        .join(Case, Case.id == AgendaItem.case_id)
        .join(Meeting, Meeting.id == Entry.meeting_id)
        .outerjoin(HEARD, and_(HEARD.case_id == Case.id, HEARD.group_id == Meeting.group_id, HEARD.since <= written))
        .outerjoin(_WasHeard, _WasHeard.id == was_heard_then)
        .outerjoin(Agency, Agency.id == Entry.source_agency_id)
        .where(
            scope.case,
            Entry.kind == EntryKind.INFORMATION,
            Entry.struck_at.is_(None),
            scope.told(disclosing.told_of_sharing),
        )
    )
    is_named = exists().where(EntryAgency.entry_id == Entry.id, EntryAgency.agency_id == wanted.agency_id)
    was_there = exists().where(
        ItemAttendance.item_id == Entry.item_id,
        ItemAttendance.there,
        ItemAttendance.attendance_id == Attendance.id,
        Attendance.agency_id == wanted.agency_id,
    )
    reads = or_(
        and_(Entry.visibility == Visibility.EVERYONE, was_there),
        and_(Entry.visibility.in_(FOR_NAMED), is_named),
        and_(Entry.visibility == Visibility.CHAIR, _leads(wanted)),
    )
    return narrowed(query, wanted, on=_StoodOn(), agency=reads)


class _StoodOn:
    """On what the group heard the case on the day: the line of now, else that of the hearing that ended since."""

    basis = func.coalesce(HEARD.basis, _WasHeard.basis, "")
    condition = func.coalesce(HEARD.condition, _WasHeard.condition, "")
    purpose = func.coalesce(HEARD.purpose, _WasHeard.purpose, "")
