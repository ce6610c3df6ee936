"""Reads of the mentor register."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Subquery, and_, func, select

from core.plugin_api import NotFound, Period, session
from plugins.mentoring.matching import MentorFacts
from plugins.mentoring.models import Match, Mentor, Session


def mentors_of(provider_id: int) -> Sequence[MentorFacts]:
    """The provider's mentors by name, each with the number of young people they mentor now. One query."""
    return _mentors(Mentor.provider_id == provider_id)


def mentors_in(partnership_id: int) -> Sequence[MentorFacts]:
    """The mentors of all providers of a partnership, by name. One query."""
    return _mentors(Mentor.partnership_id == partnership_id)


def _mentors(which: ColumnElement[bool]) -> Sequence[MentorFacts]:
    mentees = _mentees()
    rows = session().execute(
        select(Mentor, func.coalesce(mentees.c.mentees, 0))
        .outerjoin(mentees, mentees.c.mentor_id == Mentor.id)
        .where(which)
        .order_by(Mentor.name, Mentor.id)
    )
    return [_facts(mentor, count) for mentor, count in rows]


def _mentees() -> Subquery:
    """How many young people each mentor mentors now."""
    return (
        select(Match.mentor_id, func.count().label("mentees"))
        .where(Match.ended_on.is_(None))
        .group_by(Match.mentor_id)
        .subquery()
    )


def mentor_of(*, provider_id: int, mentor_id: int) -> Mentor:
    """A mentor of that provider. Raises NotFound, also for another provider's mentor."""
    row = session().scalar(select(Mentor).where(Mentor.id == mentor_id, Mentor.provider_id == provider_id))
    if row is None:
        raise NotFound
    return row


def mentor_to_match(*, provider_id: int, mentor_id: int) -> MentorFacts | None:
    """A mentor of that provider, locked until the transaction ends: two matches must not share one place."""
    mentor = session().scalar(
        select(Mentor).where(Mentor.id == mentor_id, Mentor.provider_id == provider_id).with_for_update()
    )
    if mentor is None:
        return None
    mentees = select(func.count()).where(Match.mentor_id == mentor.id, Match.ended_on.is_(None))
    return _facts(mentor, session().scalar(mentees) or 0)


def current_match(referral_id: int) -> Match | None:
    """The match of that referral that has not ended."""
    return session().scalar(select(Match).where(Match.referral_id == referral_id, Match.ended_on.is_(None)))


def mentor_with(referral_id: int) -> MentorFacts | None:
    """The mentor with whom that referral is matched now."""
    mentees = _mentees()
    found = (
        session()
        .execute(
            select(Mentor, func.coalesce(mentees.c.mentees, 0))
            .join(Match, Match.mentor_id == Mentor.id)
            .outerjoin(mentees, mentees.c.mentor_id == Mentor.id)
            .where(Match.referral_id == referral_id, Match.ended_on.is_(None))
        )
        .first()
    )
    return None if found is None else _facts(*found)


def match_on(referral_id: int, day: date) -> Match:
    """The match of that referral on that day; its first one for a day before. There must be one."""
    matches = (
        session()
        .scalars(select(Match).where(Match.referral_id == referral_id).order_by(Match.since.desc(), Match.id.desc()))
        .all()
    )
    return next((match for match in matches if match.since <= day), matches[-1])


def sessions_of(referral_id: int) -> Sequence[tuple[Session, str]]:
    """The referral's sessions with the mentor's name, the latest first. One query."""
    rows = session().execute(
        select(Session, Mentor.name)
        .join(Match, Match.id == Session.match_id)
        .join(Mentor, Mentor.id == Match.mentor_id)
        .where(Session.referral_id == referral_id)
        .order_by(Session.held_on.desc(), Session.id.desc())
    )
    return [(held, name) for held, name in rows]


def matches_of(mentor_id: int) -> Sequence[tuple[Match, int, date | None]]:
    """The mentor's matches, the latest first, each with its sessions held and the day of the last. One query."""
    rows = session().execute(
        select(Match, func.count(Session.id), func.max(Session.held_on))
        .outerjoin(Session, and_(Session.match_id == Match.id, Session.came))
        .where(Match.mentor_id == mentor_id)
        .group_by(Match.id)
        .order_by(Match.since.desc(), Match.id.desc())
    )
    return [(match, count, last) for match, count, last in rows]


def matches_begun(partnership_id: int, period: Period) -> int:
    """How many matches began in the period."""
    count = (
        select(func.count(Match.id))
        .join(Match.mentor)
        .where(Mentor.partnership_id == partnership_id, Match.since.between(period.start, period.end))
    )
    return session().scalar(count) or 0


def _facts(mentor: Mentor, mentees: int) -> MentorFacts:
    return MentorFacts(
        id=mentor.id,
        name=mentor.name,
        training_hours=mentor.training_hours,
        certificate_until=mentor.certificate_until,
        check_until=mentor.check_until,
        capacity=mentor.capacity,
        mentees=mentees,
        left_on=mentor.left_on,
    )
