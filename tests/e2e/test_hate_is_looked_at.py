"""An officer flags an incident as hate: whoever answers for them looks at it, and the steering group is told counts."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from core.accounts.passwords import hash_password
from core.clock import utc_now
from core.facts import GroupKind, GroupRole
from tests.builders import PASSWORD, a_group, a_meeting, a_user, today
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene
from tests.e2e.site import Site

WORDS = "Somebody shouted at her for her headscarf"


def test_it_waits_is_looked_at_answered_and_counted(
    site: Site, scene: Scene, enter: Callable[..., Page], looker: Looker
) -> None:
    with site.writing(*scene.rows):
        steering = a_group(scene.partnership, "Steering group", kind=GroupKind.STEERING)
        head = a_user(scene.homes, "Hilda Head", group=steering, role=GroupRole.CHAIR)
        head.password_hash = hash_password(PASSWORD)
        meeting = a_meeting(steering, starts_at=utc_now() + timedelta(days=7))
    officer = enter(scene.officer)
    officer.goto(f"/cases/{scene.raman.id}/incidents/new")
    happened = officer.get_by_role("group", name="When did it happen?")
    for box, value in (("Day", today().day), ("Month", today().month), ("Year", today().year)):
        happened.get_by_label(box, exact=True).fill(str(value))
    officer.get_by_label("What happened?").fill(WORDS)
    officer.get_by_role("button", name="Record the incident").click()
    officer.get_by_role("link", name="Flag as hate").first.click()
    officer.get_by_label("Religion").check()
    officer.get_by_label("An officer of an agency", exact=False).check()
    looker.look(officer, "flagging")
    officer.get_by_role("main").get_by_role("button", name="Flag", exact=False).click()
    expect(officer.get_by_text("not looked at yet")).to_be_visible()
    looker.look(officer, "flagged")

    lead = enter(head)
    lead.goto("/")
    lead.get_by_role("link", name="1 hate incident waits for you").click()
    looker.look(lead, "the-queue")
    lead.get_by_role("link", name=scene.raman.ref).click()
    expect(lead.get_by_text(WORDS)).to_be_visible()
    looker.look(lead, "as-it-was-flagged")
    lead.get_by_role("button", name="I have looked at this").click()
    lead.get_by_role("button", name="Save what was done").click()
    expect(lead.get_by_role("heading", name="There is a problem")).to_be_visible()
    lead.get_by_label("What was done?").fill("Spoke to her; the landlord visits on Friday")
    lead.get_by_role("button", name="Save what was done").click()
    expect(lead.get_by_text("What was done is written down")).to_be_visible()
    looker.look(lead, "answered")
    lead.goto(f"/meetings/{meeting.id}")
    told = lead.get_by_text("Fewer than 5 reported so far: fewer than 5 looked at, fewer than 5 answered")
    expect(told).to_be_visible()
    assert lead.get_by_text(WORDS).count() == 0
    looker.look(lead, "counts-alone")
    officer.reload()
    expect(officer.get_by_text("not looked at yet")).to_have_count(0)
