"""A request's life: entered, identity shown, paused, extended, closed without a pack, given. Nothing is deleted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from core import audit
from core.audit import Category
from core.clock import local_date
from core.dates import in_words
from core.errors import Refused
from core.extensions import db
from core.facts import Actor
from core.partnerships.numbering import take_reference
from core.people.models import Person
from core.policy import Permission, require
from core.policy.subject_access import RequestAbout
from core.references import Numbered
from core.subject_access import queries
from core.subject_access.lists import REFUSALS, AccessState, Arrived, AskedBy, Did, Ending
from core.subject_access.models import AccessEvent, AccessPause, AccessRequest

SHOWN_ALREADY = "It was recorded before that they showed who they are."
PAUSED_ALREADY = "It waits for an answer already."
NOT_PAUSED = "It does not wait for an answer."
NOT_BEFORE = "The day must not be before {day}, when the request was received"
NOT_BEFORE_ASKED = "The day must not be before {day}, when they were asked"
EXTENDED_ALREADY = "This request was given two months more already. The law gives no further time."
TOLD_IN_TIME = "They must have been told between {first} and {last}, when the first month ends"
NO_CLOCK = "The month begins when they have shown who they are. Record that first."
IS_HELD = "Somebody of that name was chosen: put together what is held about them, or withdraw the request."
AUTHORITY = "Say what shows that they may ask for the person"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for, and how."""

    about_name: str
    asked_by: AskedBy
    asker_name: str
    authority: str
    shares_home: bool
    arrived: Arrived
    received_on: date
    reply_to: str


def enter(actor: Actor, asked: Asked, *, person: Person | None, now: datetime) -> AccessRequest:
    """Keep a request, about somebody who is held or about a name that nobody has."""
    assert actor.partnership_id is not None
    require(actor, Permission.KEEP_ACCESS_REQUESTS)
    request = AccessRequest(
        partnership_id=actor.partnership_id,
        ref=take_reference(AccessRequest.ref, actor.partnership_id, Numbered.ACCESS, local_date(now).year),
        person_id=person.id if person is not None else None,
        about_name=person.name if person is not None else asked.about_name,
        asked_by=asked.asked_by,
        asker_name=asked.asker_name,
        authority=asked.authority,
        shares_home=asked.shares_home,
        arrived=asked.arrived,
        received_on=asked.received_on,
        reply_to=asked.reply_to,
        kept_at=now,
        kept_by_id=actor.user_id,
    )
    db.session.add(request)
    db.session.flush()
    note(actor, request, Did.RECEIVED, now=now)
    record(actor, request, Category.COLLECTION, "access_request.enter", {"received_on": asked.received_on.isoformat()})
    return request


def show_identity(actor: Actor, target: RequestAbout, *, seen: str, on: date, now: datetime) -> None:
    """Record what they showed, and when: the month runs from then, if that is later than the request."""
    request = held(actor, target, Permission.WORK_ACCESS_REQUEST)
    if request.identity_on is not None:
        raise Refused(SHOWN_ALREADY)
    if on < request.received_on:
        raise Refused(NOT_BEFORE.format(day=in_words(request.received_on)), field="on")
    request.identity_on, request.identity_seen, request.identity_by_id = on, seen, actor.user_id
    note(actor, request, Did.IDENTITY, now=now)
    record(actor, request, Category.ALTERATION, "access_request.identity", {"on": on.isoformat(), "seen": seen})


def ask_what(actor: Actor, target: RequestAbout, *, what: str, on: date, now: datetime) -> None:
    """They were asked what they mean: the days until they answer do not count (UK GDPR, article 12A)."""
    request = held(actor, target, Permission.WORK_ACCESS_REQUEST)
    if request.identity_on is None:
        raise Refused(NO_CLOCK)
    if request.state is AccessState.PAUSED:
        raise Refused(PAUSED_ALREADY)
    if on < request.received_on:
        raise Refused(NOT_BEFORE.format(day=in_words(request.received_on)), field="on")
    request.pauses.append(AccessPause(asked_on=on, what=what))
    note(actor, request, Did.PAUSED, what, now=now)
    record(actor, request, Category.ALTERATION, "access_request.pause", {"on": on.isoformat(), "what": what})


