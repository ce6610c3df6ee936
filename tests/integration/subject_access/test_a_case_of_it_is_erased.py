"""An answer goes with each case that it tells of, also where the person was taken out of that case since."""

import json

from sqlalchemy import select

from core.cases.models import CasePerson
from core.clock import utc_now
from core.extensions import db
from core.facts import SYSTEM
from core.retention.erasing import erase
from core.retention.kinds import Kind
from core.subject_access.models import AccessPack, AccessPaper
from core.web.transaction import begin_write
from tests.builders import a_case, a_person, today
from tests.integration.subject_access.conftest import prepare, release


def in_answers(word):
    papers = [each.content for each in db.session.scalars(select(AccessPaper)) if each.content]
    packs = [json.dumps(each.content) for each in db.session.scalars(select(AccessPack)) if each.subjects]
    return any(word.encode() in paper for paper in papers) or any(word in pack for pack in packs)


def erased(case_id, tmp_path):
    db.session.rollback()
    begin_write()
    assert erase(SYSTEM, Kind.CASE, case_id, file=tmp_path / "erasures.jsonl", on=today(), now=utc_now())
    db.session.commit()


def test_the_answer_of_somebody_who_was_taken_out_of_the_case_goes_with_it(place, visitor, entered, tmp_path):
    a_case(place.partnership, place.council, title="Another", subject=place.person)
    unlike = a_case(
        place.partnership, place.council, title="Nobody's", subject=a_person(place.partnership, "Eve", "Stone")
    )
    db.session.commit()
    lead = visitor(place.lead)
    prepare(lead, entered)
    back = {"reason": "Priscilla Ravenhall is still on page 4"}
    assert visitor(place.second).post(f"{entered}/back", back).status_code == 303
    prepare(lead, entered)
    assert release(visitor(place.second), entered).status_code == 303
    case_id = place.case.id
    part = select(CasePerson).where(CasePerson.case_id == case_id, CasePerson.person_id == place.person.id)
    db.session.delete(db.session.scalars(part).one())
    db.session.commit()
    erased(unlike.id, tmp_path)
    assert in_answers("music at 3am"), "a case that it does not tell of takes nothing along"
    erased(case_id, tmp_path)
    assert not in_answers("music at 3am") and not in_answers("Ravenhall")
    assert "Ravenhall" not in lead.get(entered).text, "nor why it was sent back"
