"""Reads of corrections: of which minutes, at which meeting they are due, and what of them a reader may have.

Where a proposal is decided is asked when it is looked at: the group's next meeting, whichever that is by then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased, joinedload, raiseload, selectinload

from core.cases.models import Case
from core.circulation.grants import grants_of, items_granted_to
from core.circulation.models import Circulation, Copy
from core.clock import local_date
from core.documents.readers import reader_of
from core.documents.record import Reader
from core.extensions import db
from core.facts import CAME, Actor, CirculationKind, CorrectionStatus, ItemKind, MeetingStatus
from core.meetings.models import AgendaItem, Meeting
from core.meetings.order import MINUTES_OF_THE_LAST_MEETING
from core.minutes.corrections.passages import EVERYBODY, for_whom, given_in_a_complaint
from core.minutes.corrections.recorded import CorrectionNote, RecordedCorrection
from core.minutes.extract import has_correction
from core.minutes.models import Correction, Minutes
from core.minutes.queries import frozen_record
from core.minutes.record import MeetingRecord
from core.partnerships.models import Group
from core.policy.correcting import CorrectionSeen, corrections_read_by
from core.policy.minutes import copies_open_to

_WITH_ALL = (
    joinedload(Correction.minutes).joinedload(Minutes.meeting).joinedload(Meeting.group).joinedload(Group.partnership),
    joinedload(Correction.item)
    .joinedload(AgendaItem.case)
    .options(selectinload(Case.agencies), selectinload(Case.groups)),
    joinedload(Correction.decided_item).joinedload(AgendaItem.meeting),
    joinedload(Correction.proposed_by),
    joinedload(Correction.decided_by),
    joinedload(Correction.agency),
    raiseload("*", sql_only=True),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A correction as a page shows it to somebody who may read it."""

    correction: Correction
    recorded: RecordedCorrection


@dataclass(frozen=True, slots=True)
class Proposals:
    """What stands under an item: what its reader may have of it, and how many more there are."""

    shown: Sequence[Shown]
    closed: int

    @property
    def cases(self) -> Sequence[int]:
        """Ids of the cases that those shown are about."""
        return [each.recorded.case_id for each in self.shown if each.recorded.case_id is not None]


def proposed_for(actor: Actor, minutes_id: int) -> Proposals:
    """The corrections of these minutes, in order of proposal, as far as the actor may read them."""
    return _sorted_for(actor, select(Correction).where(Correction.minutes_id == minutes_id))


def proposed_to(actor: Actor, meeting: Meeting, *, now: datetime) -> Proposals:
    """What stands under "Minutes of the last meeting" there, as far as the actor may read it."""
    return _sorted_for(actor, _standing(meeting, now=now))


def correction_of(minutes: Minutes, correction_id: int) -> Correction | None:
    """A correction of those minutes."""
    found = _corrections(select(Correction).where(Correction.id == correction_id, Correction.minutes_id == minutes.id))
    return found[0] if found else None


def correction_at(meeting: Meeting, correction_id: int, *, now: datetime) -> tuple[Correction, bool] | None:
    """A correction of the earlier minutes of that meeting's group, and whether that meeting decides it."""
    found = _corrections(
        select(Correction).join(Minutes).join(_Earlier).where(Correction.id == correction_id, _earlier_than(meeting))
    )
    if not found:
        return None
    return found[0], any(each.id == correction_id for each in standing_at(meeting, now=now))


def standing_at(meeting: Meeting, *, now: datetime) -> Sequence[Correction]:
    """What stands under "Minutes of the last meeting" there: what that meeting decided, and what waits for it.

    A meeting that is over has what was proposed before its end and nobody has decided, until its minutes are frozen.
    """
    return _corrections(_standing(meeting, now=now))


def _standing(meeting: Meeting, *, now: datetime) -> Select[Correction]:
    decided = Correction.decided_item_id.in_(select(AgendaItem.id).where(AgendaItem.meeting_id == meeting.id))
    waits = and_(Correction.status == CorrectionStatus.PROPOSED, _waits_for(meeting, now=now))
    return select(Correction).join(Minutes).join(_Earlier).where(_earlier_than(meeting), or_(decided, waits))


def heading_item(meeting_id: int) -> int | None:
    """The item under which corrections are heard: the one of that heading, else the first standing one. One query."""
    return db.session.scalar(
        select(AgendaItem.id)
        .where(
            AgendaItem.meeting_id == meeting_id,
            AgendaItem.taken_off_at.is_(None),
            AgendaItem.kind == ItemKind.STANDING,
        )
        .order_by(case((AgendaItem.heading == MINUTES_OF_THE_LAST_MEETING, 0), else_=1), AgendaItem.position)
        .limit(1)
    )


