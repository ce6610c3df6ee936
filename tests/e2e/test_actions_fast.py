"""An attendee records with the keyboard alone: shortcuts, an action in one line, lists to type in."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from core.clock import utc_now
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene
from tests.e2e.site import Site
from tests.e2e.test_an_attendee_records import accept, open_the_meeting


@pytest.fixture
def meeting_id(site: Site, scene: Scene) -> int:
    """A meeting that begins now, with two cases."""
    with site.writing(*scene.rows):
        meeting = scene.schedule(1)
        meeting.starts_at = utc_now().replace(second=0, microsecond=0)
        meeting.ends_at = meeting.starts_at + timedelta(hours=2)
        scene.put_on_agenda(meeting, scene.ashdown, scene.raman)
        return meeting.id


def focused(page: Page) -> str:
    """The id of what has the focus, or the words on it."""
    words: str = page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
    return words


def test_from_a_line_to_an_action_without_a_mouse(
    site: Site, scene: Scene, meeting_id: int, enter: Callable[..., Page], looker: Looker
) -> None:
    open_the_meeting(enter(scene.coordinator), meeting_id, scene)
    page = enter(scene.officer)
    accept(page, meeting_id)

    # The list of keys: the focus stays in it, and goes back to where it was.
    page.get_by_role("button", name="Keyboard shortcuts").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    looker.look(page, "shortcuts")
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    assert focused(page) == "Keyboard shortcuts"

    # In a field a letter is a letter.
    page.keyboard.press("l")
    assert focused(page) == "quick-line"
    page.keyboard.type(f"{scene.homes.name} to visit and ask about keys by tomorrow")
    page.keyboard.press("Enter")
    expect(page.locator("#understood")).to_contain_text(scene.homes.name)
    looker.look(page, "understood")
    expect(page.get_by_label("What will be done?")).to_have_value("Visit and ask about keys")
    expect(page.get_by_label("Which agency will do it?")).to_have_value(scene.homes.name)
    assert focused(page) == "Record the action"
    page.keyboard.press("Enter")
    expect(page.locator("#writing")).to_contain_text("is recorded")
    expect(page.locator("#item")).to_contain_text("Visit and ask about keys")
    expect(page.locator("#quick-line")).to_have_value("")

    # What fits alone is taken; what is in no list is asked about, and nobody is left out unseen.
    page.locator("#item-title").focus()
    page.keyboard.press("a")
    agency = page.get_by_label("Which agency will do it?")
    agency.fill(scene.homes.name[:-2])
    person = page.get_by_label("Who of that agency?")
    person.fill("Nobody of that name")
    page.get_by_label("What will be done?").fill("Ring them")
    expect(agency).to_have_value(scene.homes.name)
    expect(page.get_by_text("Nobody of that name is in the list, or more than one.")).to_be_visible()
    page.get_by_role("button", name="Record the action").click()
    expect(page.get_by_role("link", name="Choose one from the list")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()

    # To an item by its number; and switched off, a key does nothing.
    page.locator("#item-title").focus()
    page.keyboard.press("/")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.locator("#item-title")).to_contain_text("2.")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Use keyboard shortcuts in this browser").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#writing form")).to_have_count(0)
