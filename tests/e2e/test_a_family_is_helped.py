"""A household is referred in a meeting, helped under one plan by several agencies, and stepped down."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.accounts.models import User
from core.cases.models import CasePerson
from core.extensions import db
from core.facts import PersonRole
from tests.builders import a_person, a_user, an_agency, today
from tests.e2e.looking import Looker
from tests.e2e.referring import a_day, a_service, choose, consent, in_session, read, refer_in_meeting, step
from tests.e2e.scene import Scene
from tests.e2e.site import Site

NEED, SEEN, DAMP = "Three letters a week from three of us", "Tea, and the letters in a drawer", "Mould in two bedrooms"
PLAN, GOAL, DOES, TOLD = (
    "The rent is paid and everybody is at school by nine.",
    "A bedroom without mould",
    "A place at the breakfast club",
    "Four mornings of five",
)
CRITERIA = (
    ("At risk of eviction", "Yes"),
    ("Youth crime", "Yes"),
    ("Enforcement action, taken or threatened", "No"),
    ("Exclusion from school or housing", "No"),
    ("A child at risk", "Not known"),
)
DOMAINS = (
    "Education",
    "Early years",
    "Mental and physical health",
    "Substance use",
    "Family relationships",
    "Safety from abuse and exploitation",
    "Crime",
    "Domestic abuse",
    "Housing",
    "Financial stability",
)


@pytest.fixture
def worker(site: Site, scene: Scene) -> User:
    """Of a service that is no member of the group; the young person's mother is in the case."""
    with site.writing(*scene.rows):
        mother = a_person(scene.partnership, "Tracey", "Whitworth", born=today().replace(year=1984, month=3, day=9))
        db.session.add(CasePerson(case_id=scene.whitworth.id, person_id=mother.id, role=PersonRole.FAMILY_MEMBER))
        return a_service(scene, "Northbridge Families First", "family_intervention")


@pytest.fixture
def teacher(site: Site, scene: Scene) -> User:
    """Of a school to which the case is closed."""
    with site.writing(*scene.rows):
        teacher = a_user(an_agency(scene.partnership, "Eastmere School"), "Ines Marlow")
        teacher.password_hash = scene.chair.password_hash
        return teacher


@pytest.fixture
def live(site: Site, scene: Scene, worker: User) -> str:
    """A meeting that hears the case."""
    with site.writing(*scene.rows):
        return in_session(scene, scene.whitworth)


