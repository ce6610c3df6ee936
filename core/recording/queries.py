"""Reads for the page of a meeting being held. Each says what it loads and forbids the rest."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, bindparam, exists, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from core.accounts.models import User
from core.actions.models import Action
from core.cases.models import Case
from core.extensions import db, directly
from core.facts import CAME, ActionStatus, GroupRole, ItemOutcome, Presence
from core.meetings.models import AgendaItem, Meeting
from core.partnerships.belonging import belongs, has_signed, sits
from core.partnerships.models import Agency, Group, GroupMember, PartnershipAgency, Signature
from core.policy.room import EntryInRoom, ItemInRoom, LineInRoom, RecusalInRoom, Room
from core.recording.models import Attendance, Entry, ItemAttendance, Recusal
from core.referrals.models import Referral

_NOTHING_ELSE = raiseload("*", sql_only=True)
"""Forbids a query behind one's back; what the session holds already (an item's meeting) may be used."""

_MAY_OPEN = (selectinload(Case.agencies), selectinload(Case.groups))
"""What the policy of a case asks it."""


# Statements of the pages that are asked for with every change are put together once: that is half of their time.

_ROOM = (
    select(Meeting, Attendance)
    .outerjoin(Attendance, and_(Attendance.meeting_id == Meeting.id, Attendance.user_id == bindparam("user")))
    .where(Meeting.id == bindparam("meeting"))
    .options(
        joinedload(Meeting.group, innerjoin=True),
        joinedload(Meeting.chair).load_only(User.name),
        joinedload(Meeting.minute_taker).load_only(User.name),
        joinedload(Meeting.acting_chair).load_only(User.name),
        joinedload(Meeting.adjourned_to),
        _NOTHING_ELSE,
    )
)
_NOTED = exists().where(ItemAttendance.item_id == AgendaItem.id)
_OF_THE_LINE = _NOTED.where(ItemAttendance.attendance_id == bindparam("line"))
_CURRENT = select(Meeting.current_item_id).where(Meeting.id == bindparam("meeting")).scalar_subquery()
_DEALT_WITH = or_(AgendaItem.outcome != ItemOutcome.PENDING, AgendaItem.id.is_distinct_from(_CURRENT))
_MISSED = select(AgendaItem.id).where(
    AgendaItem.meeting_id == bindparam("meeting"),
    or_(
        _OF_THE_LINE.where(~ItemAttendance.there),
        and_(_DEALT_WITH, _NOTED.where(ItemAttendance.there), ~_OF_THE_LINE),
    ),
)
_ITEM = (
    select(AgendaItem)
    .where(
        AgendaItem.id == bindparam("item"),
        AgendaItem.meeting_id == bindparam("meeting"),
        AgendaItem.taken_off_at.is_(None),
    )
    .options(
        joinedload(AgendaItem.case).options(joinedload(Case.agencies), joinedload(Case.groups)),
        joinedload(AgendaItem.presenter_agency).load_only(Agency.name),
        _NOTHING_ELSE,
    )
)
_ITEM_IN_ROOM = (
    select(AgendaItem, Attendance)
    .outerjoin(
        Attendance, and_(Attendance.meeting_id == AgendaItem.meeting_id, Attendance.user_id == bindparam("user"))
    )
    .where(
        AgendaItem.id == bindparam("item"),
        AgendaItem.meeting_id == bindparam("meeting"),
        AgendaItem.taken_off_at.is_(None),
    )
    .options(
        joinedload(AgendaItem.meeting, innerjoin=True).joinedload(Meeting.group, innerjoin=True),
        joinedload(AgendaItem.case).options(joinedload(Case.agencies), joinedload(Case.groups)),
        _NOTHING_ELSE,
    )
)


@dataclass(frozen=True, slots=True)
class AtItem:
    """Somebody who came to the meeting, and whether they attend an item: as noted, else as it would be noted now."""

    line: Attendance
    there: bool
    recused: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A current member of a group."""

    user_id: int
    name: str
    role: GroupRole
    agency_id: int
    agency_name: str


def room(meeting_id: int, *, user_id: int) -> Room | None:
    """A meeting with its group, chair and minute-taker, that user's line in its attendance, and what they missed.

    Two queries.
    """
    found = db.session.execute(_ROOM, {"meeting": meeting_id, "user": user_id}).first()
    return Room(found[0], found[1], missed=_missed(meeting_id, found[1])) if found else None


def _missed(meeting_id: int, line: Attendance | None) -> frozenset[int]:
    """Items at which that line was not, as it was said; and those dealt with or left that were noted without it."""
    if line is None:
        return frozenset()
    return frozenset(directly(_MISSED, {"meeting": meeting_id, "line": line.id}).scalars())


