"""Referrals that moved between two meetings of a group: what is told of them under matters arising."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from core.cases.models import Case, CaseEvent, CaseGroup
from core.extensions import db
from core.facts import Actor
from core.meetings.diary.queries import last_meeting
from core.meetings.models import Meeting
from core.policy.cases import open_to

MOST = 100
"""Lines that are listed."""


@dataclass(frozen=True, slots=True)
class Arisen:
    """A move of a referral, as the case's timeline tells it to whoever may open the case: it names nobody."""

    case_id: int
    case_ref: str
    text: str
    at: datetime
    referral_id: int


def moved_since_the_last(actor: Actor, meeting: Meeting) -> Sequence[Arisen]:
    """Moves of referrals of the group's cases, as far as the actor may open those, since its last meeting was closed.

    Of a meeting that is closed itself, until then. By case, each in its order; none before a group's first meeting. Two
    queries.
    """
    return _moves(meeting, open_to(actor), most=MOST)


def all_moved_since_the_last(meeting: Meeting) -> Sequence[Arisen]:
    """The same, whoever may open the cases: for a record that is cut down to each reader. Two queries."""
    return _moves(meeting)


def _moves(meeting: Meeting, *which: ColumnElement[bool], most: int | None = None) -> Sequence[Arisen]:
    last = last_meeting(meeting.group_id, before=meeting.starts_at)
    if last is None:
        return ()
    until = () if meeting.closed_at is None else (CaseEvent.at <= meeting.closed_at,)
    rows = db.session.execute(
        select(Case.id, Case.ref, CaseEvent.text, CaseEvent.at, CaseEvent.link)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(
            CaseEvent.kind == "referral",
            CaseEvent.at > (last.closed_at or last.ends_at),
            CaseEvent.case_id.in_(select(CaseGroup.case_id).where(CaseGroup.group_id == meeting.group_id)),
            *until,
            *which,
        )
        .order_by(Case.ref, CaseEvent.at, CaseEvent.id)
        .limit(most)
    )
    return [Arisen(case_id, ref, text, at, int(link.partition(":")[2])) for case_id, ref, text, at, link in rows]
