"""Somebody asks what is held about them: a data lead puts it together and decides, the chair releases, it is given."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Select, select

from core.accounts.models import User
from core.accounts.passwords import hash_password
from core.cases.models import CasePerson
from core.extensions import db
from core.facts import AdminRole, PersonRole
from core.people.models import Person
from core.people.names import search_name
from tests.builders import PASSWORD, a_person, a_user, today
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene
from tests.e2e.site import Site
from tests.support.papers import text_of


@pytest.fixture
def cast(site: Site, scene: Scene) -> tuple[User, Person]:
    """The data lead, and the subject of a case in which a neighbour complained."""
    with site.writing(*scene.rows):
        lead = a_user(scene.homes, "Lena Lead", admin=AdminRole.DATA_LEAD, partnership=scene.partnership)
        lead.password_hash = hash_password(PASSWORD)
        subject = db.session.scalars(_subject_of(scene)).one()
        subject.search_name = search_name("Martin", "Ashdown")
        neighbour = a_person(scene.partnership, "Priscilla", "Ravenhall")
        scene.ashdown.summary = "Martin Ashdown shouts at Priscilla Ravenhall over the fence."
        db.session.add(CasePerson(case_id=scene.ashdown.id, person_id=neighbour.id, role=PersonRole.COMPLAINANT))
        scene.a_held_meeting()
        return lead, subject


def _subject_of(scene: Scene) -> Select[Person]:
    named = select(CasePerson.person_id).where(CasePerson.case_id == scene.ashdown.id)
    return select(Person).where(Person.id.in_(named))


def write_day(page: Page, legend: str) -> None:
    """Today, in the three boxes under that question."""
    group = page.get_by_role("group", name=legend)
    for box, value in (("Day", today().day), ("Month", today().month), ("Year", today().year)):
        group.get_by_label(box, exact=True).fill(str(value))


def prove(page: Page) -> None:
    """Say again who it is, if that is asked."""
    again = page.get_by_label("Password", exact=True)
    if again.count():
        again.fill(PASSWORD)
        page.get_by_role("main").get_by_role("button").first.click()


def test_a_data_lead_prepares_the_chair_releases_and_it_is_given(
    scene: Scene, cast: tuple[User, Person], enter: Callable[..., Page], looker: Looker
) -> None:
    lead, chair = enter(cast[0]), enter(scene.chair)
    lead.goto("/data-protection/requests")
    lead.get_by_role("button", name="Enter a request").click()
    lead.get_by_label("Name or reference").fill("ashdown")
    lead.get_by_role("button", name="Look").click()
    looker.look(lead, "found")
    lead.get_by_role("link", name=f"Martin Ashdown ({cast[1].ref})").click()
    lead.get_by_label("The person themself").check()
    lead.get_by_label("By e-mail").check()
    write_day(lead, "When was it received?")
    lead.get_by_label("Where does the answer go?").fill("martin@post.example")
    looker.look(lead, "entering")
    lead.get_by_role("button", name="Keep the request").click()
    looker.look(lead, "request")
    lead.get_by_role("link", name="They showed who they are").click()
    lead.get_by_label("What did they show?").fill("Passport")
    write_day(lead, "When did they show it?")
    looker.look(lead, "identity")
    lead.get_by_role("button", name="Record it").click()
    expect(lead.get_by_text("The request is due by")).to_be_visible()
    path = lead.url

    lead.get_by_role("button", name="Put together what is held").click()
    looker.look(lead, "what is held")
    lead.get_by_role("link", name=scene.council.name).first.click()
    looker.look(lead, "one agency")
    lead.goto(f"{path}/mask")
    lead.get_by_label("Which words?").fill("over the fence")
    lead.get_by_label("Would hinder dealing with crime").check()
    looker.look(lead, "masking")
    lead.get_by_role("button", name="Mask these words").click()
    lead.get_by_role("button", name="Decide on what is masked").click()
    looker.look(lead, "deciding")
    lead.get_by_role("button", name="Decide", exact=True).click()
    expect(lead.get_by_role("alert")).to_contain_text("Tick at least one passage")
    looker.look(lead, "nothing decided")
    for box in lead.locator("input[name=masks]").all():
        box.check()
    lead.get_by_label("Keep it masked: about somebody else").check()
    lead.get_by_role("button", name="Decide", exact=True).click()
    expect(lead.get_by_text("Every mask is decided on.")).to_be_visible()
    lead.goto(path)
    lead.get_by_role("button", name="Put it before a second person").click()
    expect(lead.get_by_text("You worked on this pack yourself.")).to_be_visible()
    looker.look(lead, "waiting")

    chair.goto("/")
    chair.get_by_role("link", name="-S-").click()
    chair.get_by_role("button", name="Read and release it").click()
    looker.look(chair, "releasing")
    chair.get_by_label("I have read every page of what the person is given").check()
    chair.get_by_role("button", name="Release it").click(timeout=60_000)  # two documents are made
    expect(chair.get_by_text("The pack is released.")).to_be_visible()

    lead.goto(path)
    looker.look(lead, "released")
    paper = text_of(lead.request.get(f"{path}/pack.pdf").body())
    data = lead.request.get(f"{path}/pack.json").text()
    assert "Martin Ashdown" in paper and json.loads(data)["person"]["name"] == "Martin Ashdown"
    for word in ("Ravenhall", "Priscilla", "over the fence"):
        assert word not in paper and word not in data
    lead.get_by_role("button", name="Record how it was given").click()
    lead.get_by_label("How was it given?").fill("By e-mail, encrypted")
    write_day(lead, "When was it given?")
    lead.get_by_role("button", name="Record it").click()
    expect(lead.get_by_text("It is recorded how the pack was given.")).to_be_visible()
    looker.look(lead, "given")
