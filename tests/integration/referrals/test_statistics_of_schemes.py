"""What schemes count of their referrals: by why one ended, and by the day."""

from datetime import timedelta

from core.cases.models import CasePerson
from core.extensions import db
from core.facts import PersonRole
from core.people.models import Person
from core.plugin_api import Ending, Period, referrals_counted
from core.referrals import consents, handing_over
from core.referrals.models import Referral
from tests import builders

from .conftest import NOW, TODAY, World, years_ago

TO_DATE = Period(TODAY - timedelta(days=30), TODAY)


def test_a_hand_over_a_withdrawal_and_an_end_are_told_apart(world: World) -> None:
    there = builders.a_provider(world.partnership, builders.an_agency(world.partnership), "mentoring")
    passed_on = world.consent(world.refer(), "young_person", "parent")
    handing_over.hand_over(
        world.actor(world.worker),
        referral=passed_on,
        provider=there,
        agreed_on=TODAY,
        reason="Nearer",
        version=passed_on.version,
        now=NOW,
    )
    for act in (withdrawn, declined):
        act(world, world.refer(person=another(world)))
    found = referrals_counted("mentoring", world.partnership.id, TO_DATE)
    assert [(each.ending, each.stage, each.taken_over) for each in found] == [
        (Ending.HANDED_OVER, "ended", False),
        (None, "referred", True),
        (Ending.CONSENT, "ended", False),
        (Ending.MOVE, "declined", False),
    ]
    assert all(each.opened_on == TODAY for each in found)
    assert [each.closed_on for each in found] == [TODAY, None, TODAY, TODAY]
    assert referrals_counted("mediation", world.partnership.id, TO_DATE) == []
    earlier = Period(TODAY - timedelta(days=30), TODAY - timedelta(days=1))
    assert referrals_counted("mentoring", world.partnership.id, earlier) == []
    later = Period(TODAY + timedelta(days=1), TODAY + timedelta(days=30))
    assert [each.stage for each in referrals_counted("mentoring", world.partnership.id, later)] == ["referred"]


def another(world: World) -> Person:
    """Somebody else of the case."""
    person = builders.a_person(world.partnership, "Kit", "Known", born=years_ago(15))
    db.session.add(CasePerson(case_id=world.case_id, person_id=person.id, role=PersonRole.SUBJECT))
    db.session.flush()
    db.session.expire_all()
    return person


def withdrawn(world: World, referral: Referral) -> None:
    given = world.consent(referral, "young_person")
    consents.withdraw_consent(
        world.actor(world.worker), referral=given, key="young_person", withdrawn_on=TODAY, now=NOW
    )


def declined(world: World, referral: Referral) -> None:
    world.move(referral, "decline_referred", answers={"reason": "area"})
