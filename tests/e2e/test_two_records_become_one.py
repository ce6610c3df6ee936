"""A coordinator finds two records of one person, merges them, and undoes it when they turn out to be two after all."""

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page, expect

from core.cases.models import CasePerson
from core.extensions import db
from core.facts import PersonRole
from core.people.models import Person
from tests.builders import a_person
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene
from tests.e2e.site import Site


def test_two_records_are_merged_and_put_apart_again(
    site: Site, scene: Scene, enter: Callable[..., Page], looker: Looker
) -> None:
    with site.writing(*scene.rows):
        celia = a_person(scene.partnership, "Celia", "Whitworth", date(1971, 3, 9))
        twice = a_person(scene.partnership, "Whitworth", "Celia", date(1971, 9, 3))
        for person, street in ((celia, "14 Harbour Street"), (twice, "14 Harbour St")):
            person.address, person.postcode = street, "ZZ1 2AB"
        twice.known_as = "Cee"
        db.session.add(CasePerson(case_id=scene.whitworth.id, person_id=celia.id, role=PersonRole.VICTIM))
        db.session.add(CasePerson(case_id=scene.ashdown.id, person_id=twice.id, role=PersonRole.WITNESS))
    page = enter(scene.coordinator)
    page.goto("/cases")
    page.get_by_role("link", name="Possible duplicates").click()
    expect(page.get_by_text("Day and month of birth are the other way round")).to_be_visible()
    looker.look(page, "what-is-proposed")
    page.get_by_role("link", name=celia.ref).click()
    expect(page.get_by_role("heading", name="What speaks for one person")).to_be_visible()
    looker.look(page, "side-by-side")
    page.get_by_role("button", name="They are one person: merge").click()
    page.get_by_role("button", name="Merge the records").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    looker.look(page, "what-is-missing")
    page.get_by_role("group", name="Known as").get_by_label("Cee").check()
    page.get_by_label("How do you know that they are one person?").fill("She said so herself")
    page.get_by_role("button", name="Merge the records").click()
    expect(page.get_by_text(f"Also recorded as {twice.ref}")).to_be_visible()
    looker.look(page, "one-person")
    page.goto(f"/people/{twice.id}")
    assert page.url.endswith(f"/people/{celia.id}"), "the old address leads to the record that is kept"
    page.get_by_role("link", name="Undo the merge").click()
    page.get_by_label("Why is the merge undone?").fill("They are sisters-in-law")
    looker.look(page, "undoing")
    page.get_by_role("button", name="Undo the merge").click()
    expect(page.get_by_text("They are two records again")).to_be_visible()
    page.get_by_role("button", name="They are two people").click()
    page.get_by_label("How do you know that these are two people?").fill("Born half a year apart")
    looker.look(page, "two-people")
    page.get_by_role("button", name="They are two people").click()
    expect(page.get_by_text("No pairs to decide")).to_be_visible()
    page.get_by_role("link", name="Decided").click()
    expect(page.get_by_text("Born half a year apart")).to_be_visible()
    looker.look(page, "what-was-decided")
    with site.reading():
        assert db.session.get_one(Person, twice.id).merged_into_id is None
        assert db.session.get_one(Person, celia.id).known_as == ""
