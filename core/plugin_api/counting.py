"""A pathway's referrals as statistics count them: days, stages and answers, and nobody's name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from core.clock import at_local, local_date
from core.extensions import db
from core.plugin_api.facts import Period
from core.referrals.endings import REFUSED, WITHDRAWN, when_measured
from core.referrals.models import Referral


class Ending(StrEnum):
    """Why a referral was closed."""

    MOVE = "a move of its pathway"
    CONSENT = "a consent was refused or withdrawn"
    HANDED_OVER = "another provider took it over"


@dataclass(frozen=True, slots=True)
class ReferralCounted:
    """A referral without a name or a reference. `ending` is None while it is open.

    `taken_over`: it came from another provider, and so was counted there as referred. `measures`: the answers to the
    outcome measures that were given last.
    """

    opened_on: date
    closed_on: date | None
    stage: str
    taken_over: bool
    ending: Ending | None
    measures: Mapping[str, str]


def referrals_counted(pathway: str, partnership_id: int, period: Period) -> Sequence[ReferralCounted]:
    """The pathway's referrals that were made or closed in the period, or are open still. One query."""
    start, end = at_local(period.start, time(0)), at_local(period.end + timedelta(days=1), time(0))
    later = aliased(Referral)
    rows = db.session.execute(
        select(
            Referral.opened_at,
            Referral.closed_at,
            Referral.stage,
            Referral.continues_id,
            Referral.outcome,
            Referral.measures,
            select(later.id).where(later.continues_id == Referral.id).exists(),
        )
        .where(
            Referral.pathway_key == pathway,
            Referral.partnership_id == partnership_id,
            Referral.opened_at < end,
            or_(Referral.closed_at.is_(None), Referral.closed_at >= start),
        )
        .order_by(Referral.id)
    )
    return [
        ReferralCounted(
            opened_on=local_date(opened),
            closed_on=local_date(closed) if closed is not None else None,
            stage=stage,
            taken_over=continues is not None,
            ending=_ending(outcome, continued=continued) if closed is not None else None,
            measures=measures[max(measures, key=when_measured)] if measures else {},
        )
        for opened, closed, stage, continues, outcome, measures, continued in rows
    ]


def _ending(outcome: str, *, continued: bool) -> Ending:
    if continued:
        return Ending.HANDED_OVER
    return Ending.CONSENT if outcome in (WITHDRAWN, REFUSED) else Ending.MOVE
