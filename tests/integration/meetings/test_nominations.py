"""Nominating a case, and what the chair does with it."""

import pytest
from sqlalchemy import func, select

from core.audit.models import AuditRecord
from core.cases.models import CaseEvent, CaseGroup
from core.dates import in_words
from core.extensions import db
from core.facts import CaseStatus, GroupRole, MeetingStatus, NominationStatus
from core.meetings.models import AgendaItem, Nomination
from tests.builders import a_case, a_group, a_meeting, a_member, a_user, an_agency
from tests.integration.meetings.table import a_meeting_in, a_table, at_ten, in_working_days

WORDS = {"reason": "Three calls a week.", "asks": "Who knows the family?"}


def nominations() -> list[Nomination]:
    """All there are."""
    return list(db.session.scalars(select(Nomination).order_by(Nomination.id)))


def nominate(browser, meeting, case, **more):
    """Send the form."""
    return browser.post(f"/meetings/{meeting.id}/nominations/new", {"case": case.id, **WORDS, **more})


def a_nomination(visitor, table, working_days=20):
    """The police have nominated their case."""
    meeting = a_meeting_in(table, working_days)
    assert nominate(visitor(table.officer), meeting, table.case).status_code == 303
    return meeting, nominations()[-1]


def test_in_time_nobody_is_asked_why_it_cannot_wait(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 11)
    officer = visitor(table.officer)
    page = officer.get(f"/meetings/{meeting.id}/nominations/new?case={table.case.id}").text
    assert "Why can it not wait" not in page
    assert nominate(officer, meeting, table.case, late_reason="Made up").status_code == 303
    assert nominations()[0].late_reason == ""


def test_after_the_cut_off_a_nomination_is_urgent_and_says_why(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 9)
    officer = visitor(table.officer)
    page = officer.get(f"/meetings/{meeting.id}/nominations/new?case={table.case.id}").text
    assert "This one is urgent" in page
    silent = nominate(officer, meeting, table.case)
    assert silent.status_code == 422
    assert "say why it cannot wait" in silent.text
    assert "Three calls a week." in silent.text, "what was typed is kept"
    assert nominate(officer, meeting, table.case, late_reason="He is released on Friday.").status_code == 303
    assert nominations()[0].late_reason == "He is released on Friday."


def test_a_groups_own_terms_set_its_cut_off(app, visitor):
    table = a_table()
    table.group.clocks = {"nomination_cut_off": 8}
    meeting = a_meeting_in(table, 9)
    assert nominate(visitor(table.officer), meeting, table.case).status_code == 303


def test_nobody_nominates_the_same_case_twice_for_one_meeting(app, visitor):
    table = a_table()
    meeting, _ = a_nomination(visitor, table)
    db.session.add(CaseGroup(case_id=table.case.id, group_id=table.group.id, since=in_working_days(0)))
    again = nominate(visitor(table.landlady), meeting, table.case)
    assert again.status_code == 422
    assert "Northbridge Police has nominated this case" in again.text
    assert len(nominations()) == 1


def test_the_same_form_twice_is_one_nomination(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20)
    officer = visitor(table.officer)
    key = {"idempotency_key": "22222222-2222-4222-8222-222222222222"}
    assert nominate(officer, meeting, table.case, **key).status_code == 303
    assert nominate(officer, meeting, table.case, **key).status_code == 303
    assert len(nominations()) == 1


def test_a_case_that_i_may_not_open_does_not_exist_for_my_nomination(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20)
    landlady = visitor(table.landlady)
    assert nominate(landlady, meeting, table.case).status_code == 404
    assert landlady.get(f"/meetings/{meeting.id}/nominations/new?case={table.case.id}").status_code == 404
    assert landlady.get(f"/meetings/{meeting.id}/nominations/new?case=none").status_code == 404
    assert nominations() == []


def test_an_observer_cannot_nominate(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20)
    own = a_case(table.partnership, table.landlord)
    answer = nominate(visitor(table.observer), meeting, own)
    assert answer.status_code == 403
    assert "Only members of this group may nominate" in answer.text


def test_an_agency_without_a_signature_cannot_nominate(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20)
    charity = an_agency(table.partnership, signed_on=None)
    worker = a_user(charity, group=table.group)
    answer = nominate(visitor(worker), meeting, a_case(table.partnership, charity))
    assert answer.status_code == 403
    assert "has not signed" in answer.text


