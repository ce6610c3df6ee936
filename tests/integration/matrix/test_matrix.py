"""The authorization matrix (docs/adr/0004-one-gate-one-transaction.md).

What is reviewed are two short tables: `routes.txt`, route -> permission, and `verdicts.csv`, permission x actor.
Neither is derived from the policy. Every route that the application has is in the first, or the test fails.
"""

import csv
from functools import cache
from pathlib import Path

import pytest

from tests.integration.matrix.reading import expected_on
from tests.integration.matrix.walking import (
    ALLOWED,
    SIGN_IN,
    Route,
    address,
    browser_of,
    content_of,
    guarded_routes,
    ids_for,
    routes_of,
    send,
    verdict_of,
)
from tests.integration.matrix.world import ACTORS, SIGNED_OUT

HERE = Path(__file__).parent


SHOWS_LESS = {
    "GET /meetings/calendar.ics": "see meeting",  # the group's meetings, for whoever may see them
}
"""What these are about is asked for behind the gate: route -> the permission that decides then."""


@cache
def reviewed_routes() -> dict[str, str]:
    """`routes.txt`: "METHOD /address" -> permission."""
    lines = (HERE / "routes.txt").read_text("utf-8").splitlines()
    rows = [line.rsplit("  ", 1) for line in lines if line and not line.startswith("#")]
    return dict(rows)


@cache
def reviewed_verdicts() -> dict[str, dict[str, str]]:
    """`verdicts.csv`: permission -> actor -> verdict on the partnership's own things."""
    with (HERE / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        return {row.pop("permission"): row for row in csv.DictReader(file)}


def reviewed_verdict(route: Route, actor: str) -> str:
    """What is to come of it. Of a permission that is asked in general and of one thing, the table has both rows."""
    if actor in SIGNED_OUT:
        return SIGN_IN
    general = reviewed_verdicts().get(f"{route.permission} (in general)")
    verdict = (general if general and not route.ids else reviewed_verdicts()[route.permission])[actor]
    behind = SHOWS_LESS.get(route.name, route.permission)
    return reviewed_verdicts()[behind][actor] if verdict == ALLOWED and behind != route.permission else verdict


def test_every_route_is_in_the_reviewed_table(app):
    assert {route.name: route.permission for route in routes_of(app)} == reviewed_routes()


def test_the_reviewed_table_of_verdicts_has_every_permission_in_use_and_every_actor(app):
    for route in guarded_routes(app):
        for actor in ACTORS:
            assert reviewed_verdict(route, actor) in ("yes", "no", "hidden"), f"{route.name}, {actor}"


@pytest.mark.parametrize("actor", (*ACTORS, *SIGNED_OUT))
def test_each_actor_meets_the_reviewed_verdict_on_every_page(app, world, snapshot, actor):
    browser, wrong = browser_of(app, world, actor), []
    for route in guarded_routes(app):
        if route.method != "GET":
            continue
        ids = ids_for(world, route)
        answer = send(browser, route, address(app, route, ids))
        content, verdict = content_of(answer), verdict_of(answer)
        if verdict != reviewed_verdict(route, actor):
            wrong.append(f"{route.name}: {verdict}, not {reviewed_verdict(route, actor)}")
        elif verdict == ALLOWED and (missing := expected_on(route, ids, world, answer.mimetype, content)):
            wrong.append(f"{route.name}: does not carry {missing}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("actor", (*ACTORS, *SIGNED_OUT))
def test_each_actor_meets_the_reviewed_verdict_on_every_write(app, world, snapshot, actor):
    browser, wrong = browser_of(app, world, actor), []
    for route in guarded_routes(app):
        if route.method == "GET":
            continue
        answer = send(browser, route, address(app, route, ids_for(world, route)))
        if verdict_of(answer) != reviewed_verdict(route, actor):
            wrong.append(f"{route.name}: {verdict_of(answer)}, not {reviewed_verdict(route, actor)}")
        if answer.status_code < 400:
            snapshot.put_back()
            browser = browser_of(app, world, actor)  # what was done may have ended the session
    assert not wrong, "\n".join(wrong)
