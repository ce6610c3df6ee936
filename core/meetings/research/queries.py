"""Reads of research: what an agency is asked, who has answered, and the returns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, case, literal, select

from core.accounts.models import User
from core.cases.models import Case, CaseAgency, CasePerson
from core.extensions import db
from core.facts import Actor, PersonRole
from core.meetings.models import AgendaItem, Research
from core.partnerships.models import Agency
from core.people.models import Person
from core.policy.cases import open_to
from core.policy.meetings import returns_read_by

RequestRow = Row[int, int, int, int, str, str, int, date, datetime | None, bool]


def requests_to(actor: Actor, meeting_id: int) -> Sequence[RequestRow]:
    """What the actor's agency is asked for a meeting, in the order of the agenda.

    Columns: id, item_id, number, case_id, ref, title, open, due_on, answered_at, nothing_held.
    """
    may_open = open_to(actor)
    return db.session.execute(
        select(
            Research.id,
            Research.item_id,
            AgendaItem.position.label("number"),
            AgendaItem.case_id,
            Case.ref,
            case((may_open, Case.title), else_="").label("title"),
            case((may_open, literal(1)), else_=0).label("open"),
            Research.due_on,
            Research.answered_at,
            Research.nothing_held,
        )
        .join(AgendaItem, AgendaItem.id == Research.item_id)
        .join(Case, Case.id == AgendaItem.case_id)
        .where(
            AgendaItem.meeting_id == meeting_id,
            AgendaItem.taken_off_at.is_(None),
            Research.agency_id == actor.agency_id,
        )
        .order_by(AgendaItem.position)
    ).all()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an agency is with what it was asked."""

    agency: str
    asked: int
    answered: int
    waiting: Sequence[str]
    """References of the cases that it has not answered on."""

    @property
    def done(self) -> bool:
        """Whether nothing is left to answer."""
        return self.asked == self.answered


def progress_of(meeting_id: int) -> Sequence[Progress]:
    """Every agency that was asked, those with most to answer first. One query; references, no names."""
    rows = db.session.execute(
        select(Agency.name, Case.ref, Research.answered_at)
        .select_from(Research)
        .join(AgendaItem, AgendaItem.id == Research.item_id)
        .join(Case, Case.id == AgendaItem.case_id)
        .join(Agency, Agency.id == Research.agency_id)
        .where(AgendaItem.meeting_id == meeting_id, AgendaItem.taken_off_at.is_(None))
        .order_by(Agency.name, AgendaItem.position)
    ).all()
    by_agency: dict[str, list[Row[str, str, datetime | None]]] = {}
    for row in rows:
        by_agency.setdefault(row.name, []).append(row)
    progress = []
    for name, asked in by_agency.items():
        waiting = [row.ref for row in asked if row.answered_at is None]
        progress.append(Progress(name, len(asked), len(asked) - len(waiting), waiting))
    return sorted(progress, key=lambda each: -len(each.waiting))


def returns_on(actor: Actor, item_id: int) -> Sequence[Row[int, str, datetime | None, bool, str, bool, str]]:
    """Every agency's answer on an item: id, agency, answered_at, nothing_held, text, readable, by.

    Of a return that the actor may not read there is only that it was made. For an item that they may read.
    """
    readable: ColumnElement[bool] = returns_read_by(actor)
    return db.session.execute(
        select(
            Research.id,
            Agency.name.label("agency"),
            Research.answered_at,
            case((readable, Research.nothing_held), else_=literal(False)).label("nothing_held"),
            case((readable, Research.text), else_="").label("text"),
            case((readable, literal(1)), else_=0).label("readable"),
            case((readable, User.name), else_="").label("by"),
        )
        .join(Agency, Agency.id == Research.agency_id)
        .outerjoin(User, User.id == Research.answered_by_id)
        .where(Research.item_id == item_id)
        .order_by(Agency.name)
    ).all()


def people_asked_about(case_id: int) -> Sequence[Row[Person, PersonRole]]:
    """The persons whom a case names, with their roles, as it lists them."""
    return db.session.execute(
        select(Person, CasePerson.role)
        .join(CasePerson, CasePerson.person_id == Person.id)
        .where(CasePerson.case_id == case_id)
        .order_by(CasePerson.id)
    ).all()


def asked_already(meeting_id: int) -> frozenset[tuple[int, int]]:
    """(item, agency) of every request that was made for a meeting."""
    rows = db.session.execute(
        select(Research.item_id, Research.agency_id)
        .join(AgendaItem, AgendaItem.id == Research.item_id)
        .where(AgendaItem.meeting_id == meeting_id)
    )
    return frozenset((item_id, agency_id) for item_id, agency_id in rows)


def agencies_named_in(case_ids: Sequence[int]) -> frozenset[tuple[int, int]]:
    """(case, agency) for the lead agency and those that the case was opened to."""
    lead = select(Case.id, Case.lead_agency_id).where(Case.id.in_(case_ids))
    named = select(CaseAgency.case_id, CaseAgency.agency_id).where(CaseAgency.case_id.in_(case_ids))
    return frozenset((case_id, agency_id) for case_id, agency_id in db.session.execute(lead.union(named)))


def waiting_requests(meeting_id: int) -> Sequence[Research]:
    """The requests for a meeting that nobody has answered."""
    return db.session.scalars(
        select(Research)
        .join(AgendaItem, AgendaItem.id == Research.item_id)
        .where(AgendaItem.meeting_id == meeting_id, Research.answered_at.is_(None))
    ).all()
