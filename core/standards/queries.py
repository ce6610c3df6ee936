"""Reads of contact plans: one person's in a case, those of a case, and what is due."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import joinedload, raiseload

from core.cases.models import Case
from core.cases.queries import case_of
from core.errors import NotFound
from core.extensions import db
from core.facts import Actor, CaseStatus
from core.policy.cases import open_to
from core.policy.standards import heard_by_leader, owed_by_agency_of, told_to
from core.standards.lists import GIVE_UPDATE, PROMISED_TO, TELL_END, beginning
from core.standards.models import ContactEntry, ContactPlan, Logged, Promised

MOST = 200
"""Lines of what is due that are looked for: whoever is behind with more sees those that have waited longest."""


def promised_to(case_id: int, person_id: int) -> Promised:
    """A complainant or victim of that case, with the whole case and the plan. Raises NotFound."""
    found = case_of(case_id)
    for part in found.people:
        if part.person_id == person_id and part.role in PROMISED_TO:
            return Promised(found, part.person, _plan(case_id, person_id))
    raise NotFound


def _plan(case_id: int, person_id: int) -> ContactPlan | None:
    return db.session.scalar(
        select(ContactPlan)
        .where(ContactPlan.case_id == case_id, ContactPlan.person_id == person_id)
        .options(joinedload(ContactPlan.agency), raiseload("*"))
    )


def logged_in(case_id: int, person_id: int, contact_id: int) -> Logged:
    """A line of that person's contact log in that case. Raises NotFound."""
    promised = promised_to(case_id, person_id)
    if promised.plan is None:
        raise NotFound
    entry = db.session.scalar(
        select(ContactEntry)
        .where(ContactEntry.id == contact_id, ContactEntry.plan_id == promised.plan.id)
        .options(joinedload(ContactEntry.agency), raiseload("*"))
    )
    if entry is None:
        raise NotFound
    return Logged(promised, entry)


def log_of(plan: ContactPlan) -> Sequence[ContactEntry]:
    """The contact log, the latest first, with what is struck out; each with its agency."""
    return db.session.scalars(
        select(ContactEntry)
        .where(ContactEntry.plan_id == plan.id)
        .order_by(ContactEntry.made_on.desc(), ContactEntry.id.desc())
        .options(joinedload(ContactEntry.agency), raiseload("*"))
    ).all()


def plans_of(case_id: int) -> Mapping[int, ContactPlan]:
    """The plans of a case by person, each with the agency of the named contact."""
    plans = db.session.scalars(
        select(ContactPlan)
        .where(ContactPlan.case_id == case_id)
        .options(joinedload(ContactPlan.agency), raiseload("*"))
    )
    return {plan.person_id: plan for plan in plans}


def plans_about(actor: Actor, person_id: int) -> Mapping[int, ContactPlan]:
    """Somebody's plans by case, of the cases that the actor may open."""
    plans = db.session.scalars(
        select(ContactPlan)
        .join(Case, Case.id == ContactPlan.case_id)
        .where(ContactPlan.person_id == person_id, open_to(actor))
        .order_by(Case.opened_on.desc(), Case.id.desc())
        .options(raiseload("*"))
    )
    return {plan.case_id: plan for plan in plans}


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is due to a complainant or victim, and where: nothing that names anybody."""

    plan_id: int
    case_id: int
    ref: str
    person_id: int
    owed: str
    """What is to be done, as an order."""
    due: date
    own: bool
    """The reader's agency owes it; otherwise they lead a group that hears the case."""


def due_to_people(actor: Actor, *, until: date, on: date) -> Sequence[Due]:
    """What is due by `until` from the actor's agency, and what is overdue on `on` in the cases of groups they lead.

    The longest due first. One query, by the index of what is due.
    """
    own = owed_by_agency_of(actor)
    rows = db.session.execute(
        select(
            ContactPlan,
            Case.ref,
            Case.status,
            case((own, 1), else_=0),
        )
        .join(Case, Case.id == ContactPlan.case_id)
        .where(
            told_to(actor, open_to(actor)),
            or_(
                and_(own, or_(ContactPlan.begin_by <= until, ContactPlan.due_on <= until)),
                and_(heard_by_leader(actor), or_(ContactPlan.begin_by < on, ContactPlan.due_on < on)),
            ),
        )
        .order_by(func.coalesce(ContactPlan.begin_by, ContactPlan.due_on), ContactPlan.id)
        .limit(MOST)
        .options(raiseload("*"))
    )
    found = [
        Due(plan.id, plan.case_id, ref, plan.person_id, owed, due, bool(is_own))
        for plan, ref, status, is_own in rows
        for owed, due in owed_of(plan, status)
        if due < on or (is_own and due <= until)
    ]
    return sorted(found, key=lambda each: (each.due, each.ref, each.plan_id))


def owed_of(plan: ContactPlan | None, status: CaseStatus) -> Sequence[tuple[str, date]]:
    """What is due to whom the plan is for, as orders with their days, in a case that stands there."""
    if plan is None:
        return []
    owed = []
    if plan.begin_by is not None:
        todo = beginning(plan.agreed_on, plan.support_offered_on, plan.complaint_given_on)
        owed.append((todo, plan.begin_by))
    if plan.due_on is not None:
        owed.append((TELL_END if status is CaseStatus.CLOSED else GIVE_UPDATE, plan.due_on))
    return owed


def overdue_in(actor: Actor, case_ids: Collection[int], *, on: date) -> Mapping[int, int]:
    """How many complainants and victims of each of those cases are owed something that is overdue. One query.

    Of cases of which the actor is told: their agency owes it, or they lead a group that hears the case.
    """
    rows = db.session.execute(
        select(ContactPlan.case_id, func.count())
        .join(Case, Case.id == ContactPlan.case_id)
        .where(
            ContactPlan.case_id.in_(case_ids),
            or_(ContactPlan.begin_by < on, ContactPlan.due_on < on),
            told_to(actor, open_to(actor)),
        )
        .group_by(ContactPlan.case_id)
    )
    return {case_id: int(number) for case_id, number in rows}
