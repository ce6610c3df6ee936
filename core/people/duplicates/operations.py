"""Saying that two records are of two people, and taking that back."""

from datetime import datetime

from core import audit
from core.audit import Category
from core.errors import Refused
from core.extensions import db
from core.facts import Actor
from core.people.duplicates.models import TwoPeople
from core.policy import Permission, require
from core.policy.merging import Pair

DECIDED = "Somebody has said already that these are two people."
NOT_DECIDED = "Nobody says any longer that these are two people."


def say_two_people(actor: Actor, *, pair: Pair, reason: str, now: datetime) -> None:
    """They are not proposed again, and not merged, until somebody takes it back."""
    require(actor, Permission.MERGE_PEOPLE, pair)
    if pair.two_people is not None:
        raise Refused(DECIDED)
    one_id, other_id = pair.ids
    db.session.add(
        TwoPeople(
            partnership_id=pair.one.person.partnership_id,
            one_id=one_id,
            other_id=other_id,
            reason=reason,
            decided_at=now,
            decided_by_id=actor.user_id,
        )
    )
    _record(actor, pair, "person.two_people", {"reason": reason})


def take_back(actor: Actor, *, pair: Pair, now: datetime) -> None:
    """They may be one person's after all. Who said otherwise, and why, is kept."""
    require(actor, Permission.MERGE_PEOPLE, pair)
    if pair.two_people is None:
        raise Refused(NOT_DECIDED)
    for decision in pair.decisions:  # one for each of the records that were merged into these, at most
        if decision.taken_back_at is None:
            decision.taken_back_at, decision.taken_back_by_id = now, actor.user_id
    _record(actor, pair, "person.two_people_taken_back", {})


def _record(actor: Actor, pair: Pair, action: str, payload: dict[str, object]) -> None:
    db.session.flush()
    audit.record(
        actor,
        Category.ALTERATION,
        action,
        object=f"person:{pair.one.person.id}",
        subjects=pair.ids,
        payload=payload,
    )
