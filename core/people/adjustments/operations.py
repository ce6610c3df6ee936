"""Writes of adjustments, and what is certain in what books say of support needs."""

import re
from collections.abc import Iterator
from datetime import date, datetime

from core import audit
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor
from core.people.adjustments.models import Adjustment, AdjustmentKind, AskedBy
from core.people.models import Person

ENDED = "This was ended already."


def add_adjustment(
    actor: Actor,
    *,
    person: Person,
    kind: AdjustmentKind,
    detail: str,
    asked_by: AskedBy,
    since: date,
    now: datetime,
) -> Adjustment:
    """Record something that somebody needs to be dealt with fairly."""
    adjustment = Adjustment(
        person_id=person.id,
        kind=kind,
        detail=detail,
        asked_by=asked_by,
        since=since,
        recorded_at=now,
        recorded_by_id=actor.user_id or None,
        agency_id=actor.agency_id,
    )
    db.session.add(adjustment)
    _record(actor, adjustment, "adjustment.add", audit.Category.COLLECTION, {"kind": kind.value, "detail": detail})
    return adjustment


def end_adjustment(actor: Actor, *, adjustment: Adjustment, version: int, why: str, on: date) -> None:
    """It is not needed any more: it stays, with why. Raises Stale, and Refused where it was ended already."""
    if version != adjustment.version:
        raise Stale(told={"Needed": adjustment.words})
    if adjustment.ended_on is not None:
        raise Refused(ENDED)
    adjustment.ended_on, adjustment.ended_why = on, why
    _record(actor, adjustment, "adjustment.end", audit.Category.ALTERATION, {"why": why})


_LANGUAGE = re.compile(
    r"(?:an? )?(?:(?P<before>[A-Z][a-z]+) interpreter|[Ii]nterpreter: ?(?P<after>[A-Z][a-z]+))", re.ASCII
)
_CERTAIN = {
    "bsl": AdjustmentKind.BSL,
    "bsl interpreter": AdjustmentKind.BSL,
    "british sign language": AdjustmentKind.BSL,
    "large print": AdjustmentKind.LARGE_PRINT,
    "easy read": AdjustmentKind.EASY_READ,
    "letters read out": AdjustmentKind.READ_OUT,
    "step-free place": AdjustmentKind.STEP_FREE,
}


def certain_in(text: str) -> Iterator[tuple[AdjustmentKind, str]]:
    """What a text of support needs certainly asks for: a sentence that is nothing but that. The text stays as it is."""
    for sentence in re.split(r"[.;\n]", text):
        words = sentence.strip()
        language = _LANGUAGE.fullmatch(words)
        if language is not None:
            yield AdjustmentKind.INTERPRETER, language["before"] or language["after"]
        elif words.lower() in _CERTAIN:
            yield _CERTAIN[words.lower()], ""


def _record(
    actor: Actor, adjustment: Adjustment, action: str, category: audit.Category, payload: dict[str, object]
) -> None:
    db.session.flush()
    audit.record(
        actor,
        category,
        action,
        object=f"person:{adjustment.person_id}",
        subjects=[adjustment.person_id],
        payload={"adjustment": adjustment.id, **payload},
    )
