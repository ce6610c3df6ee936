"""Drill: two people release the same answer to somebody's request at once, on a real server: one does, with one pack.

Neither is sent to anybody, so what is counted is the papers, the record of the disclosure and the anchor in the trail.
"""

import time
from collections import Counter

import pytest
from sqlalchemy import func, select

from core.accounts.operations import sign_in
from core.accounts.queries import actor_as_of
from core.audit.models import AuditAnchor, AuditRecord
from core.audit.queries import verify_database
from core.clock import utc_now
from core.extensions import db
from core.facts import AdminRole, MaskReason
from core.subject_access import operations, packing, queries
from core.subject_access.lists import Arrived, AskedBy, Did
from core.subject_access.models import AccessEvent, AccessPaper, AccessRequest
from core.subject_access.operations import Asked
from tests.builders import a_case, a_partnership, a_person, a_user, an_agency, today
from tests.support.server import Client, at_once

SHORT, FULL = 4, 200
REFUSED = (403, 409, 422)
"""What whoever comes second is answered: nothing is done, and why."""


@pytest.fixture
def races(server, full):
    """As many requests as there are rounds, each before a second person, and two who may release each."""
    partnership = a_partnership()
    council, police = an_agency(partnership, "Council"), an_agency(partnership, "Police")
    lead, *others = (
        a_user(agency, name, admin=AdminRole.DATA_LEAD, partnership=partnership)
        for agency, name in ((council, "Lena Lead"), (council, "Sam Second"), (police, "Theo Third"))
    )
    actor = actor_as_of(lead.id, partnership.id, on=today())
    ready = []
    for number in range(FULL if full else SHORT):
        # Each about somebody else: what one was given is in their next answer.
        person = a_person(partnership, "Martin", f"Ashdown{number}")
        a_case(partnership, council, title="Noise", subject=person)
        ready.append(_ready(actor, person))
    tokens = [sign_in(user.id, now=utc_now()) for user in others]
    db.session.commit()
    db.session.remove()
    server.start()
    clients = [Client(server.port, token) for token in tokens]
    yield ready, clients
    for client in clients:
        client.close()


def _ready(actor, person):
    asked = Asked(person.name, AskedBy.THEMSELF, "", "", False, Arrived.POST, today(), "1 Post Street")
    request = operations.enter(actor, asked, person=person, now=utc_now())
    target = queries.about(request)
    operations.show_identity(actor, target, seen="Passport", on=today(), now=utc_now())
    packing.draw(actor, target, now=utc_now())
    masks = {mask.id for mask in queries.masks_of(request.id)}
    if masks:
        packing.decide(actor, target, masks=masks, decision=MaskReason.THIRD_PARTY, why="", now=utc_now())
    packing.put_before(actor, target, now=utc_now())
    db.session.flush()
    return request.id, request.version


def test_of_two_who_release_at_once_one_does_it(races, figure):
    began, (ready, clients) = time.monotonic(), races
    answers, wrong = Counter(), []
    for request_id, version in ready:
        form = {"read": "y", "version": version}
        both = sorted(at_once(clients, f"/data-protection/requests/{request_id}/release", form))
        answers.update(both)
        if both[0] != 303 or both[1] not in REFUSED:
            wrong.append(f"request {request_id}: releasing is answered {both}")
    rounds = len(ready)
    counts = {
        "released": _count(select(func.count()).where(AccessRequest.released_at.is_not(None))),
        "PDFs": _count(select(func.count()).where(AccessPaper.kind == "pdf")),
        "JSON": _count(select(func.count()).where(AccessPaper.kind == "json")),
        "lines of history": _count(select(func.count()).where(AccessEvent.did == Did.RELEASED)),
        "records": _count(select(func.count()).where(AuditRecord.action == "access_request.release")),
        "anchors": _count(select(func.count()).where(AuditAnchor.object.like("access-request:%"))),
    }
    figure(
        "release races",
        f"{rounds} rounds, {', '.join(f'{number} {what}' for what, number in counts.items())}; "
        f"answers {dict(answers)}, {time.monotonic() - began:.0f} s",
    )
    assert not wrong, "\n".join(wrong[:10])
    assert set(counts.values()) == {rounds}, counts
    assert not verify_database().faults


def _count(query):
    return db.session.scalar(query)