def item_in_room(meeting_id: int, item_id: int, *, user_id: int) -> ItemInRoom | None:
    """An item of that meeting, not taken off, with its case and who may open it. Two queries."""
    values = {"meeting": meeting_id, "item": item_id, "user": user_id}
    found = db.session.execute(_ITEM_IN_ROOM, values).unique().first()
    return ItemInRoom(found[0], found[1], missed=_missed(meeting_id, found[1])) if found else None


def entry_in_room(meeting_id: int, item_id: int, entry_id: int, *, user_id: int) -> EntryInRoom | None:
    """An entry of that item of that meeting."""
    here = item_in_room(meeting_id, item_id, user_id=user_id)
    entry = db.session.scalars(
        select(Entry)
        .where(Entry.id == entry_id, Entry.item_id == item_id)
        .options(
            joinedload(Entry.source_agency),
            joinedload(Entry.author),
            joinedload(Entry.struck_by),
            selectinload(Entry.named_agencies),
            _NOTHING_ELSE,
        )
    ).first()
    if here is None or entry is None:
        return None
    set_committed_value(entry, "item", here.item)
    return EntryInRoom(entry, here.attendance, missed=here.missed)


def recusal_in_room(meeting_id: int, item_id: int, recusal_id: int, *, user_id: int) -> RecusalInRoom | None:
    """A declared conflict of interest in that item of that meeting."""
    here = item_in_room(meeting_id, item_id, user_id=user_id)
    recusal = db.session.scalars(
        select(Recusal)
        .where(Recusal.id == recusal_id, Recusal.item_id == item_id)
        .options(joinedload(Recusal.user), _NOTHING_ELSE)
    ).first()
    if here is None or recusal is None:
        return None
    set_committed_value(recusal, "item", here.item)
    return RecusalInRoom(recusal, here.attendance, missed=here.missed)


def line_in_room(meeting_id: int, line_id: int, *, user_id: int) -> LineInRoom | None:
    """A line of that meeting's attendance, and that user's own."""
    here = room(meeting_id, user_id=user_id)
    line = db.session.scalars(
        select(Attendance).where(Attendance.id == line_id, Attendance.meeting_id == meeting_id).options(_NOTHING_ELSE)
    ).first()
    if here is None or line is None:
        return None
    return LineInRoom(here.meeting, here.attendance, line)


def agenda_items(meeting_id: int) -> Sequence[AgendaItem]:
    """The agenda in order, less what was taken off, each with its case and who may open it. Three queries."""
    return db.session.scalars(
        select(AgendaItem)
        .where(AgendaItem.meeting_id == meeting_id, AgendaItem.taken_off_at.is_(None))
        .order_by(AgendaItem.position, AgendaItem.id)
        .options(joinedload(AgendaItem.case).options(*_MAY_OPEN), _NOTHING_ELSE)
    ).all()


def item_of(meeting: Meeting, item_id: int) -> AgendaItem | None:
    """An item of that meeting, not taken off, with its case and who may open it. One query."""
    item = db.session.scalars(_ITEM, {"item": item_id, "meeting": meeting.id}).unique().first()
    if item is not None:
        set_committed_value(item, "meeting", meeting)
    return item


def recusal_by(user_id: int, *, item_id: int) -> Recusal | None:
    """Somebody's declaration in an item, lifted or not."""
    return db.session.scalars(
        select(Recusal).where(Recusal.item_id == item_id, Recusal.user_id == user_id).options(_NOTHING_ELSE)
    ).first()


def attendance_of(meeting_id: int) -> Sequence[Attendance]:
    """Everybody's line, by agency and name."""
    return db.session.scalars(
        select(Attendance)
        .where(Attendance.meeting_id == meeting_id)
        .order_by(Attendance.agency_name, Attendance.name, Attendance.id)
        .options(_NOTHING_ELSE)
    ).all()


def attendance_by_user(meeting_id: int) -> Mapping[int, Attendance]:
    """The lines of those who have an account."""
    return {line.user_id: line for line in attendance_of(meeting_id) if line.user_id is not None}


def at_item(item: AgendaItem) -> Sequence[AtItem]:
    """Everybody who came to the meeting, by agency and name, and whether they attend that item. One query.

    Nobody with a conflict of interest in its case does. Of the others what was noted counts; where nothing was, those
    who are present attend an item that is still to be dealt with, or is being heard.
    """
    conflict = exists().where(
        Recusal.user_id == Attendance.user_id,
        Recusal.lifted_at.is_(None),
        or_(Recusal.item_id == item.id, and_(Recusal.case_id.is_not(None), Recusal.case_id == item.case_id)),
    )
    rows = db.session.execute(
        select(Attendance, ItemAttendance.there, conflict)
        .outerjoin(
            ItemAttendance, and_(ItemAttendance.attendance_id == Attendance.id, ItemAttendance.item_id == item.id)
        )
        .where(
            Attendance.meeting_id == item.meeting_id,
            or_(Attendance.presence.in_(CAME), ItemAttendance.there.is_not(None)),
        )
        .order_by(Attendance.agency_name, Attendance.name, Attendance.id)
        .options(_NOTHING_ELSE)
    ).all()
    dealt_with = item.outcome is not ItemOutcome.PENDING or item.meeting.current_item_id != item.id
    over = dealt_with and item.started_at is None and any(there for _, there, _ in rows)
    return [
        AtItem(
            line,
            there=not recused and (noted if noted is not None else not over and line.presence is Presence.PRESENT),
            recused=bool(recused),
        )
        for line, noted, recused in rows
    ]


