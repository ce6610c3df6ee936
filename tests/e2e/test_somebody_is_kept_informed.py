"""The lead agency keeps a victim informed, and the chair sees what it owes them and not where they are reached."""

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page, expect

from core.cases.models import CasePerson
from core.extensions import db
from core.facts import PersonRole
from core.standards.models import ContactPlan
from core.working_days import add_working_days
from tests.builders import a_person, today
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene
from tests.e2e.site import Site

SAFE = "Only before three, and leave no message"
REACH = "01632 960177"


def fill_day(page: Page, question: str, day: date) -> None:
    """The three boxes of a date."""
    boxes = page.get_by_role("group", name=question)
    for label, number in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        boxes.get_by_label(label).fill(str(number))


def test_the_lead_agency_agrees_a_contact_and_the_chair_sees_what_is_overdue(
    site: Site, scene: Scene, enter: Callable[..., Page], looker: Looker
) -> None:
    with site.writing(*scene.rows):
        victim = a_person(scene.partnership, "Celia", "Whitworth")
        db.session.add(CasePerson(case_id=scene.whitworth.id, person_id=victim.id, role=PersonRole.VICTIM))
    page = enter(scene.officer)
    page.goto(f"/cases/{scene.whitworth.id}")
    page.get_by_role("link", name="Contact and updates of Celia Whitworth").click()
    looker.look(page, "nothing-agreed-yet")
    page.get_by_role("link", name="Agree the contact and the updates").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    looker.look(page, "what-is-missing")
    page.get_by_label("How are they contacted safely?").fill(SAFE)
    page.get_by_label("Named contact", exact=True).fill("Aisha Rafiq")
    page.get_by_label("How can they reach the named contact?").fill("101, and ask for me")
    page.get_by_label("By phone").check()
    page.get_by_label("Number or address to use").fill(REACH)
    page.get_by_label("Every week").check()
    fill_day(page, "When was this agreed?", add_working_days(today(), -8))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(SAFE)).to_be_visible()
    page.get_by_role("link", name="Record the offer of support").click()
    page.get_by_label("Which support was offered?").fill("The county’s service for victims")
    page.get_by_label("Accepted").check()
    looker.look(page, "the-offer")
    page.get_by_role("button", name="Save").click()

    chair = enter(scene.chair)
    owed = chair.get_by_role("listitem").filter(has_text="give an update")
    expect(owed).to_contain_text("late")
    looker.look(chair, "the-chairs-home-page")
    owed.get_by_role("link").click()
    expect(chair.get_by_text(SAFE)).to_be_visible()
    assert REACH not in chair.content()
    looker.look(chair, "what-the-chair-sees")

    page.get_by_role("button", name="Record a contact").click()
    page.get_by_label("Told how the case goes").check()
    page.get_by_label("What was said, in short?").fill("The order was served")
    looker.look(page, "record-a-contact")
    page.get_by_role("button", name="Record the contact").click()
    expect(page.get_by_role("main")).not_to_contain_text("late")
    page.get_by_role("link", name="Strike out").click()
    looker.look(page, "strike-out")
    page.get_by_label("Why is it struck out?").fill("Said to somebody else")
    page.get_by_role("button", name="Strike it out").click()
    expect(page.get_by_text("Said to somebody else")).to_be_visible()
    looker.look(page, "the-log")
    with site.reading():
        plan = db.session.query(ContactPlan).filter_by(person_id=victim.id).one()
        assert (plan.updated_on, plan.reach) == (None, REACH)
