"""An agency answers what it is asked, and refers a young person to the mentoring scheme."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.extensions import db
from core.referrals.models import Referral
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene, item_of
from tests.e2e.site import Site

RETURN = "Four calls since August, none with an arrest."
NEED = "Somebody to cook with"


@pytest.fixture
def meeting_id(site: Site, scene: Scene) -> int:
    """In three weeks, its agenda circulated: every agency has been asked about two cases."""
    with site.writing(*scene.rows):
        meeting = scene.schedule(15)
        scene.put_on_agenda(meeting, scene.whitworth, scene.raman)
        scene.circulate(meeting)
        return meeting.id


def test_an_agency_answers_research_and_the_chair_reads_the_return(
    site: Site, scene: Scene, meeting_id: int, enter: Callable[..., Page], looker: Looker
) -> None:
    page = enter(scene.officer)
    looker.look(page, "home")
    page.goto(f"/meetings/{meeting_id}/research")
    looker.look(page, "what-is-asked")
    page.get_by_role("link", name="Jayden Whitworth").click()
    page.get_by_role("button", name="Save the answer").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    looker.look(page, "not-answered-yet")
    page.get_by_label("We hold something").check()
    page.get_by_label("What your agency holds").fill(RETURN)
    page.get_by_role("button", name="Save the answer").click()
    expect(page.get_by_role("row", name="Jayden Whitworth")).to_contain_text("Return written")
    page.get_by_role("link", name="Priya Raman").click()
    page.get_by_label("Nothing held").check()
    page.get_by_role("button", name="Save the answer").click()
    expect(page.get_by_role("row", name="Priya Raman")).to_contain_text("Nothing held")
    looker.look(page, "all-answered")

    chair = enter(scene.chair)
    chair.goto(f"/meetings/{meeting_id}/research")
    expect(chair.get_by_role("row", name=scene.police.name)).to_contain_text("All 2")
    looker.look(chair, "who-has-answered")
    with site.reading():
        item_id = item_of(meeting_id, scene.whitworth).id
    chair.goto(f"/meetings/{meeting_id}/items/{item_id}/research")
    expect(chair.get_by_text(RETURN)).to_be_visible()
    looker.look(chair, "the-return")
    landlord = enter(scene.landlord)
    landlord.goto(f"/meetings/{meeting_id}/items/{item_id}/research")
    assert RETURN not in landlord.content()


def test_an_agency_refers_a_young_person_to_mentoring_and_sees_stage_and_dates_alone(
    site: Site, scene: Scene, enter: Callable[..., Page], looker: Looker
) -> None:
    page = enter(scene.officer)
    page.goto(f"/cases/{scene.whitworth.id}")
    looker.look(page, "the-case")
    page.get_by_role("button", name="Refer somebody").click()
    looker.look(page, "whom-and-where-to")
    page.get_by_role("link", name="Refer Jayden Whitworth to Mentoring").click()
    page.get_by_role("button", name="Refer", exact=True).click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    looker.look(page, "what-is-missing")
    page.get_by_label("They are likely to offend").check()
    page.get_by_label("No reason is known").check()
    page.get_by_role("group", name="Are they on an Acceptable Behaviour Contract?").get_by_label(
        "No", exact=True
    ).check()
    page.get_by_label("What do they need from a mentor?").fill(NEED)
    looker.look(page, "refer")
    page.get_by_role("button", name="Refer", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Referred")
    looker.look(page, "the-referral")
    with site.reading():
        referral = db.session.scalars(select(Referral).where(Referral.case_id == scene.whitworth.id)).one()
        assert (referral.person_id, referral.pathway_key, referral.stage) == (
            scene.young_person.id,
            "mentoring",
            "referred",
        )

    worker = enter(scene.mentor_manager)
    worker.get_by_role("link", name="Referrals", exact=True).click()
    looker.look(worker, "the-schemes-work-list")
    worker.get_by_role("link", name=referral.ref).click()
    expect(worker.get_by_text(NEED)).to_be_visible()
    looker.look(worker, "the-scheme-reads-it")
    landlord = enter(scene.landlord)
    landlord.goto(f"/referrals/{referral.id}")
    assert NEED not in landlord.content()
