"""The minute-taker words an entry anew, the chair comments and sends back, it is settled, and the chair approves."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looking import Looker
from tests.e2e.scene import Scene
from tests.e2e.site import Site

RECORDED = "Seen at the flat on three nights."
WORDS = "Officers saw him at the flat on three nights."
SAVED = "The minutes have your wording. The record stays as it was written."
REMARK = "Which nights? Please put them in."
BETTER = "Officers saw him at the flat on the first three nights of June."


@pytest.fixture
def meeting_id(site: Site, scene: Scene) -> int:
    """A meeting that was held and closed."""
    with site.writing(*scene.rows):
        return scene.a_held_meeting().id


def word(page: Page, text: str) -> None:
    """Among the minutes, in the form of the first entry that can be worded."""
    page.get_by_role("link", name="Word it").first.click()
    page.get_by_label("What should the minutes say?").fill(text)
    page.get_by_role("button", name="Save the wording").click()


def test_the_minutes_are_worded_anew_commented_on_settled_and_approved(
    site: Site, scene: Scene, meeting_id: int, enter: Callable[..., Page], looker: Looker
) -> None:
    coordinator, chair = enter(scene.coordinator), enter(scene.chair)
    minutes = f"/meetings/{meeting_id}/minutes"
    coordinator.goto(minutes)
    coordinator.get_by_role("button", name="Compose the minutes").click()
    coordinator.get_by_role("link", name="Word it").first.click()
    text = coordinator.get_by_label("What should the minutes say?")
    expect(text).to_have_value(RECORDED)
    expect(text).to_be_focused()
    text.fill("Not this.")
    coordinator.get_by_role("link", name="Word it").first.click()
    expect(coordinator.get_by_text("You have not saved this yet.")).to_be_visible()
    looker.look(coordinator, "word")
    coordinator.get_by_role("button", name="Cancel").click()
    expect(coordinator.get_by_role("link", name="Word it").first).to_be_focused()
    word(coordinator, "")
    expect(coordinator.locator(".app-writing").get_by_role("alert")).to_contain_text(
        "Enter what the minutes should say"
    )
    text.fill(WORDS)
    coordinator.get_by_role("button", name="Save the wording").click()
    expect(coordinator.get_by_role("status")).to_have_text(SAVED)
    expect(coordinator.get_by_text(WORDS)).to_be_visible()
    assert coordinator.url.endswith(minutes), "the page is the one that was open"
    looker.look(coordinator, "worded-anew")
    coordinator.get_by_role("button", name="Submit to the chair").click()

    chair.goto("/")
    chair.get_by_role("main").get_by_role("link", name=scene.group.name).last.click()
    chair.goto(f"{minutes}/review")
    expect(chair.locator("ins").get_by_text("Officers saw him").first).to_be_visible()
    chair.get_by_role("link", name="Comment on item 1").first.click()
    looker.look(chair, "comment")
    chair.get_by_label("What needs to be put right?").fill(REMARK)
    chair.get_by_role("button", name="Save the comment").click()
    expect(chair.get_by_text("1 comment is open.")).to_be_visible()
    looker.look(chair, "review-with-a-comment")
    chair.get_by_role("button", name="Approve the minutes").click()
    expect(chair.get_by_text("Do you want to approve the minutes all the same?")).to_be_visible()
    looker.look(chair, "asked")
    chair.get_by_role("button", name="Send back").click()

    coordinator.goto(minutes)
    expect(coordinator.get_by_role("heading", name="1 comment to settle")).to_be_visible()
    looker.look(coordinator, "sent-back")
    word(coordinator, BETTER)
    expect(coordinator.get_by_text(BETTER)).to_be_visible()
    coordinator.get_by_role("link", name="See how the wording changed").first.click()
    expect(coordinator.get_by_role("heading", name="Version 2: what the minutes say now")).to_be_visible()
    looker.look(coordinator, "history")
    coordinator.goto(minutes)
    coordinator.get_by_role("link", name="Settle this comment").click()
    looker.look(coordinator, "settle")
    coordinator.get_by_label("What was done?").fill("The nights are in.")
    coordinator.get_by_role("button", name="Settle the comment").click()
    coordinator.get_by_role("button", name="Submit to the chair").click()

    chair.goto(f"{minutes}/review")
    expect(chair.get_by_role("heading", name=f"Since {scene.chair.name} sent them back")).to_be_visible()
    expect(chair.get_by_text("The nights are in.").first).to_be_visible()
    looker.look(chair, "what-was-done-since")
    chair.get_by_role("button", name="Approve the minutes").click(timeout=60_000)
    expect(chair.get_by_text("Approved minutes never change")).to_be_visible(timeout=60_000)
    expect(chair.get_by_text(BETTER)).to_be_visible()
