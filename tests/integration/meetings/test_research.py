"""Research requests, returns, and who reads them."""

import pytest
from sqlalchemy import func, select

from core.extensions import db
from core.facts import GroupRole, MeetingStatus
from core.meetings.models import AgendaItem, Meeting, Research
from tests.builders import a_case, a_person, a_user, an_agency, an_item
from tests.integration.meetings.table import Table, a_meeting_in, a_table, boxes, in_working_days, later


def circulated(visitor, table: Table, *cases, working_days: int = 20) -> Meeting:
    """A meeting that hears these cases, its agenda sent out."""
    meeting = a_meeting_in(table, working_days, cases=list(cases))
    answer = visitor(table.chair).post(f"/meetings/{meeting.id}/agenda/circulate", {"version": meeting.version})
    assert answer.status_code == 303, answer.text
    return meeting


def a_heard_case(table: Table, **options):
    """A case of the police that the group may open, about one person."""
    person = a_person(table.partnership, "Kyle", "Brennand")
    return a_case(table.partnership, table.police, title="Kyle Brennand", group=table.group, subject=person, **options)


def request_to(agency) -> Research:
    """The request to that agency."""
    return db.session.scalars(select(Research).where(Research.agency_id == agency.id)).one()


def answer(browser, meeting, research, **fields):
    """Send the return."""
    sent = {"version": research.version, "holds": "something", "text": "Two warnings since June.", **fields}
    return browser.post(f"/meetings/{meeting.id}/research/{research.id}", sent)


def test_every_member_agency_that_has_signed_is_asked_by_two_working_days_before(app, visitor):
    table = a_table()
    unsigned = an_agency(table.partnership, signed_on=None)
    left = an_agency(table.partnership, left_on=later(-1))
    watching = an_agency(table.partnership)
    for agency, role in ((unsigned, GroupRole.MEMBER), (left, GroupRole.MEMBER), (watching, GroupRole.OBSERVER)):
        a_user(agency, group=table.group, role=role)
    circulated(visitor, table, a_heard_case(table))
    requests = db.session.scalars(select(Research)).all()
    assert {research.agency_id for research in requests} == {table.council.id, table.police.id, table.landlord.id}
    assert {research.due_on for research in requests} == {in_working_days(18)}


def test_an_urgent_item_is_not_researched(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20)
    an_item(meeting, a_heard_case(table)).urgent = True
    visitor(table.chair).post(f"/meetings/{meeting.id}/agenda/circulate", {"version": meeting.version})
    assert db.session.scalar(select(func.count()).select_from(Research)) == 0


def test_on_a_restricted_case_only_those_are_asked_that_it_is_open_to(app, visitor):
    table = a_table()
    circulated(visitor, table, a_heard_case(table, restricted=True))
    assert [research.agency_id for research in db.session.scalars(select(Research))] == [table.police.id]


def test_a_second_version_asks_nobody_twice(app, visitor):
    table = a_table()
    meeting = circulated(visitor, table, a_heard_case(table))
    second = a_heard_case(table)
    an_item(meeting, second, position=2)
    meeting = db.session.get_one(Meeting, meeting.id)
    visitor(table.chair).post(f"/meetings/{meeting.id}/agenda/circulate", {"version": meeting.version})
    by_item = db.session.execute(select(Research.item_id, func.count()).group_by(Research.item_id)).all()
    assert [count for _, count in by_item] == [3, 3]


def test_an_agency_answers_nothing_held_or_writes_a_return_and_changes_it_until_the_meeting(app, visitor):
    table = a_table()
    meeting = circulated(visitor, table, a_heard_case(table))
    landlady = visitor(table.landlady)
    assert "Research (1)" in landlady.get(f"/meetings/{meeting.id}").text
    research = request_to(table.landlord)
    page = landlady.get(f"/meetings/{meeting.id}/research/{research.id}").text
    assert "Kyle Brennand, subject" in page
    assert answer(landlady, meeting, research, holds="nothing", text="").status_code == 303
    research = request_to(table.landlord)
    assert research.nothing_held
    assert answer(landlady, meeting, research).status_code == 303
    research = request_to(table.landlord)
    assert (research.nothing_held, research.text) == (False, "Two warnings since June.")

    db.session.get_one(Meeting, meeting.id).status = MeetingStatus.IN_SESSION
    late = answer(landlady, meeting, research, text="More")
    assert late.status_code == 422
    assert "until the meeting begins" in late.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"holds": ""}, "Choose whether your agency holds anything"),
        ({"holds": "perhaps"}, "Choose from the list"),
        ({"text": "  "}, "Write what your agency holds"),
        ({"holds": "nothing"}, "not both"),
        ({"text": "x" * 50_000}, "must be 10,000 characters or fewer"),
    ],
)
def test_an_answer_that_makes_no_sense_is_not_kept(app, visitor, fields, sentence):
    table = a_table()
    meeting = circulated(visitor, table, a_heard_case(table))
    refused = answer(visitor(table.landlady), meeting, request_to(table.landlord), **fields)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert request_to(table.landlord).answered_at is None


