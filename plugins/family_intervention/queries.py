"""Reads of the register."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import cast

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, selectinload

from core.plugin_api import NotFound, Period, add_working_days, plain_rows, session
from plugins.family_intervention.family import Became, Change, Kind
from plugins.family_intervention.models import Action, Family, Finding, Meeting, Member, Outcome


def family_of(referral_id: int) -> Family | None:
    """The referral's entry with its household; None before it is made."""
    return session().scalar(
        select(Family).where(Family.referral_id == referral_id).options(selectinload(Family.members))
    )


def families_of(referral_ids: Iterable[int]) -> Mapping[int, Family]:
    """Referral id -> its entry with its household. Two queries."""
    found = session().scalars(
        select(Family).where(Family.referral_id.in_(list(referral_ids))).options(selectinload(Family.members))
    )
    return {family.referral_id: family for family in found}


def household_with(person_id: int) -> Member | None:
    """That person in the household that is helped now, if there is one."""
    return session().scalar(select(Member).where(Member.person_id == person_id, Member.left_on.is_(None)))


def member_of(*, referral_id: int, member_id: int) -> Member:
    """Somebody of that referral's household, past ones included. Raises NotFound, also for another's."""
    row = session().scalar(
        select(Member).join(Member.family).where(Member.id == member_id, Family.referral_id == referral_id)
    )
    if row is None:
        raise NotFound
    return row


def findings_of(family_id: int) -> Sequence[Finding]:
    """What was found in the ten domains, the first assessment first."""
    return (
        session()
        .scalars(select(Finding).where(Finding.family_id == family_id).order_by(Finding.round, Finding.id))
        .all()
    )


def rounds_of(family_id: int) -> Sequence[Sequence[Finding]]:
    """What was found, by assessment: the whole-family assessment first, then each review."""
    return [list(found) for _, found in groupby(findings_of(family_id), key=lambda finding: finding.round)]


def outcomes_of(family_id: int) -> Sequence[Outcome]:
    """What came of the domains, as it was said last."""
    return session().scalars(select(Outcome).where(Outcome.family_id == family_id).order_by(Outcome.id)).all()


def actions_of(family_id: int) -> Sequence[Action]:
    """The plan's actions in the order in which they were agreed."""
    return session().scalars(select(Action).where(Action.family_id == family_id).order_by(Action.number)).all()


def late_actions(family_ids: Iterable[int], *, on: date) -> Mapping[int, int]:
    """Family id -> how many actions of its plan are overdue on that day. One query."""
    rows = session().execute(
        select(Action.family_id, func.count())
        .where(Action.family_id.in_(list(family_ids)), Action.became == Became.OPEN.value, Action.due_on < on)
        .group_by(Action.family_id)
    )
    return dict(rows.all())


# The two that follow are made once, and of columns without entities: every agenda waits for them.
_FAMILY, _ACTION = Family.__table__.c, Action.__table__.c
_REFERRALS = _FAMILY.referral_id.in_(bindparam("referrals", expanding=True))
_WAITING = (
    select(_FAMILY.referral_id, func.count(), func.min(_ACTION.due_on))
    .join_from(Family.__table__, Action.__table__)
    .where(_REFERRALS, _ACTION.agency_id == bindparam("agency"), _ACTION.became == Became.OPEN.value)
    .group_by(_FAMILY.referral_id)
)
_PLANS = select(_FAMILY.referral_id, _FAMILY.plan).where(_REFERRALS, _FAMILY.plan != "")


def open_actions_of(agency_id: int, referral_ids: Iterable[int]) -> Mapping[int, tuple[int, date]]:
    """Referral id -> how many actions of the plan wait for that agency, and when the first is due.

    One query; none where there is nothing to ask.
    """
    wanted = list(referral_ids)
    if not wanted:
        return {}
    rows = plain_rows(_WAITING, {"agency": agency_id, "referrals": wanted})
    return {referral_id: (count, first) for referral_id, count, first in rows}


