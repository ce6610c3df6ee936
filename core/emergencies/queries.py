"""Reads of what was asked for in an emergency, and of whom to tell."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.accounts.models import AdminRoleGrant, User
from core.accounts.queries import actors_as_of
from core.cases.models import Case, CaseAgency, CaseGroup
from core.emergencies.models import Emergency
from core.extensions import db
from core.facts import CHAIRING_ROLES, LEADING_ROLES, Actor, AdminRole
from core.partnerships.belonging import is_open, sits
from core.partnerships.models import Group, GroupMember
from core.policy.admin import see_audit
from core.policy.emergencies import seen_by
from core.recording.models import Recusal

LATEST = 50
"""Lines of the list."""


def emergency_of(emergency_id: int) -> Emergency | None:
    """One request with its people, and the case with who may open it."""
    return db.session.scalars(
        select(Emergency)
        .where(Emergency.id == emergency_id)
        .options(
            joinedload(Emergency.case).options(
                selectinload(Case.groups).joinedload(CaseGroup.group),
                selectinload(Case.agencies).joinedload(CaseAgency.agency),
                joinedload(Case.lead_agency),
                selectinload(Case.people),
            ),
            joinedload(Emergency.agency),
            joinedload(Emergency.asked_by),
            joinedload(Emergency.decided_by),
            joinedload(Emergency.ended_by),
            joinedload(Emergency.noted_by),
            raiseload("*"),
        )
    ).first()


def known_to(actor: Actor) -> Sequence[Emergency]:
    """What the actor may see, the latest first, each with who asked and who answered."""
    return db.session.scalars(
        select(Emergency)
        .where(seen_by(actor))
        .order_by(Emergency.asked_at.desc(), Emergency.id.desc())
        .limit(LATEST)
        .options(
            joinedload(Emergency.agency),
            joinedload(Emergency.asked_by),
            joinedload(Emergency.decided_by),
            raiseload("*"),
        )
    ).all()


def case_called(partnership_id: int, reference: str) -> Case | None:
    """The case of that reference, with who may open it; capital letters or not."""
    return db.session.scalars(
        select(Case)
        .where(Case.partnership_id == partnership_id, Case.ref.in_((reference, reference.upper())))
        .options(selectinload(Case.groups), selectinload(Case.agencies), raiseload("*"))
    ).first()


def waiting_of(actor: Actor, *, at: datetime) -> int:
    """How many of their requests wait for an answer."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Emergency.asked_by_id == actor.user_id, Emergency.decided_at.is_(None), Emergency.answer_by > at
            )
        )
        or 0
    )


def has_asked(actor: Actor, reference: str, *, at: datetime) -> bool:
    """Whether what they asked for under that reference waits yet, or is open to them."""
    waits = and_(Emergency.decided_at.is_(None), Emergency.answer_by > at)
    is_open_now = and_(Emergency.ends_at > at, Emergency.ended_at.is_(None))
    asked = exists().where(
        Emergency.asked_by_id == actor.user_id,
        Emergency.partnership_id == actor.partnership_id,
        func.upper(Emergency.reference) == reference.upper(),
        or_(waits, is_open_now),
    )
    return bool(db.session.scalar(select(asked)))


def who_answer(emergency: Emergency, *, on: date) -> list[User]:
    """Those who lead a group of the partnership, but for whoever asked and whoever is recused from the case."""
    return _seated(emergency, GroupMember.role.in_(LEADING_ROLES), on=on)


