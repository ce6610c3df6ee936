"""Two neighbours are referred to mediation in a meeting, and it is brought to an agreement that nobody else reads."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.accounts.models import User
from core.cases.models import CasePerson
from core.extensions import db
from core.facts import PersonRole
from tests.builders import a_person
from tests.e2e.looking import Looker
from tests.e2e.referring import a_day, a_service, choose, in_session, read, refer_in_meeting, step
from tests.e2e.scene import Scene
from tests.e2e.site import Site

ABOUT, SAID, TERM = "The hedge between them", "She shouted over it", "The hedge is cut in May"


@pytest.fixture
def mediator(site: Site, scene: Scene) -> User:
    """Of a service that is no member of the group; the case names both neighbours."""
    with site.writing(*scene.rows):
        other = a_person(scene.partnership, "Percy", "Neighbour")
        db.session.add(CasePerson(case_id=scene.ashdown.id, person_id=other.id, role=PersonRole.PARTY))
        return a_service(scene, "Even Ground Mediation", "mediation")


@pytest.fixture
def live(site: Site, scene: Scene, mediator: User) -> str:
    """A meeting that hears the neighbours' case."""
    with site.writing(*scene.rows):
        return in_session(scene, scene.ashdown)


def test_from_the_meeting_to_an_agreement_that_is_kept(
    live: str, mediator: User, scene: Scene, enter: Callable[..., Page], looker: Looker
) -> None:
    officer = enter(scene.officer)
    address = refer_in_meeting(officer, live, "Martin Ashdown to Mediation", why_mediation, looker)

    page = enter(mediator)
    page.goto(address)
    expect(page.get_by_text("Confirm the referral: due by")).to_be_visible()
    step(page, "Confirm the referral", "Confirmed")
    step(page, "Record the first visit", "First party visited", lambda page: the_visit(page, "Percy Neighbour"))
    step(page, "Record the visit to the second party", "Second party visited", the_visit)
    step(page, "Record a joint or shuttle session", "Joint or shuttle session", the_session)
    step(page, "Record the agreement", "Agreement", the_agreement)
    expect(page.get_by_text("Follow the agreement up: due by")).to_be_visible()
    looker.look(page, "the-mediators-read-the-referral")
    page.get_by_role("link", name="Sessions and terms").click()
    for kept in (SAID, TERM):
        expect(page.get_by_text(kept).first).to_be_visible()
    looker.look(page, "sessions-and-terms")
    page.goto("/referrals")
    page.get_by_role("button", name="Mediations").click()
    expect(page.get_by_role("row", name="Percy Neighbour")).to_contain_text("3 visits and sessions")
    looker.look(page, "the-register")
    page.goto(address)
    step(page, "Record the follow-up", "Followed up", the_follow_up)
    step(page, "Close", "Closed")

    for user, hears_the_result in ((scene.officer, True), (scene.chair, True), (scene.landlord, False)):
        page = officer if user is scene.officer else enter(user)
        told = read(page, address)
        if user is scene.officer:
            looker.look(page, "the-referrer-reads-dates-and-the-kind-of-result")
        assert "Agreement made on" in told
        assert "Closed on" in told
        assert ("Full agreement" in told) is hears_the_result, user.name
        told += read(page, f"/cases/{scene.ashdown.id}") + read(page, live)
        for kept in (ABOUT, SAID, TERM, "By text", "Noor Al-Amin and", "Is kept"):
            assert kept not in told, f"{user.name} reads {kept}"


def why_mediation(page: Page) -> None:
    """The short form: both have agreed to be contacted."""
    choose(page, "Who is the other party?", "Percy Neighbour")
    choose(page, "Is any of these part of it?", "None of these")
    choose(page, "Can the mediators reach both parties?", "Yes, both")
    a_day(page, "When did Martin Ashdown consent to be contacted?")
    a_day(page, "When did the other party consent to be contacted?")
    page.get_by_label("What is the dispute about?").fill(ABOUT)
    page.get_by_label("How and when can each of them be reached?").fill("By text")


def the_visit(page: Page, whom: str = "") -> None:
    """To one of the two; the second is whoever is left."""
    if whom:
        choose(page, "Party", whom)
    a_day(page, "When was the visit?")
    who_and_what(page)


def the_session(page: Page) -> None:
    """The mediators go between them."""
    choose(page, "Kind of session", "Shuttle session, the mediators going between them")
    a_day(page, "When was the session?")
    who_and_what(page)


def who_and_what(page: Page) -> None:
    """Of a visit or session."""
    page.get_by_label("Who were the mediators?").fill("Noor Al-Amin and Sam Okafor")
    page.get_by_label("What was said?").fill(SAID)


def the_agreement(page: Page) -> None:
    """On all that they disputed."""
    choose(page, "How far does the agreement go?", "Full: everything that they disputed")
    a_day(page, "When was it made?")
    page.get_by_label("Terms, a line for each").fill(TERM)


def the_follow_up(page: Page) -> None:
    """Earlier than three months: the parties asked."""
    a_day(page, "Date")
    choose(page, "The agreement", "Is kept")
    choose(page, "Complaints since the agreement", "None")
    choose(page, "The parties", "Speak with each other")
