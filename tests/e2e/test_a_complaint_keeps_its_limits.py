"""What somebody gave in a complaint is recorded with its limit, minuted with it, withdrawn, and listed."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from core.accounts.models import User
from tests.builders import today
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene, item_of
from tests.e2e.site import Site
from tests.e2e.test_an_attendee_records import accept, meeting_id, open_the_meeting

__all__ = ["meeting_id"]

TOLD = "The man upstairs lets strangers in after midnight."
MARKER = "Given in a complaint: for this partnership’s meetings; not to be told to the subject"


def fill_in_what_was_said(page: Page) -> None:
    """In the form of information shared."""
    page.get_by_role("checkbox", name="This was given in a complaint").check()
    page.get_by_text("What the person who gave it said").click()
    page.get_by_label("Who gave it?").select_option("complainant")
    page.get_by_label("Yes, they agreed").check()
    page.get_by_label("This partnership’s meetings").check()
    page.get_by_label("Spoken").check()
    day = page.get_by_role("group", name="When did they say so?")
    for box, value in (("Day", today().day), ("Month", today().month), ("Year", today().year)):
        day.get_by_label(box).fill(str(value))
    page.get_by_label("Not to be told to the subject").check()


def test_its_limit_is_minuted_and_a_withdrawal_is_seen_and_listed(
    site: Site, scene: Scene, enter: Callable[..., Page], meeting_id: int, looker: Looker
) -> None:
    coordinator = enter(scene.coordinator)
    open_the_meeting(coordinator, meeting_id, scene)
    accept(coordinator, meeting_id)
    officer: User = scene.officer
    page = enter(officer)
    accept(page, meeting_id)
    page.goto(f"/meetings/{meeting_id}/live?item={_item(site, meeting_id, scene)}")
    page.get_by_role("link", name="Share information").click()
    page.get_by_label("What information is shared?").fill(TOLD)
    fill_in_what_was_said(page)
    looker.look(page, "information-of-a-complaint")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The information is recorded.")).to_be_visible()

    coordinator.goto(f"/meetings/{meeting_id}/live?item={_item(site, meeting_id, scene)}")
    expect(coordinator.get_by_text(TOLD)).to_be_visible()
    expect(coordinator.get_by_text(MARKER)).to_be_visible()
    looker.look(coordinator, "its-limit-on-the-live-page")

    page.goto(f"/cases/{scene.ashdown.id}")
    page.get_by_role("link", name="Register of this case’s disclosures").click()
    expect(page.get_by_role("rowheader", name="information shared at a meeting")).to_be_visible()
    looker.look(page, "who-has-been-told-what")
    page.get_by_role("link", name="Shared at").click()
    looker.look(page, "what-they-agreed-to")
    page.get_by_role("button", name="They withdraw").click()
    looker.look(page, "they-withdraw")
    page.get_by_role("button", name="Keep the withdrawal").click()
    expect(page.get_by_role("heading", name="Those who had it")).to_be_visible()
    expect(page.get_by_role("heading", name="What was disclosed of the case")).to_be_visible()
    looker.look(page, "withdrawn")
    page.get_by_role("button", name="Tell them").click()
    expect(page.get_by_text("told by mail").first).to_be_visible()

    coordinator.reload()
    expect(coordinator.get_by_text(TOLD)).to_have_count(0)
    expect(coordinator.get_by_text("the person withdrew their consent on")).to_be_visible()


def _item(site: Site, meeting_id: int, scene: Scene) -> int:
    with site.reading():
        return item_of(meeting_id, scene.ashdown).id
