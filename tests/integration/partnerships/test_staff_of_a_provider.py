"""A provider's own staff: its agency's administrator keeps the list, and it holds from the next request on."""

import pytest

from core.accounts.models import User
from core.accounts.queries import actor_as_of, actors_as_of, user_by_id
from core.admin import operations as accounts
from core.audit.models import AuditRecord
from core.clock import utc_now
from core.extensions import db
from core.facts import AdminRole
from core.partnerships.models import Provider, ProviderStaff
from core.partnerships.terms.queries import clocks_in
from core.referrals.consents import give_consent
from core.referrals.models import Referral
from core.reminders.queries import reminders_for
from core.working_days import add_working_days, next_working_day
from tests.builders import a_user, an_agency, today
from tests.integration.referrals.conftest import World, world
from tests.integration.referrals.test_pages import text

__all__ = ["world"]

DAY = next_working_day(today())


@pytest.fixture
def colleague(world: World) -> User:
    """Of the scheme's agency, and not of its staff."""
    user = a_user(world.scheme, "Cole Colleague", staff=False)
    db.session.commit()
    return user


@pytest.fixture
def manager(world: World) -> User:
    """The administrator of the scheme's agency, who is not of its staff either."""
    user = a_user(
        world.scheme, "Mary Manager", admin=AdminRole.AGENCY_ADMIN, partnership=world.partnership, staff=False
    )
    db.session.commit()
    return user


def page_of(provider: Provider, rest: str = "") -> str:
    return f"/partnership/providers/{provider.id}/staff{rest}"


def row_of(user: User) -> ProviderStaff:
    return db.session.query(ProviderStaff).filter_by(user_id=user.id).order_by(ProviderStaff.id.desc()).first()


def test_whoever_is_added_works_the_referrals_on_the_next_request_and_whoever_is_taken_off_does_not(
    world: World, colleague: User, manager: User, visitor
) -> None:
    referral = world.refer()
    referral.stage_due = add_working_days(DAY, -1)
    db.session.commit()
    keeps, works = visitor(manager), visitor(colleague)
    ways = (
        f"/referrals/{referral.id}",
        f"/pathways/mentoring/providers/{world.provider.id}/mentors",
        f"/pathways/mentoring/referrals/{referral.id}/sessions",
    )
    assert [works.get(way).status_code for way in ways] == [404, 404, 404]
    assert referral.ref not in text(works.get("/referrals"))
    assert "Referred to your agency" not in text(works.get("/"))
    assert keeps.post(page_of(world.provider), {"user_id": colleague.id}).status_code == 303
    assert [works.get(way).status_code for way in ways] == [200, 200, 200]
    assert referral.ref in text(works.get("/referrals"))
    assert "Referred to your agency" in text(works.get("/"))
    told = reminders_for(world.actor(colleague), clocks_in(world.partnership.id), (DAY,), now=utc_now())
    assert referral.ref in str(told)
    assert keeps.post(page_of(world.provider, f"/{row_of(colleague).id}/end")).status_code == 303
    assert [works.get(way).status_code for way in ways] == [404, 404, 404]
    assert not reminders_for(world.actor(colleague), clocks_in(world.partnership.id), (DAY,), now=utc_now())
    db.session.expire_all()
    assert row_of(colleague).until == today(), "ended, not deleted"
    assert "Cole Colleague" in text(keeps.get(page_of(world.provider)))
    told = db.session.query(AuditRecord).filter(AuditRecord.action.like("provider.%_staff")).order_by(AuditRecord.seq)
    assert [row.action for row in told] == ["provider.add_staff", "provider.end_staff"]


def test_a_colleague_who_referred_sees_what_the_referrer_sees_and_moves_nothing_of_the_providers(
    world: World, colleague: User, visitor
) -> None:
    referral = world.refer()
    told = {"key": "young_person", "given_on": today(), "now": utc_now(), "note": "Said in the kitchen"}
    give_consent(world.actor(world.worker), referral=referral, **told)
    referral.referrer_agency_id = world.scheme.id
    db.session.commit()
    page = text(visitor(colleague).get(f"/referrals/{referral.id}"))
    assert "Referred" in page
    assert "Somebody to cook with" not in page and "Said in the kitchen" not in page
    assert "Said in the kitchen" in text(visitor(world.worker).get(f"/referrals/{referral.id}"))
    for way in ("pause", "hand-over", "moves/accept"):
        assert visitor(colleague).get(f"/referrals/{referral.id}/{way}").status_code in (403, 409), way
    assert "Somebody to cook with" in text(visitor(world.worker).get(f"/referrals/{referral.id}"))