def who_is_told(emergency: Emergency, case: Case, *, granter_id: int, on: date) -> list[User]:
    """Whom a granted one is reported to, each once, but for whoever granted it. It may be nobody.

    Those who chair a group that hears the case, where none does any group; and of its lead agency those who sit in such
    a group, where nobody does its administrators.
    """
    hearing = [link.group_id for link in case.groups]
    of_these = GroupMember.group_id.in_(hearing) if hearing else Group.partnership_id == emergency.partnership_id
    chairs = _seated(emergency, GroupMember.role.in_(CHAIRING_ROLES), of_these, on=on)
    lead = User.agency_id == case.lead_agency_id
    theirs = _seated(emergency, lead, GroupMember.group_id.in_(hearing), on=on) if hearing else []
    if not theirs:
        administers = _holds(AdminRole.AGENCY_ADMIN, emergency)
        theirs = [user for user, actor in _people(emergency, lead, administers, on=on) if actor.signatory]
    return [user for user in {user.id: user for user in (*chairs, *theirs)}.values() if user.id != granter_id]


def who_administer(emergency: Emergency, *, granter_id: int, on: date) -> list[User]:
    """The partnership's administrators, but for whoever asked, granted it, or is recused: they read the trail."""
    administers = _holds(AdminRole.PARTNERSHIP_ADMIN, emergency)
    return [user for user, actor in _people(emergency, administers, User.id != granter_id, on=on) if see_audit(actor)]


def _holds(role: AdminRole, emergency: Emergency) -> ColumnElement[bool]:
    return exists().where(
        AdminRoleGrant.user_id == User.id,
        AdminRoleGrant.role == role,
        AdminRoleGrant.partnership_id == emergency.partnership_id,
    )


def _seated(emergency: Emergency, *who: ColumnElement[bool], on: date) -> list[User]:
    """Those with such a seat in a group of the partnership, to whom what was asked for is shown."""
    seated = (
        select(GroupMember.user_id)
        .join(Group, Group.id == GroupMember.group_id)
        .join(User, User.id == GroupMember.user_id)
        .where(Group.partnership_id == emergency.partnership_id, sits(on), is_open(on), and_(*who))
    )
    return [user for user, actor in _people(emergency, User.id.in_(seated), on=on) if actor.signatory]


def _people(emergency: Emergency, *who: ColumnElement[bool], on: date) -> list[tuple[User, Actor]]:
    """Such people, each with who they are in the partnership on that day: a mail that is held back tells nobody."""
    users = db.session.scalars(
        select(User).where(*who, *_not_aside(emergency)).order_by(User.id).options(raiseload("*"))
    ).all()
    actors = actors_as_of([user.id for user in users], emergency.partnership_id, on=on)
    return [(user, actors[user.id]) for user in users]


def _not_aside(emergency: Emergency) -> tuple[ColumnElement[bool], ...]:
    """Neither whoever asked, nor somebody recused from the case, nor an account that was retired."""
    recused = exists().where(
        Recusal.user_id == User.id, Recusal.case_id == emergency.case_id, Recusal.lifted_at.is_(None)
    )
    return User.id != emergency.asked_by_id, User.retired_at.is_(None), ~recused


def waiting_for(actor: Actor, *, at: datetime) -> Sequence[Emergency]:
    """What the actor's home page shows: requests that they can answer, and those granted that they have to look at.

    One query. For those who lead a group.
    """
    hears = exists().where(CaseGroup.case_id == Emergency.case_id, CaseGroup.group_id.in_(_chaired(actor)))
    nobody_hears = ~exists().where(CaseGroup.case_id == Emergency.case_id)
    chairs_it = or_(hears, nobody_hears) if _chaired(actor) else hears
    return db.session.scalars(
        select(Emergency)
        .where(
            seen_by(actor),
            Emergency.asked_by_id != actor.user_id,
            or_(
                and_(Emergency.decided_at.is_(None), Emergency.answer_by > at),
                and_(
                    Emergency.ends_at.is_not(None),
                    Emergency.noted_at.is_(None),
                    Emergency.decided_by_id != actor.user_id,
                    chairs_it,
                ),
            ),
        )
        .order_by(Emergency.asked_at, Emergency.id)
        .limit(LATEST)
        .options(raiseload("*"))
    ).all()


def _chaired(actor: Actor) -> Sequence[int]:
    return [group_id for group_id in actor.groups if actor.chairs(group_id)]
