"""Cases that were carried forward too often while no steering group had a meeting in the diary."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, and_, exists, or_, select
from sqlalchemy.orm import aliased

from core.cases.models import Case
from core.clock import local_date
from core.extensions import db
from core.facts import Actor, CaseStatus, GroupKind, ItemOutcome, MeetingStatus
from core.home.queries import RECENT, not_recused
from core.meetings.models import AgendaItem, Meeting, Nomination
from core.partnerships.models import Group
from core.partnerships.terms.queries import ClocksInForce

MOST = 50
"""Cases that are looked at, the longest waiting first."""


@dataclass(frozen=True, slots=True)
class Stranded:
    """A case by its reference, who carried it forward how often, and the steering group that the reader leads."""

    ref: str
    group: str
    group_id: int
    times: int
    on: date
    steering_id: int | None
    """None where the partnership has no steering group."""


def stranded_for(actor: Actor, clocks: ClocksInForce, *, now: datetime) -> Sequence[Stranded]:
    """Those that the actor is to see to: they lead a steering group or, where there is none, the group itself.

    A case is off the list once it is nominated for a steering group's meeting or on its agenda, its group heard it
    later, or it was closed. One query, however many there are.
    """
    if not actor.led_groups:
        return []
    return [
        Stranded(row.ref, row.group, row.group_id, row.times_carried + 1, local_date(row.starts_at), row.steering_id)
        for row in _carried(actor, clocks, now=now)
        if row.times_carried + 1 >= clocks.of(row.group_id).escalation
    ]


CarriedRow = Row[str, str, int, int, datetime, int | None]


def _carried(actor: Actor, clocks: ClocksInForce, *, now: datetime) -> Sequence[CarriedRow]:
    """Items last carried forward as often as any group's terms allow, with no steering group before them since."""
    least = min(each.escalation for each in (clocks.own, *clocks.of_groups.values()))
    group = aliased(Group)
    steering = select(group.id).where(
        group.partnership_id == actor.partnership_id,
        group.kind == GroupKind.STEERING,
        or_(group.closed_on.is_(None), group.closed_on > local_date(now)),
    )
    led = steering.where(group.id.in_(actor.led_groups)).order_by(group.id).limit(1).scalar_subquery()
    later, after, its = aliased(AgendaItem), aliased(Meeting), aliased(Group)
    to_steering = and_(its.kind == GroupKind.STEERING, after.status != MeetingStatus.CANCELLED)
    since = and_(after.starts_at > Meeting.starts_at, its.id == after.group_id)
    heard_since = exists().where(
        later.case_id == AgendaItem.case_id,
        later.taken_off_at.is_(None),
        after.id == later.meeting_id,
        since,
        or_(to_steering, and_(after.group_id == Meeting.group_id, after.status == MeetingStatus.CLOSED)),
    )
    nominated = exists().where(
        Nomination.case_id == AgendaItem.case_id, after.id == Nomination.meeting_id, since, to_steering
    )
    return db.session.execute(
        select(
            Case.ref,
            Group.name.label("group"),
            Meeting.group_id,
            AgendaItem.times_carried,
            Meeting.starts_at,
            led.label("steering_id"),
        )
        .select_from(Meeting)
        .join(Group, Group.id == Meeting.group_id)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .join(Case, Case.id == AgendaItem.case_id)
        .where(
            Group.partnership_id == actor.partnership_id,
            Group.kind != GroupKind.STEERING,
            Meeting.status == MeetingStatus.CLOSED,
            Meeting.starts_at >= now - RECENT,
            AgendaItem.outcome == ItemOutcome.CARRIED_FORWARD,
            AgendaItem.taken_off_at.is_(None),
            AgendaItem.times_carried >= least - 1,
            Case.status != CaseStatus.CLOSED,
            not_recused(actor, AgendaItem.case_id),
            or_(led.is_not(None), and_(~steering.exists(), Meeting.group_id.in_(actor.led_groups))),
            ~heard_since,
            ~nominated,
        )
        .order_by(Meeting.starts_at, AgendaItem.id)
        .limit(MOST)
    ).all()
