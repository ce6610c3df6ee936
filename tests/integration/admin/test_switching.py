"""A partnership switches a plugin off: there it is as if it were not installed, and nowhere else."""

import pytest

from core.accounts.models import User
from core.admin import queries, switching
from core.audit.models import AuditRecord
from core.clock import utc_now
from core.errors import Refused, Stale
from core.extensions import db
from core.minutes.build import build
from core.plugin_api import PartnershipFacts, Period
from core.plugin_host import ask
from core.referrals import consents, operations
from core.referrals.cautions import cautions_about
from core.referrals.queries import providers_in, referral_of
from tests.builders import today
from tests.support.browser import Browser
from tests.support.errands_world import Errands

REASON = "Their insurance has lapsed"
AWAY = "Errand has been switched off in this partnership since"


@pytest.fixture
def north(errands_app):
    with errands_app.app_context():
        yield Errands("North")
        db.session.remove()


def switch(world: Errands, *, version: int = 0, turn=switching.switch_off) -> None:
    turn(world.actor(world.admin), plugin="errands", reason=REASON, version=version, now=utc_now())
    db.session.commit()


def text(browser: Browser, path: str, status: int = 200) -> str:
    answer = browser.get(path, follow_redirects=True)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def seen_by(errands_app, world: Errands, referral_id: int) -> dict[str, bool]:
    """What there is of the plugin, wherever it could be."""
    coordinator, worker = Browser(errands_app, world.coordinator), Browser(errands_app, world.worker)
    asked = {"period": Period(today(), today()), "partnership": PartnershipFacts(world.partnership.id, "P")}
    return {
        "offered to whoever refers": f"/refer/{world.neighbour.id}/{world.provider.id}"
        in text(coordinator, f"/cases/{world.case.id}/refer"),
        "said on the agenda": "An errand is running." in text(coordinator, f"/meetings/{world.meeting.id}"),
        "in minutes that are composed": any(s.title == "Errands" for s in build(world.meeting.id).sections),
        "counted": bool(ask("roundtable_statistics", world.partnership.id, **asked)),
        "a page of its own": worker.get(f"/pathways/errands/providers/{world.provider.id}/runners").status_code == 200,
        "linked from the work list": "Runners</a>" in text(worker, "/referrals"),
        "a step to make": "Take it" in text(worker, f"/referrals/{referral_id}"),
    }


def test_switched_off_there_is_nothing_of_it_in_that_partnership_and_all_of_it_elsewhere(errands_app, north) -> None:
    south = Errands("South")
    here, there = north.refer().id, south.refer().id
    before = seen_by(errands_app, north, here)
    assert all(before.values()), before
    switch(north)
    after = seen_by(errands_app, north, here)
    assert not any(after.values()), after
    assert all(seen_by(errands_app, south, there).values())
    switch(north, version=1, turn=switching.switch_on)
    assert seen_by(errands_app, north, here) == before


def test_what_was_kept_reads_on_and_says_why_nothing_can_be_moved(errands_app, north) -> None:
    made = north.refer()
    switch(north)
    worker = Browser(errands_app, north.worker)
    assert REASON in text(Browser(errands_app, north.coordinator), f"/cases/{north.case.id}/refer")
    page = text(worker, f"/referrals/{made.id}")
    assert "a parcel" in page
    assert AWAY in page and REASON in page
    assert REASON in text(worker, f"/pathways/errands/providers/{north.provider.id}/runners", 403)
    assert AWAY in text(worker, f"/referrals/{made.id}/moves/take", 409)
    assert AWAY in text(Browser(errands_app, north.admin), f"/partnership/providers/{north.provider.id}")
    assert cautions_about(north.actor(north.coordinator), [north.person.id]) != []  # as dangerous to forget as before


def test_nothing_is_begun_or_moved_and_a_withdrawal_still_ends_it(errands_app, north) -> None:
    made = north.refer()
    give = {"referral": made, "key": "asker", "now": utc_now()}
    consents.give_consent(north.actor(north.worker), given_on=today(), **give)
    switch(north)
    assert providers_in(north.partnership.id, on=today()) == []
    with pytest.raises(Refused, match=REASON):
        north.refer()
    worker = north.actor(north.worker)
    with pytest.raises(Refused, match=REASON):
        operations.move(worker, referral=referral_of(made.id), transition="take", now=utc_now(), version=made.version)
    give["referral"] = referral_of(made.id)
    consents.withdraw_consent(worker, withdrawn_on=today(), **give)
    assert (referral_of(made.id).stage, referral_of(made.id).outcome) == ("dropped", "Consent withdrawn")


def test_the_administrator_turns_it_with_a_reason_and_whoever_comes_second_is_told(errands_app, north) -> None:
    admin = Browser(errands_app, north.admin)
    path = "/admin/plugins/errands/switch"
    assert "Enter the reason" in admin.post(path, {"version": "0"}).get_data(as_text=True)
    assert admin.post(path, {"version": "0", "reason": REASON}).status_code == 303
    late = admin.post(path, {"version": "0", "reason": "Another reason"})
    assert late.status_code == 409
    assert REASON in late.get_data(as_text=True)
    kept = queries.switches_in(north.partnership.id)["errands"]
    assert (kept.is_off, kept.reason, kept.by) == (True, REASON, "North Admin")
    assert f"{kept.by} switched it off" in text(admin, "/admin/plugins/errands")
    assert "Switched off here" in text(admin, "/admin/plugins")
    left = db.session.query(AuditRecord).filter_by(action="plugin.switch_off").all()
    assert [(row.object, row.category) for row in left] == [(f"partnership:{north.partnership.id}", "admin")]
    with pytest.raises(Stale):
        switch(north)
    with pytest.raises(Refused, match="switched off already"):
        switch(north, version=1)


def test_nobody_else_turns_it(north) -> None:
    others: list[User] = [north.worker, north.coordinator]
    for user in others:
        with pytest.raises(Refused):
            switching.switch_off(north.actor(user), plugin="errands", reason=REASON, version=0, now=utc_now())


def test_the_switches_are_read_once_a_transaction(errands_app, north, count_queries) -> None:
    asked = {"period": Period(today(), today()), "partnership": PartnershipFacts(1, "P")}

    def three_times() -> None:
        for _ in range(3):
            ask("roundtable_statistics", north.partnership.id, **asked)

    assert count_queries(three_times) == 1
