"""Every way in which a plugin can fail: the agenda and the minutes are there, and the others' part of them is whole.

What is missing is said where it would stand, and the log has it once under its reference.
"""

import logging
import re
import time
from collections.abc import Iterator

import pytest
from flask import Flask, current_app
from sqlalchemy import text

from core.app import create_app
from core.clock import utc_now
from core.config import Config
from core.extensions import db
from core.minutes.build import build
from core.partnerships.models import Partnership
from core.plugin_api import session
from core.plugin_host import DEADLINE, PluginFailed, host_of
from core.referrals import consents, operations
from core.referrals.queries import referral_of
from core.web.transaction import begin_write
from tests.broken_plugins import ends_the_transaction, hangs_on_an_agenda
from tests.builders import today
from tests.integration.plugin_host.test_asking import FAULTY, wait_until_no_thread_is
from tests.integration.plugin_host.test_loading import PACKAGE, REJECTED
from tests.support.browser import Browser
from tests.support.databases import let_go
from tests.support.errands import NAME
from tests.support.errands_world import Errands

ON_AN_AGENDA = (
    "raises_on_an_agenda",
    "exits_on_an_agenda",
    "answers_an_agenda_wrongly",
    "hangs_on_an_agenda",
    "writes_on_an_agenda",
)

FAULTS = {
    "raises at import": "raises_at_import",
    "sys.exit at import": "exits_at_import",
    "misspells a hook": "misspells_a_hook",
    "collides on a key": "takes_a_key",
    "wants another API": "wants_another_api",
    "returns the wrong type": "answers_an_agenda_wrongly",
    "raises in roundtable_info": "raises_when_introduced",
    "raises in roundtable_pathways": "raises_before_its_pathways",
    "raises in roundtable_agenda_annotations and roundtable_minutes_sections": "raises_on_an_agenda",
    "raises in roundtable_statistics": "raises_when_asked",
    "sys.exit in a hook": "exits_on_an_agenda",
    "hangs in a reading hook": "hangs_on_an_agenda",
    "leaves a transaction open": "writes_on_an_agenda",
}
"""The faults that must stay where they are, each with the plugin that has it."""


@pytest.fixture
def served(app, data_folder) -> Iterator[Flask]:
    """A good plugin among all those that fail, in loading or when they are asked."""
    db.session.commit()
    names = (*(each for each in REJECTED if each != "takes_a_name"), *ON_AN_AGENDA, *FAULTY)
    plugins = (NAME, *(f"{PACKAGE}.{each}" for each in names))
    made = create_app(
        Config(data=data_folder, database_url=app.config["ROUNDTABLE"].url, plugins=plugins, testing=True)
    )
    hangs_on_an_agenda.GO.clear()
    with made.app_context():
        yield made
        hangs_on_an_agenda.GO.set()
        for hook in ("roundtable_agenda_annotations", "roundtable_minutes_sections"):
            wait_until_no_thread_is(f"hangs_on_an_agenda.{hook}")
        db.session.remove()
        let_go(db.engine)


def seconds(browser: Browser, path: str) -> tuple[float, str]:
    """How long a page takes, and the page."""
    start = time.monotonic()
    answer = browser.get(path)
    assert answer.status_code == 200
    return time.monotonic() - start, answer.get_data(as_text=True)


def test_each_fault_has_its_plugin_and_each_plugin_is_tried() -> None:
    assert set(FAULTS.values()) <= {*REJECTED, *FAULTY, *ON_AN_AGENDA}


def test_the_agenda_is_there_in_time_with_what_is_good_and_says_once_what_is_missing(served, caplog) -> None:
    world = Errands()
    world.refer()
    browser, path = Browser(served, world.coordinator), f"/meetings/{world.meeting.id}"
    with caplog.at_level(logging.ERROR, "roundtable.plugins"):
        first, page = seconds(browser, path)
        second, again = seconds(browser, path)
    missing = dict(re.findall(r"([A-Z][a-z ]+): not available \(reference (\w+)\)", page))
    assert set(missing) == {each.replace("_", " ").capitalize() for each in ON_AN_AGENDA}
    assert page.count("An errand is running.") == again.count("An errand is running.") == 1
    for reference in missing.values():
        assert caplog.text.count(reference) == 1  # asked twice, logged once
        assert reference in again
    assert "Haworth" not in caplog.text + page
    # One deadline for all of them, and as much again for the page. The second time whoever hangs is not waited for.
    assert second < first < 2 * DEADLINE <= 3


def test_the_minutes_are_composed_with_what_is_good_and_say_what_is_missing(served) -> None:
    host_of(served).deadline = 0.5
    world = Errands()
    world.refer()
    sections = build(world.meeting.id).sections
    assert [each.title for each in sections if not each.note] == ["Errands"]
    assert {each.plugin for each in sections if each.note} == set(ON_AN_AGENDA)


