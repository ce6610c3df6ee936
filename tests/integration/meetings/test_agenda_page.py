"""A meeting's own page: what each reader sees, and what it costs."""

import re

from sqlalchemy import select

from core.accounts.models import User
from core.audit.models import AuditRecord, AuditSubject
from core.cases.models import CaseAgency
from core.extensions import db
from core.facts import GroupRole
from core.meetings.agenda.queries import agenda_of
from core.meetings.models import AgendaItem
from tests.builders import (
    a_case,
    a_group,
    a_meeting,
    a_member,
    a_partnership,
    a_person,
    a_user,
    an_action,
    an_agency,
    an_item,
    today,
)
from tests.integration.meetings.table import Table, a_meeting_in, a_table, later


def a_meeting_with_cases(table: Table, count: int, actions: int = 2):
    """A meeting that hears so many cases, each with a person and open actions."""
    cases = [
        a_case(
            table.partnership,
            table.police,
            title=f"Case {n}",
            group=table.group,
            subject=a_person(table.partnership, "Person", f"Number {n}"),
        )
        for n in range(count)
    ]
    for case in cases:
        for _ in range(actions):
            an_action(case, table.group, table.landlord)
    return a_meeting(table.group, cases=cases)


def test_a_longer_agenda_costs_no_more_queries(app, count_queries, visitor):
    table = a_table()
    short, long = a_meeting_with_cases(table, 10), a_meeting_with_cases(table, 160)
    officer = visitor(table.officer)
    officer.get(f"/meetings/{short.id}")  # the session is due for no note of its use from here on
    few = count_queries(officer.get, f"/meetings/{short.id}")
    many = count_queries(officer.get, f"/meetings/{long.id}")
    assert few == many
    assert many <= 12


def test_each_case_shows_its_open_actions_and_marks_the_overdue(app, visitor):
    table = a_table()
    case = a_case(table.partnership, table.police, group=table.group)
    an_action(case, table.group, table.landlord, text="Visit the household", due_on=later(-3))
    meeting = a_meeting(table.group, cases=[case])
    page = visitor(table.officer).get(f"/meetings/{meeting.id}").text
    assert "Visit the household" in page
    assert "Mere Homes" in page
    assert "Overdue" in page


def test_a_restricted_case_shows_its_reference_alone(app, visitor):
    table = a_table()
    case = a_case(table.partnership, table.police, title="Rosa Quill", group=table.group, restricted=True)
    an_action(case, table.group, table.police, text="Move her to a refuge")
    meeting = a_meeting(table.group, cases=[case])
    page = visitor(table.landlady).get(f"/meetings/{meeting.id}").text
    assert case.ref in page
    assert "Restricted" in page
    assert "Rosa Quill" not in page
    assert "refuge" not in page
    assert "Complaints continue." not in page, "the reason is free text about people"
    assert "Rosa Quill" in visitor(table.chair).get(f"/meetings/{meeting.id}").text

    db.session.add(CaseAgency(case_id=case.id, agency_id=table.landlord.id, since=today()))
    assert "Rosa Quill" in visitor(table.landlady).get(f"/meetings/{meeting.id}").text


def test_an_agency_without_a_signature_sees_references_only(app, visitor):
    table = a_table()
    case = a_case(table.partnership, table.police, title="Kyle Brennand", group=table.group)
    meeting = a_meeting(table.group, cases=[case])
    charity = an_agency(table.partnership, "Harbour Trust", signed_on=None)
    worker = a_user(charity, group=table.group)
    page = visitor(worker).get(f"/meetings/{meeting.id}").text
    assert case.ref in page
    assert "Kyle Brennand" not in page
    assert "has not signed" in page


def test_an_agency_whose_signature_ran_out_yesterday_sees_no_name_today(app, visitor):
    table = a_table()
    case = a_case(table.partnership, table.police, title="Kyle Brennand", group=table.group)
    meeting = a_meeting(table.group, cases=[case])
    school = an_agency(table.partnership, "Tarnley School", expires_on=later(-1))
    page = visitor(a_user(school, group=table.group)).get(f"/meetings/{meeting.id}").text
    assert "Kyle Brennand" not in page
    assert "ran out" in page


