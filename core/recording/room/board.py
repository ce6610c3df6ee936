"""What the live page shows to one reader, as of now: everything goes through the policy here."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.actions.models import Action
from core.cases.models import CasePerson
from core.cases.queries import people_named_in
from core.clock import local_date
from core.facts import ActionStatus, Actor, ItemKind, MeetingStatus, Presence, Verdict, visible
from core.meetings.models import AgendaItem, Meeting, Research
from core.meetings.order import MATTERS_ARISING
from core.people.contact import Minded, minded_in
from core.policy import Permission, decide
from core.policy.meetings import read_return
from core.policy.recording import has_part_in, take_back_striking
from core.policy.room import ActionAtItem, ItemInRoom, RecusalInRoom, Room, hear_item, keeps_record, may_mend
from core.recording import queries
from core.recording.chairing.operations import must_hand_over
from core.recording.models import Attendance, Entry, Recusal
from core.recording.quorum import Quorum, inquorate, quorum_of
from core.recording.room import queries as reads
from core.recording.room.timing import MeetingTime, time_of_meeting
from core.recording.room.usual import Usual, usual_at
from core.referrals.arising import Arisen, moved_since_the_last
from core.referrals.models import Referral


@dataclass(frozen=True, slots=True)
class Line:
    """An item in the list. `title` names nobody whom the reader may not know of."""

    item: AgendaItem
    title: str
    open: bool
    why_not: str
    current: bool


@dataclass(frozen=True, slots=True)
class Agenda:
    """The list of items, and what of it was disclosed: the ids of persons."""

    lines: Sequence[Line]
    subjects: Sequence[int]
    time: MeetingTime


@dataclass(frozen=True, slots=True)
class Return:
    """An agency's answer to the research request; `readable` if this reader may have its text."""

    research: Research
    readable: bool

    @property
    def nothing_held(self) -> bool:
        """Answered, and as far as this reader may know with nothing."""
        return self.research.answered_at is not None and self.readable and self.research.nothing_held

    @property
    def has_text(self) -> bool:
        """Answered, and not known to this reader to hold nothing."""
        return self.research.answered_at is not None and not self.nothing_held


@dataclass(frozen=True, slots=True)
class Written:
    """An entry that this reader may see, whether they may change it, and take its striking out back."""

    entry: Entry
    named: Sequence[str]
    may_change: bool
    restoring: Verdict


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One item with all that this reader may see of it."""

    line: Line
    people: Sequence[CasePerson]
    minded: Sequence[Minded]
    """Whom of them to mind in every contact, as of the day of the meeting."""
    entries: Sequence[Written]
    hidden_entries: int
    withdrawn: Sequence[date]
    """Of entries that this reader may not see, when whoever gave them in a complaint withdrew their consent."""
    actions: Sequence[Action]
    may_correct: frozenset[int]
    """Ids of the agreed ones that this reader may put right or strike out."""
    earlier: Sequence[Action]
    referrals: Sequence[Referral]
    usual: Sequence[Usual]
    """What is usually agreed with the referrals of its case, where this reader may record."""
    arisen: Sequence[Arisen]
    """Referrals of the group's cases that moved since its last meeting, under matters arising."""
    returns: Sequence[Return]
    recusals: Sequence[Recusal]
    may_record: Verdict
    may_settle: Verdict
    may_lift: frozenset[int]
    """Ids of the declarations that this reader may lift."""
    at_item: Sequence[queries.AtItem]
    """Who attends it, for those who may set that right; empty for everybody else."""
    timer_started: datetime | None


@dataclass(frozen=True, slots=True)
class People:
    """Who is there."""

    lines: Sequence[Attendance]
    quorum: Quorum | None
    inquorate_since: datetime | None = None
    """When the time began in which too few are there; None while enough are, or for a moment after the opening."""

    @property
    def present(self) -> Sequence[Attendance]:
        """Those who are there now."""
        return [line for line in self.lines if line.presence is Presence.PRESENT]

    @property
    def apologies(self) -> Sequence[Attendance]:
        """Those who sent apologies."""
        return [line for line in self.lines if line.presence is Presence.APOLOGIES]

    @property
    def agencies(self) -> int:
        """How many agencies are there."""
        return len({line.agency_name for line in self.present})


def agenda(actor: Actor, room: Room, *, now: datetime) -> Agenda:
    """The list for one reader. Four queries, however long it is."""
    items = queries.agenda_items(room.meeting.id)
    lines = [_line(actor, room, item) for item in items]
    shown = [line.item.case_id for line in lines if line.open and line.item.case_id is not None]
    return Agenda(lines, people_named_in(shown), time_of_meeting(room.meeting, items, now=now))


def item_to_write_in(actor: Actor, room: Room, agenda: Agenda) -> int | None:
    """The id of an item under which this reader may record, one with every form if there is such. No query."""
    for each in sorted(agenda.lines, key=lambda line: line.item.kind is ItemKind.STANDING):
        here = ItemInRoom(each.item, room.attendance, missed=room.missed)
        if each.open and decide(actor, Permission.RECORD, here):
            return each.item.id
    return None


def line(actor: Actor, room: Room, item_id: int) -> Line | None:
    """One item as the list shows it. One query."""
    item = queries.item_of(room.meeting, item_id)
    return _line(actor, room, item) if item is not None else None


