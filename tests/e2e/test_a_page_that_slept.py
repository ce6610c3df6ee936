"""A page that slept through much of a meeting catches up completely; one whose events are blocked asks by itself."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from core.clock import utc_now
from core.extensions import db
from core.facts import EntryKind, Presence
from core.meetings.models import AgendaItem
from core.recording.entries.operations import share
from core.recording.items.operations import take_up
from core.recording.numbers import Part, take_number
from core.recording.queries import attendance_by_user
from tests.e2e.scene import item_of
from tests.e2e.test_bad_wifi import Held, _actor, held

__all__ = ["held"]

MANY = 70
"""More than the hints that the server keeps."""


def test_a_page_that_slept_has_all_that_was_recorded_meanwhile_when_it_wakes(
    held: Held, enter: Callable[..., Page]
) -> None:
    scene = held.scene
    page = enter(scene.officer)
    page.goto(held.live)
    expect(page.locator("[data-live-status]")).to_have_attribute("data-state", "live")
    device = page.context.new_cdp_session(page)
    page.context.set_offline(True)
    device.send("Page.setWebLifecycleState", {"state": "frozen"})
    with held.site.writing(*scene.rows):
        coordinator, now = _actor(scene.coordinator, scene), utc_now()
        first, second = db.session.get_one(AgendaItem, held.item_id), item_of(held.meeting_id, scene.raman)
        for number in range(MANY):
            share(coordinator, item=first, kind=EntryKind.DISCUSSION, text=f"Slept through {number}.", now=now)
        take_up(coordinator, meeting=first.meeting, item=second, now=now)
        share(coordinator, item=second, kind=EntryKind.DECISION, text="A letter goes out.", now=now)
        attendance_by_user(held.meeting_id)[scene.landlord.id].presence = Presence.LEFT
        take_number(first.meeting, Part.ATTENDANCE)
    page.context.set_offline(False)
    device.send("Page.setWebLifecycleState", {"state": "active"})
    expect(page.locator("#item-title")).to_contain_text("Priya Raman")
    expect(page.locator("#item")).to_contain_text("A letter goes out.")
    expect(page.locator(".app-agenda__item--current")).to_contain_text("Priya Raman")
    expect(page.locator("#people")).to_contain_text("2 present")
    page.get_by_role("navigation", name="Agenda").get_by_role("link", name="Martin Ashdown").click()
    expect(page.locator("#item .app-record .app-text")).to_have_text(
        [f"Slept through {number}." for number in range(MANY)]
    )


def test_where_events_are_blocked_or_held_back_the_page_asks_by_itself(held: Held, enter: Callable[..., Page]) -> None:
    scene = held.scene
    blocked, held_back = enter(scene.officer), enter(scene.landlord)
    blocked.route("**/live/stream", lambda route: route.abort())
    held_back.route("**/live/stream", lambda route: None)  # as a proxy does that waits for the end
    for page in (blocked, held_back):
        page.goto(held.live)
    for page in (blocked, held_back):
        expect(page.locator("[data-live-status]")).to_have_attribute("data-state", "polling", timeout=30_000)
        expect(page.locator("[data-live-status]")).to_contain_text("within two seconds")
    with held.site.writing(*scene.rows):
        item = db.session.get_one(AgendaItem, held.item_id)
        share(_actor(scene.coordinator, scene), item=item, kind=EntryKind.DECISION, text="A letter.", now=utc_now())
    for page in (blocked, held_back):
        expect(page.locator("#item .app-record")).to_contain_text(["A letter."])