def test_a_meeting_of_another_group_does_not_exist_for_me(app, visitor):
    table = a_table()
    other = a_group(table.partnership, "East Community Sector Team")
    meeting = a_meeting(other)
    officer = visitor(table.officer)
    missing = officer.get("/meetings/999999")
    for path in ("", "/nominations", "/research", "/papers", "/agenda", "/agenda/1.pdf", "/calendar.ics", "/move"):
        answer = officer.get(f"/meetings/{meeting.id}{path}")
        assert answer.status_code == 404, path
        assert len(answer.text) == len(missing.text)


def test_a_meeting_of_another_partnership_does_not_exist_for_its_namesakes(app, visitor):
    table = a_table()
    elsewhere = a_partnership("Calder Valley Community Safety Partnership")
    stranger = a_user(an_agency(elsewhere), group=a_group(elsewhere), role=GroupRole.CHAIR)
    meeting = a_meeting_in(table, 20)
    browser = visitor(stranger)
    assert browser.get(f"/meetings/{meeting.id}").status_code == 404
    assert browser.post(f"/meetings/{meeting.id}/cancel", {"reason": "Mine now"}).status_code == 404
    assert browser.get(f"/meetings/groups/{table.group.id}/new").status_code == 404


def test_an_item_is_reached_through_its_own_meeting_alone(app, visitor):
    table = a_table()
    case = a_case(table.partnership, table.police, group=table.group)
    mine, other = a_meeting_in(table, 20), a_meeting_in(table, 40)
    item = an_item(other, case)
    chair = visitor(table.chair)
    assert chair.get(f"/meetings/{mine.id}/items/{item.id}/edit").status_code == 404
    assert chair.get(f"/meetings/{other.id}/items/{item.id}/edit").status_code == 200


def test_reading_names_leaves_one_record_with_everybody_in_it(app, visitor):
    table = a_table()
    meeting = a_meeting_with_cases(table, 3)
    visitor(table.officer).get(f"/meetings/{meeting.id}")
    (read,) = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "agenda.read")).all()
    subjects = db.session.scalars(select(AuditSubject.subject).where(AuditSubject.seq == read.seq)).all()
    assert len(subjects) == 3


def test_who_declared_an_interest_sees_the_reference_alone(app):
    table = a_table()
    case = a_case(table.partnership, table.police, title="Kyle Brennand", group=table.group)
    meeting = a_meeting(table.group, cases=[case])
    recused = an_actor(table.officer, table, recused=frozenset({case.id}))
    (line,) = agenda_of(recused, meeting).lines
    assert line.closed
    assert line.title == ""
    assert line.case_ref == case.ref


def test_items_are_numbered_without_those_taken_off(app, visitor):
    table = a_table()
    meeting = a_meeting_with_cases(table, 3, actions=0)
    first = db.session.scalars(select(AgendaItem).order_by(AgendaItem.position)).first()
    first.taken_off_at = meeting.starts_at
    page = visitor(table.officer).get(f"/meetings/{meeting.id}").text
    assert "Case 0" not in page
    assert "1. <a" in page
    assert "3. <a" not in page


def test_one_person_in_two_groups_sees_both(app, visitor):
    table = a_table()
    other = a_group(table.partnership, "East Community Sector Team")
    a_member(other, table.officer)
    meetings = [a_meeting(table.group), a_meeting(other)]
    officer = visitor(table.officer)
    assert all(officer.get(f"/meetings/{meeting.id}").status_code == 200 for meeting in meetings)


def an_actor(user: User, table: Table, *, recused: frozenset[int] = frozenset()):
    """Who that user is, with a recusal that no meeting has recorded."""
    from core.facts import Actor

    return Actor(
        user_id=user.id,
        name=user.name,
        agency_id=user.agency_id,
        partnership_id=table.partnership.id,
        in_partnership=True,
        signatory=True,
        groups={table.group.id: GroupRole.MEMBER},
        recused_cases=recused,
    )


def test_every_link_of_the_page_leads_to_a_page(app, visitor):
    table = a_table()
    officer = visitor(table.officer)
    meeting = a_meeting_with_cases(table, 1, actions=1)
    page = officer.get(f"/meetings/{meeting.id}").text
    for path in set(re.findall(r'href="(/(?!static/)[^"#?]*)', page)):
        assert officer.get(path).status_code in (200, 302), path
