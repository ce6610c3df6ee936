"""The mentor register in figures and in the audit trail."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.cases.models import CasePerson
from core.extensions import db
from core.facts import PersonRole
from core.plugin_api import PartnershipFacts, Period, open_referrals_at, page_of_open_referrals, provider_of
from core.plugin_host import Answer, ask
from core.referrals import listing
from plugins.mentoring import views
from plugins.mentoring.queries import mentors_of
from tests import builders

from .conftest import TODAY, World, years_ago
from .test_pages import MENTOR, register


def counted(world: World, period: Period) -> Answer:
    """What the scheme's plugin counts."""
    answers = ask(
        "roundtable_statistics",
        world.partnership.id,
        period=period,
        partnership=PartnershipFacts(world.partnership.id, "CSP"),
    )
    return next(each for each in answers if isinstance(each, Answer) and each.plugin == "mentoring")


def test_statistics_count_the_register_and_name_nobody(world: World) -> None:
    mentor = world.mentor(capacity=2)
    world.mentor("Ines Vale", training_hours=12)
    world.mentor("Otto Lund", left_on=TODAY - timedelta(days=1))
    world.mentor("Foreign", partnership_id=builders.a_partnership().id)
    world.matched(mentor)
    db.session.commit()
    period = Period(TODAY - timedelta(days=7), TODAY)
    answer = counted(world, period)
    told = {told.label: told.value for told in answer.values}
    assert told == told | {
        "Young people referred for mentoring": 1,
        "Mentoring ended by the scheme": 0,
        "Mentors on the register": 2,
        "Mentors who can be matched": 1,
        "Places free": 1,
        "Matches begun": 1,
    }
    earlier = Period(TODAY - timedelta(days=14), TODAY - timedelta(days=7))
    assert counted(world, earlier).values[-1].value == 0


def test_every_change_of_the_register_leaves_a_record_without_a_name(world: World, visitor) -> None:
    browser = visitor(world.worker)
    browser.post(f"{register(world)}/new", MENTOR)
    (mentor,) = mentors_of(world.provider.id)
    browser.post(f"{register(world)}/{mentor.id}", MENTOR | {"version": "1", "capacity": "3"})
    records = db.session.scalars(
        select(AuditRecord).where(AuditRecord.object == f"mentor:{mentor.id}").order_by(AuditRecord.seq)
    ).all()
    assert [record.action for record in records] == ["mentor.add", "mentor.change"]
    assert not any("Priya" in record.body for record in records)


def test_a_longer_register_costs_no_more_queries(world: World, count_queries) -> None:
    world.mentor()
    short = count_queries(mentors_of, world.provider.id)
    for number in range(20):
        world.mentor(f"Mentor {number}")
    assert count_queries(mentors_of, world.provider.id) == short == 1


def test_each_scheme_has_its_own_mentors(world: World) -> None:
    world.matched(world.mentor())
    other = builders.a_provider(world.partnership, builders.an_agency(world.partnership), "mentoring")
    world.mentor("Elsewhere", provider_id=other.id)
    assert [(mentor.name, mentor.mentees) for mentor in mentors_of(world.provider.id)] == [("Priya Shah", 1)]
    assert [(mentor.name, mentor.mentees) for mentor in mentors_of(other.id)] == [("Elsewhere", 0)]


def test_reading_the_register_leaves_a_record_without_a_name(world: World, visitor) -> None:
    mentor, browser = world.mentor(), visitor(world.worker)
    for page in (register(world), f"{register(world)}/{mentor.id}"):
        assert "Priya" in browser.get(page).text
    records = db.session.scalars(
        select(AuditRecord).where(AuditRecord.action.startswith("mentoring.")).order_by(AuditRecord.seq)
    ).all()
    assert [(each.category, each.action, each.object) for each in records] == [
        ("consultation", "mentoring.mentors", f"provider:{world.provider.id}"),
        ("consultation", "mentoring.mentor", f"mentor:{mentor.id}"),
    ]
    assert not any("Priya" in each.body for each in records)


def walk(browser, page: str) -> list[str]:
    """The pages of a register, following “Next page” to the last."""
    pages = [browser.get(page).text]
    while (link := re.search(r'href="([^"]+)" rel="next"', pages[-1])) and len(pages) < 9:
        pages.append(browser.get(unescape(link[1])).text)
    return pages


@pytest.mark.sqlite_alone
def test_registers_come_page_by_page_and_who_must_stop_stands_on_each(world: World, visitor, monkeypatch) -> None:
    monkeypatch.setattr(views, "PAGE", 2)
    monkeypatch.setattr(listing, "PAGE", 1)
    lapsed = world.mentor("Zoe Last", capacity=9)
    for name in ("Ada First", "Ben Second", "Cas Third"):
        world.mentor(name)
    referrals = [world.matched(lapsed)]
    for name in ("Second", "Third"):
        person = builders.a_person(world.partnership, "Young", name, born=years_ago(15))
        db.session.add(CasePerson(case_id=world.case_id, person_id=person.id, role=PersonRole.SUBJECT))
        db.session.flush()
        referrals.append(world.refer(person=person))
    referrals[1].stage_due = TODAY
    lapsed.certificate_until = TODAY - timedelta(days=1)
    db.session.commit()
    pages = walk(visitor(world.worker), register(world))
    assert [re.findall(r"(Ada First|Ben Second|Cas Third|Zoe Last)</a>", page) for page in pages] == [
        ["Ada First", "Ben Second"],
        ["Cas Third", "Zoe Last"],
    ]
    assert all("Zoe Last mentors 1 young person and must stop" in page for page in pages)
    assert "First page" in pages[1] and "First page" not in pages[0]

    provider, actor = provider_of("mentoring")(provider_id=world.provider.id), world.actor(world.worker)
    found, page = [], page_of_open_referrals(provider, actor=actor)
    while True:
        found += page.rows
        if not page.next:
            break
        page = page_of_open_referrals(provider, actor=actor, after=page.next)
        assert page.later
    assert found == list(open_referrals_at(provider, actor=actor))
    assert {each.id for each in found} == {each.id for each in referrals}
    assert found[-1].due is None and found[0].due is not None, "what has no day comes last"
