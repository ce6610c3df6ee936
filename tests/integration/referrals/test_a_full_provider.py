"""A provider without a free place is referred to for a reason alone, which stays with the referral."""

import pytest
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.errors import Refused
from core.extensions import db
from core.referrals import queries
from core.referrals.models import Referral
from tests import builders

from .conftest import World, years_ago
from .test_pages import FORM, refer_path, text

REASON = "His mentor moves away next week"
FULL = "Full: 1 open referral, room for 1."


@pytest.fixture
def full(world: World) -> World:
    """Another young person of the case has the scheme's only place."""
    world.refer(person=builders.a_person(world.partnership, "Ann", "Other", born=years_ago(15)))
    world.provider.capacity = 1
    db.session.flush()
    return world


def newest() -> Referral:
    return queries.referral_of(db.session.scalars(select(Referral.id).order_by(Referral.id.desc())).first())


def test_the_chooser_says_that_a_provider_is_full(full: World, visitor) -> None:
    page = text(visitor(full.referrer).get(f"/cases/{full.case_id}/refer"))
    assert "Full</strong>" in page
    assert "1 open referral, room for 1." in page
    assert refer_path(full) in page


def test_of_a_provider_with_room_nothing_is_said_or_asked(full: World, visitor) -> None:
    full.provider.capacity = 2
    browser = visitor(full.referrer)
    assert "Full</strong>" not in text(browser.get(f"/cases/{full.case_id}/refer"))
    assert "although_full" not in text(browser.get(refer_path(full)))
    assert browser.post(refer_path(full), FORM).status_code == 303
    assert newest().moves[0].note == ""


def test_a_full_provider_is_not_sent_a_referral_without_a_reason(full: World, visitor) -> None:
    browser = visitor(full.referrer)
    page = text(browser.get(refer_path(full)))
    assert FULL in page
    assert "Why do you refer all the same?" in page
    answer = browser.post(refer_path(full), FORM)
    assert answer.status_code == 422
    assert "Enter why you refer although no place is free" in text(answer)
    assert "Somebody to cook with" in text(answer)
    assert len(db.session.scalars(select(Referral)).all()) == 1
    with pytest.raises(Refused, match="Say why you refer all the same"):
        full.refer()


def test_the_reason_is_kept_with_the_referral_for_the_provider_and_audited(full: World, visitor) -> None:
    assert visitor(full.referrer).post(refer_path(full), FORM | {"although_full": REASON}).status_code == 303
    made = newest()
    assert made.moves[0].note == f"{FULL} Referred all the same: {REASON}"
    assert REASON in text(visitor(full.worker).get(f"/referrals/{made.id}"))
    assert REASON not in text(visitor(full.member).get(f"/referrals/{made.id}"))
    record = db.session.scalars(
        select(AuditRecord).where(AuditRecord.object == f"referral:{made.id}").order_by(AuditRecord.seq)
    ).first()
    assert (record.category, record.action) == ("disclosure", "referral.make_to_full")


def test_a_place_is_free_again_when_its_referral_is_closed(full: World) -> None:
    first = full.read(db.session.scalars(select(Referral.id)).one())
    full.move(first, "decline_referred", answers={"reason": "area"})
    assert full.refer().moves[0].note == ""


def test_a_provider_that_stated_no_capacity_is_never_full(full: World) -> None:
    full.provider.capacity = 0
    assert full.refer().moves[0].note == ""


def test_another_providers_referrals_take_no_place(world: World) -> None:
    world.provider.capacity = 1
    other = builders.a_provider(world.partnership, world.council, "mentoring")
    person = builders.a_person(world.partnership, "Ann", "Other", born=years_ago(15))
    world.refer(person=person, provider=other)
    assert world.refer().moves[0].note == ""