def hear_what(actor: Actor, target: RequestAbout, *, on: date, now: datetime) -> None:
    """They answered: the days count again."""
    request = held(actor, target, Permission.WORK_ACCESS_REQUEST)
    pause = next((each for each in request.pauses if each.answered_on is None), None)
    if pause is None:
        raise Refused(NOT_PAUSED)
    if on < pause.asked_on:
        raise Refused(NOT_BEFORE_ASKED.format(day=in_words(pause.asked_on)), field="on")
    pause.answered_on = on
    note(actor, request, Did.RESUMED, now=now)
    record(actor, request, Category.ALTERATION, "access_request.resume", {"on": on.isoformat()})


def extend(actor: Actor, target: RequestAbout, *, reason: str, told_on: date, now: datetime) -> None:
    """Record that it is complex, and that they were told within the first month to wait two months more, and why."""
    request = held(actor, target, Permission.WORK_ACCESS_REQUEST)
    if request.extended_at is not None:
        raise Refused(EXTENDED_ALREADY)
    first, last = request.received_on, queries.first_due_of(request, today=local_date(now))
    if last is None:
        raise Refused(NO_CLOCK)
    if not first <= told_on <= last:
        raise Refused(TOLD_IN_TIME.format(first=in_words(first), last=in_words(last)), field="told_on")
    request.extended_at, request.extended_by_id, request.extended_reason = now, actor.user_id, reason
    request.told_on = told_on
    note(actor, request, Did.EXTENDED, reason, now=now)
    record(
        actor, request, Category.ALTERATION, "access_request.extend", {"reason": reason, "told_on": told_on.isoformat()}
    )


def end(
    actor: Actor, target: RequestAbout, *, ending: Ending, reason: str, told_on: date | None, now: datetime
) -> None:
    """Close it without a pack: nothing is held, it is refused, or whoever asked withdrew it."""
    request = held(actor, target, Permission.WORK_ACCESS_REQUEST)
    if ending is Ending.NOTHING_HELD and request.person_id is not None:
        raise Refused(IS_HELD, field="ending")
    request.ending, request.ended_at, request.ended_by_id = ending, now, actor.user_id
    request.ended_reason, request.ended_told_on = reason, told_on
    note(actor, request, Did.ENDED, f"{str(ending).capitalize()}. {reason}".strip(), now=now)
    what = "access_request.refuse" if ending in REFUSALS else "access_request.end"
    record(actor, request, Category.ALTERATION, what, {"ending": ending, "reason": reason})


def give(actor: Actor, target: RequestAbout, *, how: str, on: date, now: datetime) -> None:
    """Record how the released pack was given to whoever asked, and when."""
    request = held(actor, target, Permission.GIVE_ACCESS_PACK)
    assert request.released_at is not None
    if on < local_date(request.released_at):
        day = in_words(request.released_at)
        raise Refused(f"The day must not be before {day}, when the pack was released", field="on")
    request.given_on, request.given_how, request.given_by_id = on, how, actor.user_id
    note(actor, request, Did.GIVEN, now=now)
    record(
        actor,
        request,
        Category.DISCLOSURE,
        "access_request.give",
        {"on": on.isoformat(), "how": how},
        recipient=f"p_{request.person_id}",
    )


_READ_AGAIN = [
    "version", "identity_on", "extended_at", "told_on", "drawn_at", "ready_at", "released_at", "given_on", "ending",
]  # fmt: skip


def held(actor: Actor, target: RequestAbout, permission: Permission) -> AccessRequest:
    """Wait for whoever is working on this request, read it again, and ask the gate again."""
    request = target.request
    db.session.flush()
    db.session.refresh(request, _READ_AGAIN, with_for_update=True)
    db.session.refresh(request, ["pauses", "events"])
    require(actor, permission, target)
    return request


def note(actor: Actor, request: AccessRequest, did: Did, why: str = "", *, now: datetime) -> None:
    """A line of its history."""
    request.events.append(AccessEvent(at=now, by_id=actor.user_id, did=did, note=why))
    db.session.flush()


def record(
    actor: Actor,
    request: AccessRequest,
    category: Category,
    operation: str,
    payload: Mapping[str, object],
    *,
    subjects: tuple[int, ...] = (),
    recipient: str | None = None,
) -> None:
    """A record in the trail, about the request's person and whom else it concerns."""
    own = (request.person_id,) if request.person_id is not None else ()
    audit.record(
        actor,
        category,
        operation,
        object=f"access-request:{request.id}",
        subjects=(*own, *subjects),
        purpose=purpose_of(request),
        recipient=recipient,
        payload=payload,
    )


def purpose_of(request: AccessRequest) -> str:
    """What every record of what is read for it says that it was read for."""
    return f"access-request:{request.id}"
