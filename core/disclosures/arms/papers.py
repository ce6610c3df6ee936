"""Papers that were circulated: agendas, minutes, lists of actions."""

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, literal, or_

from core.accounts.models import User
from core.actions.models import Action
from core.cases.models import Case
from core.circulation.models import Circulation, Copy
from core.disclosures.arms.line import OPENED, Line, Scope, Wanted, line, narrowed
from core.facts import LEADING_ROLES, CirculationKind
from core.meetings.models import AgendaItem, Meeting
from core.partnerships.models import Agency, Group, GroupMember
from core.recording.models import Attendance, ItemAttendance


def circulated(scope: Scope, wanted: Wanted) -> Line:
    """Papers sent out with an item of the case: one line for each sending-out and agency, with how many had it.

    Of minutes, those who were there for the item, were granted it or lead the group; of actions, the agencies that have
    one of it; of an agenda, everybody but those to whom a restricted case is a reference.
    """
    had = or_(
        and_(Circulation.kind == CirculationKind.AGENDA, or_(Case.restricted.is_(False), _named_for_case(), _led())),
        and_(
            Circulation.kind == CirculationKind.ACTIONS,
            exists().where(Action.item_id == AgendaItem.id, Action.owner_agency_id == User.agency_id),
        ),
        and_(
            Circulation.kind.not_in((CirculationKind.AGENDA, CirculationKind.ACTIONS)),
            or_(
                _led(),
                _was_there(),
                (literal(",") + Copy.granted_items + ",").like(literal("%,") + cast(AgendaItem.id, String) + ",%"),
            ),
        ),
    )
    query = (
        line(
            at=Circulation.at,
            number=Circulation.id,
            what=Meeting.ref,
            on=Circulation,
            agency=Agency.name,
            by=Group.name,
            note=cast(Circulation.kind, String) + ":" + cast(func.count(Copy.id), String),
            link=literal("meeting:") + cast(Meeting.id, String),
        )
        .select_from(Copy)
        .join(Circulation, Circulation.id == Copy.circulation_id)
        .join(Meeting, Meeting.id == Circulation.meeting_id)
        .join(Group, Group.id == Meeting.group_id)
        .join(AgendaItem, and_(AgendaItem.meeting_id == Meeting.id, AgendaItem.taken_off_at.is_(None)))
        .join(Case, Case.id == AgendaItem.case_id)
        .join(User, User.id == Copy.user_id)
        .join(Agency, Agency.id == User.agency_id)
        .where(scope.case, had)
        .group_by(
            Circulation.id,
            Circulation.at,
            Circulation.kind,
            Circulation.basis,
            Circulation.condition,
            Circulation.purpose,
            Meeting.id,
            Meeting.ref,
            Case.id,
            Case.ref,
            Agency.id,
            Agency.name,
            Group.name,
        )
    )
    return narrowed(query, wanted, on=Circulation, agency=Agency.id == wanted.agency_id)


def _named_for_case() -> ColumnElement[bool]:
    named = exists().where(OPENED.case_id == Case.id, OPENED.agency_id == User.agency_id)
    return or_(Case.lead_agency_id == User.agency_id, named)


def _led() -> ColumnElement[bool]:
    return exists().where(
        GroupMember.group_id == Meeting.group_id,
        GroupMember.user_id == Copy.user_id,
        GroupMember.role.in_(LEADING_ROLES),
    )


def _was_there() -> ColumnElement[bool]:
    return exists().where(
        ItemAttendance.item_id == AgendaItem.id,
        ItemAttendance.there,
        ItemAttendance.attendance_id == Attendance.id,
        Attendance.user_id == Copy.user_id,
    )
