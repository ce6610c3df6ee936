"""What a meeting's minutes are made of, read from the tables: a query for each kind, whatever the agenda's length."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.accounts.models import User
from core.actions.models import Action
from core.actions.standings import Standing, standings_at
from core.clock import local_date
from core.extensions import db
from core.facts import ActionStatus, GroupRole, MeetingStatus
from core.meetings.models import AgendaItem, Meeting
from core.minutes.record import Hearer
from core.minutes.spells import Chaired, HandedOver, OtherDay, Standstill
from core.partnerships.models import Agency, Group, GroupMember
from core.recording.models import Attendance, Break, ChairHandedOver, Entry, ItemAttendance, ItemChair, Recusal


def meeting_of(meeting_id: int) -> Meeting:
    """The meeting with its items in order, each with its case, presenter and nomination."""
    return db.session.scalars(
        select(Meeting)
        .where(Meeting.id == meeting_id)
        .options(
            joinedload(Meeting.group).joinedload(Group.partnership),
            joinedload(Meeting.chair),
            joinedload(Meeting.minute_taker),
            selectinload(Meeting.items).options(
                joinedload(AgendaItem.case),
                joinedload(AgendaItem.presenter_agency),
                joinedload(AgendaItem.nomination),
            ),
            raiseload("*"),
        )
        .execution_options(populate_existing=True)
    ).one()


def attendance_of(meeting_id: int) -> Sequence[Attendance]:
    """Who was expected or came, by agency and name."""
    return db.session.scalars(
        select(Attendance)
        .where(Attendance.meeting_id == meeting_id)
        .order_by(Attendance.agency_name, Attendance.name)
        .options(raiseload("*"))
    ).all()


def roles_of(meeting: Meeting) -> Mapping[int, GroupRole]:
    """User id -> what somebody is in the group."""
    rows = db.session.execute(
        select(GroupMember.user_id, GroupMember.role).where(GroupMember.group_id == meeting.group_id)
    )
    return dict(rows.all())


def heard_by_item(meeting_id: int) -> Mapping[int, list[Hearer]]:
    """Item id -> who was there."""
    rows = db.session.execute(
        select(
            ItemAttendance.item_id,
            Attendance.user_id,
            Attendance.name,
            Attendance.agency_id,
            Attendance.agency_name,
        )
        .join(Attendance, Attendance.id == ItemAttendance.attendance_id)
        .where(Attendance.meeting_id == meeting_id, ItemAttendance.there)
        .order_by(Attendance.agency_name, Attendance.name)
    )
    return _hearers(rows)


def recused_by_item(meeting_id: int) -> Mapping[int, list[Hearer]]:
    """Item id -> who declared an interest in it, and keeps out."""
    rows = db.session.execute(
        select(Recusal.item_id, User.id, User.name, User.agency_id, Agency.name)
        .join(User, User.id == Recusal.user_id)
        .outerjoin(Agency, Agency.id == User.agency_id)
        .join(AgendaItem, AgendaItem.id == Recusal.item_id)
        .where(AgendaItem.meeting_id == meeting_id, Recusal.lifted_at.is_(None))
        .order_by(User.name)
    )
    return _hearers(rows)


def chaired_by_item(meeting_id: int) -> Mapping[int, list[Chaired]]:
    """Item id -> who was in the chair for it, in order, where the meeting's chair handed it over."""
    later = select(ChairHandedOver.from_id).where(
        ChairHandedOver.meeting_id == Meeting.id, ChairHandedOver.at > ItemChair.began_at
    )
    chair_then = func.coalesce(
        later.order_by(ChairHandedOver.id).limit(1).correlate(Meeting, ItemChair).scalar_subquery(), Meeting.chair_id
    )
    declared = exists().where(
        Recusal.item_id == ItemChair.item_id, Recusal.user_id == chair_then, Recusal.lifted_at.is_(None)
    )
    rows = db.session.execute(
        select(ItemChair, User.name, declared)
        .join(User, User.id == ItemChair.user_id)
        .join(AgendaItem, AgendaItem.id == ItemChair.item_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(AgendaItem.meeting_id == meeting_id)
        .order_by(ItemChair.id)
        .options(raiseload("*"))
    ).all()
    by_item: defaultdict[int, list[Chaired]] = defaultdict(list)
    for spell, name, interest in rows:
        began_at = None if spell.from_start else spell.began_at
        by_item[spell.item_id].append(Chaired(name=name, began_at=began_at, interest=bool(interest)))
    return by_item


def handed_over(meeting_id: int) -> tuple[HandedOver, ...]:
    """When the chair of the meeting was handed over for the rest of it, in order."""
    rows = db.session.scalars(
        select(ChairHandedOver)
        .where(ChairHandedOver.meeting_id == meeting_id)
        .order_by(ChairHandedOver.id)
        .options(joinedload(ChairHandedOver.was).load_only(User.name), raiseload("*"))
    )
    return tuple(HandedOver(name=each.was.name, at=each.at) for each in rows)


def standstills_of(meeting_id: int) -> tuple[Standstill, ...]:
    """When the meeting stood still, in order."""
    rows = db.session.scalars(
        select(Break).where(Break.meeting_id == meeting_id).order_by(Break.began_at).options(raiseload("*"))
    )
    return tuple(
        Standstill(kind=each.kind, began_at=each.began_at, ended_at=each.ended_at, reason=each.reason) for each in rows
    )


def other_day(which: ColumnElement[bool]) -> OtherDay | None:
    """Another day of the meeting, if there is one that was not cancelled."""
    found = db.session.execute(
        select(Meeting.ref, Meeting.starts_at).where(which, Meeting.status != MeetingStatus.CANCELLED)
    ).first()
    return OtherDay(reference=found.ref, starts_at=found.starts_at) if found is not None else None


def entries_of(meeting_id: int) -> Sequence[Entry]:
    """What was recorded and not struck out, in order of writing, each with its author and the agencies named."""
    return db.session.scalars(
        select(Entry)
        .where(Entry.meeting_id == meeting_id, Entry.struck_at.is_(None))
        .order_by(Entry.id)
        .options(joinedload(Entry.author), selectinload(Entry.named_agencies), raiseload("*"))
    ).all()


@dataclass(frozen=True, slots=True)
class Actions:
    """What the meeting agreed, its matters arising, and how each of them stood as it closed."""

    agreed: Sequence[Action]
    earlier: Sequence[Action]
    standings: Mapping[int, Standing]
    people: Mapping[int, str]
    """Account id -> name, of those who were to do them."""


def actions_of(meeting: Meeting, cases: set[int], *, until: datetime) -> Actions:
    """The actions of a meeting's minutes: what happened to one of them after `until` is of the next. Five queries."""
    agreed = db.session.scalars(
        select(Action).where(Action.meeting_id == meeting.id).order_by(Action.id).options(raiseload("*"))
    ).all()
    last, earlier = _last_before(meeting), _candidates(meeting, cases)
    standings = standings_at([*agreed, *earlier], until)
    owners = {each.owner_user_id for each in standings.values()}
    people = db.session.execute(select(User.id, User.name).where(User.id.in_(owners))).all()
    arising = [action for action in earlier if _arises(standings[action.id], last)]
    arising.sort(key=lambda action: (standings[action.id].due_on, action.id))
    stands = [action for action in agreed if standings[action.id].status is not ActionStatus.STRUCK]
    return Actions(stands, arising, standings, dict(people))


def _arises(standing: Standing, last: datetime | None) -> bool:
    """Still open, or settled since the last meeting."""
    if standing.status is ActionStatus.OPEN:
        return True
    return standing.settled_at is not None and (last is None or standing.settled_at >= last)


def _last_before(meeting: Meeting) -> datetime | None:
    """When the group met last before that."""
    return db.session.scalar(
        select(Meeting.starts_at)
        .where(
            Meeting.group_id == meeting.group_id,
            Meeting.starts_at < meeting.starts_at,
            Meeting.status == MeetingStatus.CLOSED,
        )
        .order_by(Meeting.starts_at.desc())
        .limit(1)
    )


def _candidates(meeting: Meeting, cases: set[int]) -> Sequence[Action]:
    """Actions of those cases from before that meeting, as they are today."""
    return db.session.scalars(
        select(Action)
        .where(
            Action.case_id.in_(cases),
            or_(Action.meeting_id.is_(None), Action.meeting_id != meeting.id),
            Action.agreed_on < local_date(meeting.starts_at),
            or_(Action.status == ActionStatus.OPEN, Action.settled_at.is_not(None)),
        )
        .options(raiseload("*"))
    ).all()


def next_meeting_after(meeting: Meeting) -> datetime | None:
    """When the group meets next; None while nothing is in the diary."""
    return db.session.scalar(
        select(Meeting.starts_at)
        .where(
            Meeting.group_id == meeting.group_id,
            Meeting.starts_at > meeting.starts_at,
            Meeting.status != MeetingStatus.CANCELLED,
        )
        .order_by(Meeting.starts_at)
        .limit(1)
    )


def _hearers(
    rows: Iterable[tuple[int, int | None, str, int | None, str | None]],
) -> Mapping[int, list[Hearer]]:
    by_item: defaultdict[int, list[Hearer]] = defaultdict(list)
    for item_id, user_id, name, agency_id, agency in rows:
        by_item[item_id].append(Hearer(user_id=user_id, name=name, agency_id=agency_id, agency=agency or ""))
    return by_item
