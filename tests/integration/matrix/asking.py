"""Requests of the main case's person for what is held about them, in each state that a page needs one in."""

from dataclasses import replace

from core.accounts.queries import actor_as_of
from core.clock import utc_now
from core.facts import Actor, AdminRole, MaskReason
from core.people.models import Person
from core.subject_access import operations, packing, queries, releasing, schemes
from core.subject_access.lists import Arrived, AskedBy
from core.subject_access.models import AccessMask
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
    provider = table.actor("provider")
    found: Ids = {f"{state}_request_id": _request(lead, second, provider, person, state) for state in STATES}
    waiting = next(mask.id for mask in queries.masks_of(int(found["drawn_request_id"])) if _is_open(mask))
    scheme = queries.schemes_of(int(found["drawn_request_id"]))[0]
    return {**found, "request_id": found["entered_request_id"], "access_mask_id": waiting, "scheme_id": scheme.id}


def _request(lead: Actor, second: Actor, provider: Actor, person: Person, state: str) -> int:
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
            nothing = Decided((), None, "", (), None)
            schemes.answer(provider, replace(target, scheme=row), nothing, sha=row.sha256, now=utc_now())
    if state in ("waiting", "ready", "released"):
        packing.put_before(lead, target, now=utc_now())
    if state == "released":
        made = releasing.ready(target, now=utc_now())
        releasing.release(second, target, made, version=made.version, now=utc_now())
    return request.id


def _is_open(mask: AccessMask) -> bool:
    """Whether a data lead decides on it."""
    return mask.kept is None and not mask.place.startswith(OF_SCHEME)
