"""Reads of nominations."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, case, func, literal, or_, select
from sqlalchemy.orm import joinedload

from core.accounts.models import User
from core.cases.models import Case
from core.clock import local_date
from core.extensions import db
from core.facts import Actor, CaseStatus, MeetingStatus, NominationStatus
from core.meetings.models import AgendaItem, Meeting, Nomination
from core.partnerships.belonging import is_open
from core.partnerships.models import Agency, Group
from core.people.names import folded
from core.policy.cases import open_to

CHOICES = 20
"""Cases that a search offers."""

NominationRow = Row[int, int, str, str, int, str, datetime, str, str, NominationStatus, str]


def nominations_for(actor: Actor, meeting_id: int) -> Sequence[NominationRow]:
    """All nominations for a meeting, those that wait first: names and words as far as the actor may read them.

    Columns: id, case_id, ref, title, open, agency_id, agency, made_at, reason, late, status, decision_reason.
    One query; `core.policy.meetings.read_nomination` in SQL.
    """
    may_open = open_to(actor)
    recused = Nomination.case_id.in_(actor.recused_cases)
    written_for_them = (
        or_(may_open, Nomination.agency_id == actor.agency_id, Meeting.group_id.in_(actor.led_groups))
        if actor.signatory
        else literal(False)
    ) & ~recused
    return db.session.execute(
        select(
            Nomination.id,
            Nomination.case_id,
            Case.ref,
            case((may_open, Case.title), else_="").label("title"),
            Nomination.agency_id,
            Agency.name.label("agency"),
            Nomination.made_at,
            case((written_for_them, Nomination.reason), else_="").label("reason"),
            case((Nomination.late_reason != "", literal(1)), else_=0).label("late"),
            Nomination.status,
            case((written_for_them, Nomination.decision_reason), else_="").label("decision_reason"),
        )
        .join(Meeting, Meeting.id == Nomination.meeting_id)
        .join(Case, Case.id == Nomination.case_id)
        .join(Agency, Agency.id == Nomination.agency_id)
        .where(Nomination.meeting_id == meeting_id)
        .order_by(case((Nomination.status == NominationStatus.PROPOSED, 0), else_=1), Nomination.made_at, Nomination.id)
    ).all()


def nomination_of_case(meeting_id: int, case_id: int) -> Nomination | None:
    """The nomination of that case for that meeting."""
    return db.session.scalars(
        select(Nomination)
        .where(Nomination.meeting_id == meeting_id, Nomination.case_id == case_id)
        .options(joinedload(Nomination.agency))
    ).first()


def cases_to_choose(actor: Actor, meeting_id: int, *, words: str = "") -> Sequence[Row[int, str, str, str]]:
    """Open cases that could be put forward for a meeting: id, ref, title, lead; the newest changes first.

    Only those that the actor may open, that are not on its agenda and not nominated for it; with `words`, those
    whose reference or title holds them.
    """
    on_agenda = select(AgendaItem.case_id).where(
        AgendaItem.meeting_id == meeting_id,
        AgendaItem.taken_off_at.is_(None),
        AgendaItem.case_id.is_not(None),
    )
    nominated = select(Nomination.case_id).where(Nomination.meeting_id == meeting_id)
    found = (
        select(Case.id, Case.ref, Case.title, Agency.name.label("lead"))
        .join(Agency, Agency.id == Case.lead_agency_id)
        .where(
            open_to(actor),
            Case.status != CaseStatus.CLOSED,
            Case.id.not_in(on_agenda),
            Case.id.not_in(nominated),
        )
        .order_by(Case.updated_at.desc(), Case.id.desc())
        .limit(CHOICES)
    )
    for word in folded(words).split():
        found = found.where(
            or_(
                Case.search_title.contains(word, autoescape=True),
                func.lower(Case.ref).contains(word, autoescape=True),
            )
        )
    return db.session.execute(found).all()


def other_groups_with_meetings(partnership_id: int, *, but: int, after: datetime) -> Sequence[Row[int, str, datetime]]:
    """Groups of the partnership, but that one, with a scheduled meeting to come: id, name, when it meets next."""
    upcoming = (
        select(Meeting.group_id, func.min(Meeting.starts_at).label("next"))
        .where(Meeting.status == MeetingStatus.SCHEDULED, Meeting.starts_at > after)
        .group_by(Meeting.group_id)
        .subquery()
    )
    return db.session.execute(
        select(Group.id, Group.name, upcoming.c.next)
        .join(upcoming, upcoming.c.group_id == Group.id)
        .where(Group.partnership_id == partnership_id, Group.id != but, is_open(local_date(after)))
        .order_by(Group.name)
    ).all()


def maker_of(nomination: Nomination) -> str:
    """The name of the person who made it."""
    return db.session.scalar(select(User.name).where(User.id == nomination.made_by_id)) or ""
