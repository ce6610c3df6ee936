"""The room as it is: a pause, a guest, a chair with an interest, a signature that lapses, another day for the rest."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.extensions import db
from core.facts import ItemOutcome, MeetingStatus
from core.meetings.models import AgendaItem, Meeting
from core.partnerships.models import Signature
from tests.builders import today
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene, item_of
from tests.e2e.site import Site
from tests.e2e.test_an_attendee_records import accept, meeting_id, open_the_meeting

__all__ = ["meeting_id"]

NAME = "Martin Ashdown"


def test_the_room_follows_its_chair_and_nobody_reads_what_is_closed_to_them(
    site: Site, scene: Scene, meeting_id: int, enter: Callable[..., Page], looker: Looker
) -> None:
    chair = enter(scene.chair)
    open_the_meeting(chair, meeting_id, scene)
    officer, landlord, coordinator = (enter(user) for user in (scene.officer, scene.landlord, scene.coordinator))
    for page in (chair, officer, landlord, coordinator):
        accept(page, meeting_id)
    chair.get_by_role("navigation", name="Agenda").get_by_role("link", name=NAME).click()
    chair.get_by_role("button", name="Take up this item").click()
    screen = enter(scene.coordinator)
    screen.goto(f"/meetings/{meeting_id}/live/screen")
    expect(screen.locator("#item-title")).to_have_text(NAME)
    looker.look(screen, "the-rooms-screen")

    # A pause: everybody sees it, and the clock stands still.
    chair.goto(f"/meetings/{meeting_id}/live")
    chair.get_by_role("link", name="Pause", exact=True).click()
    chair.get_by_role("button", name="Pause the meeting").click()
    for page in (chair, officer, screen):
        expect(page.locator("#item")).to_contain_text("The meeting is paused")
    expect(officer.get_by_role("link", name="Note the discussion")).to_have_count(0)
    looker.look(officer, "paused")
    looker.look(chair, "paused-for-the-chair")
    with site.writing():
        item = db.session.get_one(AgendaItem, item_of(meeting_id, scene.ashdown).id)
        assert item.started_at is None
        item.seconds_spent = item.minutes_allotted * 60 - 100
    chair.get_by_role("button", name="Go on with the meeting").click()
    expect(officer.locator(".app-clock")).to_have_text("2 minutes left")
    clock_voice = officer.locator("main > .govuk-visually-hidden[role=status]:not([data-voice])")
    expect(clock_voice).to_contain_text("2 minutes left for item")
    expect(officer.locator(".app-standing")).to_be_empty()
    expect(officer.locator("#time")).to_contain_text("Ends about")

    # A guest without an account comes: the screen keeps the reference alone, until they go.
    coordinator.get_by_role("button", name="Attendance").click()
    coordinator.get_by_role("button", name="Add a guest").click()
    coordinator.get_by_label("Name").fill("Greta Guest")
    coordinator.get_by_label("Agency or organisation").fill("A charity")
    coordinator.get_by_role("button", name="Add the guest").click()
    expect(screen.locator("#item-title")).to_have_text(scene.ashdown.ref)
    expect(screen.locator("body")).not_to_contain_text("Ashdown")
    looker.look(screen, "by-its-reference")

    # The chair has an interest: the item closes to them, and another takes the chair in the same moment.
    chair.get_by_role("link", name="Declare a conflict of interest").click()
    looker.look(chair, "the-chair-declares-an-interest")
    chair.get_by_label("Who takes it for this item?").select_option(str(scene.officer.id))
    chair.get_by_role("button", name="Declare and leave this item").click()
    expect(chair.locator("main")).not_to_contain_text("Ashdown")
    expect(officer.locator(".app-standing")).to_contain_text("is in the chair for this item")
    officer.get_by_role("link", name="Say what became of it").click()
    officer.get_by_label("Heard", exact=True).check()
    officer.get_by_role("button", name="Save").click()
    expect(officer.locator("#writing")).to_contain_text("heard")

    # A signature that lapses empties the page at the next change.
    expect(landlord.locator("main")).to_contain_text(NAME)
    with site.writing():
        signature = db.session.scalars(select(Signature).where(Signature.agency_id == scene.homes.id)).one()
        signature.signed_on, signature.expires_on = today() - timedelta(days=9), today() - timedelta(days=1)
    officer.get_by_role("button", name="Next item").click()
    expect(chair.locator(".app-standing")).to_be_empty()
    expect(landlord.locator("main")).not_to_contain_text("Ashdown")
    expect(landlord.locator("[data-live-status]")).to_contain_text("ran out on")

    # The rest goes on at another day.
    chair.goto(f"/meetings/{meeting_id}/live/adjourn")
    expect(chair.locator("main")).to_contain_text(scene.raman.ref)
    day = today() + timedelta(days=21)
    for box, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        chair.get_by_label(box, exact=True).fill(str(value))
    chair.get_by_label("Starts").fill("10:00")
    chair.get_by_label("Ends").fill("12:00")
    looker.look(chair, "adjourn")
    chair.get_by_role("button", name="Adjourn the meeting").click()
    expect(chair.locator("main")).to_contain_text("It was adjourned")
    expect(screen.locator("[data-live-status]")).to_contain_text("not in session")
    expect(officer.locator("[data-live-status]")).to_contain_text("This meeting is over")
    with site.reading():
        meeting = db.session.get_one(Meeting, meeting_id)
        assert meeting.status is MeetingStatus.CLOSED
        assert item_of(meeting_id, scene.raman).outcome is ItemOutcome.ADJOURNED
