"""What waits for somebody: each kind in one query, however much there is.

The queries look at what is open and near, by the indexes of open actions, unanswered research and coming meetings:
at a million actions the page takes as long as at forty thousand (bench/home_page.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, exists, func, literal, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from core.actions.models import IS_OPEN, Action
from core.cases.models import Case
from core.cases.queries import people_named_in
from core.circulation.models import Circulation, Copy
from core.database import UTCDateTime
from core.extensions import db
from core.facts import RECORDING_ROLES, Actor, MeetingStatus, MinutesStatus, NominationStatus, ProviderStatus
from core.meetings.models import AgendaItem, AgendaVersion, Meeting, Nomination, Research
from core.minutes.models import Minutes, MinutesComment
from core.partnerships.models import Group, Provider
from core.policy.composing import comments_read_by
from core.policy.minutes import copies_open_to

SHOWN = 5
"""Actions and copies that the page lists; the rest is a link away."""

MEETINGS = 3
"""Meetings that it lists."""

RECENT = timedelta(days=180)
"""How far back a meeting can lie whose minutes are still waited for."""

ASKED = timedelta(days=120)
"""How long ago a return can have been due to be asked for still: longer than any term is."""

MeetingRow = Row[int, str, str, datetime, datetime, str, MeetingStatus, int, str, int, int]


def next_meetings(actor: Actor, *, now: datetime) -> Sequence[MeetingRow]:
    """The next meetings of the actor's groups: those in session first.

    Columns: id, ref, title, starts_at, ends_at, venue, status, group_id, group, items, version (last circulated).
    """
    items = (
        select(func.count())
        .where(AgendaItem.meeting_id == Meeting.id, AgendaItem.taken_off_at.is_(None))
        .correlate(Meeting)
        .scalar_subquery()
    )
    version = (
        select(func.coalesce(func.max(AgendaVersion.number), 0))
        .where(AgendaVersion.meeting_id == Meeting.id)
        .correlate(Meeting)
        .scalar_subquery()
    )
    return db.session.execute(
        select(
            Meeting.id,
            Meeting.ref,
            Meeting.title,
            Meeting.starts_at,
            Meeting.ends_at,
            Meeting.venue,
            Meeting.status,
            Meeting.group_id,
            Group.name.label("group"),
            items.label("items"),
            version.label("version"),
        )
        .join(Group, Group.id == Meeting.group_id)
        .where(Meeting.group_id.in_(actor.groups), coming(now))
        .order_by(case((Meeting.status == MeetingStatus.IN_SESSION, 0), else_=1), Meeting.starts_at, Meeting.id)
        .limit(MEETINGS)
    ).all()


@dataclass(frozen=True, slots=True)
class OwnActions:
    """The agency's open actions. `first`: id, ref, due_on, text, case_ref, case_id, readable."""

    open: int
    overdue: int
    first: Sequence[Row[int, str, date, str, str | None, int | None, int]]


def actions_of_agency(actor: Actor, *, on: date) -> OwnActions:
    """How many are open and overdue, and the first to be due. Words only where the actor may read them."""
    own = (
        Action.partnership_id == actor.partnership_id,
        Action.owner_agency_id == actor.agency_id,
        IS_OPEN,
    )
    counts = db.session.execute(
        select(func.count(), func.count().filter(Action.due_on < on)).select_from(Action).where(*own)
    ).one()
    readable = action_not_recused(actor) if actor.signatory else literal(False)
    first = db.session.execute(
        select(
            Action.id,
            Action.ref,
            Action.due_on,
            case((readable, Action.text), else_="").label("text"),
            Case.ref.label("case_ref"),
            Action.case_id,
            case((readable, 1), else_=0).label("readable"),
        )
        .outerjoin(Case, Case.id == Action.case_id)
        .where(*own)
        .order_by(Action.due_on, Action.id)
        .limit(SHOWN)
    ).all()
    return OwnActions(counts[0], counts[1], first)


def subjects_of(actions: OwnActions) -> Sequence[int]:
    """The persons of the cases whose actions are shown in words, for the trail."""
    cases = {row.case_id for row in actions.first if row.readable and row.case_id is not None}
    return people_named_in(cases)


ResearchRow = Row[int, str, int, str, datetime, int, date]


