"""What a contact plan said before it was changed is given to whom the plan is for, and to nobody else of the case."""

import pytest
from sqlalchemy import select

from core.clock import utc_now
from core.extensions import db
from core.people.history.models import HeldVersion, Statement, Why
from core.standards.models import ContactPlan
from core.subject_access.models import AccessPaper
from tests.builders import a_person
from tests.integration.subject_access.conftest import prepare, release

SAID = "Only on Tuesdays"


@pytest.mark.parametrize("own", [True, False])
def test_what_an_earlier_plan_said_is_given_to_its_own_person_alone(place, visitor, entered, own):
    person = place.person if own else a_person(place.partnership, "Vera", "Victim")
    plan = db.session.scalar(select(ContactPlan).where(ContactPlan.person_id == person.id))
    if plan is None:
        plan = ContactPlan(case_id=place.case.id, person_id=person.id)
        db.session.add(plan)
        db.session.flush()
    db.session.add(
        HeldVersion(
            partnership_id=place.partnership.id, case_id=place.case.id, about=Statement.PLAN, thing_id=plan.id,
            values={"instruction": SAID}, changed={"fields": ["instruction"]}, until=utc_now(), why=Why.WRONG,
            reason="", agency_id=place.homes.id,
        )
    )  # fmt: skip
    db.session.commit()
    prepare(visitor(place.lead), entered)
    assert release(visitor(place.second), entered).status_code == 303
    given = db.session.scalars(select(AccessPaper).where(AccessPaper.kind == "json")).one().content.decode()
    assert (SAID in given) is own