def corrections_under(actor: Actor, item: AgendaItem, *, now: datetime) -> Proposals | None:
    """What stands under an item of a meeting, for somebody who may read the item; None where corrections do not stand.

    `item` with its meeting. No query for an item that is about a case or a place.
    """
    if item.kind is not ItemKind.STANDING or heading_item(item.meeting_id) != item.id:
        return None
    return proposed_to(actor, item.meeting, now=now)


def numbers_waiting(meeting: Meeting, *, now: datetime) -> Sequence[Row[str, int]]:
    """Reference of minutes, and how many corrections of them wait for that meeting: for the agenda, without content.

    One query.
    """
    return db.session.execute(
        select(_Earlier.ref, func.count())
        .select_from(Correction)
        .join(Minutes, Minutes.id == Correction.minutes_id)
        .join(_Earlier, _Earlier.id == Minutes.meeting_id)
        .where(Correction.status == CorrectionStatus.PROPOSED, _earlier_than(meeting), _waits_for(meeting, now=now))
        .group_by(_Earlier.ref, _Earlier.starts_at)
        .order_by(_Earlier.starts_at)
    ).all()


def next_meeting(group_id: int, *, now: datetime) -> Meeting | None:
    """The group's next meeting, or the one that it holds now: where what is proposed will be decided."""
    return db.session.scalars(
        select(Meeting)
        .where(Meeting.group_id == group_id, _to_come(now))
        .order_by(*_FIRST)
        .limit(1)
        .options(raiseload("*", sql_only=True))
    ).first()


def waiting_for_leaders(actor: Actor, *, now: datetime) -> Sequence[tuple[str, str, int, Meeting | None]]:
    """What waits for the groups that the actor leads: (group, reference of the minutes, number, next meeting).

    A query, and one more for each group in which something waits.
    """
    rows = db.session.execute(
        select(Group.id, Group.name, _Earlier.ref, func.count())
        .select_from(Correction)
        .join(Minutes, Minutes.id == Correction.minutes_id)
        .join(_Earlier, _Earlier.id == Minutes.meeting_id)
        .join(Group, Group.id == _Earlier.group_id)
        .where(
            Correction.status == CorrectionStatus.PROPOSED,
            Group.partnership_id == actor.partnership_id,
            Group.id.in_(actor.led_groups),
        )
        .group_by(Group.id, Group.name, _Earlier.ref, _Earlier.starts_at)
        .order_by(_Earlier.starts_at)
    ).all()
    following = {group_id: next_meeting(group_id, now=now) for group_id in {row[0] for row in rows}}
    return [(name, ref, number, following[group_id]) for group_id, name, ref, number in rows]


def decided_at(meeting_id: int) -> Sequence[Correction]:
    """The corrections that were decided at that meeting, agreed or not."""
    of_meeting = select(AgendaItem.id).where(AgendaItem.meeting_id == meeting_id)
    return _corrections(select(Correction).where(Correction.decided_item_id.in_(of_meeting)))


def recorded_at(meeting_id: int) -> Mapping[int, tuple[RecordedCorrection, ...]]:
    """Item id -> the corrections that were decided under it, as that meeting's minutes hold them."""
    found: dict[int, tuple[RecordedCorrection, ...]] = {}
    for each in decided_at(meeting_id):
        assert each.decided_item_id is not None
        found[each.decided_item_id] = (*found.get(each.decided_item_id, ()), recorded(each))
    return found


def in_effect(minutes_id: int) -> Sequence[Correction]:
    """The corrections of these minutes that were agreed at a meeting whose own minutes are approved."""
    return _corrections(
        select(Correction).where(Correction.minutes_id == minutes_id, Correction.document_id.is_not(None))
    )


def recorded(correction: Correction) -> RecordedCorrection:
    """A correction with all that decides who may have it, from the frozen record of the minutes that it is about."""
    record = frozen_record(correction.minutes)
    item = next((each for each in record.items if each.id == correction.item_id), None)
    who = EVERYBODY if item is None else for_whom(item, correction.passage, agency_id=correction.agency_id)
    heard = _came(record) if item is None else (each.user_id for each in item.heard_by)
    return RecordedCorrection(
        id=correction.id,
        meeting_id=correction.minutes.meeting_id,
        reference=record.reference,
        held_on=local_date(record.starts_at),
        sha256=correction.minutes.record_sha256,
        item_id=correction.item_id,
        item_number=item.number if item is not None else None,
        case_id=item.case_id if item is not None else None,
        case_ref=item.case_ref if item is not None else "",
        restricted=item.restricted if item is not None else False,
        heard_by=frozenset(user_id for user_id in heard if user_id is not None),
        recused=frozenset(each.user_id for each in item.recused if each.user_id is not None) if item else frozenset(),
        visibility=who.visibility,
        source_id=who.source_id,
        named=who.named,
        quotes=given_in_a_complaint(item, correction.passage) if item is not None else frozenset(),
        proposed_by=f"{correction.proposed_by.name}, {correction.agency.name}",
        was=correction.passage,
        now=correction.proposed,
        why=correction.reason,
        agreed=correction.status is CorrectionStatus.AGREED,
        note=correction.decision_note,
    )