def research_to_answer(actor: Actor, *, now: datetime, on: date) -> Sequence[ResearchRow]:
    """What the actor may answer for their agency, by meeting.

    Columns: meeting_id, ref, group_id, group, starts_at, asked, due_on (the first).
    """
    groups = [group_id for group_id, role in actor.groups.items() if role in RECORDING_ROLES]
    return db.session.execute(
        select(
            Meeting.id.label("meeting_id"),
            Meeting.ref,
            Meeting.group_id,
            Group.name.label("group"),
            Meeting.starts_at,
            func.count().label("asked"),
            func.min(Research.due_on).label("due_on"),
        )
        .join(AgendaItem, AgendaItem.id == Research.item_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .join(Group, Group.id == Meeting.group_id)
        .where(
            Research.agency_id == actor.agency_id,
            Research.answered_at.is_(None),
            Research.due_on >= on - ASKED,
            AgendaItem.taken_off_at.is_(None),
            Meeting.group_id.in_(groups),
            coming(now),
            not_recused(actor, AgendaItem.case_id),
        )
        .group_by(Meeting.id, Meeting.ref, Meeting.group_id, Group.name, Meeting.starts_at)
        .order_by(func.min(Research.due_on), Meeting.id)
    ).all()


NominationRow = Row[int, str, int, str, datetime, int, datetime]


def nominations_to_decide(actor: Actor, *, now: datetime) -> Sequence[NominationRow]:
    """Nominations that wait for the groups that the actor leads, by meeting.

    Columns: meeting_id, ref, group_id, group, starts_at, number, made_at (the newest).
    """
    return db.session.execute(
        select(
            Meeting.id.label("meeting_id"),
            Meeting.ref,
            Meeting.group_id,
            Group.name.label("group"),
            Meeting.starts_at,
            func.count().label("number"),
            func.max(Nomination.made_at, type_=UTCDateTime).label("made_at"),
        )
        .select_from(Meeting)
        .join(Group, Group.id == Meeting.group_id)
        .join(Nomination, Nomination.meeting_id == Meeting.id)
        .where(
            Meeting.group_id.in_(actor.led_groups),
            coming(now),
            Nomination.status == NominationStatus.PROPOSED,
            not_recused(actor, Nomination.case_id),
        )
        .group_by(Meeting.id, Meeting.ref, Meeting.group_id, Group.name, Meeting.starts_at)
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()


MinutesRow = Row[int, str, str, datetime, int, int | None, int | None, MinutesStatus | None, int]


def minutes_under_way(actor: Actor, *, now: datetime) -> Sequence[MinutesRow]:
    """Closed meetings whose minutes are not composed, not approved or not circulated, the oldest first.

    Of groups that the actor leads or meetings that they take the minutes of.
    Columns: meeting_id, ref, group, starts_at, group_id, chair_id, minute_taker_id, status (None: not composed),
    comments (that are open, of those that the actor may read).
    """
    comments = (
        select(func.count())
        .where(
            MinutesComment.minutes_id == Minutes.id,
            MinutesComment.settled_at.is_(None),
            comments_read_by(actor),
        )
        .correlate(Meeting, Minutes)
        .scalar_subquery()
    )
    circulated = exists().where(Circulation.minutes_id == Minutes.id, Circulation.meeting_id == Meeting.id)
    return db.session.execute(
        select(
            Meeting.id.label("meeting_id"),
            Meeting.ref,
            Group.name.label("group"),
            Meeting.starts_at,
            Meeting.group_id,
            Meeting.chair_id,
            Meeting.minute_taker_id,
            Minutes.status,
            comments.label("comments"),
        )
        .join(Group, Group.id == Meeting.group_id)
        .outerjoin(Minutes, Minutes.meeting_id == Meeting.id)
        .where(
            Meeting.group_id.in_(actor.groups),
            or_(Meeting.group_id.in_(actor.led_groups), Meeting.minute_taker_id == actor.user_id),
            Meeting.starts_at >= now - RECENT,
            Meeting.status == MeetingStatus.CLOSED,
            or_(Minutes.id.is_(None), Minutes.status != MinutesStatus.APPROVED, ~circulated),
        )
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(20)
    ).all()


def unread_copies(actor: Actor) -> Sequence[Row[int, str, datetime, datetime]]:
    """Minutes that were circulated to the actor, that they may open and have not: copy_id, group, starts_at, at."""
    return db.session.execute(
        select(Copy.id.label("copy_id"), Group.name.label("group"), Meeting.starts_at, Circulation.at)
        .join(Circulation, Circulation.id == Copy.circulation_id)
        .join(Meeting, Meeting.id == Circulation.meeting_id)
        .join(Group, Group.id == Meeting.group_id)
        .where(
            copies_open_to(actor),
            Copy.opened_at.is_(None),
            Circulation.minutes_id.is_not(None),
        )
        .order_by(Circulation.at.desc(), Copy.id)
        .limit(SHOWN)
    ).all()


def providers_waiting(partnership_id: int) -> int:
    """Registrations of providers that wait for approval."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Provider.partnership_id == partnership_id, Provider.status == ProviderStatus.REGISTERED
            )
        )
        or 0
    )


def coming(now: datetime) -> ColumnElement[bool]:
    """A meeting that is not over. One in session may run late: it counts for a day."""
    return and_(
        Meeting.starts_at >= now - timedelta(days=1),
        or_(
            and_(Meeting.status == MeetingStatus.SCHEDULED, Meeting.ends_at >= now),
            Meeting.status == MeetingStatus.IN_SESSION,
        ),
    )


def action_not_recused(actor: Actor) -> ColumnElement[bool]:
    """Actions of no case, and of no item without a case, in which the actor declared an interest."""
    not_of_item = or_(Action.item_id.is_(None), Action.item_id.not_in(actor.recused_items))
    of_case = not_recused(actor, Action.case_id)
    return and_(of_case, not_of_item) if actor.recused_items else of_case


def not_recused(actor: Actor, case_id: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """What is of no case in which the actor declared an interest."""
    if not actor.recused_cases:
        return true()
    return or_(case_id.is_(None), case_id.not_in(actor.recused_cases))
