"""A whole meeting with the keyboard alone, with what is said of it to whoever cannot see; and one without scripts."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.extensions import db
from core.facts import EntryKind, ItemOutcome, MeetingStatus, Presence, Risk
from core.meetings.models import AgendaItem, Meeting
from core.recording.models import Attendance, ChairHandedOver, Entry
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene, item_of
from tests.e2e.site import Site
from tests.e2e.test_an_attendee_records import a_due_day, accept, meeting_id, open_the_meeting, write

__all__ = ["meeting_id"]

FOCUSED = """() => {
  const at = document.activeElement;
  return (at.labels?.[0] ?? at).textContent.trim().replace(/\\s+/g, " ") || at.id;
}"""


class Keys:
    """Somebody at a page who has no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, words: str) -> None:
        """With the Tab key, to what is called so."""
        for _ in range(150):
            if self.page.evaluate(FOCUSED).startswith(words):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach “{words}”")

    def press(self, words: str) -> None:
        """A link or a button."""
        self.to(words)
        self.page.keyboard.press("Enter")

    def fill(self, label: str, text: str) -> None:
        self.to(label)
        self.page.keyboard.type(text)

    def has_focus(self) -> None:
        """The focus is somewhere, not on the page as a whole."""
        self.page.wait_for_timeout(100)
        assert self.page.evaluate("document.activeElement !== document.body"), "the focus is lost"

    def go_to(self, number: int) -> None:
        """To an item of the agenda, by the key for it."""
        self.page.keyboard.press("/")
        self.page.keyboard.type(str(number))
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#item-title")).to_contain_text(f"{number}.")


def said(page: Page, words: str | re.Pattern[str]) -> None:
    """A screen reader is told it, when it suits its listener."""
    voice = page.locator("[data-voice]")
    expect(voice).to_have_attribute("role", "status")
    expect(voice).to_have_text(words, timeout=15_000)


def test_a_chair_runs_a_meeting_and_an_attendee_records_with_the_keyboard_alone(
    site: Site, scene: Scene, meeting_id: int, enter: Callable[..., Page], looker: Looker
) -> None:
    open_the_meeting(enter(scene.coordinator), meeting_id, scene)
    with site.reading():
        ashdown, raman = (item_of(meeting_id, case).position for case in (scene.ashdown, scene.raman))
    chair, officer = (Keys(enter(user)) for user in (scene.chair, scene.officer))
    for each in (chair, officer):
        each.page.goto(f"/meetings/{meeting_id}/live")
        each.to("I have read the statement")
        each.page.keyboard.press("Space")
        each.press("Accept and enter the meeting")
        expect(each.page.get_by_role("heading", name="In the room")).to_be_visible()

    # Next and back: the focus stays on what was pressed, and moves nobody else's.
    officer.to("Note the discussion")
    chair.press("Next item")
    expect(chair.page.locator("#item-title")).to_contain_text("2.")
    said(officer.page, "The meeting is at item 2. Apologies for absence.")
    assert officer.page.evaluate(FOCUSED) == "Note the discussion"
    assert chair.page.evaluate(FOCUSED) == "Next item"
    chair.page.keyboard.press("b")
    said(officer.page, re.compile("The meeting is at item 1"))
    chair.go_to(ashdown)
    chair.press("Take up this item")
    said(officer.page, f"The meeting is at item {ashdown}. Martin Ashdown.")
    expect(chair.page.get_by_role("button", name="Take up this item")).to_have_count(0)
    chair.has_focus()

    # The attendee records; the chair is told, and keeps their place.
    chair.page.keyboard.press("Tab")
    place = chair.page.evaluate(FOCUSED)
    officer.page.keyboard.press("d")
    officer.fill("What was discussed?", "The neighbours were heard.")
    officer.press("Save")
    expect(officer.page.locator("#writing .app-written")).to_be_focused()
    said(chair.page, "Recorded: Discussion")
    assert chair.page.evaluate(FOCUSED) == place

    # The chair is handed over and comes back; an urgent case; carried forward; on.
    chair.press("Hand over the chair")
    expect(chair.page.get_by_role("heading", name=f"Hand over the chair for item {ashdown}")).to_be_focused()
    looker.look(chair.page, "hand-over-the-chair")
    chair.fill("Who takes the chair for this item?", scene.officer.name)
    chair.press("Hand over the chair")
    expect(officer.page.locator(".app-standing")).to_contain_text(f"{scene.officer.name} is in the chair")
    chair.has_focus()
    chair.press("Add an urgent case")
    expect(chair.page.get_by_label("Reference of the case")).to_be_focused()
    chair.page.keyboard.type(scene.whitworth.ref)
    chair.fill("Why is it urgent?", "He was hurt last night.")
    chair.press("Add the case")
    expect(chair.page.locator("#agenda")).to_contain_text("Jayden Whitworth")
    chair.has_focus()
    chair.press("Carry forward")
    expect(chair.page.get_by_role("heading", name="What became of the item")).to_be_focused()
    chair.fill("Reason", "The landlord is away.")
    chair.press("Save")
    expect(chair.page.locator("#writing")).to_contain_text("carried forward")
    chair.has_focus()
    chair.page.keyboard.press("n")
    said(officer.page, f"The meeting is at item {raman}. Priya Raman.")
    chair.press("Next item")
    expect(chair.page.get_by_role("heading", name="Before the meeting moves on")).to_be_focused()
    chair.press("Go on without an outcome")
    expect(chair.page.locator("#item-title")).to_contain_text("Jayden Whitworth")
    chair.has_focus()

    chair.press("Hand over the chair")
    chair.press("Hand it over for the rest of the meeting instead")
    expect(chair.page.get_by_role("heading", name="for the rest of the meeting")).to_be_focused()
    looker.look(chair.page, "hand-over-the-chair-for-the-rest")
    chair.fill("Who takes the chair?", scene.officer.name)
    chair.press("Hand over the chair")
    expect(officer.page.locator("#people")).to_contain_text(f"Chair: {scene.officer.name}")
    officer.press("Close the meeting")
    expect(officer.page.get_by_role("heading", name="Close the meeting?")).to_be_visible()
    looker.look(officer.page, "close-the-meeting")
    officer.press("Close the meeting")
    expect(officer.page.locator("main")).to_contain_text("This meeting closed on")
    looker.look(officer.page, "closed")
    with site.reading():
        assert item_of(meeting_id, scene.ashdown).outcome is ItemOutcome.CARRIED_FORWARD
        assert item_of(meeting_id, scene.whitworth).outcome is ItemOutcome.NOT_HEARD
        assert db.session.get_one(Meeting, meeting_id).chair_id == scene.officer.id