def test_two_people_of_an_agency_do_not_overwrite_each_other(app, visitor):
    table = a_table()
    meeting = circulated(visitor, table, a_heard_case(table))
    research = request_to(table.police)
    colleague = a_user(table.police, group=table.group)
    assert answer(visitor(table.officer), meeting, research).status_code == 303
    late = visitor(colleague).post(
        f"/meetings/{meeting.id}/research/{research.id}", {"version": 1, "holds": "nothing", "text": ""}
    )
    assert late.status_code == 409
    assert "Two warnings since June." in late.text
    assert not request_to(table.police).nothing_held


def test_a_return_is_read_by_its_agency_and_those_who_lead_and_nobody_else(app, visitor):
    table = a_table()
    meeting = circulated(visitor, table, a_heard_case(table))
    answer(visitor(table.landlady), meeting, request_to(table.landlord))
    item = db.session.scalars(select(AgendaItem)).one()
    path = f"/meetings/{meeting.id}/items/{item.id}/research"
    for reader in (table.landlady, table.chair, table.coordinator):
        assert "Two warnings since June." in visitor(reader).get(path).text
    others = visitor(table.officer).get(path).text
    assert "Two warnings since June." not in others
    assert "Neil Delahunt" not in others
    assert "Answered" in others, "that there is an answer is no secret"


def test_nobody_answers_for_another_agency_nor_as_an_observer(app, visitor):
    table = a_table()
    meeting = circulated(visitor, table, a_heard_case(table))
    research = request_to(table.landlord)
    assert answer(visitor(table.officer), meeting, research).status_code == 403
    assert answer(visitor(table.observer), meeting, research).status_code == 403
    assert request_to(table.landlord).answered_at is None


def test_the_chair_sees_who_has_not_answered_and_members_do_not(app, visitor):
    table = a_table()
    case = a_heard_case(table)
    meeting = circulated(visitor, table, case)
    answer(visitor(table.landlady), meeting, request_to(table.landlord))
    page = visitor(table.chair).get(f"/meetings/{meeting.id}/research").text.partition("Who has answered")[2]
    assert page.index("Northbridge Council") < page.index("Mere Homes"), "those with most to answer come first"
    assert page.count(case.ref) == 2
    assert "Who has answered" not in visitor(table.officer).get(f"/meetings/{meeting.id}/research").text


def test_a_request_of_another_meeting_does_not_exist(app, visitor):
    table = a_table()
    circulated(visitor, table, a_heard_case(table))
    other = a_meeting_in(table, 30)
    research = request_to(table.landlord)
    assert visitor(table.landlady).get(f"/meetings/{other.id}/research/{research.id}").status_code == 404


def test_a_meeting_that_moves_takes_the_dates_of_unanswered_research_along(app, visitor):
    table = a_table()
    meeting = circulated(visitor, table, a_heard_case(table))
    answer(visitor(table.landlady), meeting, request_to(table.landlord))
    meeting = db.session.get_one(Meeting, meeting.id)
    moved = visitor(table.chair).post(
        f"/meetings/{meeting.id}/move",
        {
            **boxes(in_working_days(25)),
            "starts": "10:00",
            "ends": "12:00",
            "venue": "Town Hall",
            "version": meeting.version,
        },
    )
    assert moved.status_code == 303, moved.text
    assert request_to(table.police).due_on == in_working_days(23)
    assert request_to(table.landlord).due_on == in_working_days(18), "it was answered"