def test_the_group_does_not_see_what_a_nomination_says_before_the_case_is_open_to_it(app, visitor):
    table = a_table()
    meeting, nomination = a_nomination(visitor, table)
    others = visitor(table.landlady).get(f"/meetings/{meeting.id}/nominations").text
    assert table.case.ref in others
    assert "Three calls a week." not in others
    assert "Kyle Brennand" not in others
    leaders = visitor(table.chair).get(f"/meetings/{meeting.id}/nominations").text
    assert "Three calls a week." in leaders
    assert "Kyle Brennand" not in leaders
    assert visitor(table.landlady).get(f"/meetings/{meeting.id}/nominations/{nomination.id}").status_code == 403


def test_an_accepted_case_is_open_to_the_group_and_its_timeline_says_so(app, visitor):
    table = a_table()
    meeting, nomination = a_nomination(visitor, table)
    answer = visitor(table.coordinator).post(
        f"/meetings/{meeting.id}/nominations/{nomination.id}/accept", {"version": nomination.version, "minutes": "20"}
    )
    assert answer.status_code == 303
    item = db.session.scalars(select(AgendaItem).where(AgendaItem.case_id == table.case.id)).one()
    assert (item.minutes_allotted, item.presenter_agency_id, item.urgent) == (20, table.police.id, False)
    assert db.session.get(CaseGroup, (table.case.id, table.group.id)) is not None
    opened = db.session.scalars(select(AuditRecord.body).where(AuditRecord.action == "case.open_to_group")).one()
    assert f'"recipient":"group:{table.group.id}"' in opened
    assert f'"purpose":"meeting:{meeting.id}"' in opened
    events = db.session.scalars(select(CaseEvent.text).where(CaseEvent.case_id == table.case.id)).all()
    assert f"Put on the agenda of {meeting.ref}" in events
    assert "Kyle Brennand" in visitor(table.landlady).get(f"/meetings/{meeting.id}/nominations").text


def test_a_declined_nomination_keeps_its_reason_for_those_who_made_it(app, visitor):
    table = a_table()
    meeting, nomination = a_nomination(visitor, table)
    chair = visitor(table.chair)
    path = f"/meetings/{meeting.id}/nominations/{nomination.id}/decline"
    silent = chair.post(path, {"version": nomination.version, "decline_reason": ""})
    assert silent.status_code == 422
    assert "Say why the nomination is declined" in silent.text
    reason = "The housing panel hears it on Monday."
    assert chair.post(path, {"version": nomination.version, "decline_reason": reason}).status_code == 303
    assert nominations()[0].status is NominationStatus.DECLINED
    assert reason in visitor(table.officer).get(f"/meetings/{meeting.id}/nominations").text
    assert reason not in visitor(table.landlady).get(f"/meetings/{meeting.id}/nominations").text


def test_a_nomination_is_sent_on_to_another_groups_next_meeting(app, visitor):
    table = a_table()
    meeting, nomination = a_nomination(visitor, table)
    steering = a_group(table.partnership, "ASB steering group")
    lead = a_user(table.council, group=steering, role=GroupRole.CHAIR)
    a_meeting(steering, starts_at=at_ten(in_working_days(40)))
    next_one = a_meeting(steering, starts_at=at_ten(in_working_days(15)))
    answer = visitor(table.chair).post(
        f"/meetings/{meeting.id}/nominations/{nomination.id}/send-on",
        {"version": nomination.version, "group": steering.id, "send_reason": "It is the third time."},
    )
    assert answer.status_code == 303, answer.text
    here, there = nominations()
    assert (here.status, here.sent_on_to_id) == (NominationStatus.SENT_ON, there.id)
    assert (there.meeting_id, there.agency_id, there.status) == (
        next_one.id,
        table.police.id,
        NominationStatus.PROPOSED,
    )
    assert "Three calls a week." in visitor(lead).get(f"/meetings/{next_one.id}/nominations/{there.id}").text
    for reader in (table.chair, table.landlady):
        listed = " ".join(visitor(reader).get(f"/meetings/{meeting.id}/nominations").text.split())
        assert f"Sent on to the ASB steering group, for its meeting of {in_words(in_working_days(15))}." in listed


