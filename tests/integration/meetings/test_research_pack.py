"""The research pack: each reader their own, and everybody's returns for those who lead the group alone."""

from sqlalchemy import select

from core.audit.models import AuditRecord, AuditSubject
from core.cases.models import CasePerson
from core.clock import utc_now
from core.extensions import db
from core.meetings.models import AgendaItem
from core.recording.models import Recusal
from tests.builders import a_case, a_person, a_user, an_agency
from tests.integration.meetings.table import a_table
from tests.integration.meetings.test_research import a_heard_case, answer, circulated, request_to
from tests.support.papers import text_in

CANARY = "Two warnings since June."


def pack(browser, meeting) -> str:
    """The text of their pack."""
    sent = browser.get(f"/meetings/{meeting.id}/research.pdf")
    return text_in(sent)


def test_a_member_has_what_their_agency_is_asked_and_answered_and_nobody_elses_return(app, visitor):
    table = a_table()
    case = a_heard_case(table)
    meeting = circulated(visitor, table, case)
    before = pack(visitor(table.landlady), meeting)
    assert "Kyle Brennand" in before
    assert "the space is for notes" in before
    answer(visitor(table.landlady), meeting, request_to(table.landlord))
    mine = pack(visitor(table.landlady), meeting)
    assert CANARY in mine
    assert "Made for Neil Delahunt, Mere Homes" in mine
    assert "Who has answered" not in mine
    theirs = pack(visitor(table.officer), meeting)
    assert CANARY not in theirs
    assert "Mere Homes" not in theirs


def test_those_who_lead_have_every_return_and_who_has_not_answered(app, visitor):
    table = a_table()
    meeting = circulated(visitor, table, a_heard_case(table))
    answer(visitor(table.landlady), meeting, request_to(table.landlord))
    for leader in (table.chair, table.coordinator):
        text = pack(visitor(leader), meeting)
        assert f"Mere Homes: {CANARY}" in text
        assert "Who has answered" in text
        assert text.index("Not answered") < text.rindex("Northbridge Police")


def test_of_a_restricted_case_and_of_one_they_stand_back_from_it_has_the_reference_alone(app, visitor):
    table = a_table()
    restricted = a_case(
        table.partnership,
        table.police,
        title="Canary Bird",
        group=table.group,
        restricted=True,
        subject=a_person(table.partnership, "Canary", "Bird"),
    )
    case = a_heard_case(table)
    meeting = circulated(visitor, table, restricted, case)
    answer(visitor(table.landlady), meeting, request_to(table.landlord))
    assert "Canary" not in pack(visitor(table.landlady), meeting)
    item = db.session.scalars(select(AgendaItem).where(AgendaItem.case_id == case.id)).one()
    interest = {"item_id": item.id, "case_id": case.id, "user_id": table.chair.id}
    db.session.add(Recusal(**interest, declared_at=utc_now()))
    db.session.commit()
    text = pack(visitor(table.chair), meeting)
    assert case.ref in text
    assert "Kyle" not in text
    assert CANARY not in text


def test_an_agency_that_is_asked_nothing_is_told_so_and_a_stranger_finds_nothing(app, visitor):
    table = a_table()
    meeting = circulated(visitor, table, a_heard_case(table))
    newcomer = a_user(an_agency(table.partnership, "Wren Trust"), group=table.group)
    assert "Wren Trust is not asked about any case" in pack(visitor(newcomer), meeting)
    stranger = a_user(an_agency(table.partnership))
    assert visitor(stranger).get(f"/meetings/{meeting.id}/research.pdf").status_code == 404


def test_the_trail_says_who_took_a_pack_and_whom_it_names(app, visitor):
    table = a_table()
    case = a_heard_case(table)
    meeting = circulated(visitor, table, case)
    pack(visitor(table.landlady), meeting)
    record = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "research.download")).one()
    assert record.object == f"meeting:{meeting.id}"
    named = db.session.scalars(select(CasePerson.person_id).where(CasePerson.case_id == case.id)).all()
    about = db.session.scalars(select(AuditSubject.subject).where(AuditSubject.seq == record.seq)).all()
    assert sorted(about) == sorted(f"p_{each}" for each in named)


def test_a_longer_pack_asks_no_more_of_the_database(app, visitor, count_queries):
    table = a_table()
    short = circulated(visitor, table, a_heard_case(table))
    long = circulated(visitor, table, *(a_heard_case(table) for _ in range(5)))
    browser = visitor(table.chair)
    browser.get(f"/meetings/{short.id}/research.pdf")
    few, many = (count_queries(browser.get, f"/meetings/{each.id}/research.pdf") for each in (short, long))
    assert few == many
