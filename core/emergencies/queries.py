"""Reads of what was asked for in an emergency, and of whom to tell."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.accounts.models import AdminRoleGrant, User
from core.cases.models import Case, CaseAgency, CaseGroup
from core.emergencies.models import Emergency
from core.extensions import db
from core.facts import CHAIRING_ROLES, LEADING_ROLES, Actor, AdminRole
from core.partnerships.belonging import belongs, has_signed, is_open, sits
from core.partnerships.models import Group, GroupMember, PartnershipAgency, Signature
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


def who_answer(emergency: Emergency, *, on: date) -> Sequence[User]:
    """Those who lead a group of the partnership, but for whoever asked and whoever is recused from the case."""
    return _people(emergency, GroupMember.role.in_(LEADING_ROLES), on=on)


def who_is_told(emergency: Emergency, case: Case, *, on: date) -> Sequence[User]:
    """Whom a granted one is reported to, each once.

    Those who chair a group that hears the case, where none does any group; and of its lead agency those who sit in such
    a group, where nobody does its administrators.
    """
    hearing = [link.group_id for link in case.groups]
    of_these = GroupMember.group_id.in_(hearing) if hearing else Group.partnership_id == emergency.partnership_id
    chairs = _people(emergency, GroupMember.role.in_(CHAIRING_ROLES), of_these, on=on)
    lead = User.agency_id == case.lead_agency_id
    theirs = _people(emergency, lead, GroupMember.group_id.in_(hearing), on=on) if hearing else ()
    if not theirs:
        administers = exists().where(
            AdminRoleGrant.user_id == User.id,
            AdminRoleGrant.role == AdminRole.AGENCY_ADMIN,
            AdminRoleGrant.partnership_id == emergency.partnership_id,
        )
        theirs = db.session.scalars(
            select(User).where(lead, administers, *_not_aside(emergency)).order_by(User.id).options(raiseload("*"))
        ).all()
    return list({user.id: user for user in (*chairs, *theirs)}.values())


def _people(emergency: Emergency, *who: ColumnElement[bool], on: date) -> Sequence[User]:
    """Those with such a seat in a group of the partnership, of agencies that belong and have signed."""
    signed = exists().where(
        Signature.partnership_id == PartnershipAgency.partnership_id,
        Signature.agency_id == PartnershipAgency.agency_id,
        has_signed(on),
    )
    seated = (
        select(GroupMember.user_id)
        .join(Group, Group.id == GroupMember.group_id)
        .join(User, User.id == GroupMember.user_id)
        .join(
            PartnershipAgency,
            and_(
                PartnershipAgency.agency_id == User.agency_id,
                PartnershipAgency.partnership_id == Group.partnership_id,
            ),
        )
        .where(Group.partnership_id == emergency.partnership_id, sits(on), is_open(on), belongs(on), signed, and_(*who))
    )
    return db.session.scalars(
        select(User).where(User.id.in_(seated), *_not_aside(emergency)).order_by(User.id).options(raiseload("*"))
    ).all()


def _not_aside(emergency: Emergency) -> tuple[ColumnElement[bool], ...]:
    """Neither whoever asked, nor somebody recused from the case, nor an account that was retired."""
    recused = exists().where(
        Recusal.user_id == User.id, Recusal.case_id == emergency.case_id, Recusal.lifted_at.is_(None)
    )
    return User.id != emergency.asked_by_id, User.retired_at.is_(None), ~recused


def is_recused(user_id: int, case_id: int) -> bool:
    """Whether somebody declared an interest in the case, and it was not lifted."""
    recused = exists().where(Recusal.user_id == user_id, Recusal.case_id == case_id, Recusal.lifted_at.is_(None))
    return bool(db.session.scalar(select(recused)))


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
