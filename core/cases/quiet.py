"""Open cases without an update for longer than the clock allows: nothing was changed in them, nothing happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Row, and_, exists, false, func, or_, select

from core.cases.models import Case, CaseEvent, CaseGroup
from core.clock import at_local
from core.database import UTCDateTime
from core.extensions import db
from core.facts import Actor, CaseStatus
from core.partnerships.clocks import Clocks, quiet_until
from core.partnerships.terms.queries import ClocksInForce
from core.policy.cases import open_to

SHOWN = 5
"""Cases that the home page names; the rest is a link away."""

COUNTED = 100
"""Cases that are counted; beyond, there are more."""


@dataclass(frozen=True, slots=True)
class QuietCases:
    """How many there are, up to COUNTED + 1, and those that have waited longest: id, ref, updated_at."""

    number: int
    first: Sequence[Row[int, str, datetime]]


def quiet_cases(actor: Actor, clocks: ClocksInForce, *, on: date) -> QuietCases:
    """Those that the actor's agency leads, or that a group hears which the actor leads. One query.

    Of very many, those that have waited longest among the first hundred: who is so far behind sees the list.
    """
    newest = select(func.max(CaseEvent.at)).where(CaseEvent.case_id == Case.id).correlate(Case).scalar_subquery()
    # A case of the books may have no line in its timeline.
    updated = func.coalesce(newest, Case.updated_at, type_=UTCDateTime).label("updated_at")
    rows = db.session.execute(
        select(Case.id, Case.ref, updated)
        .where(open_to(actor), is_quiet(actor, clocks, on=on))
        .order_by(Case.id)
        .limit(COUNTED + 1)
    ).all()
    return QuietCases(len(rows), sorted(rows, key=lambda row: (row.updated_at, row.id))[:SHOWN])


def is_quiet(actor: Actor, clocks: ClocksInForce, *, on: date) -> ColumnElement[bool]:
    """Of a Case: it is shown to the actor as without update on that day.

    To its lead agency by the partnership's clock, to those who lead a group that hears it by the group's.
    """
    by_day: dict[datetime, list[int]] = {}
    for group_id in sorted(actor.led_groups):
        by_day.setdefault(_last_moment(on, clocks.of(group_id)), []).append(group_id)
    heard = [
        and_(_not_since(moment), exists().where(CaseGroup.case_id == Case.id, CaseGroup.group_id.in_(group_ids)))
        for moment, group_ids in by_day.items()
    ]
    led = and_(Case.lead_agency_id == actor.agency_id, _not_since(_last_moment(on, clocks.own)))
    return and_(
        Case.partnership_id == actor.partnership_id,
        Case.status == CaseStatus.OPEN,
        or_(led if actor.agency_id is not None else false(), *heard),
    )


def _last_moment(on: date, clocks: Clocks) -> datetime:
    """The end of the last day on which an update is too old."""
    return at_local(quiet_until(on, clocks) + timedelta(days=1), time(0))


def _not_since(moment: datetime) -> ColumnElement[bool]:
    return and_(
        Case.updated_at < moment,
        ~exists().where(CaseEvent.case_id == Case.id, CaseEvent.at >= moment),
    )
