"""Names that somebody may not see are in nothing that they are given: pages, files, titles, searches, logs, errors."""

import logging
import re

import pytest
from sqlalchemy import delete, select

from core.accounts.models import User
from core.extensions import db
from core.partnerships.models import Signature
from core.recording.models import Recusal
from tests.integration.matrix.canaries import EVERY_WORD, MAY_READ, Haul, all_of, stages_of
from tests.integration.matrix.walking import address, browser_of, guarded_routes, ids_for, own_copy
from tests.integration.matrix.world import ACTORS, FOREIGN, WORDS, World
from tests.support.browser import Browser

KEYS = re.compile(r'value="[0-9A-Za-z._-]{36,}"|value=""')
"""Tokens against forged requests and keys of writes."""


def everything_given_to(app, world: World, browser: Browser, actor: str) -> Haul:
    """What somebody is given who opens every address there is, in every state of the meeting; each address once."""
    haul, seen = Haul(), set()
    for route in guarded_routes(app):
        if route.method != "GET":
            continue
        for stage in stages_of(world, route):
            for named in (world.stages[stage], ids_for(world, route, stage)):
                ids = {**named, "copy_id": own_copy(world, route, actor)}
                if route.arguments <= set(ids) and (path := address(app, route, ids)) not in seen:
                    seen.add(path)
                    haul.take(f"{stage}: {path}", all_of(browser.get(path)))
    return haul


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("actor", ACTORS)
def test_everybody_reads_what_they_may_and_nothing_else(app, world, snapshot, caplog, actor):
    haul = everything_given_to(app, world, browser_of(app, world, actor), actor)
    wrong = [
        f"{word}: {places[:8]}"
        for word, places in haul.found.items()
        if actor not in MAY_READ.get(word, {"foreign admin"})
    ]
    assert not wrong, "\n".join(wrong)
    assert set(haul.found) - {FOREIGN} == {word for word, actors in MAY_READ.items() if actor in actors}
    assert not [word for word in EVERY_WORD if word in caplog.text]


@pytest.mark.sqlite_alone
def test_minutes_tell_steps_and_dates_of_the_mediation_of_which_a_word_is_all_that_is_said(app, world):
    sent = world.stages["sent"]
    for reader, path in (
        ("chair", f"/meetings/{sent['meeting_id']}/minutes"),
        ("member", "/copies/{copy of member}/minutes.pdf"),
    ):
        page = all_of(browser_of(app, world, reader).get(path.format(**sent)))
        assert "Mediation, step by step" in page, reader
        assert "Joint or shuttle session" in page
        assert WORDS["staff"] not in page


SEARCHES = (
    "/cases?q={}",
    "/cases/{case_id}/people/add?name={}",
    "/meetings/{meeting_id}/agenda/add?q={}",
    "/meetings/{meeting_id}/nominations/new?q={}",
)


@pytest.mark.parametrize("actor", ["member", "chair", "unsigned", "recused", "other group", "auditor"])
def test_a_search_finds_and_counts_nothing_that_the_seeker_may_not_open(app, world, actor):
    """It reads as one for a name that nobody has."""
    browser = browser_of(app, world, actor)
    for word in (WORDS["secret"], WORDS["case"], FOREIGN):
        if actor in MAY_READ.get(word, ()):
            continue
        for search in SEARCHES:
            path = search.format("{}", **world.stages["own"])
            real, nonsense = (
                KEYS.sub("", browser.get(path.format(sought)).get_data(as_text=True).replace(sought, ""))
                for sought in (word[:-2], "Wibblewobble")
            )
            assert real == nonsense, f"{path}, {word}"