def item_page(actor: Actor, here: ItemInRoom, line: Line) -> ItemPage:
    """An item for one reader who may open it. Eight queries, however much was written under it; nine for those who
    keep its attendance.
    """
    item, meeting = here.item, here.item.meeting
    case_id = item.case_id
    leads = actor.leads(meeting.group_id)
    may_record = decide(actor, Permission.RECORD, here)
    agreed, earlier = reads.actions_of(item)
    stands = [action for action in agreed if action.status is not ActionStatus.STRUCK]
    written, named = reads.entries_of(item.id), reads.named_in(item.id)
    entries = [
        Written(
            entry,
            list(named.get(entry.id, {}).values()),
            may_mend(actor, meeting) or (bool(may_record) and has_part_in(actor, entry, meeting)),
            take_back_striking(actor, entry),
        )
        for entry in written
        if visible(
            entry.visibility,
            source_agency_id=entry.source_agency_id,
            named=set(named.get(entry.id, ())),
            agency_id=actor.agency_id,
            leads=leads,
        )
    ]
    of_a_case = case_id is not None
    referred, referred_now = reads.referrals_of(item) if of_a_case else ((), ())
    recusals = reads.recusals_of(item) if item.kind is not ItemKind.STANDING else ()
    return ItemPage(
        line=line,
        people=reads.people_of([case_id]) if case_id is not None else (),
        minded=minded_in([case_id], on=local_date(meeting.starts_at)).get(case_id, ()) if case_id is not None else (),
        entries=entries,
        hidden_entries=len(written) - len(entries),
        withdrawn=_withdrawn(written, shown={each.entry.id for each in entries}),
        actions=agreed,
        may_correct=frozenset(
            each.id
            for each in agreed
            if decide(actor, Permission.CORRECT_ACTION, ActionAtItem(item, here.attendance, each, missed=here.missed))
        ),
        earlier=earlier,
        referrals=referred,
        usual=usual_at(actor, item, referrals=referred_now, agreed=stands) if may_record else (),
        arisen=moved_since_the_last(actor, meeting) if item.heading == MATTERS_ARISING else (),
        returns=[Return(each, bool(read_return(actor, each))) for each in reads.returns_of(item)] if of_a_case else (),
        recusals=recusals,
        may_record=may_record,
        may_settle=decide(actor, Permission.SETTLE_ITEM, here),
        may_lift=frozenset(
            each.id
            for each in recusals
            if decide(actor, Permission.LIFT_CONFLICT, RecusalInRoom(each, here.attendance, missed=here.missed))
        ),
        at_item=queries.at_item(item) if decide(actor, Permission.KEEP_ITEM_ATTENDANCE, here) else (),
        # One clock for an item that was left and taken up again.
        timer_started=item.started_at - timedelta(seconds=item.seconds_spent) if item.started_at else None,
    )


def _withdrawn(written: Iterable[Entry], *, shown: Collection[int]) -> Sequence[date]:
    return [each.withdrawn_on for each in written if each.withdrawn_on is not None and each.id not in shown]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where the meeting stands in its agenda: ids of items, and the current one's number."""

    before: int | None
    after: int | None
    current: int | None


def neighbours(meeting: Meeting) -> Neighbours:
    """The items beside the current one; before the first, the first comes next. One query."""
    places = reads.places(meeting.id)
    at = next((n for n, (item_id, _) in enumerate(places) if item_id == meeting.current_item_id), -1)
    return Neighbours(
        before=places[at - 1][0] if at > 0 else None,
        after=places[at + 1][0] if at + 1 < len(places) else None,
        current=places[at][1] if at >= 0 else None,
    )


def chair_is_out(meeting: Meeting) -> bool:
    """Whether somebody else is in the chair because the meeting's own chair declared an interest."""
    if meeting.acting_chair_id is None or meeting.current_item_id is None:
        return False
    item = queries.item_of(meeting, meeting.current_item_id)
    return item is not None and must_hand_over(item)


def people(meeting: Meeting, *, now: datetime) -> People:
    """The attendance, whether it is a quorum, and since when it is none. Three queries; three more while it is none."""
    lines = queries.attendance_of(meeting.id)
    quorum = quorum_of(meeting, [line for line in lines if line.presence is Presence.PRESENT])
    if quorum is None or quorum.met:
        return People(lines, quorum)
    last = next(reversed(inquorate(meeting, lines, now=now)), None)
    return People(lines, quorum, last.began_at if last is not None and last.ended_at is None else None)


def is_over(room: Room) -> bool:
    """Whether there is nothing more to record."""
    return room.meeting.status in (MeetingStatus.CLOSED, MeetingStatus.CANCELLED)


def has_left(room: Room) -> bool:
    """Whether the reader was marked as having left."""
    return room.attendance is not None and room.attendance.presence is Presence.LEFT


def sources(actor: Actor, item: AgendaItem, agencies: Sequence[tuple[int, str]]) -> Sequence[tuple[int, str]]:
    """The agencies whose information this actor may record."""
    if keeps_record(actor, item.meeting):
        return agencies
    return [agency for agency in agencies if agency[0] == actor.agency_id]


def _line(actor: Actor, room: Room, item: AgendaItem) -> Line:
    verdict = hear_item(actor, item, room)
    if item.kind is ItemKind.STANDING:
        title = item.heading
    elif item.case is not None:
        title = item.case.title if verdict else item.case.ref
    else:
        title = item.heading if verdict else "Location"
    return Line(item, title, bool(verdict), verdict.reason, item.id == room.meeting.current_item_id)
