"""Setting a legal hold, and ending it."""

from datetime import datetime

from sqlalchemy import select

from core import audit
from core.cases.models import Case
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor
from core.people.models import Person
from core.policy import Permission, require
from core.policy.retention import GONE
from core.retention.models import LegalHold


def hold_case(actor: Actor, *, case: Case, reason: str, now: datetime) -> LegalHold:
    """Have nothing of a case erased until the hold is ended. Raises Refused."""
    require(actor, Permission.HOLD_CASE, case)
    _refuse_erased(Case, case.id)
    return _held(actor, LegalHold(case_id=case.id, partnership_id=case.partnership_id), f"case:{case.id}", reason, now)


def hold_person(actor: Actor, *, person: Person, cases: list[Case], reason: str, now: datetime) -> LegalHold:
    """Have nothing of somebody erased, nor of any case that names them. Raises Refused."""
    require(actor, Permission.HOLD_PERSON, (person, cases))
    _refuse_erased(Person, person.id)
    hold = LegalHold(person_id=person.id, partnership_id=person.partnership_id)
    return _held(actor, hold, f"person:{person.id}", reason, now, subjects=[person.id])


def _refuse_erased(kind: type[Case | Person], record_id: int) -> None:
    """Wait for whoever is erasing it, and hold nothing of which nothing is left; from now on nobody erases it.

    Raises Refused.
    """
    asked = select(kind.erased_on).where(kind.id == record_id).with_for_update()
    if db.session.scalar(asked) is not None:
        raise Refused(GONE, field="reason")


def _held(
    actor: Actor, hold: LegalHold, about: str, reason: str, now: datetime, subjects: list[int] | None = None
) -> LegalHold:
    hold.reason, hold.since, hold.by_id, hold.agency_id = reason, now, actor.user_id, actor.agency_id
    db.session.add(hold)
    db.session.flush()
    audit.record(
        actor,
        audit.Category.ADMIN,
        "retention.hold",
        object=f"hold:{hold.id}",
        subjects=subjects or [],
        purpose=about,
        payload={"reason": reason},
    )
    return hold


def end_hold(actor: Actor, *, hold: LegalHold, version: int, reason: str, now: datetime) -> None:
    """Let it be erased again when it is due. Raises Stale."""
    require(actor, Permission.END_HOLD, hold)
    if version != hold.version:
        raise Stale({"reason": hold.ended_reason})
    hold.ended_at, hold.ended_by_id, hold.ended_reason = now, actor.user_id, reason
    audit.record(
        actor,
        audit.Category.ADMIN,
        "retention.end_hold",
        object=f"hold:{hold.id}",
        subjects=[hold.person_id] if hold.person_id is not None else [],
        payload={"reason": reason},
    )