def note_of(correction: Correction) -> CorrectionNote:
    """What the corrected minutes say of it. It has been agreed."""
    item = correction.decided_item
    assert item is not None
    return CorrectionNote(
        item_number=recorded(correction).item_number,
        on=local_date(item.meeting.starts_at),
        reference=item.meeting.ref,
        agreed_under=item.position,
        was=correction.passage,
        now=correction.proposed,
    )


def notes_for(minutes: Minutes, reader: Reader) -> tuple[CorrectionNote, ...]:
    """The notes that this reader's copy of these minutes bears: of what is theirs of it."""
    return tuple(note_of(each) for each in in_effect(minutes.id) if not recorded(each).closed_to(reader))


def notes_for_extract(minutes: Minutes, reader: Reader) -> tuple[CorrectionNote, ...]:
    """The notes that the extract of somebody of a provider bears: of what it holds."""
    record = frozen_record(minutes)
    return tuple(note_of(each) for each in in_effect(minutes.id) if has_correction(record, reader, recorded(each)))


def reader_in(actor: Actor, minutes: Minutes) -> Reader:
    """The reader that somebody is of approved minutes as of now, with what the chair granted them."""
    granted = items_granted_to(actor, grants_of(minutes.meeting_id))
    record = frozen_record(minutes)
    return reader_of(actor, group_id=minutes.meeting.group_id, cases=record.case_ids, granted=granted)


def seen_by(actor: Actor, correction: Correction) -> CorrectionSeen:
    """A correction, and why it is closed to the actor; for the policy."""
    return CorrectionSeen(correction, recorded(correction).closed_to(reader_in(actor, correction.minutes)))


def _sorted_for(actor: Actor, which: Select[Correction]) -> Proposals:
    """Which of them the actor may read. One query; the record of minutes is read for those that they may."""
    rows = db.session.execute(
        which.add_columns(case((corrections_read_by(actor), 1), else_=0)).order_by(Correction.id).options(*_WITH_ALL)
    ).all()
    open_ones = [Shown(each, recorded(each)) for each, may_read in rows if may_read]
    return Proposals(open_ones, len(rows) - len(open_ones))


def own_copies(actor: Actor, meetings: Sequence[int]) -> Mapping[int, int]:
    """Meeting id -> the newest copy of its minutes that the actor holds and may open."""
    rows = db.session.execute(
        select(Circulation.meeting_id, func.max(Copy.id))
        .join(Circulation, Circulation.id == Copy.circulation_id)
        .join(Meeting, Meeting.id == Circulation.meeting_id)
        .join(Group, Group.id == Meeting.group_id)
        .where(Circulation.kind == CirculationKind.MINUTES, Meeting.id.in_(meetings), copies_open_to(actor))
        .group_by(Circulation.meeting_id)
    )
    return dict(rows.all())


_Earlier = aliased(Meeting)
"""The meeting whose minutes are to be corrected."""

_FIRST = (case((Meeting.status == MeetingStatus.IN_SESSION, 0), else_=1), Meeting.starts_at, Meeting.id)


def _corrections(query: Select[Correction]) -> Sequence[Correction]:
    return db.session.scalars(query.order_by(Correction.id).options(*_WITH_ALL)).all()


def _came(record: MeetingRecord) -> list[int | None]:
    return [line.user_id for line in record.attendance if line.presence in CAME]


def _earlier_than(meeting: Meeting) -> ColumnElement[bool]:
    return and_(_Earlier.group_id == meeting.group_id, _Earlier.starts_at < meeting.starts_at)


def _to_come(now: datetime) -> ColumnElement[bool]:
    return or_(
        Meeting.status == MeetingStatus.IN_SESSION,
        and_(Meeting.status == MeetingStatus.SCHEDULED, Meeting.ends_at >= now),
    )


def _waits_for(meeting: Meeting, *, now: datetime) -> ColumnElement[bool]:
    """Whether what is proposed is that meeting's to decide."""
    if meeting.status is MeetingStatus.CLOSED:
        still_open = meeting.frozen_at is None and meeting.closed_at is not None
        return Correction.proposed_at <= meeting.closed_at if still_open else Correction.id.is_(None)
    following = select(Meeting.id).where(Meeting.group_id == meeting.group_id, _to_come(now)).order_by(*_FIRST).limit(1)
    return following.scalar_subquery() == meeting.id
