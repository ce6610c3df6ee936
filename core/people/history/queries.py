"""Reads of requests to set something right: what can be asked about, what is disputed, who may answer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.actions.models import Action
from core.cases.models import Case, CaseIncident, CasePerson
from core.dates import in_words
from core.errors import NotFound
from core.extensions import db
from core.facts import Actor
from core.people.history.models import HeldVersion, Rectification, Statement, Why
from core.people.history.shown import OF_THING
from core.people.history.things import things_of
from core.people.merging.queries import ids_of
from core.people.models import Person
from core.people.queries import person_named
from core.policy.cases import open_to
from core.policy.rectifying import RequestOf, requests_seen_by
from core.referrals.models import Referral

MOST = 200
"""Lines of a list."""


def request_of(rectification_id: int) -> RequestOf:
    """A request with whom it is about. Raises NotFound."""
    request = db.session.scalar(
        select(Rectification)
        .where(Rectification.id == rectification_id)
        .options(
            joinedload(Rectification.case).options(selectinload(Case.agencies), selectinload(Case.groups)),
            joinedload(Rectification.agency),
            joinedload(Rectification.recorded_by),
            joinedload(Rectification.answered_by),
            raiseload("*"),
        )
    )
    if request is None:
        raise NotFound
    return RequestOf(request, *person_named(request.person_id))


def requests_for(actor: Actor) -> Sequence[Rectification]:
    """The requests that the actor may see: what is open first, by the day on which it is due."""
    return db.session.scalars(
        select(Rectification)
        .join(Person, Person.id == Rectification.person_id)
        .where(requests_seen_by(actor))
        .order_by(Rectification.answered_at.is_not(None), Rectification.due_on, Rectification.id)
        .limit(MOST)
        .options(joinedload(Rectification.person), joinedload(Rectification.agency), raiseload("*"))
    ).all()


def is_corrected_since(request: Rectification) -> bool:
    """Whether what is asked about was set right after it was asked: the answer "rectified" needs that."""
    where = [HeldVersion.until >= request.recorded_at, HeldVersion.why != Why.CHANGED]
    if request.about is Statement.PERSON:
        where.append(HeldVersion.person_id.in_(ids_of(request.person_id)))
    else:
        where.append(HeldVersion.case_id == request.case_id)
        if request.about in OF_THING:
            where += [HeldVersion.about == request.about, HeldVersion.thing_id == request.thing_id]
        elif request.about is Statement.CASE:
            where += [HeldVersion.incident_id.is_(None), HeldVersion.about.is_(None)]
        else:
            where.append(HeldVersion.incident_id == request.thing_id)
    return bool(db.session.scalar(select(exists().where(*where))))


@dataclass(frozen=True, slots=True)
class Askable:
    """Something held of somebody that they may say is wrong: the value of a form, and its words."""

    value: str
    words: str


def askable(actor: Actor, person: Person) -> Sequence[Askable]:
    """What can be asked about of somebody: their details, and what their cases that are open to the actor hold."""
    found = [Askable("person", "Their details: names, date of birth, address, tenure, support needs")]
    cases = db.session.execute(
        select(Case.id, Case.ref)
        .where(
            Case.id.in_(select(CasePerson.case_id).where(CasePerson.person_id.in_(ids_of(person.id)))), open_to(actor)
        )
        .order_by(Case.opened_on.desc(), Case.id.desc())
    ).all()
    things = things_of(actor, [case_id for case_id, _ in cases], ids_of(person.id))
    for case_id, ref in cases:
        found.append(Askable(f"case:{case_id}", f"{ref}: title, summary, risk or another detail of the case"))
        incidents = db.session.execute(
            select(CaseIncident.id, CaseIncident.happened_on)
            .where(CaseIncident.case_id == case_id, CaseIncident.removed_at.is_(None))
            .order_by(CaseIncident.happened_on.desc(), CaseIncident.id.desc())
        )
        found += [
            Askable(f"incident:{case_id}:{id_}", f"{ref}: the incident of {in_words(day)}") for id_, day in incidents
        ]
        actions = db.session.execute(select(Action.id, Action.ref).where(Action.case_id == case_id).order_by(Action.id))
        found += [Askable(f"action:{case_id}:{id_}", f"{ref}: action {number}") for id_, number in actions]
        referrals = db.session.execute(
            select(Referral.id, Referral.ref)
            .where(Referral.case_id == case_id, Referral.person_id.in_(ids_of(person.id)))
            .order_by(Referral.id)
        )
        found += [Askable(f"referral:{case_id}:{id_}", f"{ref}: referral {number}") for id_, number in referrals]
        found += [
            Askable(f"{about.name.lower()}:{case_id}:{id_}", f"{ref}: {words}")
            for about, of_case, id_, words in things
            if of_case == case_id
        ]
        found.append(Askable(f"entry:{case_id}", f"{ref}: what a meeting was told of it"))
    return found


def disputed(person_ids: Collection[int], case_id: int | None = None) -> Sequence[Rectification]:
    """What stands on a page beside a statement: that it is disputed, and the person's own words beside one that stayed.

    Of the person's details where there is no case, else of that case and of the details of those people.
    """
    details = and_(Rectification.person_id.in_(person_ids), Rectification.about == Statement.PERSON)
    which = details if case_id is None else or_(details, Rectification.case_id == case_id)
    found = db.session.scalars(
        select(Rectification)
        .where(which)
        .order_by(Rectification.id)
        .options(joinedload(Rectification.person), raiseload("*"))
    )
    return [each for each in found if (each.answered_at is None and each.restricted) or each.own_statement]
