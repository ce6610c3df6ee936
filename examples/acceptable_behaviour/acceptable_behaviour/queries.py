"""Reads of the register."""

from collections.abc import Iterable, Mapping, Sequence

from core.plugin_api import NotFound, Period, session
from sqlalchemy import ColumnElement, func, select

from acceptable_behaviour.models import Breach, Signed, Term


def terms_of(referral_id: int) -> Sequence[Term]:
    """The terms of a contract as they stand, in the order in which they were agreed. One query."""
    terms = select(Term).where(Term.referral_id == referral_id, Term.dropped_on.is_(None)).order_by(Term.id)
    return session().scalars(terms).all()


def term_of(*, referral_id: int, term_id: int) -> Term:
    """A term of that contract. Raises NotFound, also for another contract's."""
    row = session().scalar(
        select(Term).where(Term.id == term_id, Term.referral_id == referral_id, Term.dropped_on.is_(None))
    )
    if row is None:
        raise NotFound
    return row


def breaches_of(referral_id: int) -> Sequence[Breach]:
    """The breaches of a contract, the latest first. One query."""
    breaches = select(Breach).where(Breach.referral_id == referral_id)
    return session().scalars(breaches.order_by(Breach.happened_on.desc(), Breach.id.desc())).all()


def undecided_breaches(referral_id: int) -> Sequence[Breach]:
    """The breaches of a contract about which no meeting has decided. One query."""
    waiting = select(Breach).where(Breach.referral_id == referral_id, Breach.decided_on.is_(None))
    return session().scalars(waiting).all()


def current(referral_id: int) -> Signed | None:
    """The contract of that referral that has not been closed."""
    return session().scalar(select(Signed).where(Signed.referral_id == referral_id, Signed.closed_on.is_(None)))


def signed_among(referral_ids: Iterable[int]) -> Mapping[int, Signed]:
    """Referral id -> its contract, for those that run. One query."""
    rows = session().scalars(
        select(Signed).where(Signed.referral_id.in_(list(referral_ids)), Signed.closed_on.is_(None))
    )
    return {row.referral_id: row for row in rows}


def breaches_among(referral_ids: Iterable[int]) -> Mapping[int, int]:
    """Referral id -> how many breaches were recorded, for those that have some. One query."""
    rows = session().execute(
        select(Breach.referral_id, func.count())
        .where(Breach.referral_id.in_(list(referral_ids)))
        .group_by(Breach.referral_id)
    )
    return dict(rows.all())


def figures(partnership_id: int, period: Period) -> Mapping[str, int]:
    """What happened in a partnership from the period's first day to its last, counted."""

    def counted(table: type[Signed] | type[Breach], *which: ColumnElement[bool]) -> int:
        rows = select(func.count()).select_from(table).where(table.partnership_id == partnership_id, *which)
        return session().scalar(rows) or 0

    def closed(result: str) -> int:
        return counted(Signed, Signed.result == result, Signed.closed_on.between(period.start, period.end))

    return {
        "contracts signed": counted(Signed, Signed.signed_on.between(period.start, period.end)),
        "contracts extended": counted(Signed, Signed.extended_on.between(period.start, period.end)),
        "contracts completed": closed("completed"),
        "contracts ended by breach": closed("ended"),
        "breaches recorded": counted(Breach, Breach.recorded_on.between(period.start, period.end)),
    }
