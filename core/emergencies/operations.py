"""Asking to open a case in an emergency, granting it, and ending it."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from core import audit
from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.audit import Category
from core.cases.timeline import note_event
from core.disclosures.lists import Kind
from core.disclosures.usual import grounds_of
from core.emergencies import queries, telling
from core.emergencies.models import Emergency
from core.errors import Refused
from core.extensions import db
from core.facts import Actor
from core.policy.cases import open_case

LASTS = timedelta(hours=4)
ANSWERED_WITHIN = timedelta(hours=4)
"""What nobody has answered by then was no emergency: it can be asked again. Roundtable's own choice."""

MOST_WAITING = 3
"""Of one person: who needs more at once rings somebody. Roundtable's own choice."""

TOO_MANY = "Three cases that you asked for wait for an answer. Ring somebody who chairs or coordinates a group."
ASKED_ALREADY = "You have asked for this case already"
OPEN_ALREADY = "This case is open to you. Find it under Cases."
NO_SUCH_CASE = "There is no case of that reference. Decline it, and ask them what they need."
NOT_THEM = (
    "This case cannot be opened to them: they declared an interest in it, or they or their agency have not signed the "
    "Information Sharing Protocol. Decline it, and ask them what they need."
)
NOBODY_TO_TELL = (
    "This case cannot be opened: there is nobody else to whom it could be reported. Decline it, and ask them what they "
    "need."
)


def purpose_of(emergency: Emergency) -> str:
    """What every record of what is read by it says that it was read for."""
    return f"break-glass:{emergency.id}"


def ask(actor: Actor, *, reference: str, reason: str, now: datetime, on: date) -> Emergency:
    """Ask for the case of that reference. It is kept and answered alike whether or not there is one.

    Raises Refused where they have asked already, or for much at once; and for a case that they may open, of which they
    know.
    """
    assert actor.partnership_id is not None and actor.agency_id is not None
    # One at a time: of two that are asked at once neither would count the other. Mails to them go on being written.
    db.session.execute(select(User.id).where(User.id == actor.user_id).with_for_update(key_share=True))
    if queries.waiting_of(actor, at=now) >= MOST_WAITING:
        raise Refused(TOO_MANY, field="reference")
    if queries.has_asked(actor, reference, at=now):
        raise Refused(ASKED_ALREADY, field="reference")
    case = queries.case_called(actor.partnership_id, reference)
    if case is not None and open_case(actor, case):
        raise Refused(OPEN_ALREADY, field="reference")
    emergency = Emergency(
        partnership_id=actor.partnership_id,
        reference=reference,
        case_id=case.id if case is not None else None,
        reason=reason,
        asked_at=now,
        asked_by_id=actor.user_id,
        agency_id=actor.agency_id,
        answer_by=now + ANSWERED_WITHIN,
    )
    db.session.add(emergency)
    db.session.flush()
    _record(actor, emergency, "ask", Category.ADMIN)
    telling.tell_who_answer(emergency, queries.who_answer(emergency, on=on), now=now)
    return emergency


def grant(actor: Actor, emergency: Emergency, *, now: datetime, on: date) -> bool:
    """Open the case to them for four hours, and report it at once. Whether the actor may is asked before.

    Whether it was reported to those who chair or to its lead agency; where there is none of them but the actor, it was
    to the partnership's administrators. Raises Refused where there is no such case, where whoever asked may not be let
    in by anybody, and where there is nobody to report it to.
    """
    case = emergency.case
    if case is None:
        raise Refused(NO_SUCH_CASE)
    asker = actor_as_of(emergency.asked_by_id, emergency.partnership_id, on=on)
    if not asker.signatory or case.id in asker.recused_cases or emergency.asked_by.retired_at is not None:
        raise Refused(NOT_THEM)
    told = queries.who_is_told(emergency, case, granter_id=actor.user_id, on=on)
    administrators = [] if told else queries.who_administer(emergency, granter_id=actor.user_id, on=on)
    if not told and not administrators:
        raise Refused(NOBODY_TO_TELL)
    emergency.decided_at, emergency.decided_by_id, emergency.ends_at = now, actor.user_id, now + LASTS
    emergency.stand_on(grounds_of(emergency.partnership_id, Kind.EMERGENCY))
    note_event(case.id, now=now, kind="shared", text=f"Opened in an emergency to {emergency.agency.name}", actor=actor)
    db.session.flush()
    audit.record(
        actor,
        Category.DISCLOSURE,
        "emergency.grant",
        object=f"case:{case.id}",
        subjects=[part.person_id for part in case.people],
        purpose=purpose_of(emergency),
        recipient=f"u_{emergency.asked_by_id}",
    )
    telling.tell_of_grant(emergency, case, told, now=now)
    telling.tell_administrators(emergency, case, administrators, now=now)
    telling.tell_of_answer(emergency, f"case {case.ref} was opened to you", now=now)
    return bool(told)


def decline(actor: Actor, emergency: Emergency, *, now: datetime) -> None:
    """Do not open it. Whether the actor may is asked before."""
    emergency.decided_at, emergency.decided_by_id = now, actor.user_id
    _record(actor, emergency, "decline", Category.ADMIN)
    telling.tell_of_answer(emergency, "it was declined", now=now)


def end(actor: Actor, emergency: Emergency, *, now: datetime) -> None:
    """Close the case to them again, before the four hours are over: from their next request on."""
    emergency.ended_at, emergency.ended_by_id = now, actor.user_id
    _record(actor, emergency, "end", Category.ADMIN)


def note(actor: Actor, emergency: Emergency, *, now: datetime) -> None:
    """Note that somebody who chairs has looked at it. Once is enough."""
    if emergency.noted_at is None:
        emergency.noted_at, emergency.noted_by_id = now, actor.user_id
        _record(actor, emergency, "note", Category.ADMIN)


def _record(actor: Actor, emergency: Emergency, what: str, category: Category) -> None:
    audit.record(
        actor,
        category,
        f"emergency.{what}",
        object=f"emergency:{emergency.id}",
        purpose=purpose_of(emergency),
        payload={"reference": emergency.reference, "reason": emergency.reason},
    )
