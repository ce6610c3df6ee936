"""After an erasure the schemes count as before, and every page about what is left opens or says why not."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core import plugin_host
from core.accounts.queries import actor_as_of
from core.cases.models import Case
from core.clock import utc_now
from core.dates import in_words
from core.emergencies.models import Emergency
from core.extensions import db
from core.facts import SYSTEM
from core.meetings.models import Meeting
from core.plugin_api.facts import Period
from core.plugin_host import Unavailable
from core.referrals.facts import ERASED, Erased, facts_of
from core.referrals.models import Referral
from core.reports import queries as reports
from core.retention.erasing import erase
from core.retention.kinds import Kind
from core.subject_access.models import AccessRequest
from core.web.transaction import begin_write
from tests.builders import today
from tests.integration.matrix.walking import address, browser_of, guarded_routes, ids_for

READERS = ("chair", "data lead")


def erased(record_id: int, folder: Path, kind: Kind = Kind.CASE) -> None:
    db.session.rollback()
    begin_write()
    erase(SYSTEM, kind, record_id, file=folder / "erasures.jsonl", on=today(), now=utc_now())
    db.session.commit()


@pytest.mark.sqlite_alone
def test_every_scheme_counts_the_same_as_before(app, world, tmp_path):
    partnership_id = db.session.get_one(Case, world.stages["own"]["case_id"]).partnership_id
    actor = actor_as_of(world.people["partnership admin"].user_id, partnership_id, on=today())
    period = Period(today() - timedelta(days=3_000), today())

    def counted() -> dict[str, object]:
        answers = reports.counted(actor, period)
        assert not [each for each in answers if isinstance(each, Unavailable)]
        return {each.title: each.values for each in answers}

    with app.test_request_context():
        before = counted()
        erased(world.stages["own"]["case_id"], tmp_path)
        assert counted() == before
    assert any(value.value for values in before.values() for value in values), "there is something to count"


@pytest.mark.sqlite_alone
def test_no_page_about_it_breaks_and_no_plugin_is_asked_what_an_empty_payload_says(app, world, tmp_path, caplog):
    case_id = world.stages["own"]["case_id"]
    name = db.session.get_one(Case, case_id).title
    erased(case_id, tmp_path)
    broken, said = [], []
    for reader in READERS:
        browser = browser_of(app, world, reader)
        for route in guarded_routes(app):
            if route.method != "GET":
                continue
            answer = browser.get(address(app, route, ids_for(world, route)))
            if answer.status_code >= 500:
                broken.append(f"{reader}: {route.name}: {answer.status_code}")
            if answer.mimetype == "text/html" and name in answer.get_data(as_text=True):
                said.append(f"{reader}: {route.name}")
    assert broken == []
    assert said == []
    assert [record.getMessage() for record in caplog.records if record.name == "roundtable.plugins"] == []


@pytest.mark.sqlite_alone
def test_no_page_about_what_belonged_to_no_case_breaks(app, world, tmp_path):
    """Every meeting lost its own words, every request and every emergency what was typed."""
    records = [
        *((Kind.ACCESS, each) for each in db.session.scalars(select(AccessRequest.id))),
        *((Kind.EMERGENCY, each) for each in db.session.scalars(select(Emergency.id))),
        *((Kind.MEETING, each) for each in db.session.scalars(select(Meeting.id))),
    ]
    assert len({kind for kind, _ in records}) == 3
    for kind, record_id in records:
        erased(record_id, tmp_path, kind)
    broken = []
    for reader in READERS:
        browser = browser_of(app, world, reader)
        for route in guarded_routes(app):
            if route.method == "GET":
                answer = browser.get(address(app, route, ids_for(world, route)))
                if answer.status_code >= 500:
                    broken.append(f"{reader}: {route.name}: {answer.status_code}")
    assert broken == []


@pytest.mark.sqlite_alone
def test_the_page_of_a_referral_says_when_it_was_erased_and_nothing_of_it_moves_on(app, world, tmp_path, caplog):
    own = world.stages["own"]
    erased(own["case_id"], tmp_path)
    referrals = db.session.scalars(select(Referral).where(Referral.case_id == own["case_id"])).all()
    assert referrals, "there is one"
    running = plugin_host.installed()
    for referral in referrals:
        with app.app_context(), pytest.raises(Erased, match="was erased on"):
            facts_of(referral, running[referral.pathway_key])
    page = browser_of(app, world, "chair").get(f"/referrals/{referrals[0].id}").get_data(as_text=True)
    assert ERASED.format(day=in_words(today())) in page
    assert [record for record in caplog.records if record.name == "roundtable.plugins"] == []
