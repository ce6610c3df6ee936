"""What is disputed is shown as that wherever the statement is, and to nobody who may not read it."""

import pytest

from core.accounts.queries import actor_as_of
from core.cases.models import CasePerson
from core.clock import local_date, utc_now
from core.extensions import db
from core.facts import PersonRole
from core.meetings.models import Research
from core.meetings.pack.document import pack_html
from core.meetings.pack.queries import pack_for
from core.people.history.disputes import disputed_in
from core.people.history.models import Answer, Asker, Rectification, Statement
from tests.builders import a_case, a_meeting, a_person, a_user, an_action, an_agency, an_item, today


@pytest.fixture
def heard(partners):
    """Ada, subject and victim of a case that the group hears; the police returned something on it."""
    ada = a_person(partners.partnership, "Ada", "May")
    case = a_case(partners.partnership, partners.council, title="Mill Lane", group=partners.group, subject=ada)
    db.session.add(CasePerson(case_id=case.id, person_id=ada.id, role=PersonRole.VICTIM))
    meeting = a_meeting(partners.group)
    item = an_item(meeting, case)
    research = Research(
        item_id=item.id, agency_id=partners.police.id, asked_at=utc_now(), due_on=local_date(meeting.starts_at),
        answered_at=utc_now(), text="Two warnings",
    )  # fmt: skip
    db.session.add(research)
    db.session.flush()
    return meeting, item, case, ada, research


def asked(person, by, about=Statement.PERSON, case=None, thing_id=None, own=""):
    request = Rectification(
        partnership_id=person.partnership_id, person_id=person.id, about=about, case_id=case.id if case else None,
        thing_id=thing_id, says="That is wrong", asked_by=Asker.PERSON, asked_on=today(), due_on=today(),
        recorded_at=utc_now(), recorded_by_id=by.id, restricted=not own, reason="", own_statement=own,
        answered_at=utc_now() if own else None, answer=Answer.REFUSED if own else None,
    )  # fmt: skip
    db.session.add(request)
    db.session.flush()
    return request


def test_it_stands_wherever_the_statement_is_shown(partners, officer, constable, chair, heard):
    meeting, item, case, ada, research = heard
    asked(ada, partners.constable)
    asked(ada, partners.constable, Statement.CASE, case, own="It was the neighbours")
    action = an_action(case, partners.group, partners.police)
    db.session.commit()
    for browser, page in (
        (officer, f"/cases/{case.id}"),
        (officer, f"/cases/{case.id}/people/{ada.id}/contact"),
        (constable, f"/meetings/{meeting.id}/research/{research.id}"),
        (constable, f"/meetings/{meeting.id}/items/{item.id}/research"),
        (constable, f"/actions/{action.id}"),
        (chair, f"/meetings/{meeting.id}/items/{item.id}/edit"),
    ):
        text = browser.get(page).text
        assert "Its accuracy is contested" in text and "It was the neighbours" in text, page
    reader = actor_as_of(partners.constable.id, partners.partnership.id, on=today())
    pack = pack_html(pack_for(reader, meeting, now=utc_now())[0])
    assert "Disputed: Ada May, a person’s details" in pack and "It was the neighbours" in pack


def test_of_a_return_whoever_may_not_read_it_is_not_told_that_it_is_disputed(
    partners, constable, visitor, officer, heard
):
    meeting, item, case, ada, research = heard
    asked(ada, partners.constable, Statement.RETURN, case, research.id, own="I had one warning")
    member = visitor(a_user(an_agency(partners.partnership, "Mere Homes"), group=partners.group))
    returns = f"/meetings/{meeting.id}/items/{item.id}/research"
    db.session.commit()
    assert "I had one warning" in constable.get(returns).text
    for browser, page in ((member, returns), (officer, f"/cases/{case.id}"), (member, f"/cases/{case.id}")):
        assert "I had one warning" not in browser.get(page).text, page


def test_all_cases_of_a_page_are_asked_about_in_one_query(partners, count_queries, heard):
    _, _, case, ada, _ = heard
    other = a_case(partners.partnership, partners.council, subject=ada)
    asked(ada, partners.constable)
    db.session.commit()
    found = {}
    assert count_queries(lambda: found.update(disputed_in([case.id, other.id]))) == 1
    assert {case_id: len(each) for case_id, each in found.items()} == {case.id: 1, other.id: 1}
    assert disputed_in([]) == {}