def test_whoever_sends_on_past_the_other_groups_cut_off_is_told_before_and_after(app, visitor):
    table = a_table()
    meeting, nomination = a_nomination(visitor, table)
    late, early = (a_group(table.partnership, name) for name in ("Late panel", "Early panel"))
    a_meeting(late, starts_at=at_ten(in_working_days(5)))
    a_meeting(late, starts_at=at_ten(in_working_days(30)))
    a_meeting(early, starts_at=at_ten(in_working_days(25)))
    chair, path = visitor(table.chair), f"/meetings/{meeting.id}/nominations/{nomination.id}"
    page = " ".join(chair.get(path).text.split())
    assert page.count("there it is urgent, and it is not researched") == 1
    assert page.index("Early panel") < page.index("Late panel") < page.index("there it is urgent")
    assert f"It meets on {in_words(in_working_days(25))}.</div>" in page
    sent = {"version": nomination.version, "group": late.id, "send_reason": "It is the third time."}
    assert "Choose the group" in chair.post(f"{path}/send-on", {**sent, "group": ""}).text
    answer = chair.post(f"{path}/send-on", sent, follow_redirects=True)
    assert "The nomination was sent on to the Late panel." in answer.text
    assert "there it is urgent, and it is not researched" in answer.text
    assert nominations()[-1].late_reason == "Sent on by the North Community Sector Team: It is the third time."


def test_a_nomination_is_not_sent_to_a_group_of_another_partnership(app, visitor):
    table, other = a_table(), a_table()
    meeting, nomination = a_nomination(visitor, table)
    a_meeting_in(other, 20)
    answer = visitor(table.chair).post(
        f"/meetings/{meeting.id}/nominations/{nomination.id}/send-on",
        {"version": nomination.version, "group": other.group.id, "send_reason": "Why not"},
    )
    assert answer.status_code == 422
    assert len(nominations()) == 1


@pytest.mark.parametrize("step", ["accept", "decline"])
def test_who_decides_on_what_was_decided_meanwhile_sees_that(app, visitor, step):
    table = a_table()
    meeting, nomination = a_nomination(visitor, table)
    read = nomination.version
    path = f"/meetings/{meeting.id}/nominations/{nomination.id}"
    visitor(table.chair).post(f"{path}/accept", {"version": read, "minutes": "12"})
    late = visitor(table.coordinator).post(
        f"{path}/{step}", {"version": read, "minutes": "12", "decline_reason": "No room"}
    )
    assert late.status_code == 409
    assert "On the agenda" in late.text
    assert db.session.scalar(select(func.count()).where(AgendaItem.case_id == table.case.id)) == 1


def test_a_member_cannot_decide(app, visitor):
    table = a_table()
    meeting, nomination = a_nomination(visitor, table)
    answer = visitor(table.officer).post(
        f"/meetings/{meeting.id}/nominations/{nomination.id}/accept", {"version": nomination.version, "minutes": "12"}
    )
    assert answer.status_code == 403
    assert nominations()[0].status is NominationStatus.PROPOSED


def test_a_closed_case_and_a_meeting_that_has_begun_take_no_nomination(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20)
    begun = a_meeting_in(table, 25, status=MeetingStatus.IN_SESSION)
    table.case.status = CaseStatus.CLOSED
    officer = visitor(table.officer)
    assert "This case is closed" in nominate(officer, meeting, table.case).text
    table.case.status = CaseStatus.OPEN
    assert "until the meeting begins" in nominate(officer, begun, table.case).text
    assert nominations() == []


def test_a_text_of_fifty_thousand_characters_is_answered_and_nothing_is_saved(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20)
    answer = nominate(visitor(table.officer), meeting, table.case, reason="x" * 50_000)
    assert answer.status_code == 422
    assert "must be 10,000 characters or fewer" in answer.text
    assert nominations() == []


def test_the_search_finds_my_open_cases_by_title_and_reference_and_no_others(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20)
    a_case(table.partnership, table.council, title="Zoë Quill")
    mine = a_case(table.partnership, table.police, title="Zoe Marsh")
    officer = visitor(table.officer)
    found = officer.get(f"/meetings/{meeting.id}/nominations/new?q=ZOE").text
    assert "Zoe Marsh" in found
    assert "Quill" not in found
    assert "Zoe Marsh" in officer.get(f"/meetings/{meeting.id}/nominations/new?q={mine.ref.lower()}").text
    assert "No open case has" in officer.get(f"/meetings/{meeting.id}/nominations/new?q=%25_").text


def test_a_person_in_another_group_cannot_nominate_here(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20)
    elsewhere = a_group(table.partnership, "East Community Sector Team")
    stranger = a_user(table.police)
    a_member(elsewhere, stranger)
    assert nominate(visitor(stranger), meeting, table.case).status_code == 404
