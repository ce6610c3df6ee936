"""What those who lead a group, and whoever takes its minutes, owe it: by when, and what is late."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Row, Select, case, exists, func, literal, or_, select

from core.actions.models import IS_OPEN, Action
from core.circulation.models import Circulation
from core.clock import local_date
from core.extensions import db
from core.facts import Actor, CirculationKind, MeetingStatus, MinutesStatus
from core.home.queries import RECENT, MinutesRow, minutes_under_way, not_recused
from core.meetings.models import AgendaItem, AgendaVersion, Meeting, Research
from core.minutes.access.listing import copies_due
from core.partnerships.clocks import actions_due, agenda_due, minutes_due, research_due
from core.partnerships.models import Group
from core.partnerships.terms.queries import ClocksInForce
from core.policy.minutes import approves
from core.working_days import add_working_days

AHEAD = timedelta(days=120)
"""How far ahead a meeting can lie whose agenda is to be sent yet: longer than any term is."""

SOON = 5
"""Working days before it is due on which the home page begins to show it."""


MOST = 20
"""Meetings of a kind that are looked at: whoever is behind with more sees the oldest first."""


class Owed(StrEnum):
    """What is to be done for a meeting."""

    AGENDA = "agenda"
    RESEARCH = "research"
    ACTIONS = "actions"
    MINUTES = "minutes"
    ACCESS = "access"


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to be done for one meeting. `step` says what, as an order; `endpoint` is the page to do it on."""

    owed: Owed
    step: str
    endpoint: str
    meeting_id: int
    ref: str
    group_id: int
    group: str
    starts_at: datetime
    due: date


def duties_of(actor: Actor, clocks: ClocksInForce, *, now: datetime) -> Sequence[Duty]:
    """All of the actor's, the longest due first. Four queries, however many meetings there are, and a few for each
    subject-access copy that is due.
    """
    if not actor.signatory or not actor.groups:
        return []  # it is done with names
    found = [
        *(duty for row in _coming_meetings(actor, now=now) for duty in _before(row, clocks)),
        *(_actions(row, clocks) for row in _actions_to_send(actor, now=now)),
        *(
            _minutes(row, step, clocks)
            for row in minutes_under_way(actor, now=now)
            if (step := _step(actor, row)) is not None
        ),
        *_copies(actor, now=now),
    ]
    return sorted(found, key=lambda duty: (duty.due, duty.starts_at, duty.meeting_id))


def due_soon(duties: Sequence[Duty], *, on: date) -> Sequence[Duty]:
    """Those that are late or due within a few working days; minutes all, since they are under way."""
    until = add_working_days(on, SOON)
    return [duty for duty in duties if duty.due <= until or duty.owed is Owed.MINUTES]


def _step(actor: Actor, row: MinutesRow) -> tuple[str, str] | None:
    """What the actor can do next for these minutes, and where; None when it is somebody else's turn."""
    if row.status is None:
        return "Compose the minutes", "minutes.show"
    if row.status is MinutesStatus.DRAFT:
        return "Read through and send to the chair", "minutes.show"
    if row.status is MinutesStatus.SENT_BACK:
        settle = f"settle {row.comments} comment{'s' if row.comments != 1 else ''}" if row.comments else "put right"
        return f"The chair sent them back: {settle} and send again", "minutes.show"
    if row.status is MinutesStatus.SUBMITTED:
        theirs = approves(actor, row.group_id, chair_id=row.chair_id, minute_taker_id=row.minute_taker_id)
        return ("Read, then approve or send back", "minutes.review") if theirs else None
    return ("Circulate", "circulation.prepare") if actor.leads(row.group_id) else None


MeetingRow = Row[int, str, int, str, datetime, int]
"""meeting_id, ref, group_id, group, starts_at, number (of what is missing; 0 where that is not counted)."""

ComingRow = Row[int, str, int, str, datetime, int, int]
"""The same, with number (of agencies that have not answered) and sent (1 where an agenda went out, else 0)."""


