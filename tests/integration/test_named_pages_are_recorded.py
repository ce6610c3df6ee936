"""Nobody is shown a name without a record of it: pages, forms that come back with mistakes, and conflicts alike."""

import json

import pytest
from sqlalchemy import func, select

from core.audit.models import AuditRecord
from core.extensions import db
from tests.integration.matrix.canaries import all_of, stages_of
from tests.integration.matrix.walking import address, browser_of, guarded_routes, own_copy, send
from tests.integration.matrix.world import WORDS

OF_PEOPLE = tuple(WORDS[name] for name in ("case", "victim", "secret", "staff", "return", "chair", "named"))
"""The words that stand for people; the others are on places and on what waits for a decision."""

OWN_STAFF = {"mentoring.mentors", "mentoring.edit_mentor"}
"""A scheme's register of its own volunteers: nobody of a case is in it, so its records have no subjects."""

SHOWN = {"consultation", "disclosure"}


def newest() -> int:
    """The number of the trail's newest record."""
    return db.session.scalar(select(func.max(AuditRecord.seq))) or 0


def shown_since(seq: int, *, of_cases: bool = True) -> list[dict]:
    """What was put down since as shown to somebody: with the persons concerned, where they are persons of cases."""
    rows = (json.loads(body) for body in db.session.scalars(select(AuditRecord.body).where(AuditRecord.seq > seq)))
    return [row for row in rows if row["category"] in SHOWN and (row["subjects"] or not of_cases)]


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("actor", ["chair", "provider"])
def test_whatever_names_somebody_is_recorded_with_whom_it_names(app, world, snapshot, actor):
    browser, seen, unrecorded, named = browser_of(app, world, actor), set(), [], 0
    for route in guarded_routes(app):
        for stage in stages_of(world, route):
            ids = {**world.stages[stage]}
            ids["copy_id"] = own_copy(world, route, actor)
            if not route.arguments <= set(ids) or (sent := (route.method, address(app, route, ids))) in seen:
                continue
            seen.add(sent)
            before = newest()
            answer = send(browser, route, sent[1])
            text = all_of(answer).casefold()
            if any(word.casefold() in text for word in OF_PEOPLE):
                named += 1
                if not shown_since(before, of_cases=route.endpoint not in OWN_STAFF):
                    unrecorded.append(f"{answer.status} {stage} {route.name}")
            if route.method != "GET" and answer.status_code < 400:
                snapshot.put_back()
                browser = browser_of(app, world, actor)  # what was done may have ended the session
    assert not unrecorded, "\n".join(unrecorded)
    assert named > 5


STALE = {
    "/people/{person_id}/edit": {"given_name": "Ada", "why": "it has changed since"},
    "/cases/{case_id}/monitor": {"reason": "Quiet"},
    "/actions/{action_id}/progress": {"note": "Rang twice"},
    "/meetings/{meeting_id}/items/{item_id}/edit": {"minutes": "5", "reason": "Shorter"},
}


@pytest.mark.parametrize("path", STALE)
def test_a_conflict_shows_what_is_stored_and_says_so_in_the_trail(app, world, path):
    browser, before = browser_of(app, world, "chair"), newest()
    answer = browser.post(path.format(**world.stages["own"]), {**STALE[path], "version": "999"})
    assert answer.status_code == 409
    assert len(shown_since(before)) == 1


def test_a_write_that_is_done_shows_nothing_and_is_recorded_as_a_write_alone(app, world):
    browser, before = browser_of(app, world, "chair"), newest()
    path = "/actions/{action_id}/progress".format(**world.stages["own"])
    assert browser.post(path, {"note": "Rang twice", "version": "1"}).status_code == 303
    assert not shown_since(before)
    assert newest() == before + 1
