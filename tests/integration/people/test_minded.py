"""Children and adjustments: on every page from which contact is planned, for those who may open the case."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from core.accounts.queries import actor_as_of
from core.cases.models import CasePerson
from core.clock import local_date, utc_now
from core.extensions import db
from core.facts import PersonRole
from core.meetings.circulated.queries import record_of
from core.meetings.models import Research
from core.meetings.pack.document import pack_html
from core.meetings.pack.queries import pack_for
from core.people.adjustments.models import Adjustment, AdjustmentKind, AskedBy
from core.people.contact import minded_in
from core.people.models import Person
from core.retention.tombstones import Gone, agenda_without
from tests.builders import a_case, a_meeting, a_person, a_user, an_action, an_item, today

URDU = "Interpreter: Urdu"


def needing(person, kind=AdjustmentKind.INTERPRETER, detail="Urdu", ended_on=None):
    db.session.add(
        Adjustment(
            person_id=person.id, kind=kind, detail=detail, asked_by=AskedBy.THEMSELVES, since=today(),
            ended_on=ended_on, recorded_at=utc_now(),
        )
    )  # fmt: skip
    db.session.flush()


def born(years, day):
    """So many years before that day; of a 29 February the day before."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


@pytest.fixture
def heard(partners):
    """Ada, 9 today and 10 on the day on which a meeting hears her case, needs an interpreter."""
    meeting = a_meeting(partners.group)
    ada = a_person(partners.partnership, "Ada", "May", born(10, local_date(meeting.starts_at)))
    needing(ada)
    case = a_case(partners.partnership, partners.council, title="Mill Lane", group=partners.group, subject=ada)
    return meeting, an_item(meeting, case), case, ada


def test_whom_to_mind_is_found_in_one_query_for_all_cases(app, partners, count_queries):
    adult = a_person(partners.partnership, "Bea", "Grown", born(40, today()))
    child = a_person(partners.partnership, "Cy", "Small", born(12, today()))
    gone = a_person(partners.partnership, "Ada", "Twin")
    kept = a_person(partners.partnership, "Ada", "May")
    needing(gone)
    needing(gone, AdjustmentKind.EASY_READ, "", ended_on=today())
    gone.merged_into_id = kept.id
    cases = [a_case(partners.partnership, partners.council, subject=each) for each in (adult, child, kept)]
    db.session.add(CasePerson(case_id=cases[2].id, person_id=kept.id, role=PersonRole.VICTIM))
    db.session.commit()
    found = {}
    assert count_queries(lambda: found.update(minded_in([case.id for case in cases], on=today()))) == 1
    assert {case_id: [each.named for each in people] for case_id, people in found.items()} == {
        cases[1].id: ["Cy Small, a child, under 18"],
        cases[2].id: [f"Ada May: {URDU}"],
    }
    assert found[cases[2].id][0].nameless == f"Subject, victim: {URDU}"
    assert minded_in([], on=today()) == {}


@pytest.mark.parametrize(
    ("years", "before", "since"),
    [(10, "under 10", "a child, under 18"), (18, "a child, under 18", None)],
)
def test_a_child_is_one_until_the_birthday(app, partners, years, before, since):
    person = a_person(partners.partnership, "Cy", "Small", date(2010, 6, 15))
    case = a_case(partners.partnership, partners.council, subject=person)
    birthday = date(2010 + years, 6, 15)
    assert [each.child for each in minded_in([case.id], on=birthday - timedelta(days=1))[case.id]] == [before]
    assert [each.child for each in minded_in([case.id], on=birthday).get(case.id, ())] == ([since] if since else [])


def test_a_meetings_pages_and_papers_say_whom_to_mind_on_its_day(officer, constable, partners, heard):
    meeting, item, _, _ = heard
    request = Research(
        item_id=item.id, agency_id=partners.police.id, asked_at=utc_now(), due_on=local_date(meeting.starts_at)
    )
    db.session.add(request)
    db.session.commit()
    for page in (f"/meetings/{meeting.id}", f"/meetings/{meeting.id}/research/{request.id}"):
        text = constable.get(page).text
        assert "Ada May</bdi>" in text and "a child, under 18" in text and URDU in text, page
    record = record_of(meeting, version=1, circulated_at=utc_now(), research_due=None, now=utc_now())
    assert [line.minded for line in record.items] == [(f"Subject, a child, under 18: {URDU}",)]
    reader = actor_as_of(partners.constable.id, partners.partnership.id, on=today())
    pack, _ = pack_for(reader, meeting, now=utc_now())
    assert f"<p>Ada May, a child, under 18: {URDU}</p>" in pack_html(pack)


def test_whoever_may_not_open_the_case_is_told_of_nobody(visitor, partners, heard):
    meeting, _, case, _ = heard
    member = a_user(partners.police, group=partners.group)
    case.restricted = True
    db.session.commit()
    page = visitor(member).get(f"/meetings/{meeting.id}").text
    assert "Restricted" in page and URDU not in page and "under 18" not in page


def test_an_action_says_whom_to_mind_while_it_is_open(officer, visitor, partners, heard):
    _, _, case, ada = heard
    action = an_action(case, partners.group, partners.council)
    db.session.commit()
    page = officer.get(f"/actions/{action.id}").text
    assert "Ada May</bdi>, under 10" in page and URDU in page and "a parental agreement" in page
    db.session.execute(update(Person).where(Person.id == ada.id).values(erased_on=today()))
    db.session.commit()
    assert URDU not in officer.get(f"/actions/{action.id}").text


def test_an_erased_case_leaves_nothing_of_it_in_a_frozen_agenda(partners, heard):
    meeting, _, case, _ = heard
    record = record_of(meeting, version=1, circulated_at=utc_now(), research_due=None, now=utc_now())
    gone = Gone(today(), frozenset({case.id}))
    assert URDU in record.to_json()
    assert URDU not in agenda_without(record, gone).to_json()
