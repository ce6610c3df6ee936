"""Somebody says that their name is wrong: it is corrected, the data lead answers, those who read it are told."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.accounts.models import User
from core.accounts.passwords import hash_password
from core.cases.models import CasePerson
from core.extensions import db
from core.facts import AdminRole
from core.people.models import Person
from tests.builders import PASSWORD, a_user, today
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene
from tests.e2e.site import Site


@pytest.fixture
def cast(site: Site, scene: Scene) -> tuple[User, Person]:
    """The data lead, and whose name is wrong."""
    with site.writing(*scene.rows):
        lead = a_user(scene.scheme, "Lena Lead", admin=AdminRole.DATA_LEAD, partnership=scene.partnership)
        lead.password_hash = hash_password(PASSWORD)
        named = select(CasePerson.person_id).where(CasePerson.case_id == scene.raman.id)
        person = db.session.scalars(select(Person).where(Person.id.in_(named))).first()
        assert person is not None
        return lead, person


def test_it_is_asked_corrected_answered_and_told(
    scene: Scene, cast: tuple[User, Person], enter: Callable[..., Page], looker: Looker
) -> None:
    lead, person = cast
    was, officer = person.family_name, enter(scene.officer)
    officer.goto(f"/people/{person.id}")
    officer.get_by_role("link", name="They say that something is wrong").click()
    officer.get_by_role("button", name="Record the request").click()
    expect(officer.get_by_role("heading", name="There is a problem")).to_be_visible()
    looker.look(officer, "what-is-missing")
    officer.get_by_label("Their details:").check()
    officer.get_by_label("What is wrong, and what should it say?").fill("My name is Wrightson")
    officer.get_by_label("the person concerned", exact=False).first.check()
    asked = officer.get_by_role("group", name="When did they ask?")
    for box, value in (("Day", today().day), ("Month", today().month), ("Year", today().year)):
        asked.get_by_label(box, exact=True).fill(str(value))
    officer.get_by_label("Show it as disputed until it is answered").check()
    officer.get_by_role("button", name="Record the request").click()
    looker.look(officer, "asked")
    request = officer.url
    officer.goto(f"/cases/{scene.raman.id}")
    expect(officer.get_by_text("Its accuracy is contested").first).to_be_visible()
    looker.look(officer, "disputed")

    answers = enter(lead)
    answers.goto(request)
    expect(answers.get_by_text("The person and the case are closed to you")).to_be_visible()
    expect(answers.get_by_text("It has not been corrected since they asked")).to_be_visible()
    looker.look(answers, "before-it-is-corrected")

    page = enter(scene.coordinator)
    page.goto(f"/people/{person.id}/edit")
    page.get_by_label("Family name").fill("Wrightson")
    page.get_by_label("What stood there was wrong").check()
    page.get_by_label("What was wrong, or what has changed?").fill("She showed her passport")
    page.get_by_role("main").get_by_role("button", name="Save changes").click()

    answers.reload()
    answers.get_by_label("It was wrong, and has been corrected").check()
    answers.get_by_label("Why?").fill("The passport says so")
    answers.get_by_role("button", name="Record the answer").click()
    expect(answers.get_by_text("The answer is recorded")).to_be_visible()
    looker.look(answers, "answered")

    page.goto(f"/people/{person.id}")
    page.get_by_role("link", name="What was held before").click()
    expect(page.get_by_role("cell", name=was, exact=True)).to_be_visible()
    looker.look(page, "the-original-stays")
    page.get_by_role("link", name="Who read the mistake").click()
    readers = page.get_by_role("table", name="Readers by agency")
    expect(readers.get_by_text(scene.officer.name)).to_be_visible()
    page.get_by_role("group", name="Who is told?").get_by_label(scene.officer.name, exact=False).check()
    looker.look(page, "who-read-it")
    page.get_by_role("button", name="Tell them").click()
    expect(page.get_by_text("1 reader is told")).to_be_visible()

    officer.goto(f"/people/{person.id}")
    expect(officer.get_by_text("Corrected on")).to_be_visible()
    assert officer.get_by_text("contested").count() == 0
    assert officer.goto(f"/people/{person.id}/history").status == 403, "the original is for those who may change it"