def _of_led_groups(actor: Actor, number: ColumnElement[int]) -> Select[int, str, int, str, datetime, int]:
    return (
        select(
            Meeting.id.label("meeting_id"),
            Meeting.ref,
            Meeting.group_id,
            Group.name.label("group"),
            Meeting.starts_at,
            number.label("number"),
        )
        .join(Group, Group.id == Meeting.group_id)
        .where(Meeting.group_id.in_(actor.led_groups))
        .order_by(Meeting.starts_at, Meeting.id)
    )


def _coming_meetings(actor: Actor, *, now: datetime) -> Sequence[ComingRow]:
    """Coming meetings of the groups that the actor leads whose agenda has not gone out, or which lack returns."""
    sent = exists().where(AgendaVersion.meeting_id == Meeting.id)
    missing = (
        select(func.count(Research.agency_id.distinct()))
        .join(AgendaItem, AgendaItem.id == Research.item_id)
        .where(
            AgendaItem.meeting_id == Meeting.id,
            AgendaItem.taken_off_at.is_(None),
            Research.answered_at.is_(None),
            not_recused(actor, AgendaItem.case_id),
        )
        .correlate(Meeting)
        .scalar_subquery()
    )
    return db.session.execute(
        _of_led_groups(actor, missing)
        .add_columns(case((sent, 1), else_=0).label("sent"))
        .where(
            Meeting.status == MeetingStatus.SCHEDULED,
            Meeting.starts_at >= now,
            Meeting.starts_at <= now + AHEAD,
            or_(~sent, missing > 0),
        )
    ).all()


def _actions_to_send(actor: Actor, *, now: datetime) -> Sequence[MeetingRow]:
    """Closed meetings that agreed actions which are still open, and of which nobody has been told.

    Once the minutes have gone out everybody has them, too.
    """
    agreed = exists().where(Action.meeting_id == Meeting.id, IS_OPEN)
    told = exists().where(
        Circulation.meeting_id == Meeting.id,
        or_(Circulation.kind == CirculationKind.ACTIONS, Circulation.minutes_id.is_not(None)),
    )
    return db.session.execute(
        _of_led_groups(actor, literal(0))
        .where(Meeting.starts_at >= now - RECENT, Meeting.status == MeetingStatus.CLOSED, agreed, ~told)
        .limit(MOST)
    ).all()


def _before(row: ComingRow, clocks: ClocksInForce) -> Iterator[Duty]:
    """What is owed before a meeting: its agenda, and what agencies were asked."""
    day, terms = local_date(row.starts_at), clocks.of(row.group_id)
    if not row.sent:
        yield _duty(Owed.AGENDA, "Send the agenda", "meetings.build", row, agenda_due(day, terms))
    if row.number:
        who = "1 agency has" if row.number == 1 else f"{row.number} agencies have"
        step = f"{who} not answered the request for research"
        yield _duty(Owed.RESEARCH, step, "meetings.research", row, research_due(day, terms))


def _actions(row: MeetingRow, clocks: ClocksInForce) -> Duty:
    due = actions_due(local_date(row.starts_at), clocks.of(row.group_id))
    return _duty(Owed.ACTIONS, "Send out the actions", "circulation.actions_out", row, due)


def _copies(actor: Actor, *, now: datetime) -> Iterator[Duty]:
    """Subject-access copies that the actor can make: their day is the law's, and no clock of a group."""
    if not actor.led_groups:
        return
    for meeting, due in copies_due(actor, until=add_working_days(local_date(now), SOON)):
        step, group = "Issue the subject-access copy", meeting.group.name
        yield Duty(
            Owed.ACCESS, step, "minutes.show", meeting.id, meeting.ref, meeting.group_id, group, meeting.starts_at, due
        )


def _minutes(row: MinutesRow, step: tuple[str, str], clocks: ClocksInForce) -> Duty:
    due = minutes_due(local_date(row.starts_at), clocks.of(row.group_id))
    return _duty(Owed.MINUTES, step[0], step[1], row, due)


def _duty(owed: Owed, step: str, endpoint: str, row: MeetingRow | ComingRow | MinutesRow, due: date) -> Duty:
    return Duty(owed, step, endpoint, row.meeting_id, row.ref, row.group_id, row.group, row.starts_at, due)
