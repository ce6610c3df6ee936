"""A provider fills in its pathway's own form; two providers of one pathway each go by their own."""

import pytest

from core.audit.models import AuditRecord
from core.clock import utc_now
from core.errors import Refused
from core.extensions import db
from core.partnerships.models import Provider
from core.referrals import consents, handing_over
from core.referrals.queries import referral_of
from tests.builders import a_provider, an_agency, today
from tests.support.browser import Browser
from tests.support.errands_world import Errands


@pytest.fixture
def north(errands_app):
    with errands_app.app_context():
        yield Errands("North")
        db.session.remove()


@pytest.fixture
def worker(errands_app, north) -> Browser:
    """The provider's own administrator."""
    return Browser(errands_app, north.worker)


def path(provider: Provider, rest: str = "") -> str:
    return f"/partnership/providers/{provider.id}{rest}"


def filled_in(worker: Browser, provider: Provider, fetches: str, **more: str):
    db.session.refresh(provider)
    data = {"version": str(provider.version), "details-fetches": fetches, **more}
    return worker.post(path(provider, "/settings"), data)


def test_what_is_filled_in_is_checked_kept_with_its_version_shown_and_recorded(errands_app, north, worker) -> None:
    assert "Not filled in" in worker.get(path(north.provider)).get_data(as_text=True)
    wrong = filled_in(worker, north.provider, "")
    assert wrong.status_code == 422
    assert "Enter what they fetch" in wrong.get_data(as_text=True)
    assert filled_in(worker, north.provider, "Bread & milk").status_code == 303
    db.session.refresh(north.provider)
    assert (north.provider.settings["fetches"], north.provider.settings_version) == ("Bread & milk", 2)
    assert "Bread &amp; milk" in Browser(errands_app, north.coordinator).get(path(north.provider)).get_data(
        as_text=True
    )
    assert 'value="Bread &amp; milk"' in worker.get(path(north.provider, "/settings")).get_data(as_text=True)
    row = db.session.query(AuditRecord).filter_by(action="provider.settings").one()
    assert row.object == f"provider:{north.provider.id}"


def test_whoever_comes_second_is_told_what_is_kept(north, worker) -> None:
    first = str(north.provider.version)
    filled_in(worker, north.provider, "bread")
    late = filled_in(worker, north.provider, "milk", version=first)
    assert late.status_code == 409
    page = late.get_data(as_text=True)
    assert "bread" in page and 'value="milk"' in page


def test_two_providers_stand_side_by_side_and_each_goes_by_its_own(errands_app, north, worker) -> None:
    idle = a_provider(north.partnership, an_agency(north.partnership, "Idle Runners"), "errand")
    idle.settings, idle.settings_version = {"fetches": "nothing"}, 2
    filled_in(worker, north.provider, "bread")
    choice = Browser(errands_app, north.coordinator).get(f"/cases/{north.case.id}/refer").get_data(as_text=True)
    assert "Errand: North Runners" in choice and "Errand: Idle Runners" in choice
    assert f"/refer/{north.person.id}/{north.provider.id}" in choice
    assert f"/refer/{north.person.id}/{idle.id}" not in choice
    assert "This provider fetches nothing." in choice
    with pytest.raises(Refused, match="fetches nothing"):
        north.refer(idle)
    made = north.refer()
    consents.give_consent(north.actor(north.worker), referral=made, key="asker", given_on=today(), now=utc_now())
    with pytest.raises(Refused, match="fetches nothing"):
        handing_over.hand_over(
            north.actor(north.worker),
            referral=made,
            provider=idle,
            agreed_on=today(),
            reason="Full",
            version=made.version,
            now=utc_now(),
        )
    db.session.rollback()
    assert referral_of(made.id).closed_at is None


def test_what_an_older_form_asked_must_be_filled_in_again_and_does_not_count_until_then(north, worker) -> None:
    north.provider.settings, north.provider.settings_version = {"fetches": "nothing"}, 1
    db.session.commit()
    assert "must be filled in again" in worker.get(path(north.provider)).get_data(as_text=True)
    assert north.refer().stage == "asked"
    filled_in(worker, north.provider, "bread")
    assert "must be filled in again" not in worker.get(path(north.provider)).get_data(as_text=True)


def test_a_pathway_that_asks_for_nothing_has_no_such_page(app, visitor) -> None:
    world = Errands("South")
    gone = a_provider(world.partnership, world.runners, "uninstalled")
    assert visitor(world.worker).get(path(gone, "/settings")).status_code == 404
    assert visitor(world.worker).get(path(gone)).status_code == 200
