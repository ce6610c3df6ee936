"""Of a household and its criteria, nobody reads more than is theirs: not its service, not its referrer, no agency."""

import re

from sqlalchemy import select

from core.audit.models import AuditRecord
from core.extensions import db
from core.referrals import operations
from plugins.family_intervention.family import Criterion

from .conftest import NOW
from .test_family_intervention import Place, place
from .test_pages import text

__all__ = ["place"]


def test_a_service_to_whom_the_case_is_closed_is_offered_the_household_alone(place: Place, visitor) -> None:
    referral = place.refer()
    page = f"/referrals/{referral.id}/moves/household_referred"
    db.session.commit()
    wendy = visitor(place.worker)
    assert wendy.get(f"/cases/{place.case_id}").status_code == 404
    offered = text(wendy.get(page))
    assert "Farid Example" in offered and "Cleo Example" in offered
    assert "Lou Example" not in offered
    sent = {"version": str(referral.version), "details-members": [str(place.father.id), str(place.lodger.id)]}
    assert wendy.post(page, sent).status_code == 422
    kept = {"version": str(referral.version), "details-members": [str(place.father.id), str(place.child.id)]}
    assert wendy.post(page, kept).status_code == 303
    assert len(place.read(referral.id).payload["members"]) == 3


def test_whoever_referred_adds_one_of_the_case_and_the_trail_names_all_who_were_offered(place: Place, visitor) -> None:
    referral = place.refer()
    page = f"/referrals/{referral.id}/moves/joined_referred"
    db.session.commit()
    ruth = visitor(place.referrer)
    assert "Lou Example" in text(ruth.get(page))
    read = db.session.scalars(
        select(AuditRecord).where(AuditRecord.action == "referral.read").order_by(AuditRecord.seq.desc())
    ).first()
    assert read is not None
    assert f'"p_{place.lodger.id}"' in read.body
    sent = {"version": str(referral.version), "details-members": [str(place.lodger.id), str(place.father.id)]}
    assert ruth.post(page, sent).status_code == 303
    names = [each["name"] for each in place.read(referral.id).payload["members"]]
    assert names == ["Maud Example", "Farid Example", "Cleo Example", "Lou Example"]


def test_an_adult_who_moves_in_is_named_to_the_agencies_of_the_plan_once_they_consent(place: Place, visitor) -> None:
    referral = place.agreed()
    members = [{"person_id": place.lodger.id, "name": "Lou Example", "born": None}]
    operations.move(
        place.actor(place.referrer), referral=referral, transition="joined_contract", now=NOW,
        version=referral.version, answers={"members": members},
    )  # fmt: skip
    db.session.commit()
    page, larry = f"/referrals/{referral.id}", visitor(place.landlord)
    assert "Farid Example" in text(larry.get(page))
    assert "Lou Example" not in text(larry.get(page))
    assert "Waiting for consent" in text(visitor(place.worker).get(page))
    place.agree(place.read(referral.id), place.lodger)
    db.session.commit()
    assert "Lou Example" in text(larry.get(page))
    assert "Waiting for consent" not in text(visitor(place.worker).get(page))


def test_what_the_service_enters_of_the_criteria_is_its_own(place: Place, visitor) -> None:
    referral = place.refer()
    answers = dict.fromkeys(Criterion, "no") | {Criterion.YOUTH_CRIME: "yes"}
    referral = place.move(referral, "criteria_referred", **answers)
    db.session.commit()
    page = f"/referrals/{referral.id}"
    assert "youth crime" in text(visitor(place.worker).get(page))
    for user in (place.referrer, place.chair):
        assert "youth crime" not in text(visitor(user).get(page)).lower()
    form = visitor(place.referrer).get(f"{page}/moves/criteria_referred")
    assert ticked(form, Criterion.EVICTION) == "yes"
    assert ticked(form, Criterion.YOUTH_CRIME) == "no"
    assert ticked(visitor(place.worker).get(f"{page}/moves/criteria_referred"), Criterion.YOUTH_CRIME) == "yes"


def ticked(answer, criterion: Criterion) -> str:
    """Which answer the form begins with."""
    (chosen,) = re.findall(rf'name="details-{criterion}" type="radio" value="(\w+)" checked', text(answer))
    return chosen
