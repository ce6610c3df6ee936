"""What belongs to another parent, to another partnership or to nobody reads the same: it is not there."""

import pytest

from tests.integration.matrix.walking import (
    FORBIDDEN,
    HIDDEN,
    MISSING,
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

NOBODYS_FRIENDS = ("chair", "agency admin", "partnership admin", "provider", "left", "platform admin")
"""Between them they hold every right that there is in the partnership."""


OF_THE_MACHINE = "admin.agency_sign_in", "admin.change_agency_sign_in", "admin.remove_agency_sign_in"
"""What a platform administrator keeps for every partnership: of an agency its name, and of people none."""


SIDE_BY_SIDE = {"meeting_id", "user_id"}
"""A person is no child of a meeting: what one of them gets of another's minutes is an address of its own."""


def only(app, *, ids: int) -> list[Route]:
    """The guarded routes with at least so many ids in their address."""
    return [route for route in guarded_routes(app) if len(route.ids) >= ids]


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("actor", NOBODYS_FRIENDS)
def test_another_partnerships_things_are_not_there(app, world, actor):
    browser = browser_of(app, world, actor)
    gone = {"GET": browser.get("/no-such-page").data, "POST": browser.post("/no-such-page").data}
    reached = []
    for route in only(app, ids=1):
        if actor == "platform admin" and route.endpoint in OF_THE_MACHINE:
            continue
        answer = send(browser, route, address(app, route, world.stages["foreign"]))
        if verdict_of(answer) != HIDDEN or content_of(answer) != gone[route.method]:
            reached.append(f"{route.name}: {verdict_of(answer)}")
    assert not reached, "\n".join(reached)


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("actor", ["chair", "provider", "partnership admin", "agency admin"])
def test_what_nobody_has_reads_byte_for_byte_like_what_is_hidden(app, world, actor):
    browser = browser_of(app, world, actor)
    gone = {"GET": browser.get("/no-such-page").data, "POST": browser.post("/no-such-page").data}
    wrong = []
    for route in only(app, ids=1):
        ids = ids_for(world, route)
        for name in route.ids:
            answer = send(browser, route, address(app, route, {**ids, name: MISSING}))
            allowed = verdict_of(answer) == FORBIDDEN  # the parent is known, and says no before the child is asked for
            if not allowed and (verdict_of(answer) != HIDDEN or answer.data != gone[route.method]):
                wrong.append(f"{route.name}, {name}: {verdict_of(answer)}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("actor", ["chair", "provider", "partnership admin", "agency admin"])
@pytest.mark.parametrize("whose", ["foreign", "session", "closed", "own"])
def test_a_child_is_loaded_through_its_parent(app, world, snapshot, actor, whose):
    """An item under another meeting, a case's part under another case: each alone would be open."""
    browser, reached = browser_of(app, world, actor), []
    for route in only(app, ids=2):
        ids = ids_for(world, route)
        for name in route.ids - (SIDE_BY_SIDE if route.ids <= SIDE_BY_SIDE else set()):
            other = world.stages[whose].get(name)
            if other is None or other == ids[name]:
                continue
            answer = send(browser, route, address(app, route, {**ids, name: other}))
            if verdict_of(answer) not in (HIDDEN, FORBIDDEN):
                reached.append(f"{route.name}, {name}: {verdict_of(answer)}")
            if answer.status_code < 400:
                snapshot.put_back()
    assert not reached, "\n".join(reached)


@pytest.mark.sqlite_alone
def test_every_unsafe_route_refuses_a_request_without_a_token(app, world):
    browser = browser_of(app, world, "chair")
    for route in routes_of(app):
        if route.method != "GET":
            answer = browser.post(address(app, route, ids_for(world, route)), {"csrf_token": ""})
            assert answer.status_code == 400, route.name


@pytest.mark.sqlite_alone
def test_every_unsafe_route_refuses_another_sessions_token_and_one_of_an_anonymous_request(app, world):
    chair, member = browser_of(app, world, "chair"), browser_of(app, world, "member")
    anonymous = browser_of(app, world, "anonymous")
    for token in (member.csrf(), anonymous.csrf()):
        for route in guarded_routes(app):
            if route.method != "GET":
                answer = chair.post(address(app, route, ids_for(world, route)), {"csrf_token": token})
                assert answer.status_code == 400, route.name


@pytest.mark.sqlite_alone
def test_every_guarded_write_refuses_a_request_without_a_key(app, world):
    browser = browser_of(app, world, "chair")
    for key in ("", "not-a-uuid"):
        for route in guarded_routes(app):
            if route.method != "GET":
                answer = browser.post(address(app, route, ids_for(world, route)), {"idempotency_key": key})
                assert answer.status_code == 400, route.name