def test_without_scripts_everything_of_a_meeting_is_read_and_recorded(
    site: Site, scene: Scene, meeting_id: int, enter: Callable[..., Page]
) -> None:
    chair, officer = enter(scene.chair, scripts="off"), enter(scene.officer, scripts="off")
    open_the_meeting(chair, meeting_id, scene)
    for page in (chair, officer):
        accept(page, meeting_id)
    live = f"/meetings/{meeting_id}/live"

    def at(page: Page, name: str) -> None:
        page.goto(live)
        page.get_by_role("navigation", name="Agenda").get_by_role("link", name=name).click()

    at(chair, "Martin Ashdown")
    chair.get_by_role("button", name="Take up this item").click()
    officer.goto(live)
    expect(officer.locator("#item-title")).to_contain_text("Martin Ashdown")
    written = (
        ("Share information", "What information is shared?", "He was seen at the flat."),
        ("Note the discussion", "What was discussed?", "The neighbours were heard."),
        ("Record a decision", "What was decided?", "A warning letter."),
    )
    for link, question, text in written:
        write(officer, link, question, text)
        officer.get_by_role("button", name="Save").click()
        expect(officer.locator("#item")).to_contain_text(text)
    officer.get_by_role("link", name="Agree the risk").click()
    officer.get_by_label("High").check()
    officer.get_by_role("button", name="Record the risk").click()
    officer.get_by_label("Add an action in one line").fill(f"{scene.homes.name} to visit by tomorrow")
    officer.get_by_role("button", name="Go on").click()
    officer.get_by_role("button", name="Record the action").click()
    expect(officer.locator("#item")).to_contain_text("Visit")
    write(officer, "Add an action", "What will be done?", "Ring the school")
    officer.get_by_label("Which agency will do it?").select_option(label=scene.police.name)
    a_due_day(officer)
    officer.get_by_role("button", name="Record the action").click()
    expect(officer.locator("#item")).to_contain_text("Ring the school")
    officer.get_by_role("link", name="Change this decision").click()
    officer.get_by_label("What was decided?").fill("A second warning letter.")
    officer.get_by_role("button", name="Save").click()
    officer.get_by_role("button", name="Strike out this discussion").click()
    expect(officer.locator("del")).to_have_text("The neighbours were heard.")
    officer.get_by_role("button", name="Take the striking out back").click()
    expect(officer.locator("del")).to_have_count(0)
    officer.get_by_role("link", name="Refer somebody").click()
    expect(officer.get_by_role("heading", level=1)).to_be_visible()

    # The chair's part: pause, attendance, an urgent case, an interest, the chair, carried forward, on, closed.
    chair.goto(live)
    chair.get_by_role("link", name="Pause", exact=True).click()
    chair.get_by_role("button", name="Pause the meeting").click()
    officer.goto(live)
    expect(officer.locator("#item")).to_contain_text("Nothing is recorded until it goes on")
    chair.get_by_role("button", name="Go on with the meeting").click()
    chair.get_by_role("button", name="Attendance").click()
    chair.get_by_role("button", name=f"Apologies {scene.landlord.name}").click()
    chair.goto(live)
    chair.get_by_role("link", name="Add an urgent case").click()
    chair.get_by_label("Search by reference or title").fill("Whitworth")
    chair.get_by_role("button", name="Search").click()
    chair.get_by_role("link", name="Jayden Whitworth").click()
    chair.get_by_label("Why is it urgent?").fill("He was hurt last night.")
    chair.get_by_role("button", name="Add the case").click()
    expect(chair.locator("#agenda")).to_contain_text("Jayden Whitworth")
    chair.get_by_role("link", name="Carry forward").click()
    chair.get_by_label("Reason").fill("The landlord is away.")
    chair.get_by_role("button", name="Save").click()
    chair.get_by_role("button", name="Next item").click()
    expect(chair.locator("#item-title")).to_contain_text("Priya Raman")
    chair.get_by_role("link", name="Declare a conflict of interest").click()
    chair.get_by_label("Who takes it for this item?").select_option(str(scene.officer.id))
    chair.get_by_role("button", name="Declare and leave this item").click()
    expect(chair.locator("main")).not_to_contain_text("Raman")
    officer.goto(live)
    officer.get_by_role("link", name="Say what became of it").click()
    officer.get_by_label("Heard", exact=True).check()
    officer.get_by_role("button", name="Save").click()
    officer.get_by_role("button", name="Next item").click()
    chair.get_by_role("button", name="Attendance").click()
    chair.get_by_role("button", name=f"Left {scene.chair.name}").click()
    chair.get_by_label("Who takes the chair?").select_option(str(scene.officer.id))
    chair.get_by_role("button", name="Hand over the chair").click()
    chair.get_by_role("button", name=f"Left {scene.chair.name}").click()
    officer.goto(live)
    officer.get_by_role("button", name="Close the meeting").click()
    officer.get_by_role("button", name="Close the meeting").click()
    expect(officer.locator("main")).to_contain_text("This meeting closed on")

    with site.reading():
        entries = db.session.scalars(select(Entry).where(Entry.meeting_id == meeting_id).order_by(Entry.id)).all()
        kinds = [EntryKind.INFORMATION, EntryKind.DISCUSSION, EntryKind.DECISION]
        assert [entry.kind for entry in entries] == kinds
        assert [entry.text for entry in entries][-1] == "A second warning letter."
        first = item_of(meeting_id, scene.ashdown)
        assert (first.outcome, first.risk_agreed) == (ItemOutcome.CARRIED_FORWARD, Risk.HIGH.value)
        assert item_of(meeting_id, scene.raman).outcome is ItemOutcome.HEARD
        assert db.session.scalars(select(AgendaItem.urgent).where(AgendaItem.case_id == scene.whitworth.id)).one()
        assert db.session.get_one(Meeting, meeting_id).status is MeetingStatus.CLOSED
        handed = db.session.scalars(select(ChairHandedOver).where(ChairHandedOver.meeting_id == meeting_id)).one()
        assert (handed.from_id, handed.to_id) == (scene.chair.id, scene.officer.id)
        lines = db.session.scalars(select(Attendance).where(Attendance.meeting_id == meeting_id))
        presence = {line.user_id: line.presence for line in lines}
        assert (presence[scene.chair.id], presence[scene.landlord.id]) == (Presence.LEFT, Presence.APOLOGIES)
