"""Reads of the mediators' register."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from core.plugin_api import NotFound, Period, session
from plugins.mediation.models import Dispute, Session, Term


def dispute_of(referral_id: int) -> Dispute:
    """Who the parties are, and how it ended. There must be one."""
    return session().get_one(Dispute, referral_id)


def disputes_of(referral_ids: Iterable[int]) -> Mapping[int, Dispute]:
    """Referral id -> its dispute. One query."""
    found = session().scalars(select(Dispute).where(Dispute.referral_id.in_(list(referral_ids))))
    return {dispute.referral_id: dispute for dispute in found}


def last_sittings_of(referral_ids: Iterable[int]) -> Mapping[int, tuple[date, int]]:
    """Referral id -> the day of the last visit or session, and how many there were. One query."""
    rows = session().execute(
        select(Session.referral_id, func.max(Session.held_on), func.count())
        .where(Session.referral_id.in_(list(referral_ids)))
        .group_by(Session.referral_id)
    )
    return {referral_id: (last, number) for referral_id, last, number in rows}


def between_those(partnership_id: int, one: int, another: int) -> Dispute | None:
    """The dispute between those two that has not ended, whoever of them was referred."""
    return (
        session()
        .scalars(
            select(Dispute).where(
                Dispute.partnership_id == partnership_id,
                Dispute.ended_on.is_(None),
                or_(
                    (Dispute.person_id == one) & (Dispute.other_id == another),
                    (Dispute.person_id == another) & (Dispute.other_id == one),
                ),
            )
        )
        .first()
    )


def sittings_of(referral_id: int) -> Sequence[Session]:
    """The referral's visits and sessions, the latest first. One query."""
    return (
        session()
        .scalars(
            select(Session)
            .where(Session.referral_id == referral_id)
            .order_by(Session.held_on.desc(), Session.id.desc())
        )
        .all()
    )


def sitting_of(*, referral_id: int, sitting_id: int) -> Session:
    """A visit or session of that referral. Raises NotFound, also for another referral's."""
    row = session().scalar(select(Session).where(Session.id == sitting_id, Session.referral_id == referral_id))
    if row is None:
        raise NotFound
    return row


def terms_of(referral_id: int) -> Sequence[Term]:
    """The referral's terms in the order in which they were agreed. One query."""
    return session().scalars(select(Term).where(Term.referral_id == referral_id).order_by(Term.id)).all()


def term_of(*, referral_id: int, term_id: int) -> Term:
    """A term of that referral. Raises NotFound, also for another referral's."""
    row = session().scalar(select(Term).where(Term.id == term_id, Term.referral_id == referral_id))
    if row is None:
        raise NotFound
    return row


def sittings_held(partnership_id: int, period: Period) -> dict[str, int]:
    """Kind -> how many visits and sessions of that kind the period had. One query."""
    rows = session().execute(
        select(Session.kind, func.count())
        .where(Session.partnership_id == partnership_id, _within(Session.held_on, period))
        .group_by(Session.kind)
    )
    return dict(rows.all())


def endings(partnership_id: int, period: Period) -> dict[str, int]:
    """Kind of result -> how many mediations ended so in the period. One query."""
    rows = session().execute(
        select(Dispute.result, func.count())
        .where(Dispute.partnership_id == partnership_id, _within(Dispute.ended_on, period))
        .group_by(Dispute.result)
    )
    return dict(rows.all())


def under_way(partnership_id: int) -> int:
    """How many mediations have not ended."""
    count = select(func.count()).where(Dispute.partnership_id == partnership_id, Dispute.ended_on.is_(None))
    return session().scalar(count) or 0


def _within(day: InstrumentedAttribute[Any], period: Period) -> ColumnElement[bool]:
    return day.between(period.start, period.end)
