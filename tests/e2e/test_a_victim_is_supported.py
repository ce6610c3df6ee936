"""A victim is referred to Victim Support in a meeting, contacted as is safe, and supported until that is over."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.accounts.models import User
from core.cases.models import CasePerson
from core.extensions import db
from core.facts import PersonRole
from core.people.models import Person
from tests.builders import a_person
from tests.e2e.looking import Looker
from tests.e2e.referring import a_day, a_service, choose, in_session, read, refer_in_meeting, step
from tests.e2e.scene import Scene
from tests.e2e.site import Site

SAFE, NUMBER = "Weekdays between ten and two, speak to nobody else", "07700 900123"
WANTED, SAID, PLAN = "To sleep through the night", "She is less afraid of the stairs", "A door viewer and a safety plan"
NEEDS = (
    "Mental and physical health",
    "Shelter and accommodation",
    "Family, friends and children",
    "Education, skills and employment",
    "Drugs and alcohol",
    "Finance and benefits",
    "Outlook and attitudes",
    "Social interactions",
)


@pytest.fixture
def victim(site: Site, scene: Scene) -> Person:
    """Of the case that the meeting hears."""
    with site.writing(*scene.rows):
        victim = a_person(scene.partnership, "Vera", "Holt")
        db.session.add(CasePerson(case_id=scene.ashdown.id, person_id=victim.id, role=PersonRole.VICTIM))
        return victim


@pytest.fixture
def worker(site: Site, scene: Scene, victim: Person) -> User:
    """Of a service that is no member of the group."""
    with site.writing(*scene.rows):
        return a_service(scene, "Northbridge Victim Support", "victim_support")


@pytest.fixture
def live(site: Site, scene: Scene, worker: User) -> str:
    """A meeting that hears the case."""
    with site.writing(*scene.rows):
        return in_session(scene, scene.ashdown)


def test_from_the_meeting_to_the_end_of_the_support(
    live: str, worker: User, victim: Person, scene: Scene, enter: Callable[..., Page], looker: Looker
) -> None:
    officer = enter(scene.officer)
    refused_without_a_safe_contact(officer, live, looker)
    address = refer_in_meeting(officer, live, "Vera Holt to Victim Support", why_support)

    page = enter(worker)
    page.goto("/referrals")
    page.get_by_role("button", name="People we support").click()
    expect(page.get_by_role("row", name="Vera Holt")).to_contain_text(SAFE)
    looker.look(page, "safe-contact-before-the-number")
    assert page.content().index(SAFE) < page.content().index(NUMBER)
    page.goto(address)
    expect(page.get_by_text("First contact: due by")).to_be_visible()
    step(page, "Record the first contact", "Safe contact made", first_contact)
    expect(page.get_by_text("Next update to the victim: due by")).to_be_visible()
    step(page, "Assess the needs", "Needs assessed", lambda page: the_needs(page, "Some need"))
    step(page, "Begin the support", "Supported", the_support)
    step(page, "Add to the contact log", "Supported", an_update)
    looker.look(page, "the-service-reads-the-referral")
    step(page, "Review the needs", "Reviewed", review)
    page.get_by_role("link", name="Contact, needs and contact log").click()
    expect(page.get_by_text(SAID)).to_be_visible()
    looker.look(page, "needs-and-log")
    page.goto(address)
    step(page, "End the support", "Closed", the_end)

    readers = {scene.officer: True, scene.chair: False, scene.landlord: False}
    for user, is_referrer in readers.items():
        page = officer if user is scene.officer else enter(user)
        told = read(page, address)
        if user is scene.officer:
            looker.look(page, "the-referrer-reads-that-it-is-closed")
        assert f"By text message. {SAFE}" in told
        assert "accepted on" in told
        assert ("Wendy Worker" in told) is is_referrer, user.name
        assert ("Closed on" in told) is is_referrer, user.name
        told += read(page, f"/people/{victim.id}") + read(page, live)
        for kept in (NUMBER, WANTED, SAID, PLAN, "Some need", "Felt heard", "no further support"):
            assert kept not in told, f"{user.name} reads {kept}"


def refused_without_a_safe_contact(page: Page, live: str, looker: Looker) -> None:
    """The form says that without one nothing is sent."""
    page.goto(live)
    page.get_by_role("link", name="Refer somebody").click()
    page.get_by_role("link", name="Refer Vera Holt to Victim Support").click()
    page.get_by_role("button", name="Refer", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("without one the referral cannot be sent")
    looker.look(page, "no-safe-contact")


def why_support(page: Page) -> None:
    """The short form, how she can be contacted safely first of all."""
    choose(page, "What is a safe way to contact them?", "By text message")
    page.get_by_label("What must be kept to, so that it is safe?").fill(SAFE)
    page.get_by_label("Number or address").fill(NUMBER)
    choose(page, "What have they been through, or witnessed?", "Anti-social behaviour")
    choose(page, "Who agreed that the service may contact them?", "They themselves")
    a_day(page, "On which day did they agree?")
    page.get_by_label("What would help them?").fill(WANTED)


def first_contact(page: Page) -> None:
    """Who supports her, and how she wants to hear."""
    a_day(page, "When?")
    page.get_by_label("Who is their named worker?").fill("Wendy Worker")
    choose(page, "How often do they want to hear how their case goes?", "Every week")
    choose(page, "In which way do they want to be told?", "By text message")


def the_needs(page: Page, found: str) -> None:
    """All eight."""
    a_day(page, "When?")
    for need in NEEDS:
        page.get_by_label(need).select_option(label=found)


def the_support(page: Page) -> None:
    """What was agreed."""
    a_day(page, "When?")
    page.get_by_label("What will be done, and by whom?").fill(PLAN)


def an_update(page: Page) -> None:
    """She is told how the case goes."""
    a_day(page, "When?")
    choose(page, "What happened?", "Told how the case goes")
    choose(page, "In which way?", "By text message")
    page.get_by_label("What was said?").fill(SAID)


def review(page: Page) -> None:
    """The needs again, and what has changed for her."""
    the_needs(page, "No need")
    the_measures(page)


def the_end(page: Page) -> None:
    """No further support is needed."""
    choose(page, "Reason", "No further support is needed")
    the_measures(page)


def the_measures(page: Page) -> None:
    """Whether she coped, felt heard and is safer."""
    for question in ("Coped and recovered", "Felt heard", "Safer"):
        choose(page, question, "Yes")
