"""Reads of nominations."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import Row, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

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

Columns = TypeVarTuple("Columns")

CHOICES = 20
"""Cases that a search offers."""

NominationRow = Row[
    int, int, str, str, int, str, datetime, str, int, NominationStatus, str, str | None, datetime | None
]


def nominations_for(actor: Actor, meeting_id: int) -> Sequence[NominationRow]:
    """All nominations for a meeting, those that wait first: names and words as far as the actor may read them.

    Columns: id, case_id, ref, title, agency_id, agency, made_at, reason, late, status, decision_reason, sent_to (the
    group that it was sent on to), sent_for (when the meeting there starts).
    One query; `core.policy.meetings.read_nomination` in SQL.
    """
    may_open = open_to(actor)
    recused = Nomination.case_id.in_(actor.recused_cases)
    written_for_them = (
        or_(may_open, Nomination.agency_id == actor.agency_id, Meeting.group_id.in_(actor.led_groups))
        if actor.signatory
        else literal(False)
    ) & ~recused
    sent, sent_for, sent_to = aliased(Nomination), aliased(Meeting), aliased(Group)
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
            sent_to.name.label("sent_to"),
            sent_for.starts_at.label("sent_for"),
        )
        .join(Meeting, Meeting.id == Nomination.meeting_id)
        .join(Case, Case.id == Nomination.case_id)
        .join(Agency, Agency.id == Nomination.agency_id)
        .outerjoin(sent, sent.id == Nomination.sent_on_to_id)
        .outerjoin(sent_for, sent_for.id == sent.meeting_id)
        .outerjoin(sent_to, sent_to.id == sent_for.group_id)
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


def item_of_nomination(nomination_id: int) -> AgendaItem | None:
    """The item onto which it was accepted."""
    return db.session.scalars(
        select(AgendaItem).where(AgendaItem.nomination_id == nomination_id, AgendaItem.taken_off_at.is_(None))
    ).first()


def cases_to_choose(actor: Actor, meeting_id: int, *, words: str = "") -> Sequence[Row[int, str, str, str]]:
    """Open cases that could be put forward for a meeting: id, ref, title, lead; the newest changes first.

    Only those that the actor may open, that are not on its agenda and not nominated for it; with `words`, those
    whose reference or title holds them.
    """
    nominated = select(Nomination.case_id).where(Nomination.meeting_id == meeting_id)
    found = select(Case.id, Case.ref, Case.title, Agency.name.label("lead")).where(Case.id.not_in(nominated))
    return db.session.execute(_not_on_agenda(found, actor, meeting_id, words)).all()


def cases_to_add_as_urgent(
    actor: Actor, meeting_id: int, *, words: str
) -> Sequence[Row[int, str, str, str, str | None, NominationStatus | None]]:
    """Open cases that could be added while the meeting is in session: those nominated for it in vain, too.

    Columns: id, ref, title, lead, nominated_by (an agency, where it is nominated), nomination (how that stands).
    Otherwise as `cases_to_choose`.
    """
    maker = aliased(Agency)
    found = (
        select(
            Case.id,
            Case.ref,
            Case.title,
            Agency.name.label("lead"),
            maker.name.label("nominated_by"),
            Nomination.status.label("nomination"),
        )
        .outerjoin(Nomination, and_(Nomination.case_id == Case.id, Nomination.meeting_id == meeting_id))
        .outerjoin(maker, maker.id == Nomination.agency_id)
    )
    return db.session.execute(_not_on_agenda(found, actor, meeting_id, words)).all()


def _not_on_agenda(found: Select[*Columns], actor: Actor, meeting_id: int, words: str) -> Select[*Columns]:
    on_agenda = select(AgendaItem.case_id).where(
        AgendaItem.meeting_id == meeting_id,
        AgendaItem.taken_off_at.is_(None),
        AgendaItem.case_id.is_not(None),
    )
    found = (
        found.join(Agency, Agency.id == Case.lead_agency_id)
        .where(open_to(actor), Case.status != CaseStatus.CLOSED, Case.id.not_in(on_agenda))
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
    return found


def next_meetings_of_others(partnership_id: int, *, but: int, after: datetime) -> Sequence[Meeting]:
    """The next scheduled meeting of each group of the partnership, but of that one, by the group's name.

    With its group and the partnership, which its cut-off is reckoned from.
    """
    upcoming = (
        select(
            Meeting.id,
            func.row_number()
            .over(partition_by=Meeting.group_id, order_by=(Meeting.starts_at, Meeting.id))
            .label("place"),
        )
        .join(Group, Group.id == Meeting.group_id)
        .where(
            Group.partnership_id == partnership_id,
            Group.id != but,
            is_open(local_date(after)),
            Meeting.status == MeetingStatus.SCHEDULED,
            Meeting.starts_at > after,
        )
        .subquery()
    )
    return db.session.scalars(
        select(Meeting)
        .join(upcoming, and_(upcoming.c.id == Meeting.id, upcoming.c.place == 1))
        .join(Meeting.group)
        .order_by(Group.name)
        .options(contains_eager(Meeting.group).joinedload(Group.partnership))
    ).all()


def maker_of(nomination: Nomination) -> str:
    """The name of the person who made it."""
    return db.session.scalar(select(User.name).where(User.id == nomination.made_by_id)) or ""