def test_nobody_elses_people_no_retired_account_and_nobody_twice(
    world: World, colleague: User, manager: User, visitor
) -> None:
    keeps, stranger = visitor(manager), a_user(world.police, "Paul Police")
    retired = a_user(world.scheme, "Rita Retired", staff=False)
    retired.retired_at = utc_now()
    db.session.commit()
    assert "Rita Retired" not in text(keeps.get(page_of(world.provider)))
    for user in (stranger, retired, world.worker):
        assert keeps.post(page_of(world.provider), {"user_id": user.id}).status_code == 422
    assert keeps.post(page_of(world.provider), {"user_id": ""}).status_code == 422
    for user in (stranger, colleague, world.worker):
        assert visitor(user).get(page_of(world.provider)).status_code == 403


def test_the_last_is_kept_while_referrals_are_open_and_a_retired_account_is_nobody(
    world: World, manager: User, visitor
) -> None:
    keeps = visitor(manager)
    others = db.session.query(ProviderStaff).filter(ProviderStaff.user_id != world.worker.id).all()
    referral = world.refer()
    for row in others:
        db.session.get_one(User, row.user_id).retired_at = utc_now()
    db.session.commit()
    page = text(keeps.get(page_of(world.provider)))
    assert "Nobody else sees the scheme’s referrals until you add them" in page
    assert "account retired" in page
    answer = keeps.post(page_of(world.provider, f"/{row_of(world.worker).id}/end"))
    assert answer.status_code == 409
    assert "1 referral is open. Add somebody else first." in text(answer)
    db.session.get_one(Referral, referral.id).closed_at = utc_now()
    db.session.commit()
    assert keeps.post(page_of(world.provider, f"/{row_of(world.worker).id}/end")).status_code == 303
    again = keeps.post(page_of(world.provider, f"/{row_of(world.worker).id}/end"))
    assert again.status_code == 409


def test_whoever_goes_to_another_agency_leaves_the_list_and_does_not_come_back_to_it(world: World) -> None:
    worker, elsewhere = world.worker, an_agency(world.partnership)
    office = a_user(world.police, admin=AdminRole.PARTNERSHIP_ADMIN, partnership=world.partnership)
    assert world.actor(worker).staff_of == {world.provider.id}
    for agency in (elsewhere, world.scheme):
        db.session.expunge_all()
        user = user_by_id(worker.id)
        accounts.change_account(
            world.actor(office),
            user=user,
            version=user.version,
            name=worker.name,
            agency_id=agency.id,
            roles=(),
            now=utc_now(),
        )
        db.session.flush()
        db.session.expire_all()
        assert world.actor(worker).staff_of == frozenset()


def test_an_account_that_an_import_moved_takes_nothing_with_it_and_many_are_told_as_one_is(world: World) -> None:
    ids = [world.worker.id, world.member.id]
    both = actors_as_of(ids, world.partnership.id, on=today())
    assert [both[number].staff_of for number in ids] == [{world.provider.id}, frozenset()]
    world.worker.agency_id = world.council.id
    db.session.flush()
    assert actor_as_of(world.worker.id, world.partnership.id, on=today()).staff_of == frozenset()


def test_a_new_provider_begins_with_whoever_registered_it_and_its_page_says_so(world: World, visitor) -> None:
    agency = an_agency(world.partnership, "New Mentors")
    boss = a_user(agency, "Bea Boss", admin=AdminRole.AGENCY_ADMIN, partnership=world.partnership)
    a_user(agency, "Other Person")
    db.session.commit()
    browser = visitor(boss)
    sent = {"pathway": "mentoring", "capacity": "4", "contact": "Ring us", "area": ""}
    page = text(browser.get(browser.post("/partnership/providers/new", sent).headers["Location"]))
    assert "Bea Boss</bdi> is the only one on the list of staff. Nobody else sees its referrals until you add" in page
    assert [row.user_id for row in db.session.query(ProviderStaff).join(Provider).filter_by(agency_id=agency.id)] == [
        boss.id
    ]