def test_from_the_meeting_to_the_last_look(
    live: str, worker: User, teacher: User, scene: Scene, enter: Callable[..., Page], looker: Looker
) -> None:
    officer = enter(scene.officer)
    address = refer_in_meeting(officer, live, "Jayden Whitworth to Family intervention", why_a_plan, looker)

    page, school = enter(worker), enter(teacher)
    page.goto(address)
    expect(page.get_by_role("main")).to_contain_text(
        "Record the panel: not yet. Tracey Whitworth: consent not recorded."
    )
    consent(page, "tracey whitworth")
    expect(page.get_by_text("Allocate a key worker: due by")).to_be_visible()
    step(page, "Record the panel", "Panel", the_panel)
    step(
        page, "Allocate a key worker", "Key worker allocated", lambda page: page.get_by_label("Name").fill("Kim Keyes")
    )
    expect(page.get_by_text("Visit the family: due by")).to_be_visible()
    expect(page.get_by_text("Record the assessment: not yet. Record the first visit first.")).to_be_visible()
    step(page, "Record the first visit", "Agree the plan with the family: due by", the_visit)
    step(page, "Record the assessment", "Whole-family assessment", lambda page: the_domains(page, "High need", looker))
    assert read(school, address).startswith("Page not found")
    step(page, "Record the contract", "Contract", the_contract)
    step(page, "Add an action", "Eastmere School does", an_action)

    school.goto("/referrals?of=part")
    looker.look(school, "plans-that-the-school-has-a-part-in")
    school.get_by_role("main").get_by_role("link").last.click()
    looker.look(school, "the-school-reads-the-plan")
    told = school.get_by_role("main").inner_text()
    assert all(each in told for each in (PLAN, GOAL, DOES, "Tracey Whitworth, born 9 March 1984"))
    assert not [kept for kept in (NEED, SEEN, DAMP, "Kim Keyes", "Where it is") if kept in told]

    step(page, "Record a review", "Reviews", the_review)
    looker.look(page, "the-service-reads-the-referral")
    step(page, "Settle an action", "done,", settled)
    page.get_by_role("link", name="Household, assessment and plan").click()
    looker.look(page, "household-assessment-and-plan")
    page.get_by_role("link", name="Change what is kept of Tracey Whitworth").click()
    page.get_by_label("What are they in the household?").fill("mother")
    looker.look(page, "one-of-the-household")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(", mother")).to_be_visible()
    page.goto("/referrals")
    page.get_by_role("button", name="Families we help").click()
    expect(page.get_by_role("row", name="Jayden Whitworth")).to_contain_text("Kim Keyes")
    looker.look(page, "families-we-help")
    page.goto(address)
    step(page, "Step down", "Stepped down", the_measures)
    expect(page.get_by_text("See what has held: due by")).to_be_visible()
    step(page, "Close", "Closed", the_measures)
    looker.look(page, "closed-with-its-outcome")
    assert read(school, address).startswith("Page not found")

    for user, reads_plan in {scene.officer: True, scene.chair: True, scene.landlord: True}.items():
        page = officer if user is scene.officer else enter(user)
        told = read(page, address)
        assert (PLAN in told) is reads_plan
        assert ("Hana Health" in told) is (user is not scene.landlord), user.name
        told += read(page, live)
        for kept in (NEED, SEEN, DAMP, GOAL, DOES, TOLD, "High need"):
            assert kept not in told, f"{user.name} reads {kept}"


def why_a_plan(page: Page) -> None:
    """The household, and two of the five."""
    choose(page, "Who else belongs to the household?", "Tracey Whitworth")
    for criterion, answer in CRITERIA:
        choose(page, criterion, answer)
    page.get_by_label("What has been tried, and what does the family want?").fill(NEED)


def the_panel(page: Page) -> None:
    """They are taken on."""
    a_day(page, "When?")
    page.get_by_label("Why is this household taken on?").fill("One plan instead of three")


def the_visit(page: Page) -> None:
    """The first one."""
    a_day(page, "When?")
    page.get_by_label("What was said?").fill(SEEN)


def the_domains(page: Page, found: str, looker: Looker | None = None) -> None:
    """All ten."""
    a_day(page, "When?")
    for domain in DOMAINS:
        page.get_by_label(domain, exact=True).select_option(label=found)
    page.get_by_label("Housing: what was found").fill(DAMP)
    if looker is not None:
        looker.look(page, "the-ten-domains")


def the_contract(page: Page) -> None:
    """What is agreed, and with whom."""
    a_day(page, "When?")
    page.get_by_label("The plan in a sentence").fill(PLAN)
    page.get_by_label("What does the family want to reach?").fill(GOAL)
    choose(page, "Which agencies have a part in the plan?", "Mere Homes")


def an_action(page: Page) -> None:
    """The school gets a part by what it does."""
    page.get_by_label("In which domain does it help?").select_option(label="Education")
    page.get_by_label("What will be done?").fill(DOES)
    choose(page, "Which agency does it?", "Eastmere School")
    a_day(page, "By when?")


def the_review(page: Page) -> None:
    """The last one: it names who leads from then on."""
    the_domains(page, "Some need")
    page.get_by_label("How does the plan go?").fill(TOLD)
    page.get_by_label("Who leads when this support ends?").fill("Hana Health, Health Trust")


def settled(page: Page) -> None:
    """The breakfast club has room."""
    choose(page, "Which action?", f"Eastmere School: {DOES}")
    choose(page, "What became of it?", "Done")


def the_measures(page: Page) -> None:
    """What came of each of the ten."""
    for domain in DOMAINS:
        choose(page, domain, "Improved")
