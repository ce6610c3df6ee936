"""The chair prepares an agenda: decides on a nomination, takes up what is proposed, puts it in order, circulates it."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from core.meetings.models import Meeting
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene
from tests.e2e.site import Site
from tests.support.papers import MARKING, pages_of

NOMINATED = "Windows broken on three evenings"
ASKED = "What is known of his evenings?"


@pytest.fixture
def meeting(site: Site, scene: Scene) -> Meeting:
    """In three weeks: the police have nominated a case, and another was carried forward last time."""
    with site.writing(*scene.rows):
        scene.last_meeting()
        meeting = scene.schedule(15)
        scene.nominate(meeting, scene.whitworth, NOMINATED, ASKED)
        return meeting


def day_of(moment: datetime) -> str:
    """As pages write it."""
    return f"{moment.day} {moment:%B %Y}"


def items_in_order(page: Page) -> list[str]:
    """The titles on the builder's table."""
    rows = page.get_by_role("table", name="Items in order").get_by_role("rowheader").all()
    return [row.locator("strong").first.inner_text().partition(". ")[2] for row in rows]


def pages_behind(page: Page, name: str) -> list[str]:
    """What each page of the document behind a link says, in single spaces."""
    answer = page.request.get(str(page.get_by_role("link", name=name).get_attribute("href")))
    assert answer.status == 200
    return pages_of(answer.body())


def test_a_chair_decides_takes_up_reorders_by_keyboard_and_circulates_version_1(
    scene: Scene, meeting: Meeting, enter: Callable[..., Page], looker: Looker
) -> None:
    page = enter(scene.chair)
    looker.look(page, "home")
    page.get_by_role("link", name="Meetings", exact=True).click()
    looker.look(page, "meetings")
    page.get_by_role("link", name=day_of(meeting.starts_at)).first.click()
    looker.look(page, "meeting")

    page.get_by_role("link", name="Nominations").click()
    looker.look(page, "nominations")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text(ASKED)).to_be_visible()
    looker.look(page, "nomination")
    page.get_by_label("Minutes").fill("15")
    page.get_by_role("button", name="Put it on the agenda").click()

    page.goto(f"/meetings/{meeting.id}/agenda")
    looker.look(page, "builder")
    page.get_by_role("button", name=f"Add {scene.raman.ref} to the agenda").click()
    order = items_in_order(page)
    assert order.index("Priya Raman") < order.index("Jayden Whitworth")  # what was carried forward comes first
    up = page.get_by_role("button", name=re.compile("^Up.*Jayden Whitworth"))
    up.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Item moved")
    expect(up).to_be_focused()
    order = items_in_order(page)
    assert order.index("Jayden Whitworth") < order.index("Priya Raman")
    page.reload()
    assert items_in_order(page) == order

    page.get_by_role("link", name="Change Priya Raman").click()
    page.get_by_label("Presented by").select_option(label=scene.homes.name)
    page.get_by_label("Minutes").fill("20")
    looker.look(page, "change-an-item")
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="Priya Raman")
    expect(row).to_contain_text(scene.homes.name)
    expect(row.get_by_role("cell").first).to_have_text("20")
    looker.look(page, "in-order")

    page.get_by_role("button", name="Circulate").click()
    looker.look(page, "circulate")
    page.get_by_role("button", name="Circulate the agenda").click()
    page.goto(f"/meetings/{meeting.id}/papers")
    looker.look(page, "papers")
    pages = pages_behind(page, "Version 1 (PDF)")
    text = " ".join(pages)
    assert "Version 1" in text
    assert text.index("Jayden Whitworth") < text.index("Priya Raman")
    assert NOMINATED in text
    assert scene.homes.name in text
    for number, words in enumerate(pages, start=1):
        assert MARKING in words
        assert f"Page {number} of {len(pages)}" in words

    page.goto(f"/meetings/{meeting.id}/agenda")
    page.get_by_role("button", name=re.compile("^Top.*Priya Raman")).click()
    expect(page.get_by_role("status")).to_contain_text("Item moved")
    page.goto(f"/meetings/{meeting.id}/agenda/circulate")
    page.get_by_role("button", name="Circulate the agenda").click()
    page.goto(f"/meetings/{meeting.id}/papers")
    second = " ".join(pages_behind(page, "Version 2 (PDF)"))
    assert second.index("Priya Raman") < second.index("Jayden Whitworth")
    again = " ".join(pages_behind(page, "Version 1 (PDF)"))
    assert again == text
