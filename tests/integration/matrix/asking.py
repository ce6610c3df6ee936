"""Requests of the main case's person for what is held about them, in each state that a page needs one in."""

from dataclasses import replace

from core.accounts.queries import actor_as_of
from core.clock import utc_now
from core.facts import Actor, AdminRole, MaskReason
from core.people.models import Person
from core.subject_access import operations, packing, queries, releasing, schemes
from core.subject_access.lists import Arrived, AskedBy
from core.subject_access.models import AccessMask, AccessScheme
from core.subject_access.operations import Asked
from core.subject_access.pack import OF_SCHEME
from core.subject_access.schemes import Decided
from tests.builders import a_user, today
from tests.integration.matrix.things import Ids, Table, get

STATES = (
    "released", "entered", "ending", "identified", "undrawn", "paused", "drawn", "decided", "waiting", "ready",
)  # fmt: skip
"""In the order in which they are made: each pack tells of what was released before it."""

SHOWN = frozenset(STATES) - {"entered", "ending"}
DRAWN = frozenset({"released", "drawn", "decided", "waiting", "ready"})


def asked_for(table: Table, ids: Ids) -> Ids:
    """Entered, identified, paused, put together, decided on, ready and released, by other data leads."""
    lead, second = (
        actor_as_of(
            a_user(table.agencies.office, name, admin=AdminRole.DATA_LEAD, partnership=table.partnership).id,
            table.partnership.id,
            on=today(),
        )
        for name in ("Dick Data", "Dana Data")
    )
    person = get(Person, ids["person_id"])
    provider, kept = table.actor("provider"), (table.words["staff"], table.words["plan"])
    found: Ids = {f"{state}_request_id": _request(lead, second, provider, person, state, kept) for state in STATES}
    waiting = next(mask.id for mask in queries.masks_of(int(found["drawn_request_id"])) if _is_open(mask))
    scheme = queries.schemes_of(int(found["drawn_request_id"]))[0]
    return {**found, "request_id": found["entered_request_id"], "access_mask_id": waiting, "scheme_id": scheme.id}


def _request(lead: Actor, second: Actor, provider: Actor, person: Person, state: str, kept: tuple[str, ...]) -> int:
    asked = Asked(person.name, AskedBy.THEMSELF, "", "", False, Arrived.POST, today(), "1 Post Street")
    request = operations.enter(lead, asked, person=person, now=utc_now())
    target = queries.about(request)
    if state in SHOWN:
        operations.show_identity(lead, target, seen="Passport", on=today(), now=utc_now())
    if state == "paused":
        operations.ask_what(lead, target, what="Which years?", on=today(), now=utc_now())
    if state in DRAWN:
        packing.draw(lead, target, now=utc_now())
    if state in DRAWN - {"drawn"}:
        every = {mask.id for mask in queries.masks_of(request.id)}
        packing.decide(lead, target, masks=every, decision=MaskReason.THIRD_PARTY, why="", now=utc_now())
        for row in queries.schemes_of(request.id):
            decided = Decided((), None, "", _for_its_staff_alone(request.id, row, kept), MaskReason.THIRD_PARTY)
            schemes.answer(provider, replace(target, scheme=row), decided, sha=row.sha256, now=utc_now())
    if state in ("waiting", "ready", "released"):
        packing.put_before(lead, target, now=utc_now())
    if state == "released":
        made = releasing.ready(target, now=utc_now())
        releasing.release(second, target, made, version=made.version, now=utc_now())
    return request.id


def _for_its_staff_alone(request_id: int, row: AccessScheme, words: tuple[str, ...]) -> list[str]:
    """The canaries of what a scheme keeps: its staff give none of that away, and so nobody else comes to read it."""
    pack = queries.pack_in(queries.stored_pack(request_id))
    said = " ".join(text.text for each in pack.schemes if each.provider_id == row.provider_id for text in each.texts())
    return [word for word in words if word in said]


def _is_open(mask: AccessMask) -> bool:
    """Whether a data lead decides on it."""
    return mask.kept is None and not mask.place.startswith(OF_SCHEME)
