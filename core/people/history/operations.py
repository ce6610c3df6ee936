"""Requests to set right what is held of somebody, and telling those who read a mistake."""

from collections.abc import Collection
from datetime import date, datetime

from core import audit
from core.accounts.models import User
from core.answer_by import due_after
from core.circulation.letters import write
from core.circulation.outbox import queue
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor, MailKind
from core.people.history import queries, readers
from core.people.history.models import Answer, Asker, Rectification, Statement, ToldReader
from core.people.history.telling import key_of
from core.people.models import Person
from core.policy import Permission, require
from core.policy.rectifying import RequestOf, VersionOf

NOT_CORRECTED = (
    "It has not been corrected since they asked. Correct it on its own page first, and say that it was wrong."
)
OWN_PAGE = frozenset({Statement.REFERRAL, Statement.ACTION, Statement.ENTRY})
"""Statements that are struck out or corrected on pages of their own, which keep what stood there themselves."""
ONLY_REFUSED = "Their own statement stands beside what stays as it is. What was corrected needs none."
NO_READER = "Choose from those who read it"


def ask(
    actor: Actor,
    *,
    person: Person,
    about: Statement,
    case_id: int | None,
    thing_id: int | None,
    says: str,
    asked_by: Asker,
    asked_on: date,
    restricted: bool,
    now: datetime,
) -> Rectification:
    """Record that something held of somebody is to be set right, due one calendar month after it was asked."""
    request = Rectification(
        partnership_id=person.partnership_id,
        person_id=person.id,
        about=about,
        case_id=case_id,
        thing_id=thing_id,
        says=says,
        asked_by=asked_by,
        asked_on=asked_on,
        due_on=due_after(asked_on),
        recorded_at=now,
        recorded_by_id=actor.user_id,
        agency_id=actor.agency_id,
        restricted=restricted,
    )
    db.session.add(request)
    db.session.flush()
    _record(actor, request, "rectification.ask", audit.Category.COLLECTION, {"says": says, "restricted": restricted})
    return request


def answer(
    actor: Actor,
    *,
    target: RequestOf,
    version: int,
    given: Answer,
    reason: str,
    own_statement: str,
    now: datetime,
) -> None:
    """Answer it. Raises Stale; Refused for "rectified" where nothing was corrected since, and to whoever may not."""
    require(actor, Permission.ANSWER_RECTIFICATION, target)
    request = target.request
    if version != request.version:
        raise Stale({"answer": request.answer, "reason": request.reason, "own_statement": request.own_statement})
    if given is Answer.RECTIFIED and request.about not in OWN_PAGE and not queries.is_corrected_since(request):
        raise Refused(NOT_CORRECTED, field="answer")
    if own_statement and given is not Answer.REFUSED:
        raise Refused(ONLY_REFUSED, field="own_statement")
    request.answer, request.reason, request.own_statement = given, reason, own_statement
    request.answered_at, request.answered_by_id = now, actor.user_id
    payload: dict[str, object] = {"answer": given.value, "reason": reason, "own_statement": own_statement}
    _record(actor, request, "rectification.answer", audit.Category.ALTERATION, payload)


def tell(actor: Actor, *, target: VersionOf, user_ids: Collection[int], now: datetime) -> int:
    """Write to readers of a mistake that it was corrected, to each once; to how many. Raises Refused for others.

    The mail names nobody and says nothing of what was wrong: the page does, to whoever may still open it.
    """
    require(actor, Permission.TELL_OF_MISTAKE, target)
    found = {each.user_id: each for each in readers.readers_of(target)}
    if any(user_id not in found for user_id in user_ids):
        raise Refused(NO_READER, field="readers")
    version = target.version
    on_page = f"/people/{version.person_id}" if version.person_id is not None else f"/cases/{version.case_id}"
    letter = write(
        "corrected_statement",
        subject="Something that you read was corrected",
        link=on_page,
    )
    told = 0
    for user_id in sorted(user_ids):
        if found[user_id].mail_state:
            continue
        user = db.session.get_one(User, user_id)
        mail = queue(
            user,
            kind=MailKind.MISTAKE,
            letter=letter,
            now=now,
            partnership_id=version.partnership_id,
            once_key=key_of(version.id, user_id),
        )
        db.session.flush()
        db.session.add(
            ToldReader(version_id=version.id, user_id=user_id, mail_id=mail.id, told_at=now, told_by_id=actor.user_id)
        )
        audit.record(
            actor,
            audit.Category.DISCLOSURE,
            "history.tell",
            object=f"held_version:{version.id}",
            subjects=[version.person_id] if version.person_id is not None else [],
            recipient=f"u_{user_id}",
        )
        told += 1
    return told


def _record(
    actor: Actor, request: Rectification, action: str, category: audit.Category, payload: dict[str, object]
) -> None:
    db.session.flush()
    audit.record(
        actor,
        category,
        action,
        object=f"rectification:{request.id}",
        subjects=[request.person_id],
        purpose=f"case:{request.case_id}" if request.case_id is not None else None,
        payload=payload,
    )
