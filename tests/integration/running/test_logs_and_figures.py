"""What the log and Prometheus are told: routes, numbers and times; nobody's name, and no word that anybody typed."""

import io
import json
import logging
import subprocess
import sys

import pytest

from core.app import create_app
from core.config import Config
from core.extensions import db
from core.web.logs import REQUESTS, JsonLines
from tests.builders import a_case, a_group, a_partnership, a_person, a_user, an_agency
from tests.support.browser import Browser
from tests.support.databases import let_go

pytestmark = pytest.mark.sqlite_alone
CANARIES = ("Quenby", "Isolde", "Olu", "officer", "lantern", "10.9.8.7")


@pytest.fixture
def log():
    """What the service logs during a test, as it would be written."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    level = REQUESTS.level
    REQUESTS.setLevel(logging.INFO)
    yield out
    REQUESTS.setLevel(level)
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def served(app):
    """The same data, with the figures on and a token for them."""
    given = app.config["ROUNDTABLE"]
    made = create_app(Config(data=given.data, database_url=given.url, testing=True, metrics=True, metrics_token=TOKEN))
    yield made
    with made.app_context():
        let_go(db.engine)


TOKEN = "a-token-for-the-test-of-figures"


@pytest.fixture
def officer(app):
    partnership = a_partnership()
    agency = an_agency(partnership, "Borough Council")
    group = a_group(partnership)
    user = a_user(agency, "Olu Officer", group=group)
    case = a_case(partnership, agency, title="Isolde Quenby", subject=a_person(partnership, "Isolde", "Quenby"))
    db.session.commit()
    user.case_id = case.id
    return user


def test_a_request_is_one_line_with_its_route_and_nobodys_name(served, officer, log):
    browser = Browser(served, officer)
    headers = {"X-Forwarded-For": "10.9.8.7", "User-Agent": "Olu's phone", "Referer": "http://x/?q=Quenby"}
    assert browser.get(f"/cases/{officer.case_id}?note=Quenby", headers=headers).status_code == 200
    browser.get("/cases", query_string={"q": "Isolde Quenby"}, headers=headers)
    browser.get("/people/Quenby", headers=headers)
    browser.post("/sign-in", {"email": "officer@quenby.example", "password": "lantern-orbit"})
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [(line["method"], line["route"], line["status"], line["actor"]) for line in lines[:3]] == [
        ("GET", "/cases/<int:case_id>", 200, f"u_{officer.id}"),
        ("GET", "/cases", 200, f"u_{officer.id}"),
        ("GET", "-", 404, f"u_{officer.id}"),
    ]
    assert all(len(line["request"]) == 16 and line["ms"] >= 0 and line["at"].endswith("+00:00") for line in lines)
    assert not any(canary.lower() in log.getvalue().lower() for canary in CANARIES)


def test_a_fault_is_told_by_its_kind_and_place_and_not_by_what_it_holds(log):
    try:
        raise LookupError("no row for Isolde Quenby")
    except LookupError:
        logging.getLogger("huey").exception("task for %s failed", "Isolde Quenby")
    logging.getLogger("gunicorn.error").warning("bad request for /cases?q=Quenby")
    logging.getLogger("roundtable.jobs").warning("worker started")
    task, gunicorn, ours = (json.loads(line) for line in log.getvalue().splitlines())
    assert (task["message"], task["error"]) == ("task for %s failed", "LookupError")
    assert task["places"][-1].endswith("test_a_fault_is_told_by_its_kind_and_place_and_not_by_what_it_holds")
    assert (gunicorn["message"], gunicorn["level"]) == ("", "warning") and gunicorn["place"].startswith("test_logs")
    assert ours["message"] == "worker started"
    assert "Quenby" not in log.getvalue()


def test_figures_are_for_this_machine_or_who_bears_the_token_and_name_nobody(served, officer, app):
    browser = Browser(served, officer)
    browser.get(f"/cases/{officer.case_id}")
    browser.get("/cases?q=Quenby")
    browser.get("/nowhere/Quenby")
    visitor = served.test_client()
    text = visitor.get("/metrics").text
    assert 'roundtable_requests_total{method="GET",route="/cases/<int:case_id>",status="200"} 1.0' in text
    assert 'roundtable_requests_total{method="GET",route="-",status="404"} 1.0' in text
    assert 'roundtable_request_seconds_count{route="/cases"} 1.0' in text
    for moment in ("database_reached 1", "mails_failed 0", "workers_at_work 0", "audit_records "):
        assert f"\nroundtable_{moment}" in text
    assert not any(canary.lower() in text.lower() for canary in CANARIES)
    missing = visitor.get("/no-such-page").data
    for refused in (
        visitor.get("/metrics", environ_overrides={"REMOTE_ADDR": "10.9.8.7"}),
        visitor.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}),
        visitor.get("/metrics", headers={"Authorization": "Bearer guessed", "X-Forwarded-For": "10.9.8.7"}),
        app.test_client().get("/metrics"),
    ):
        assert refused.status_code == 404 and refused.data == missing
    bearer = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "10.9.8.7"}
    assert visitor.get("/metrics", headers=bearer).status_code == 200


def test_a_database_that_is_away_is_a_figure(served, monkeypatch):
    monkeypatch.setattr("core.home.figures.mails_unfinished", lambda: db.session.execute(db.text("SELECT * FROM gone")))
    assert "\nroundtable_database_reached 0" in served.test_client().get("/metrics").text


def test_processes_of_one_gunicorn_answer_for_all(tmp_path):
    counting = (
        "from core.web.figures import Figures\n"
        "figures = Figures(lambda: 2)\n"
        "figures.count(method='GET', route='/cases', status=200, seconds=0.1)\n"
        "print(figures.text({})[0].decode())"
    )
    environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PATH": ""}
    said = [
        subprocess.run(
            [sys.executable, "-c", counting], env={**environment, "PYTHONPATH": ":".join(sys.path)}, capture_output=True
        ).stdout.decode()
        for _ in range(2)
    ]
    assert 'roundtable_requests_total{method="GET",route="/cases",status="200"} 1.0' in said[0]
    assert 'roundtable_requests_total{method="GET",route="/cases",status="200"} 2.0' in said[1]
