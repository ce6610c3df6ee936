"""An agency's lists of referrals: its work, overdue first, by stage and page by page; what is closed; what it made."""

import re
from datetime import timedelta

import pytest

from core.cases.models import CasePerson
from core.extensions import db
from core.facts import PersonRole
from core.referrals import listing
from core.referrals.listing import Place, Wanted, Which
from core.referrals.models import Referral
from tests import builders

from .conftest import NOW, TODAY, World, years_ago
from .test_pages import text

REF = re.compile(r">(T\d+-R-\d{4}-\d{4})<")


@pytest.fixture
def work(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Referral]:
    """Five referrals, due yesterday, never, tomorrow, never and the day before yesterday; two to a page."""
    monkeypatch.setattr(listing, "PAGE", 2)
    made = []
    for number, due in enumerate((-1, None, 1, None, -2)):
        person = builders.a_person(world.partnership, "Person", f"Number {number}", born=years_ago(15))
        db.session.add(CasePerson(case_id=world.case_id, person_id=person.id, role=PersonRole.SUBJECT))
        db.session.flush()
        db.session.expire_all()
        referral = world.refer(person=person, now=NOW + timedelta(minutes=number))
        referral.stage_due = None if due is None else TODAY + timedelta(days=due)
        made.append(referral)
    made[2].stage, made[2].stage_title = "accepted", "Accepted"
    db.session.commit()
    return made


def test_the_work_is_listed_overdue_first_and_page_by_page(world: World, work, visitor) -> None:
    browser, found, path = visitor(world.worker), [], "/referrals"
    while path:
        page = text(browser.get(path))
        found.append(REF.findall(page))
        following = re.search(r'href="(/referrals[^"]*after=[^"]*)"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert found == [[work[4].ref, work[0].ref], [work[2].ref, work[1].ref], [work[3].ref]]
    assert "Mentoring: referred, 4" in page
    assert "2 overdue" in page
    assert f"/pathways/mentoring/providers/{world.provider.id}/mentors" in page


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("?stage=mentoring.accepted", [2]),
        ("?overdue=y", [4, 0]),
        ("?stage=mentoring.accepted&overdue=y", []),
        ("?stage=mentoring.fly", [4, 0]),
        ("?after=nowhere.1", [4, 0]),
        ("?after=.99999999999", [4, 0]),
        ("?of=closed", []),
        ("?of=elsewhere", [4, 0]),
    ],
)
def test_the_work_is_filtered(world: World, work, visitor, asked: str, shown: list[int]) -> None:
    page = text(visitor(world.worker).get(f"/referrals{asked}"))
    assert REF.findall(page) == [work[number].ref for number in shown]


def test_what_is_closed_and_what_was_made_are_lists_of_their_own_the_latest_first(world: World, work, visitor) -> None:
    for referral in (work[1], work[0], work[3]):
        world.move(world.read(referral.id), "decline_referred", answers={"reason": "area"})
    db.session.commit()
    worker, referrer = world.actor(world.worker), world.actor(world.referrer)
    first = listing.page_of(worker, Wanted(Which.CLOSED), on=TODAY)
    second = listing.page_of(worker, Wanted(Which.CLOSED, after=Place.read(str(first.next))), on=TODAY)
    assert [row.id for row in (*first.rows, *second.rows)] == [work[3].id, work[1].id, work[0].id]
    assert second.next is None
    made = text(visitor(world.referrer).get("/referrals"))
    assert "Made by Northbridge Council" in made
    assert "of=closed" not in made
    assert REF.findall(made) == [work[4].ref, work[2].ref]
    assert [row.id for row in listing.page_of(referrer, Wanted(), on=TODAY).rows] == []
    assert REF.findall(text(visitor(world.member).get("/referrals"))) == []


def test_a_longer_list_costs_no_more_queries(world: World, work, count_queries) -> None:
    worker = world.actor(world.worker)

    def read(wanted: Wanted) -> int:
        db.session.expire_all()
        return count_queries(lambda: [row.person.name for row in listing.page_of(worker, wanted, on=TODAY).rows])

    assert read(Wanted(stage="mentoring.accepted")) == read(Wanted()) == 1
