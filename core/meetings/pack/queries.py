"""Reads for the research pack: what agencies are asked for a meeting, as far as one reader may have it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Row, case, func, literal, select
from sqlalchemy.orm import raiseload

from core import audit
from core.accounts.models import User
from core.cases.models import Case, CasePerson
from core.clock import local_date
from core.documents.record import AuditHead
from core.extensions import db
from core.facts import Actor
from core.meetings.models import AgendaItem, Meeting, Nomination, Research
from core.meetings.pack.document import PackCase, PackPerson, PackProgress, PackReturn, ResearchPack
from core.meetings.research.queries import progress_of
from core.partnerships.models import Agency
from core.people.contact import Minded, minded_in
from core.people.history.disputes import disputed_in, in_a_line
from core.people.history.models import Rectification
from core.people.models import Person
from core.policy.cases import open_to
from core.policy.meetings import returns_read_by

ItemRow = Row[int, int, int, str, str, str, str, bool]


def pack_for(actor: Actor, meeting: Meeting, *, now: datetime) -> tuple[ResearchPack, frozenset[int]]:
    """The pack of this reader as of now, and the ids of the cases that it shows. Eight queries, however many cases.

    Those who lead the group have every agency's returns; everybody else what their own agency is asked and answered.
    Of a case that they may not open, be it restricted or one that they declared an interest in: the reference alone.
    """
    leads = actor.leads(meeting.group_id)
    asked = _items(actor, meeting.id)
    open_cases = frozenset(row.case_id for row in asked if row.open)
    people = _people(open_cases)
    minded = minded_in(open_cases, on=local_date(meeting.starts_at))
    read = db.session.scalars(
        select(Research.id).where(Research.item_id.in_([row.id for row in asked if row.open]), returns_read_by(actor))
    )
    disputes = disputed_in(open_cases, returns=read.all())
    returns = _returns(actor, [row.id for row in asked if row.open], on=local_date(now))
    head = audit.head()
    pack = ResearchPack(
        partnership=meeting.group.partnership.name,
        group=meeting.group.name,
        title=meeting.title,
        reference=meeting.ref,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        venue=", ".join(part for part in (meeting.venue, meeting.online_link) if part),
        leads=leads,
        made_for=actor.name,
        made_for_agency=actor.agency_name,
        made_at=now,
        progress=_progress(meeting.id) if leads else (),
        cases=tuple(_case(row, people, minded, disputes, returns) for row in asked),
        audit_head=AuditHead(seq=head.seq, hash=head.hash),
    )
    return pack, open_cases


def _items(actor: Actor, meeting_id: int) -> Sequence[ItemRow]:
    """Items on which somebody is asked whose return the reader may read. Names as far as their case is open."""
    may_open = open_to(actor)
    return db.session.execute(
        select(
            AgendaItem.id,
            AgendaItem.position.label("number"),
            AgendaItem.case_id,
            Case.ref,
            case((may_open, Case.title), else_="").label("title"),
            case((may_open, AgendaItem.reason), else_="").label("reason"),
            case((may_open, func.coalesce(Nomination.asks, "")), else_="").label("asks"),
            case((may_open, literal(1)), else_=0).label("open"),
        )
        .join(Case, Case.id == AgendaItem.case_id)
        .outerjoin(Nomination, Nomination.id == AgendaItem.nomination_id)
        .where(
            AgendaItem.meeting_id == meeting_id,
            AgendaItem.taken_off_at.is_(None),
            AgendaItem.id.in_(select(Research.item_id).where(returns_read_by(actor))),
        )
        .order_by(AgendaItem.position, AgendaItem.id)
    ).all()


def _people(case_ids: Collection[int]) -> Mapping[int, list[PackPerson]]:
    """Case id -> whom it names, as it lists them."""
    rows = db.session.execute(
        select(CasePerson.case_id, Person, CasePerson.role)
        .join(Person, Person.id == CasePerson.person_id)
        .where(CasePerson.case_id.in_(case_ids))
        .order_by(CasePerson.id)
    )
    people: defaultdict[int, list[PackPerson]] = defaultdict(list)
    for case_id, person, role in rows:
        people[case_id].append(
            PackPerson(name=person.name, role=str(role), born=person.date_of_birth, address=person.address)
        )
    return people


def _returns(actor: Actor, item_ids: Collection[int], *, on: date) -> Mapping[int, list[PackReturn]]:
    """Item id -> the requests whose returns the reader may read, with what was answered, agencies by name."""
    rows = db.session.execute(
        select(Research, Agency.name, func.coalesce(User.name, ""))
        .join(Agency, Agency.id == Research.agency_id)
        .outerjoin(User, User.id == Research.answered_by_id)
        .where(Research.item_id.in_(item_ids), returns_read_by(actor))
        .order_by(Agency.name, Research.id)
        .options(raiseload("*"))
    )
    returns: defaultdict[int, list[PackReturn]] = defaultdict(list)
    for research, agency, by in rows:
        returns[research.item_id].append(
            PackReturn(
                agency=agency,
                due_on=research.due_on,
                overdue=research.answered_at is None and research.due_on < on,
                answered_on=local_date(research.answered_at) if research.answered_at else None,
                nothing_held=research.nothing_held,
                text=research.text,
                by=by,
            )
        )
    return returns


def _case(
    row: ItemRow,
    people: Mapping[int, list[PackPerson]],
    minded: Mapping[int, Sequence[Minded]],
    disputes: Mapping[int, Sequence[Rectification]],
    returns: Mapping[int, list[PackReturn]],
) -> PackCase:
    if not row.open:
        return PackCase(number=row.number, ref=row.ref, closed=True)
    return PackCase(
        number=row.number,
        title=row.title,
        ref=row.ref,
        reason=row.reason,
        asks=row.asks,
        people=tuple(people.get(row.case_id, ())),
        minded=tuple(each.named for each in minded.get(row.case_id, ())),
        disputed=tuple(in_a_line(each) for each in disputes.get(row.case_id, ())),
        returns=tuple(returns.get(row.id, ())),
    )


def _progress(meeting_id: int) -> tuple[PackProgress, ...]:
    return tuple(
        PackProgress(agency=each.agency, asked=each.asked, answered=each.answered, waiting=tuple(each.waiting))
        for each in progress_of(meeting_id)
    )
