"""A young person is referred to mentoring in a meeting, and mentored until it is ended with an outcome."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.builders import today
from tests.e2e.looking import Looker
from tests.e2e.referring import a_day, choose, consent, in_session, read, refer_in_meeting, step
from tests.e2e.scene import Scene
from tests.e2e.site import Site

NEED, SAID = "Somebody to cook with", "He made soup for four"


@pytest.fixture
def live(site: Site, scene: Scene) -> str:
    """A meeting that hears the young person's case."""
    with site.writing(*scene.rows):
        return in_session(scene, scene.whitworth)


def test_from_the_meeting_to_the_end_of_the_mentoring(
    live: str, scene: Scene, enter: Callable[..., Page], looker: Looker
) -> None:
    officer = enter(scene.officer)
    address = refer_in_meeting(officer, live, "Jayden Whitworth to Mentoring", why_mentoring, looker)

    scheme = enter(scene.mentor_manager)
    scheme.goto("/referrals")
    scheme.get_by_role("link", name="Mentors").or_(scheme.get_by_role("button", name="Mentors")).click()
    for name, hours in (("Ivy Half", 12), ("Priya Shah", 20)):
        enter_mentor(scheme, name, hours)
    scheme.goto(address)
    expect(scheme.get_by_text("Accept the referral: not yet.")).to_be_visible()
    consent(scheme, "the young person")
    consent(scheme, "a parent or guardian")
    looker.look(scheme, "consents-given")
    step(scheme, "Accept the referral", "Accepted")
    step(scheme, "Record the home visit", "Home visit made", the_visit)
    step(scheme, "Match with a mentor", "Matched with a mentor", lambda page: the_match(page, looker))
    step(scheme, "Record the first session", "Active", lambda page: a_day(page, "Date"))
    a_session(scheme, looker)
    step(scheme, "Record a review", "Reviewed", the_measures)
    step(scheme, "End the mentoring", "Ended", the_measures)
    looker.look(scheme, "ended")

    for user, hears_the_end in ((scene.officer, True), (scene.chair, True), (scene.landlord, False)):
        page = officer if user is scene.officer else enter(user)
        told = read(page, address)
        if user is scene.officer:
            looker.look(page, "the-referrer-reads-the-outcome")
        assert "Ended" in told
        assert "Closed on" in told
        assert ("Confidence: improved" in told) is hears_the_end, user.name
        for kept in (NEED, SAID, "Priya Shah", "What did they say"):
            assert kept not in told, f"{user.name} reads {kept}"


def why_mentoring(page: Page) -> None:
    """The short form."""
    choose(page, "Why are you referring them?", "They are likely to offend")
    choose(page, "Is there a reason why one-to-one contact would be unsafe?", "No reason is known")
    choose(page, "Are they on an Acceptable Behaviour Contract?", "No")
    page.get_by_label("What do they need from a mentor?").fill(NEED)


def enter_mentor(page: Page, name: str, hours: int) -> None:
    """Into the register, certificate and check in date."""
    page.get_by_role("button", name="Add a mentor").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Hours of training completed").fill(str(hours))
    for kept in ("Child protection certificate", "Enhanced DBS check"):
        a_day(page, kept, today() + timedelta(days=300))
    page.get_by_label("How many young people can they mentor").fill("1")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"{name} is on the register.")).to_be_visible()


def the_visit(page: Page) -> None:
    """Today, and nothing against it."""
    a_day(page, "When was the visit?")
    choose(page, "Is there a reason why one-to-one contact would be unsafe?", "No reason is known")


def the_match(page: Page, looker: Looker) -> None:
    """Who may be offered is; of the other it is said why not."""
    expect(page.get_by_text("has 12 of 20 hours’ training")).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(1)
    looker.look(page, "who-may-be-matched")
    page.get_by_label("Priya Shah, 1 place free").check()


def a_session(page: Page, looker: Looker) -> None:
    """In the scheme's own register."""
    page.get_by_role("link", name="Sessions with the mentor").click()
    page.get_by_role("button", name="Record a session").click()
    a_day(page, "When was the session?")
    choose(page, "Did the young person come?", "Yes")
    page.get_by_label("What did they do?").fill(SAID)
    page.get_by_role("button", name="Record the session").click()
    expect(page.get_by_text(SAID)).to_be_visible()
    looker.look(page, "sessions")
    page.get_by_role("link", name="The referral").click()


def the_measures(page: Page) -> None:
    """Charnwood's six."""
    for question, answer in (
        ("Anti-social behaviour", "Reduced"),
        ("Acceptable Behaviour Contract", "Was not on one"),
        ("Work or training", "At school"),
        ("School", "Improved"),
        ("Home life", "The same"),
        ("Confidence", "Improved"),
    ):
        choose(page, question, answer)
