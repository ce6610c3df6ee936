"""The data protection lead holds a case back and approves the month's list, a second person does, and it is erased."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.accounts.models import User
from core.accounts.passwords import hash_password
from core.cases.models import Case
from core.clock import utc_now
from core.emergencies.models import Emergency
from core.extensions import db
from core.facts import AdminRole, CaseStatus
from core.retention.models import RetentionList
from core.retention.operations import make_lists
from core.retention.tombstones import said_of
from core.retention.working import look_after
from core.working_days import add_months
from tests.builders import PASSWORD, a_user, today
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene
from tests.e2e.site import Site


@dataclass
class Cast:
    """Who decides, who sees the trail, and what is due."""

    lead: User
    admin: User
    auditor: User
    held: str
    erased: str
    erased_id: int
    list_id: int


@pytest.fixture
def cast(site: Site, scene: Scene) -> Iterator[Cast]:
    """Two cases that were closed seven years ago, and an emergency of two years ago for a case that there was not."""
    with site.writing(*scene.rows):
        roles = (AdminRole.DATA_LEAD, AdminRole.PARTNERSHIP_ADMIN, AdminRole.AUDITOR)
        names = ("Lena Lead", "Ada Admin", "Otto Auditor")
        lead, admin, auditor = (
            a_user(scene.council, name, admin=role, partnership=scene.partnership)
            for name, role in zip(names, roles, strict=True)
        )
        for user in (lead, admin, auditor):
            user.password_hash = hash_password(PASSWORD)
        for case in (scene.raman, scene.whitworth):
            case.status, case.closed_on = CaseStatus.CLOSED, add_months(today(), -12 * 7)
        db.session.add(
            Emergency(
                partnership_id=scene.partnership.id,
                reference="NB-9999",
                reason="Somebody is on the roof",
                asked_at=utc_now() - timedelta(days=800),
                asked_by_id=scene.officer.id,
                agency_id=scene.police.id,
                answer_by=utc_now() - timedelta(days=799),
            )
        )
        held, erased, erased_id = scene.raman.ref, scene.whitworth.ref, scene.whitworth.id
        partnership_id = scene.partnership.id
    with site.reading():
        make_lists(now=utc_now())
        found = db.session.scalars(select(RetentionList.id).where(RetentionList.partnership_id == partnership_id)).one()
        db.session.remove()
    yield Cast(lead, admin, auditor, held, erased, erased_id, found)


def prove(page: Page) -> None:
    """Say again who it is, if that is asked."""
    again = page.get_by_label("Password", exact=True)
    if again.count():
        again.fill(PASSWORD)
        page.get_by_role("main").get_by_role("button").first.click()


def test_one_record_is_held_two_people_approve_the_rest_and_the_trail_has_it(
    site: Site, scene: Scene, cast: Cast, enter: Callable[..., Page], looker: Looker, tmp_path: Path
) -> None:
    path = f"/data-protection/retention/lists/{cast.list_id}"
    lead, admin = enter(cast.lead), enter(cast.admin)

    admin.goto(path)
    expect(admin.get_by_text("The data protection lead approves the list first, then you do.")).to_be_visible()
    expect(admin.get_by_role("button", name="Approve the list")).to_have_count(0)
    looker.look(admin, "not yet")

    lead.goto("/")
    lead.get_by_role("link", name=f"{today():%B %Y}").first.click()
    expect(lead.get_by_role("heading", name="To be erased")).to_be_visible()
    for words in (cast.held, cast.erased, "An emergency for a case that there was not"):
        expect(lead.get_by_role("row").filter(has_text=words)).to_contain_text("Nothing stands in the way")
    looker.look(lead, "the list")
    lead.get_by_role("link", name=cast.held).click()
    looker.look(lead, "a line")
    lead.get_by_role("link", name="Put the case on legal hold instead").click()
    lead.get_by_role("button", name="Set a hold").click()
    expect(lead.get_by_role("alert")).to_contain_text("Enter why nothing may be erased")
    looker.look(lead, "no reason")
    lead.get_by_label("Why must nothing be erased?").fill("An inquest was opened")
    lead.get_by_role("button", name="Set a hold").click()
    expect(lead.get_by_text(f"Nothing of {cast.held} is erased until the hold is ended.")).to_be_visible()
    lead.goto(path)
    expect(lead.get_by_role("row").filter(has_text=cast.held)).to_contain_text("On legal hold")

    late = lead.context.new_page()  # the same person, in a second tab that was opened before
    late.goto(path)
    lead.get_by_role("button", name="Approve the list").click()
    prove(lead)
    if lead.get_by_role("button", name="Approve the list").count():
        lead.get_by_role("button", name="Approve the list").click()
    expect(lead.get_by_text("You approved this list. Somebody else has to approve it, too.")).to_be_visible()
    expect(lead.get_by_role("button", name="Approve the list")).to_have_count(0)
    looker.look(lead, "approved once")
    late.get_by_role("button", name="Approve the list").click()
    expect(late.get_by_text("You approved this list. Somebody else has to approve it, too.")).to_be_visible()
    looker.look(late, "refused")

    admin.reload()
    admin.get_by_role("button", name="Approve the list").click()
    prove(admin)
    if admin.get_by_role("button", name="Approve the list").count():
        admin.get_by_role("button", name="Approve the list").click()
    expect(admin.get_by_text("What nothing holds up is erased within the hour.")).to_be_visible()
    looker.look(admin, "approved twice")

    with site.reading():
        assert look_after(file=tmp_path / "erasures.jsonl", now=utc_now()) == 2
        assert db.session.get_one(Case, cast.erased_id).title == said_of(today())
        db.session.remove()

    lead.goto(path)
    expect(lead.get_by_role("row").filter(has_text=cast.held)).to_contain_text("On legal hold")
    expect(lead.get_by_role("row").filter(has_text=cast.erased)).to_contain_text("Erased")
    looker.look(lead, "erased")
    chair = enter(scene.chair)
    chair.goto(f"/cases/{cast.erased_id}")
    expect(chair.get_by_role("heading", name=said_of(today()))).to_be_visible()
    looker.look(chair, "what is left")

    auditor = enter(cast.auditor)
    auditor.goto("/admin/trail")
    for words in ("Approved a list of what is to be erased", "Erased a record", "Set a legal hold"):
        expect(auditor.get_by_role("cell").filter(has_text=words).first).to_be_visible()
    looker.look(auditor, "the trail")