def noted_at(item_id: int) -> Mapping[int, ItemAttendance]:
    """What was noted of who attended an item: id of the attendance line -> the note."""
    rows = db.session.scalars(
        select(ItemAttendance).where(ItemAttendance.item_id == item_id).options(_NOTHING_ELSE)
    ).all()
    return {row.attendance_id: row for row in rows}


def recorded_under(item_ids: Collection[int]) -> frozenset[int]:
    """Those of the items under which anything stands: an entry, an action or a referral. One query."""
    written = or_(
        exists().where(Entry.item_id == AgendaItem.id, Entry.struck_at.is_(None)),
        exists().where(Action.item_id == AgendaItem.id, Action.status != ActionStatus.STRUCK),
        exists().where(Referral.item_id == AgendaItem.id),
    )
    return frozenset(db.session.scalars(select(AgendaItem.id).where(AgendaItem.id.in_(item_ids), written)))


def members_of(group_id: int, *, on: date) -> Sequence[Member]:
    """Who belongs to the group on that day, by agency and name; retired accounts and agencies that left are out."""
    rows = db.session.execute(
        select(User.id, User.name, GroupMember.role, Agency.id, Agency.name)
        .select_from(GroupMember)
        .join(User, User.id == GroupMember.user_id)
        .join(Agency, Agency.id == User.agency_id)
        .join(Group, Group.id == GroupMember.group_id)
        .join(
            PartnershipAgency,
            and_(PartnershipAgency.agency_id == Agency.id, PartnershipAgency.partnership_id == Group.partnership_id),
        )
        .where(
            GroupMember.group_id == group_id,
            sits(on),
            belongs(on),
            User.retired_at.is_(None),
        )
        .order_by(Agency.name, User.name, User.id)
    ).all()
    return [Member(*row) for row in rows]


def who_could_deputise(meeting: Meeting, *, on: date) -> Sequence[Member]:
    """Accounts in use of the partnership's signatories, outside the group and not in the attendance yet."""
    inside = select(GroupMember.user_id).where(GroupMember.group_id == meeting.group_id, sits(on))
    listed = select(Attendance.user_id).where(Attendance.meeting_id == meeting.id, Attendance.user_id.is_not(None))
    signed = exists().where(
        Signature.agency_id == Agency.id,
        Signature.partnership_id == meeting.group.partnership_id,
        has_signed(on),
    )
    rows = db.session.execute(
        select(User.id, User.name, Agency.id, Agency.name)
        .join(Agency, Agency.id == User.agency_id)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(
            PartnershipAgency.partnership_id == meeting.group.partnership_id,
            belongs(on),
            User.retired_at.is_(None),
            User.id.not_in(inside),
            User.id.not_in(listed),
            signed,
        )
        .order_by(Agency.name, User.name, User.id)
    ).all()
    return [Member(user_id, name, GroupRole.MEMBER, agency_id, agency) for user_id, name, agency_id, agency in rows]


def case_by_ref(partnership_id: int, ref: str) -> Case | None:
    """A case by its reference, with who may open it."""
    return db.session.scalars(
        select(Case).where(Case.partnership_id == partnership_id, Case.ref == ref).options(*_MAY_OPEN, _NOTHING_ELSE)
    ).first()


def on_the_agenda(meeting_id: int, case_id: int) -> bool:
    """Whether the case is an item of that meeting."""
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    AgendaItem.meeting_id == meeting_id,
                    AgendaItem.case_id == case_id,
                    AgendaItem.taken_off_at.is_(None),
                    AgendaItem.outcome != ItemOutcome.REMOVED,
                )
            )
        )
    )


def watcher() -> Callable[[list[int]], Mapping[int, int]]:
    """A function that asks for the newest numbers of meetings' feeds, for a thread outside of every request."""
    engine = db.engine

    def numbers_of(meeting_ids: list[int]) -> Mapping[int, int]:
        with engine.connect() as connection:
            rows = connection.execute(select(Meeting.id, Meeting.revision).where(Meeting.id.in_(meeting_ids))).all()
        return {row[0]: row[1] for row in rows}

    return numbers_of
