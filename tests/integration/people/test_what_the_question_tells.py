"""Whoever may not read a protected address learns nothing of it, and of nobody, by what they are asked."""

from datetime import UTC, datetime

import pytest

from core.cases.models import CasePerson
from core.extensions import db
from core.facts import MeetingStatus, PersonRole
from core.people.models import AddressReader, Person, ProtectedAddress
from tests.builders import a_case, a_meeting, a_person, an_action

pytestmark = pytest.mark.sqlite_alone

LANE, SOME = "14 Harbour Lane", "Look at 3 Mill Street, M1 1AE"


@pytest.fixture
def hide(partners):
    """Protects somebody's address for an agency."""

    def kept(person: Person, agency, address: str = LANE) -> None:
        moment = {"changed_at": datetime(2026, 3, 2, tzinfo=UTC), "changed_by_id": partners.officer.id}
        where = {"address": address, "postcode": "NB4 7QX", "readers": [AddressReader(agency_id=agency.id)]}
        db.session.add(ProtectedAddress(person_id=person.id, partnership_id=partners.partnership.id, **where, **moment))
        db.session.commit()

    return kept


def is_asked(browser, path: str, **fields: str | list[str]) -> bool:
    return "seems to hold a protected address" in browser.post(path, fields).get_data(as_text=True)


def progress(browser, action, note: str | list[str], **more: str) -> bool:
    return is_asked(browser, f"/actions/{action.id}/progress", version=str(action.version), note=note, **more)


def test_guesses_are_answered_alike_whatever_the_address_is(partners, officer, constable, hide):
    ada, rose = a_person(partners.partnership, "Ada"), a_person(partners.partnership, "Rose")
    here = a_case(partners.partnership, partners.council, group=partners.group, subject=ada)
    there = a_case(partners.partnership, partners.police, group=partners.group, subject=a_person(partners.partnership))
    db.session.add(CasePerson(case_id=here.id, person_id=rose.id, role=PersonRole.WITNESS))
    hide(ada, partners.council)
    hide(rose, partners.council, "Rose Cottage, Mill End")
    theirs = [an_action(each, partners.group, partners.police) for each in (here, there)]
    guesses = {"one": "harbour, 14", "two": "near the Harbour 14", "three": "rose cottage"}
    assert not progress(constable, theirs[0], "Nothing", **guesses), "of those on the case, in fields that are none"
    assert not progress(constable, theirs[1], f"She is at {LANE}"), "of somebody they may open elsewhere"
    assert progress(constable, theirs[0], "She is at 9 Station Road"), "any street: it need not be hers"
    read = [an_action(each, partners.group, partners.council) for each in (here, there)]
    assert progress(officer, read[0], "She stays at Rose Cottage"), "whoever reads it, and without a digit"
    assert progress(officer, read[1], "harbour, 14") and progress(officer, read[0], ["harbour, 14", "Nothing"])
    assert not progress(officer, read[1], SOME)
    assert not progress(officer, read[1], "x" * 10_000 + LANE), "too long for any form"


def test_nobody_is_asked_because_of_a_case_that_they_may_not_open(partners, officer, constable, hide):
    ada, ben = a_person(partners.partnership, "Ada"), a_person(partners.partnership, "Ben")
    hide(ada, partners.council)
    closed = a_case(partners.partnership, partners.council, subject=ada)
    assert not progress(constable, an_action(closed, partners.group, partners.police), SOME)
    secret = a_case(partners.partnership, partners.council, group=partners.group, subject=ada, restricted=True)
    heard = a_case(partners.partnership, partners.council, group=partners.group, subject=ada)
    for case, asked in ((secret, False), (heard, True)):
        meeting = a_meeting(partners.group, status=MeetingStatus.IN_SESSION, cases=[case])
        assert is_asked(constable, f"/meetings/{meeting.id}/live/accept", note=SOME) is asked
    hide(ben, partners.police)
    cain = a_person(partners.partnership, "Cain")
    a_case(partners.partnership, partners.council, subject=cain)
    for case, asked in (
        (a_case(partners.partnership, partners.police, subject=cain), False),
        (a_case(partners.partnership, partners.council, subject=cain), True),
    ):
        db.session.add(CasePerson(case_id=case.id, person_id=ben.id, role=PersonRole.WITNESS))
        db.session.commit()
        assert is_asked(officer, f"/people/{cain.id}/edit", version="1", support_needs=SOME) is asked