def test_the_statistics_are_there_with_what_is_good_and_say_once_what_is_missing(served, caplog) -> None:
    world = Errands()
    browser, path = Browser(served, world.coordinator), "/partnership/statistics"
    with caplog.at_level(logging.ERROR, "roundtable.plugins"):
        took, page = seconds(browser, path)
        table = browser.get(f"{path}/export.csv").get_data(as_text=True)
    missing = dict(re.findall(r"([A-Z][a-z ]+): not available \(reference (\w+)\)", page))
    assert set(missing) == {each.replace("_", " ").capitalize() for each in FAULTY}
    for title, reference in missing.items():
        assert f"{title},{title}: not available (reference {reference}).,," in table
        assert caplog.text.count(reference) == 1  # asked twice, logged once
    assert re.search(r">Errands</th>\s*<td[^>]*>1</td>", page)
    assert ",Errands,1,," in table
    assert "Haworth" not in caplog.text + page + table
    assert took < 3


def test_a_reading_hook_that_writes_saves_nothing_and_holds_up_nobody_who_does(served) -> None:
    host_of(served).deadline = 0.5
    world = Errands("North")
    world.refer()
    Browser(served, world.coordinator).get(f"/meetings/{world.meeting.id}")
    db.session.rollback()
    begin_write()  # waits for whoever holds the lock; the one that hangs tried to
    partnership = db.session.get_one(Partnership, world.partnership.id)
    assert partnership.name == "North Community Safety Partnership"
    partnership.name = "Renamed"
    db.session.commit()


@pytest.fixture
def ending(app, data_folder) -> Iterator[Errands]:
    """Partnerships whose plugin does not leave core's transaction alone."""
    db.session.commit()
    url = app.config["ROUNDTABLE"].url
    name = f"{PACKAGE}.ends_the_transaction"
    made = create_app(Config(data=data_folder, database_url=url, plugins=(name,), testing=True))
    with made.app_context():
        world = Errands()
        yield world
        ends_the_transaction.HOW.clear()
        db.session.remove()
        let_go(db.engine)


ENDINGS = {
    "commits": lambda: session().commit(),
    "rolls back": lambda: session().rollback(),
    "opens its own": lambda: session().get_bind(),
    "commits round the interface": lambda: db.session.commit(),
    "rolls back round the interface": lambda: db.session.rollback(),
    "rolls back, and writes once more": lambda: (db.session.rollback(), db.session.execute(text("SELECT 1"))),
}


@pytest.mark.parametrize("how", ENDINGS)
def test_a_move_whose_plugin_ends_the_transaction_is_refused_and_saves_nothing_by_halves(ending, how) -> None:
    made = ending.refer()
    worker = ending.actor(ending.worker)
    consents.give_consent(worker, referral=made, key="asker", given_on=today(), now=utc_now())
    db.session.commit()
    ends_the_transaction.HOW.append(ENDINGS[how])
    made = referral_of(made.id)
    with pytest.raises(PluginFailed, match="nothing was saved"):
        operations.move(worker, referral=made, transition="take", now=utc_now(), version=made.version)
    db.session.rollback()  # as the request does, of which the refusal is the answer
    after = referral_of(made.id)
    assert (after.stage, len(after.moves)) == ("asked", 1)
    assert db.session.get_one(Partnership, ending.partnership.id).name != "Half"


def test_a_move_that_hangs_is_interrupted_and_saves_nothing(ending, caplog) -> None:
    made = ending.refer()
    worker = ending.actor(ending.worker)
    consents.give_consent(worker, referral=made, key="asker", given_on=today(), now=utc_now())
    db.session.commit()
    host = host_of(current_app)
    host.limits.seconds = 0.2

    def hang() -> None:
        db.session.execute(text("UPDATE partnership SET name = 'Half'"))
        until = time.monotonic() + 30
        while time.monotonic() < until:
            time.sleep(0.01)

    ends_the_transaction.HOW.append(hang)
    made = referral_of(made.id)
    begun = time.monotonic()
    with pytest.raises(PluginFailed, match="nothing was saved"):
        operations.move(worker, referral=made, transition="take", now=utc_now(), version=made.version)
    assert time.monotonic() - begun < 15
    db.session.rollback()
    after = referral_of(made.id)
    assert (after.stage, len(after.moves)) == ("asked", 1)
    assert db.session.get_one(Partnership, ending.partnership.id).name != "Half"
    (said,) = [each.getMessage() for each in caplog.records if each.name == "roundtable.plugins"]
    assert "Overran" in said and "reference" in said
    ends_the_transaction.HOW.clear()
    operations.move(worker, referral=after, transition="take", now=utc_now(), version=after.version)
    assert after.stage != "asked"


@pytest.mark.parametrize("how", ["commits", "rolls back", "commits round the interface"])
def test_a_withdrawal_ends_the_referral_all_the_same(ending, how) -> None:
    made = ending.refer()
    told = {"key": "asker", "now": utc_now()}
    consents.give_consent(ending.actor(ending.worker), referral=made, given_on=today(), **told)
    db.session.commit()
    ends_the_transaction.HOW.append(ENDINGS[how])
    made = referral_of(made.id)
    consents.withdraw_consent(ending.actor(ending.worker), referral=made, withdrawn_on=today(), **told)
    db.session.commit()
    after = referral_of(made.id)
    assert (after.stage_title, after.outcome) == ("Closed", "Consent withdrawn")
    assert consents.consent_states(after.consents)["asker"] == "withdrawn"


def test_a_savepoint_of_the_plugins_own_is_its_own(ending) -> None:
    def savepoint() -> None:
        with session().begin_nested():
            session().execute(text("SELECT 1"))

    ends_the_transaction.HOW.append(savepoint)
    assert ending.refer().stage == "asked"
