"""A fault stays where it is: the others answer, the failure is seen, and is logged once with a reference."""

import logging
import threading
import time
from contextlib import suppress
from datetime import date
from types import SimpleNamespace

import pytest
from flask import g
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from core.errors import Refused
from core.extensions import db
from core.partnerships.models import Partnership
from core.plugin_api import MinutesSection, PartnershipFacts, Period, Statistic, hookimpl
from core.plugin_host import (
    Answer,
    PluginFailed,
    PluginHost,
    PluginState,
    Unavailable,
    guarded,
    host_of,
)
from core.plugin_host.loading import Candidate
from tests import builders
from tests.broken_plugins import slow_when_asked
from tests.broken_plugins.errand import info
from tests.integration.plugin_host.test_loading import host_with

QUESTION = {
    "period": Period(date(2026, 1, 1), date(2026, 12, 31)),
    "partnership": PartnershipFacts(1, "Calder"),
}

FAULTY = ("raises_when_asked", "exits_when_asked", "answers_wrongly", "answers_no_list")


def wait_until_no_thread_is(name: str) -> None:
    """Wait for what a plugin still runs."""
    end = time.monotonic() + 5
    while any(thread.name == name for thread in threading.enumerate()):
        assert time.monotonic() < end
        time.sleep(0.005)


def statistics_of(app):
    return host_of(app).ask(app, "roundtable_statistics", QUESTION)


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_plugin_is_seen_to_be_missing_and_the_others_answer(name: str) -> None:
    app, host = host_with(name, "well_behaved")
    missing, good = statistics_of(app)
    assert isinstance(missing, Unavailable)
    assert missing.title == name.replace("_", " ").capitalize()
    assert missing.reference in missing.text
    assert good == Answer("well_behaved", "Well behaved", (Statistic("Errands", 1),))
    assert missing.reference in host.reports[0].last_failure


def test_a_plugin_that_hangs_is_switched_off_and_the_answer_is_there_within_3_seconds() -> None:
    app, host = host_with("hangs_when_asked", "well_behaved")
    start = time.monotonic()
    missing, good = statistics_of(app)
    assert time.monotonic() - start < 3
    assert isinstance(missing, Unavailable)
    assert isinstance(good, Answer)
    assert host.reports[0].state is PluginState.PARTLY_OFF
    start = time.monotonic()
    again, _ = statistics_of(app)
    assert time.monotonic() - start < 0.5  # not asked again
    assert again == missing


def test_a_plugin_that_was_only_slow_is_asked_again_until_the_third_time() -> None:
    app, host = host_with("slow_when_asked")
    host.deadline = 0.1
    (report,) = host.reports
    for misses in (1, 2, 3):
        slow_when_asked.GO.clear()
        (late,) = statistics_of(app)
        assert isinstance(late, Unavailable)
        assert report.misses == {"roundtable_statistics": misses}
        assert statistics_of(app) == [late]  # it runs still, so it is not called a second time
        assert report.misses == {"roundtable_statistics": misses}
        slow_when_asked.GO.set()
        wait_until_no_thread_is("slow_when_asked.roundtable_statistics")
        host.deadline = 5
        (then,) = statistics_of(app)
        host.deadline = 0.1
        assert isinstance(then, Unavailable) is (misses == 3)
        assert report.state is (PluginState.PARTLY_OFF if misses == 3 else PluginState.RUNNING)


def test_what_one_plugin_leaves_in_its_session_the_next_does_not_find(app) -> None:
    host = PluginHost(deadline=5)
    seen: list[tuple[object, object, dict[str, int]]] = []
    left_behind: list[Partnership] = []

    def one_that(leaves) -> Candidate:
        name = f"leaves_{len(host._loaded)}"

        def statistics(period, partnership):
            session = db.session()
            seen.append((session, session.scalar(text("SELECT 1")), dict(vars(g))))
            leaves(session)
            return [Statistic("Answers", 1)]

        module = SimpleNamespace(
            roundtable_info=hookimpl(specname="roundtable_info")(lambda: info(name)),
            roundtable_statistics=hookimpl(specname="roundtable_statistics")(statistics),
        )
        return Candidate(name, lambda: module)

    def refused(session) -> None:
        with suppress(DBAPIError):
            session.execute(text("UPDATE partnership SET name = 'Written'"))

    left = (
        lambda _: None,
        lambda session: session.add(Partnership(name="Left")),
        lambda session: left_behind.extend(session.scalars(select(Partnership))),
        lambda session: session.info.update(left=1),
        lambda session: session.begin_nested(),
        lambda _: setattr(g, "left", 1),
        refused,
        lambda _: None,
    )
    builders.a_partnership()
    db.session.commit()
    for leaves in left:
        host.load(one_that(leaves))
    answers = host.ask(app, "roundtable_statistics", QUESTION)
    assert [answer.values for answer in answers] == [(Statistic("Answers", 1),)] * len(left)
    assert left_behind
    sessions = [session for session, _, _ in seen]
    assert sessions[0] is sessions[1]  # who only read leaves it to the next
    assert len({id(session) for session in sessions[1:]}) == len(sessions) - 1
    assert [found for _, _, found in seen] == [{}] * len(left)


def test_a_failure_is_logged_once_with_its_reference_and_without_the_plugins_words(caplog) -> None:
    app, _ = host_with("raises_when_asked")
    with caplog.at_level(logging.ERROR):
        (first,) = statistics_of(app)
        (second,) = statistics_of(app)
    assert isinstance(first, Unavailable)
    assert first == second
    assert len(caplog.records) == 1
    assert first.reference in caplog.text
    assert "raises_when_asked.py" in caplog.text
    assert "Haworth" not in caplog.text


def test_a_plugin_may_leave_out_arguments_that_it_does_not_need() -> None:
    app, host = host_with("well_behaved")
    answers = host.ask(app, "roundtable_agenda_annotations", {"entries": (), "viewer": None})
    sections = host.ask(app, "roundtable_minutes_sections", {"record": None})
    assert [answer.values for answer in answers] == [()]
    assert isinstance(sections[0].values[0], MinutesSection)


def test_a_refusal_of_a_pathway_passes_and_any_other_error_becomes_one() -> None:
    app, host = host_with("well_behaved")
    with app.app_context():
        errand = host.pathways["errand"]
        with pytest.raises(Refused, match="Not today") as refusal, guarded(errand, "moved"):
            raise Refused("Not today")
        assert not isinstance(refusal.value, PluginFailed)
        with pytest.raises(PluginFailed, match="nothing was saved") as failure, guarded(errand, "moved"):
            raise KeyError("Lorraine Haworth")
        with pytest.raises(PluginFailed), guarded(errand, "moved"):
            raise SystemExit(1)
    assert "Haworth" not in failure.value.reason
    assert failure.value.reference in failure.value.reason
    assert "errand.moved: SystemExit" in host.reports[0].last_failure
