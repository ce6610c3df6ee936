"""What one item's part of the live page shows: asked for again with every change, so put together once."""

from collections.abc import Mapping, Sequence

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import joinedload, raiseload
from sqlalchemy.orm.attributes import set_committed_value

from core.accounts.models import User
from core.actions.models import Action
from core.cases.models import CasePerson
from core.database import UTCDateTime
from core.extensions import db, directly
from core.facts import ActionStatus, MeetingStatus
from core.meetings.models import AgendaItem, Meeting, Research
from core.partnerships.models import Agency
from core.people.models import Person
from core.recording.models import Entry, EntryAgency, Recusal
from core.referrals.models import Referral

_NOTHING_ELSE = raiseload("*", sql_only=True)

MOST_EARLIER = 30

_OWNERS = (joinedload(Action.owner_agency).load_only(Agency.name), joinedload(Action.owner).load_only(User.name))
_PEOPLE = (
    select(CasePerson)
    .where(CasePerson.case_id.in_(bindparam("cases", expanding=True)))
    .order_by(CasePerson.id)
    .options(
        joinedload(CasePerson.person, innerjoin=True).load_only(Person.given_name, Person.family_name, Person.known_as),
        _NOTHING_ELSE,
    )
)
_ENTRIES = (
    select(Entry)
    .where(Entry.item_id == bindparam("item"))
    .order_by(Entry.id)
    .options(
        joinedload(Entry.source_agency).load_only(Agency.name),
        joinedload(Entry.author).load_only(User.name),
        joinedload(Entry.struck_by).load_only(User.agency_id),
        _NOTHING_ELSE,
    )
)
_NAMED = (
    select(EntryAgency.entry_id, Agency.id, Agency.name)
    .join(Entry, Entry.id == EntryAgency.entry_id)
    .join(Agency, Agency.id == EntryAgency.agency_id)
    .where(Entry.item_id == bindparam("item"))
    .order_by(Agency.name)
)
_PLACES = (
    select(AgendaItem.id, AgendaItem.position)
    .where(AgendaItem.meeting_id == bindparam("meeting"), AgendaItem.taken_off_at.is_(None))
    .order_by(AgendaItem.position, AgendaItem.id)
)
_LAST_TIME = (
    select(func.max(Meeting.starts_at))
    .where(
        Meeting.group_id == bindparam("group"),
        Meeting.starts_at < bindparam("starts_at", type_=UTCDateTime),
        Meeting.status == MeetingStatus.CLOSED,
    )
    .scalar_subquery()
)
_ACTIONS = (
    select(Action)
    .where(
        or_(
            Action.item_id == bindparam("item"),
            and_(
                Action.case_id == bindparam("case"),
                or_(Action.status == ActionStatus.OPEN, Action.settled_at >= _LAST_TIME),
            ),
        )
    )
    .order_by(Action.due_on, Action.id)
    .options(*_OWNERS, _NOTHING_ELSE)
)
_REFERRALS = (
    select(Referral)
    .where(
        or_(
            Referral.item_id == bindparam("item"),
            and_(Referral.case_id == bindparam("case"), Referral.closed_at.is_(None)),
        )
    )
    .order_by(Referral.id)
    .options(_NOTHING_ELSE)
)
_RETURNS = (
    select(Research)
    .where(Research.item_id == bindparam("item"))
    .order_by(Research.id)
    .options(joinedload(Research.agency).load_only(Agency.name), _NOTHING_ELSE)
)
_RECUSALS = (
    select(Recusal)
    .where(Recusal.item_id == bindparam("item"), Recusal.lifted_at.is_(None))
    .order_by(Recusal.id)
    .options(joinedload(Recusal.user).load_only(User.name), _NOTHING_ELSE)
)


def people_of(case_ids: Sequence[int]) -> Sequence[CasePerson]:
    """Who is who in those cases, with the persons."""
    return db.session.scalars(_PEOPLE, {"cases": list(case_ids)}).all()


def entries_of(item_id: int) -> Sequence[Entry]:
    """What was written under an item, struck out or not, in order. For whom it is: `named_in`."""
    return db.session.scalars(_ENTRIES, {"item": item_id}).all()


def named_in(item_id: int) -> Mapping[int, Mapping[int, str]]:
    """The agencies that the entries of an item are for: entry id -> agency id -> name."""
    named: dict[int, dict[int, str]] = {}
    for row in directly(_NAMED, {"item": item_id}):
        named.setdefault(row.entry_id, {})[row.id] = row.name
    return named


def places(meeting_id: int) -> Sequence[tuple[int, int]]:
    """The items of the agenda in order: (id, position)."""
    return [(row.id, row.position) for row in directly(_PLACES, {"meeting": meeting_id})]


def actions_of(item: AgendaItem) -> tuple[Sequence[Action], Sequence[Action]]:
    """The actions that an item agreed, as they were; and of its case those from before that are open or were settled
    since the group met last, the longest due first.

    At most MOST_EARLIER of those. All with their owners, in one query. The item's meeting must be loaded.
    """
    meeting = item.meeting
    asked = {
        "item": item.id,
        "case": item.case_id,
        "group": meeting.group_id,
        "starts_at": meeting.starts_at,
    }
    found = db.session.scalars(_ACTIONS, asked).all()
    agreed = sorted((action for action in found if action.item_id == item.id), key=lambda action: action.id)
    return agreed, [action for action in found if action.item_id != item.id][:MOST_EARLIER]


def referrals_of(item: AgendaItem) -> tuple[Sequence[Referral], Sequence[Referral]]:
    """The referrals that an item made; and those of its case that are open, be they made there or elsewhere."""
    found = db.session.scalars(_REFERRALS, {"item": item.id, "case": item.case_id}).all()
    return [each for each in found if each.item_id == item.id], [each for each in found if each.closed_at is None]


def returns_of(item: AgendaItem) -> Sequence[Research]:
    """What the agencies were asked about an item, and their returns."""
    found = db.session.scalars(_RETURNS, {"item": item.id}).all()
    for research in found:
        set_committed_value(research, "item", item)
    return found


def recusals_of(item: AgendaItem) -> Sequence[Recusal]:
    """Who declared a conflict of interest in an item, and has it still."""
    found = db.session.scalars(_RECUSALS, {"item": item.id}).all()
    for recusal in found:
        set_committed_value(recusal, "item", item)
    return found
