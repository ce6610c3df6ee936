"""An attendee proposes a correction of the minutes, the next meeting agrees it, and both documents say so."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.clock import utc_now
from core.extensions import db
from core.facts import ItemOutcome, MeetingStatus, Presence
from core.meetings.models import Meeting
from core.meetings.order import MINUTES_OF_THE_LAST_MEETING
from core.recording.models import Attendance
from tests.builders import a_meeting, an_item
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene
from tests.e2e.site import Site
from tests.support.papers import text_of

WAS = "Seen at the flat on three nights."
NOW = "Seen at the flat on two nights."


@pytest.fixture
def meeting_id(site: Site, scene: Scene) -> int:
    """A meeting that was held and closed."""
    with site.writing(*scene.rows):
        return scene.a_held_meeting().id


def approved(coordinator: Page, chair: Page, meeting_id: int) -> None:
    """Composed and submitted by the one, approved by the other."""
    coordinator.goto(f"/meetings/{meeting_id}/minutes")
    coordinator.get_by_role("button", name="Compose the minutes").click()
    coordinator.get_by_role("button", name="Submit to the chair").click()
    chair.goto(f"/meetings/{meeting_id}/minutes/review")
    chair.get_by_role("button", name="Approve the minutes").click()
    expect(chair.get_by_text("You approved the minutes.")).to_be_visible()


def held_next(site: Site, scene: Scene) -> int:
    """The group's next meeting, in session at the item of the last minutes, with three of them in the room."""
    with site.writing(*scene.rows):
        meeting = a_meeting(scene.group, starts_at=utc_now(), status=MeetingStatus.IN_SESSION)
        meeting.opened_at = meeting.starts_at
        meeting.chair_id, meeting.minute_taker_id = scene.chair.id, scene.coordinator.id
        meeting.current_item_id = an_item(meeting, None, heading=MINUTES_OF_THE_LAST_MEETING).id
        for user in (scene.chair, scene.coordinator, scene.officer):
            db.session.add(
                Attendance(
                    meeting_id=meeting.id,
                    user_id=user.id,
                    name=user.name,
                    agency_id=user.agency_id,
                    agency_name=user.agency.name,
                    presence=Presence.PRESENT,
                    arrived_at=meeting.starts_at,
                    accepted_at=meeting.starts_at,
                )
            )
        return meeting.id


def document_behind(page: Page, name: str) -> str:
    """What the PDF says whose link or button has that name, in single spaces."""
    address = page.get_by_role("main").locator("a", has_text=name).first.get_attribute("href")
    answer = page.request.get(str(address))
    assert answer.status == 200
    return text_of(answer.body())


def test_an_attendee_proposes_the_next_meeting_agrees_and_both_documents_say_so(
    site: Site, scene: Scene, meeting_id: int, enter: Callable[..., Page], looker: Looker
) -> None:
    coordinator, chair, officer = enter(scene.coordinator), enter(scene.chair), enter(scene.officer)
    approved(coordinator, chair, meeting_id)
    coordinator.goto(f"/meetings/{meeting_id}/circulate")
    coordinator.get_by_role("button", name="Circulate the minutes").click()

    officer.goto("/")
    officer.get_by_role("listitem").filter(has_text="not opened yet").get_by_role("link").click()
    officer.get_by_role("link", name="Propose a correction").click()
    looker.look(officer, "propose")
    officer.get_by_role("button", name="Propose the correction").click()
    expect(officer.get_by_role("heading", name="There is a problem")).to_be_visible()
    looker.look(officer, "something-is-missing")
    officer.get_by_label("Which item is it about?").select_option(label="1. Martin Ashdown")
    officer.get_by_label("What do the minutes say?").fill(WAS)
    officer.get_by_label("What should they say?").fill(NOW)
    officer.get_by_label("Why?").fill("The log says two.")
    officer.get_by_role("button", name="Propose the correction").click()
    expect(officer.get_by_role("heading", name="Correction of item 1")).to_be_visible()
    looker.look(officer, "proposed")

    later = held_next(site, scene)
    chair.goto(f"/meetings/{later}/live")
    expect(chair.get_by_text(NOW)).to_be_visible()
    looker.look(chair, "in-the-meeting")
    chair.get_by_role("link", name="Say whether it is agreed").click()
    chair.get_by_role("radio", name="Agreed", exact=True).check()
    chair.get_by_label("Note").fill("Nobody remembered it otherwise.")
    looker.look(chair, "is-it-agreed")
    chair.get_by_role("button", name="Save").click()
    expect(chair.get_by_role("link", name="Change what was agreed")).to_be_visible()
    with site.writing():
        meeting = db.session.get_one(Meeting, later)
        meeting.items[0].outcome = ItemOutcome.HEARD
        meeting.status, meeting.closed_at = MeetingStatus.CLOSED, utc_now()
    approved(coordinator, chair, later)
    expect(chair.get_by_role("heading", name="Corrections of earlier minutes")).to_be_visible()
    looker.look(chair, "minuted")
    chair.goto(f"/meetings/{meeting_id}/minutes")
    looker.look(chair, "corrected-minutes")

    site.mail_to(scene.officer.email, "the minutes were corrected")
    officer.goto("/")
    officer.get_by_role("listitem").filter(has_text="not opened yet").first.get_by_role("link").click()
    expect(officer.get_by_role("heading", name="Your copy of the corrected minutes")).to_be_visible()
    looker.look(officer, "a-holders-copy")
    noted = document_behind(officer, "Open the corrected minutes (PDF)")
    plain = document_behind(officer, "as they were approved")
    assert NOW in noted and WAS in noted
    assert NOW not in plain and WAS in plain