@pytest.mark.sqlite_alone
def test_whoever_declares_an_interest_loses_the_case_everywhere_the_chair_included(app, world):
    chair, ids = browser_of(app, world, "chair"), world.stages["session"]
    member = world.people["member"].user_id
    twice = db.session.scalars(select(Recusal).where(Recusal.case_id != ids["case_id"])).first()
    assert twice is not None, "the case with two records of one name"
    kin = {"user_id": world.people["chair"].user_id, "declared_at": twice.declared_at, "reason": "A cousin"}
    db.session.add(Recusal(item_id=twice.item_id, case_id=twice.case_id, **kin))
    db.session.commit()
    answer = chair.post(
        "/meetings/{meeting_id}/live/items/{item_id}/conflict".format(**ids), {"reason": "A cousin", "chair": member}
    )
    assert answer.status_code == 303
    haul = everything_given_to(app, world, chair, "chair")
    gone = {WORDS[name] for name in ("case", "chair", "named", "return", "staff")}
    assert not {word: places for word, places in haul.found.items() if word in gone}
    assert WORDS["secret"] in haul.found, "the other cases are still the chair's"


@pytest.mark.sqlite_alone
def test_a_signature_that_ends_takes_every_name_away_the_chairs_included(app, world):
    agency = db.session.get_one(User, world.people["chair"].user_id).agency_id
    db.session.execute(delete(Signature).where(Signature.agency_id == agency))
    db.session.commit()
    for actor in ("chair", "coordinator"):
        assert not everything_given_to(app, world, browser_of(app, world, actor), actor).found


def test_nothing_of_the_meeting_is_shown_before_the_statement_is_accepted(app, world):
    """On the page, in the fragments that it asks for, in the forms, and in what is refused."""
    browser, haul = browser_of(app, world, "newcomer"), Haul()
    for route in guarded_routes(app):
        if route.method == "GET" and "/live" in route.rule.rule:
            path = address(app, route, world.stages["session"])
            for headers in ({}, {"HX-Request": "true"}):
                haul.take(path, all_of(browser.get(path, headers=headers)))
    assert not haul.found


@pytest.mark.sqlite_alone
def test_a_deputy_reads_what_is_on_the_agenda_until_the_meeting_is_over(app, world):
    coordinator, deputy = browser_of(app, world, "coordinator"), browser_of(app, world, "other group")
    live = "/meetings/{meeting_id}/live".format(**world.stages["session"])
    seat = {"person": world.people["other group"].user_id, "deputy_for": "Mo Member"}
    assert coordinator.post(f"{live}/attendance/deputy", seat).status_code == 303
    assert deputy.post(f"{live}/accept", {"accepted": "y"}).status_code == 303
    haul = everything_given_to(app, world, deputy, "other group")
    assert set(haul.found) == {WORDS["case"], WORDS["victim"]}, haul.found
    assert any("session" in place for place in haul.found[WORDS["case"]])
    assert coordinator.post(f"{live}/close", {"recorded": "heard"}).status_code == 303
    assert not everything_given_to(app, world, deputy, "other group").found


def test_an_error_names_nobody_on_the_page_or_in_the_log(app, world, caplog, monkeypatch):
    """In an installation; a test's own log has the whole traceback."""
    monkeypatch.setitem(app.config, "TESTING", False)

    def breaks(*_arguments: object, **_more: object) -> None:
        raise RuntimeError(f"no such person: {WORDS['case']}")

    monkeypatch.setattr("core.cases.queries.events_of", breaks)
    with caplog.at_level(logging.DEBUG, logger="roundtable"):
        answer = browser_of(app, world, "chair").get("/cases/{case_id}".format(**world.stages["own"]))
    assert answer.status_code == 500
    assert WORDS["case"] not in answer.get_data(as_text=True)
    assert "RuntimeError" in caplog.text
    assert WORDS["case"] not in caplog.text


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("actor", ["chair", "coordinator"])
def test_a_protected_address_is_on_its_own_pages_and_in_no_document(app, world, snapshot, actor):
    """Of those who may read it, too: what is printed or downloaded goes on to others."""
    haul = everything_given_to(app, world, browser_of(app, world, actor), actor)
    places = {place.partition(": ")[2].rpartition("/address")[2] for place in haul.found[WORDS["shelter"]]}
    assert places == {"", "/protect", "/end"}
    assert all("/people/" in place for place in haul.found[WORDS["shelter"]])