def meetings_of(family_id: int) -> Sequence[Meeting]:
    """Panel, visit and reviews, the latest first."""
    return (
        session()
        .scalars(
            select(Meeting).where(Meeting.family_id == family_id).order_by(Meeting.held_on.desc(), Meeting.id.desc())
        )
        .all()
    )


def plans_of(referral_ids: Iterable[int]) -> Mapping[int, str]:
    """Referral id -> the plan in a sentence, of those that have one. One query; none where there is nothing to ask."""
    wanted = list(referral_ids)
    if not wanted:
        return {}
    return dict(cast("Sequence[tuple[int, str]]", plain_rows(_PLANS, {"referrals": wanted})))


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one partnership and period."""

    referred: int
    allocated: int
    allocated_in_time: int
    visited: int
    visited_in_time: int
    agreed: int
    agreed_in_time: int
    reviews: int
    actions_done: int
    helped_now: int
    people_helped_now: int
    stepped_down: int
    ended: int


def figures(partnership_id: int, period: Period, *, within: Mapping[str, int]) -> Figures:
    """How many were referred and got on in the period, and how many are helped on its last day.

    `within`: working days in which each step is in time, by the key of its clock.
    """
    here = Family.partnership_id == partnership_id
    dates = session().execute(
        select(Family.opened_on, Family.reopened_on, Family.allocated_on, Family.visited_on, Family.agreed_on).where(
            here
        )
    )
    allocated: list[bool] = []
    visited: list[bool] = []
    agreed: list[bool] = []
    for opened_on, reopened_on, allocated_on, visited_on, agreed_on in dates:
        again = reopened_on is not None and allocated_on is not None and reopened_on <= allocated_on
        for found, day, since, days in (
            (allocated, allocated_on, reopened_on if again else opened_on, within["allocate"]),
            (visited, visited_on, allocated_on, within["visit"]),
            (agreed, agreed_on, visited_on, within["plan"]),
        ):
            if day is not None and since is not None and period.start <= day <= period.end:
                found.append(day <= add_working_days(since, days))
    helped = (here, Family.opened_on <= period.end, Family.closed_on.is_(None) | (Family.closed_on > period.end))
    return Figures(
        referred=_families(here, _within(Family.opened_on, period)),
        allocated=len(allocated),
        allocated_in_time=sum(allocated),
        visited=len(visited),
        visited_in_time=sum(visited),
        agreed=len(agreed),
        agreed_in_time=sum(agreed),
        reviews=_of(Meeting, here, Meeting.kind == Kind.REVIEW.value, _within(Meeting.held_on, period)),
        actions_done=_of(Action, here, Action.became == Became.DONE.value, _within(Action.settled_on, period)),
        helped_now=_families(*helped),
        people_helped_now=_of(
            Member, *helped, Member.since <= period.end, Member.left_on.is_(None) | (Member.left_on > period.end)
        ),
        stepped_down=_families(here, _within(Family.stepped_down_on, period)),
        ended=_families(here, _within(Family.closed_on, period)),
    )


def changes(partnership_id: int, period: Period) -> Mapping[str, tuple[int, int]]:
    """Domain -> in how many families it improved, and in how many of those that has held. One query."""
    rows = session().execute(
        select(Outcome.domain, Outcome.change, func.count())
        .join(Outcome.family)
        .where(Family.partnership_id == partnership_id, _within(Outcome.said_on, period))
        .group_by(Outcome.domain, Outcome.change)
    )
    counted = {(domain, change): count for domain, change, count in rows}
    return {
        domain: (
            counted.get((domain, Change.IMPROVED.value), 0) + counted.get((domain, Change.HELD.value), 0),
            counted.get((domain, Change.HELD.value), 0),
        )
        for domain in {domain for domain, _ in counted}
    }


def _families(*which: ColumnElement[bool]) -> int:
    return session().scalar(select(func.count(Family.id)).where(*which)) or 0


def _of(kind: type[Meeting] | type[Action] | type[Member], *which: ColumnElement[bool]) -> int:
    return session().scalar(select(func.count(kind.id)).join(kind.family).where(*which)) or 0


def _within(day: InstrumentedAttribute[object], period: Period) -> ColumnElement[bool]:
    return day.between(period.start, period.end)
