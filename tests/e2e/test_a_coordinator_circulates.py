"""The coordinator has the minutes approved and circulates them; a recipient opens their own, from the mail."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from core.accounts.models import User
from core.extensions import db
from core.minutes.models import Minutes
from tests.e2e.conftest import sign_in
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene
from tests.e2e.site import Site
from tests.support.papers import MARKING, pages_of, text_of


@pytest.fixture
def meeting_id(site: Site, scene: Scene) -> int:
    """A meeting that was held and closed."""
    with site.writing(*scene.rows):
        return scene.a_held_meeting().id


def link_in_mail_to(site: Site, user: User) -> str:
    """The address in the mail about the minutes. The mail names nobody but its reader's address."""
    mail = site.mail_to(user.email, ": minutes")
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None and html is not None
    assert list(mail.iter_attachments()) == []
    text = plain.get_content()
    assert mail["Subject"].startswith("OFFICIAL-SENSITIVE")
    for name in ("Ashdown", "Raman", "Obi"):
        assert name not in text + html.get_content() + mail["Subject"]
    found = re.search(rf"{re.escape(site.url)}(/copies/\d+)", text)
    assert found, text
    return found[1]


def document_of(page: Page) -> bytes:
    """The PDF behind the page's button."""
    address = page.get_by_role("button", name="Open the minutes (PDF)").get_attribute("href")
    answer = page.request.get(str(address))
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    return answer.body()


def says_that_it_works(page: Page, button: str) -> None:
    """While the answer is waited for, the page says that it is being made, and sends nothing again."""
    sent = []

    def hold(route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
            return
        sent.append(route.request.url)
        route.fulfill(status=204)  # the page stays

    page.route("**/*", hold)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("status").get_by_text("Circulating the minutes…")).to_be_visible()
    expect(page.get_by_role("button", name=button)).to_be_focused()
    page.wait_for_timeout(1_100)  # past the design system's own pause between two presses
    page.get_by_role("button", name=button).click(force=True)
    page.wait_for_timeout(200)
    assert len(sent) == 1
    page.unroute("**/*", hold)
    page.reload()
    expect(page.get_by_text("Circulating the minutes…")).to_have_count(0)


def test_the_chair_approves_the_coordinator_circulates_and_a_recipient_opens_their_own_part(
    site: Site, scene: Scene, meeting_id: int, enter: Callable[..., Page], looker: Looker
) -> None:
    coordinator, chair = enter(scene.coordinator), enter(scene.chair)
    coordinator.goto(f"/meetings/{meeting_id}/minutes")
    looker.look(coordinator, "to-be-composed")
    coordinator.get_by_role("button", name="Compose the minutes").click()
    expect(coordinator.get_by_text("Seen at the flat on three nights.")).to_be_visible()
    looker.look(coordinator, "draft")
    coordinator.get_by_role("button", name="Submit to the chair").click()
    expect(coordinator.get_by_role("button", name="Submit to the chair")).to_have_count(0)
    expect(coordinator.get_by_role("button", name="Approve the minutes")).to_have_count(0)

    chair.goto("/")
    looker.look(chair, "the-chairs-home-page")
    chair.goto(f"/meetings/{meeting_id}/minutes")
    looker.look(chair, "with-the-chair")
    chair.get_by_role("button", name="Review the minutes").click()
    looker.look(chair, "review")
    chair.get_by_role("button", name="Approve the minutes").click()
    expect(chair.get_by_text("Approved minutes never change")).to_be_visible(timeout=30_000)
    looker.look(chair, "approved")

    coordinator.goto(f"/meetings/{meeting_id}/minutes")
    coordinator.get_by_role("button", name="Circulate the minutes").click()
    looker.look(coordinator, "who-gets-a-copy")
    coordinator.get_by_role("row", name=scene.officer.name).get_by_role("link").click()
    expect(coordinator.get_by_text("Was not present for this item.")).to_be_visible()
    looker.look(coordinator, "what-a-recipient-gets")
    coordinator.get_by_role("button", name=f"Preview as seen by {scene.officer.name}").click()
    expect(coordinator.get_by_text("This is a preview.")).to_be_visible()
    looker.look(coordinator, "preview")
    coordinator.goto(f"/meetings/{meeting_id}/circulate")
    says_that_it_works(coordinator, "Circulate the minutes")
    coordinator.get_by_role("button", name="Circulate the minutes").click()
    link = link_in_mail_to(site, scene.officer)

    officer = enter()
    officer.goto(link)
    expect(officer.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "Ashdown" not in officer.content()
    looker.look(officer, "sign-in")
    sign_in(officer, scene.officer)
    expect(officer.get_by_role("heading", name="Your copy of the minutes")).to_be_visible()
    looker.look(officer, "a-recipients-copy")
    document = document_of(officer)
    text = text_of(document)
    for held in ("Martin Ashdown", "Seen at the flat on three nights.", "Visit with the officer", scene.officer.name):
        assert held in text
    for kept_back in ("Priya Raman", "eleven weeks behind", "statement in confidence"):
        assert kept_back not in text
    with site.reading():
        minutes = db.session.query(Minutes).filter_by(meeting_id=meeting_id).one()
        assert minutes.audit_hash is not None
        assert minutes.audit_hash[:12] in text
    pages = pages_of(document)
    for number, words in enumerate(pages, start=1):
        assert MARKING in words
        assert f"Page {number} of {len(pages)}" in words

    landlord = enter(scene.landlord)
    landlord.goto(link_in_mail_to(site, scene.landlord))
    whole = text_of(document_of(landlord))
    for held in ("Martin Ashdown", "Priya Raman", "eleven weeks behind", "statement in confidence"):
        assert held in whole
    assert landlord.goto(link).status == 404  # somebody else's copy is as if it were not

    coordinator.goto(f"/meetings/{meeting_id}/sent")
    sent = coordinator.get_by_role("table", name="Minutes, by recipient")
    expect(sent.get_by_role("row", name=scene.officer.name)).not_to_contain_text("Not yet")
    expect(sent.get_by_role("row", name=scene.chair.name)).to_contain_text("Not yet")
    looker.look(coordinator, "sent")


def test_the_coordinator_does_not_approve_and_a_recipient_without_rights_gets_nothing(
    site: Site, scene: Scene, meeting_id: int, enter: Callable[..., Page]
) -> None:
    coordinator, chair = enter(scene.coordinator), enter(scene.chair)
    coordinator.goto(f"/meetings/{meeting_id}/minutes")
    coordinator.get_by_role("button", name="Compose the minutes").click()
    coordinator.get_by_role("button", name="Submit to the chair").click()
    chair.goto(f"/meetings/{meeting_id}/minutes/review")
    chair.get_by_label("A note to whoever takes the minutes").fill("Item 2 says who, not what was decided.")
    chair.get_by_role("button", name="Send back").click()
    coordinator.goto(f"/meetings/{meeting_id}/minutes")
    expect(coordinator.get_by_role("main")).to_contain_text("Sent back")
    expect(coordinator.locator("p").get_by_text("Item 2 says who, not what was decided.")).to_be_visible()
    outsider = enter(scene.mentor_manager)
    answer = outsider.goto(f"/meetings/{meeting_id}/minutes")
    assert answer is not None
    assert answer.status in (403, 404)
    assert "Ashdown" not in outsider.content()
