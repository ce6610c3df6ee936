"""Three attendees record in the same second, each on their own screen; and one of them without scripts."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.actions.models import Action
from core.audit.queries import verify_database
from core.clock import utc_now
from core.extensions import db
from core.facts import EntryKind, MeetingStatus, Visibility
from core.meetings.models import Meeting
from core.recording.models import Entry
from tests.builders import today
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene, item_of
from tests.e2e.site import Site

WRITTEN = {
    "officer": "He was seen at the flat on three nights.",
    "landlord": "The neighbours will keep a diary for a fortnight.",
    "mentor_manager": "Offer him a place in the boxing club.",
}
"""Who writes what: information shared, the discussion, an action."""

PRESS_AT = """at => {
  const save = document.querySelector("#writing button[type=submit]");
  setTimeout(() => save.click(), at - Date.now());
}"""

WATCH = """words => {
  window.seen = {};
  const look = () => {
    if (document.querySelector("#writing .app-written")) window.told ??= Date.now();
    for (const text of words) {
      const shown = [...document.querySelectorAll("#item .app-record")].some(list => list.textContent.includes(text));
      if (shown && !(text in window.seen)) window.seen[text] = Date.now();
    }
  };
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true, characterData: true});
}"""


@pytest.fixture
def meeting_id(site: Site, scene: Scene) -> int:
    """A meeting that begins now, with two cases."""
    with site.writing(*scene.rows):
        meeting = scene.schedule(1)
        meeting.starts_at = utc_now().replace(second=0, microsecond=0)
        meeting.ends_at = meeting.starts_at + timedelta(hours=2)
        scene.put_on_agenda(meeting, scene.ashdown, scene.raman)
        return meeting.id


def open_the_meeting(page: Page, meeting_id: int, scene: Scene, looker: Looker | None = None) -> None:
    """As the coordinator does, who takes the minutes."""
    page.goto(f"/meetings/{meeting_id}/live")
    if looker:
        looker.look(page, "before-the-meeting")
    page.get_by_role("button", name="Open the meeting").click()
    page.get_by_label("Who takes the chair?").select_option(str(scene.chair.id))
    page.get_by_label("Who takes the minutes?").select_option(label=scene.coordinator.name)
    if looker:
        looker.look(page, "open-the-meeting")
    page.get_by_role("button", name="Open the meeting").click()


def accept(page: Page, meeting_id: int, looker: Looker | None = None) -> None:
    """The confidentiality statement."""
    page.goto(f"/meetings/{meeting_id}/live")
    if looker:
        looker.look(page, "confidentiality-statement")
    page.get_by_label("I have read the statement and will keep to it").check()
    page.get_by_role("button", name="Accept and enter the meeting").click()
    expect(page.get_by_role("heading", name="In the room")).to_be_visible()


def write(page: Page, link: str, question: str, text: str) -> None:
    """Fetch a form under the item and fill it in, without saving."""
    page.get_by_role("link", name=link).click()
    page.get_by_label(question).fill(text)


def a_due_day(page: Page) -> None:
    """Within a week."""
    due = today() + timedelta(days=7)
    for box, value in (("Day", due.day), ("Month", due.month), ("Year", due.year)):
        page.get_by_label(box, exact=True).fill(str(value))


def test_three_attendees_save_in_the_same_second_and_each_sees_the_other_two(
    site: Site, scene: Scene, meeting_id: int, enter: Callable[..., Page], looker: Looker
) -> None:
    coordinator = enter(scene.coordinator)
    open_the_meeting(coordinator, meeting_id, scene, looker)
    accept(coordinator, meeting_id, looker)
    with site.reading():
        item_id = item_of(meeting_id, scene.ashdown).id
    coordinator.get_by_role("navigation", name="Agenda").get_by_role("link", name="Martin Ashdown").click()
    coordinator.get_by_role("button", name="Take up this item").click()
    expect(coordinator.locator(".app-agenda__item--current")).to_contain_text("Martin Ashdown")

    officer, landlord, manager = (enter(user) for user in (scene.officer, scene.landlord, scene.mentor_manager))
    for page in (officer, landlord, manager):
        accept(page, meeting_id)
        expect(page.locator("#item-title")).to_contain_text("Martin Ashdown")
        expect(page.locator("[data-live-status]")).to_have_attribute("data-state", "live")
    looker.look(officer, "live")
    write(officer, "Share information", "What information is shared?", WRITTEN["officer"])
    looker.look(officer, "share-information")
    write(landlord, "Note the discussion", "What was discussed?", WRITTEN["landlord"])
    looker.look(landlord, "note-the-discussion")
    write(manager, "Add an action", "What will be done?", WRITTEN["mentor_manager"])
    manager.get_by_label("Which agency will do it?").fill(scene.homes.name)
    a_due_day(manager)
    looker.look(manager, "add-an-action")
    with site.reading():
        before = db.session.get_one(Meeting, meeting_id).revision

    pages = (officer, landlord, manager)
    at = officer.evaluate("Date.now() + 500")
    for page in pages:
        page.evaluate(WATCH, list(WRITTEN.values()))
        page.evaluate(PRESS_AT, at)
    for page in pages:
        for text in WRITTEN.values():
            expect(page.locator("#item")).to_contain_text(text)
    seen = [page.evaluate("window.seen") for page in pages]
    told = dict(zip(WRITTEN.values(), [page.evaluate("window.told") for page in pages], strict=True))
    waited = {text: max(moments[text] for moments in seen) - saved for text, saved in told.items()}
    assert max(waited.values()) <= 2000, f"milliseconds from “recorded” until it stood on every page: {waited}"
    looker.look(officer, "all-three-recorded")

    with site.reading():
        entries = db.session.scalars(select(Entry).where(Entry.item_id == item_id).order_by(Entry.kind)).all()
        assert {(entry.kind, entry.text, entry.author_id) for entry in entries} == {
            (EntryKind.INFORMATION, WRITTEN["officer"], scene.officer.id),
            (EntryKind.DISCUSSION, WRITTEN["landlord"], scene.landlord.id),
        }
        action = db.session.scalars(select(Action).where(Action.item_id == item_id)).one()
        assert (action.text, action.owner_agency_id) == (WRITTEN["mentor_manager"], scene.homes.id)
        moments = [*(entry.written_at for entry in entries), action.updated_at]
        assert max(moments) - min(moments) < timedelta(seconds=5)  # pressed at one moment
        assert db.session.get_one(Meeting, meeting_id).revision == before + 3  # each took a number
        assert verify_database().faults == ()


def test_the_others_pages_follow_the_chair_and_keep_what_is_being_typed(
    scene: Scene, meeting_id: int, enter: Callable[..., Page], looker: Looker
) -> None:
    coordinator = enter(scene.coordinator)
    open_the_meeting(coordinator, meeting_id, scene)
    accept(coordinator, meeting_id)
    officer = enter(scene.officer)
    accept(officer, meeting_id)
    write(officer, "Note the discussion", "What was discussed?", "Half a sentence")
    following = coordinator.get_by_role("button", name="Next item")
    following.click()
    for page in (coordinator, officer):
        expect(page.locator("#item-title")).to_contain_text("2. Apologies for absence")
    expect(following).to_be_focused()
    expect(officer.get_by_label("What was discussed?")).to_have_value("Half a sentence")
    looker.look(coordinator, "the-coordinators-page")
    coordinator.get_by_role("button", name="Attendance").click()
    looker.look(coordinator, "attendance")


def test_the_chair_is_asked_first_and_whoever_still_writes_is_told_where_it_goes(
    site: Site, scene: Scene, meeting_id: int, enter: Callable[..., Page], looker: Looker
) -> None:
    chair = enter(scene.chair)
    with site.reading():
        first, second = (item_of(meeting_id, case).position for case in (scene.ashdown, scene.raman))
    open_the_meeting(chair, meeting_id, scene)
    accept(chair, meeting_id)
    expect(chair.locator("#quorum")).to_contain_text("Inquorate. 1 of 4 member agencies are present, 2 are needed.")
    chair.get_by_role("navigation", name="Agenda").get_by_role("link", name="Martin Ashdown").click()
    chair.get_by_role("button", name="Take up this item").click()
    officer, landlord = enter(scene.officer), enter(scene.landlord, scripts="off")
    for page in (officer, landlord):
        accept(page, meeting_id)
    expect(chair.locator("#quorum")).to_be_empty()
    expect(chair.locator("#people")).to_contain_text("3 of 4 member agencies are present")
    for page in (officer, landlord):
        write(page, "Note the discussion", "What was discussed?", WRITTEN["landlord"])
    officer.get_by_role("link", name="Add an action").click()
    expect(officer.get_by_text("You have not saved this yet.")).to_be_visible()
    looker.look(officer, "not-saved-yet")

    chair.goto(f"/meetings/{meeting_id}/live")
    chair.get_by_role("button", name="Next item").click()
    expect(chair.get_by_role("heading", name="Before the meeting moves on")).to_be_focused()
    looker.look(chair, "before-the-meeting-moves-on")
    chair.get_by_role("button", name="Save and go on").click()
    expect(chair.get_by_role("link", name="Choose what became of this item")).to_be_visible()
    chair.get_by_label("Heard", exact=True).check()
    chair.get_by_role("button", name="Save and go on").click()
    expect(chair.locator("#item-title")).to_contain_text("Priya Raman")

    expect(officer.locator(".app-moved-on")).to_have_text(
        f"The meeting has moved on to item {second}. What you write here is saved under item {first}."
    )
    looker.look(officer, "the-meeting-has-moved-on")
    for page in (officer, landlord):
        page.get_by_role("button", name="Save").click()
        told = page.locator(".app-written", has_text="Saved under")
        expect(told).to_contain_text(f"Saved under item {first}, Martin Ashdown.")
        expect(told).to_contain_text(f"The meeting has moved on to item {second}.")
    looker.look(officer, "saved-under-another-item")
    told.get_by_role("link", name=f"item {second}").click()
    expect(landlord.locator("#item-title")).to_contain_text("Priya Raman")
    officer.get_by_role("link", name=f"item {first}, Martin Ashdown").click()
    expect(officer.locator("#item")).to_contain_text(WRITTEN["landlord"])
    with site.reading():
        entries = db.session.scalars(select(Entry).where(Entry.meeting_id == meeting_id)).all()
        assert {entry.author_id for entry in entries} == {scene.officer.id, scene.landlord.id}
        assert {entry.item_id for entry in entries} == {item_of(meeting_id, scene.ashdown).id}


def test_what_was_typed_survives_a_conflict_and_a_refusal(
    scene: Scene, meeting_id: int, enter: Callable[..., Page], looker: Looker
) -> None:
    coordinator, officer = enter(scene.coordinator), enter(scene.officer)
    open_the_meeting(coordinator, meeting_id, scene)
    accept(coordinator, meeting_id)
    accept(officer, meeting_id)
    write(officer, "Note the discussion", "What was discussed?", "First words")
    officer.get_by_role("button", name="Save").click()
    for page, words in ((coordinator, "The coordinator’s words"), (officer, "The officer’s words")):
        page.locator("#item").get_by_role("link", name="Change this discussion").click()
        page.get_by_label("What was discussed?").fill(words)
    coordinator.locator("#writing").get_by_role("button", name="Save").click()
    expect(coordinator.get_by_text("The change is saved.")).to_be_visible()
    officer.locator("#writing").get_by_role("button", name="Save").click()
    compared = officer.locator("#writing .app-compare")
    expect(compared).to_contain_text("The coordinator’s words")
    expect(compared).to_contain_text("The officer’s words")
    expect(officer.get_by_label("What was discussed?")).to_have_value("The officer’s words")
    expect(officer.get_by_role("navigation", name="Agenda")).to_be_visible()
    looker.look(officer, "somebody-else-saved-first")
    officer.get_by_label("What was discussed?").fill("Both together")
    officer.locator("#writing").get_by_role("button", name="Save").click()
    expect(officer.locator(".app-record").filter(has_text="Both together")).to_be_visible()

    write(officer, "Note the discussion", "What was discussed?", "Typed before he left")
    coordinator.get_by_role("button", name="Attendance").click()
    coordinator.get_by_role("button", name=f"Left {scene.officer.name}").click()
    expect(officer.locator("[data-live-status]")).to_contain_text("You have left this meeting.")
    expect(officer.locator("#item")).to_have_count(0)
    officer.get_by_role("button", name="Save").click()
    expect(officer.get_by_role("alert")).to_contain_text("This was not saved. You have left this meeting.")
    expect(officer.get_by_label("What was discussed?")).to_have_value("Typed before he left")
    looker.look(officer, "left-with-unsaved-words")
    coordinator.get_by_role("button", name=f"Present {scene.officer.name}").click()
    expect(coordinator.get_by_role("button", name=f"Left {scene.officer.name}")).to_be_focused()
    officer.wait_for_timeout(1100)  # a second press within a second is taken for a double click
    officer.get_by_role("button", name="Save").click()
    expect(officer.get_by_text("The discussion is recorded.")).to_be_visible()


def test_the_chair_says_who_was_there_for_an_item(
    scene: Scene, meeting_id: int, enter: Callable[..., Page], looker: Looker
) -> None:
    coordinator, officer = enter(scene.coordinator), enter(scene.officer)
    open_the_meeting(coordinator, meeting_id, scene)
    accept(coordinator, meeting_id)
    coordinator.get_by_role("navigation", name="Agenda").get_by_role("link", name="Martin Ashdown").click()
    coordinator.get_by_role("button", name="Take up this item").click()
    accept(officer, meeting_id)
    expect(officer.locator("#item-title")).to_contain_text("Martin Ashdown")
    coordinator.reload()
    coordinator.get_by_role("link", name="Correct who was there").click()
    coordinator.get_by_label(scene.officer.name).uncheck()
    looker.look(coordinator, "who-was-there")
    coordinator.locator("#writing").get_by_role("button", name="Save").click()
    expect(coordinator.locator("#item")).to_contain_text(f"not {scene.officer.name}")
    expect(officer.locator("#item")).to_contain_text("You were not there for this item")
    expect(officer.locator("body")).not_to_contain_text("Martin Ashdown")


def test_without_scripts_an_attendee_reads_records_and_closes_the_meeting(
    site: Site, scene: Scene, meeting_id: int, enter: Callable[..., Page]
) -> None:
    coordinator = enter(scene.coordinator, scripts="off")
    open_the_meeting(coordinator, meeting_id, scene)
    accept(coordinator, meeting_id)
    officer = enter(scene.officer, scripts="off")
    accept(officer, meeting_id)
    officer.get_by_role("navigation", name="Agenda").get_by_role("link", name="Priya Raman").click()
    write(officer, "Share information", "What information is shared?", WRITTEN["officer"])
    officer.get_by_label("Chair and coordinator only").check()
    officer.get_by_role("button", name="Save").click()
    expect(officer.locator("#item")).to_contain_text(WRITTEN["officer"])
    write(officer, "Add an action", "What will be done?", WRITTEN["mentor_manager"])
    officer.get_by_role("button", name="Record the action").click()
    expect(officer.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(officer.get_by_label("What will be done?")).to_have_value(WRITTEN["mentor_manager"])
    officer.get_by_label("Which agency will do it?").select_option(label=scene.homes.name)
    a_due_day(officer)
    officer.get_by_role("button", name="Record the action").click()
    expect(officer.locator("#item")).to_contain_text(WRITTEN["mentor_manager"])

    coordinator.reload()
    coordinator.get_by_role("navigation", name="Agenda").get_by_role("link", name="Priya Raman").click()
    expect(coordinator.locator("#item")).to_contain_text(WRITTEN["officer"])
    coordinator.get_by_role("link", name="Say what became of it").click()
    coordinator.get_by_label("Heard", exact=True).check()
    coordinator.get_by_role("button", name="Save").click()
    coordinator.get_by_role("button", name="Close the meeting").click()
    expect(coordinator.get_by_role("heading", name="Close the meeting?")).to_be_visible()
    coordinator.get_by_role("button", name="Close the meeting").click()
    expect(coordinator.get_by_role("button", name="Read and mend the minutes")).to_be_visible()
    with site.reading():
        assert db.session.get_one(Meeting, meeting_id).status is MeetingStatus.CLOSED
        entry = db.session.scalars(select(Entry).where(Entry.meeting_id == meeting_id)).one()
        assert (entry.text, entry.visibility) == (WRITTEN["officer"], Visibility.CHAIR)
