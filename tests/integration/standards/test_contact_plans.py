"""What every complainant and victim is promised [Bolsover 8, 9, 12, 13]: agreed, kept, overdue, and who sees which."""

import json
import re
from datetime import date, time, timedelta

import pytest

from core.accounts.queries import actor_as_of
from core.audit.models import AuditRecord
from core.cases import operations as cases
from core.cases.models import Case, CaseAgency, CaseEvent, CasePerson
from core.cases.queries import case_of
from core.clock import at_local, utc_now
from core.extensions import db
from core.facts import AdminRole, PersonRole
from core.partnerships.terms.queries import clocks_in
from core.recording.models import Recusal
from core.reminders.queries import Kind, reminders_for
from core.standards.lists import UpdateInterval
from core.standards.models import ContactPlan
from core.working_days import add_working_days, next_working_day
from tests.builders import a_case, a_meeting, a_person, a_user, an_agency, an_item, today

REACH = "07700 900123"
SAFE = "Only before 3pm, and leave no message"


@pytest.fixture
def victim(partners):
    return a_person(partners.partnership, "Isolde", "Quenby")


@pytest.fixture
def case(partners, victim):
    """A case of the council, heard by the group; a victim was named in it today."""
    found = a_case(partners.partnership, partners.council, group=partners.group)
    name(partners, found, victim)
    return found


def name(partners, case, person, role=PersonRole.VICTIM):
    actor = actor_as_of(partners.officer.id, partners.partnership.id, on=today())
    cases.name_in_case(actor, case=case_of(case.id), person=person, role=role, now=utc_now())
    db.session.commit()


def the_plan() -> ContactPlan:
    db.session.expire_all()
    return db.session.query(ContactPlan).one()


def path(case, victim, page: str = "") -> str:
    return f"/cases/{case.id}/people/{victim.id}/contact{page}"


def on(name: str, day: date) -> dict[str, str]:
    return {f"{name}-{box}": str(getattr(day, box)) for box in ("day", "month", "year")}


def version_in(browser, address: str) -> str:
    found = re.search(r'name="version"[^>]*value="(\d+)"', browser.get(address).text)
    return found[1] if found else ""


def send(browser, case, victim, page: str, **values: str):
    """What somebody typed, over what stands in the form."""
    address = path(case, victim, page)
    return browser.post(address, {"version": version_in(browser, address), **values})


def agree(browser, case, victim, day=None, **changed: str):
    values = {
        "instruction": SAFE,
        "contact_name": "Olive Officer",
        "agency_id": str(case.lead_agency_id),
        "contact_details": "01234 567890",
        "way": "by phone",
        "reach": REACH,
        "interval": "every week",
        **on("agreed_on", day or today()),
    }
    return send(browser, case, victim, "/agree", **{**values, **changed})


def support(browser, case, victim, answer="accepted"):
    offer = {"support_what": "A support service", "support_by": "Olive", "support_answer": answer}
    return send(browser, case, victim, "/support", **offer, **on("support_offered_on", today()))


def complaint(browser, case, victim):
    told = {"complaint_text": "Ring the council’s complaints team", "complaint_by": "Olive"}
    return send(browser, case, victim, "/complaint", **told, **on("complaint_given_on", today()))


def log(browser, case, victim, kind="told how the case goes", day=None, said="The order was served"):
    values = {"kind": kind, "way": "by phone", "by": "Olive Officer", "said": said}
    return send(browser, case, victim, "/log", **values, **on("made_on", day or today()))


def test_from_being_named_to_the_end_of_the_case(partners, case, victim, officer):
    begin_by = add_working_days(today(), 5)
    assert the_plan().begin_by == begin_by
    assert agree(officer, case, victim).status_code == 303
    assert (the_plan().begin_by, the_plan().due_on) == (begin_by, add_working_days(today(), 5))
    assert support(officer, case, victim).status_code == complaint(officer, case, victim).status_code == 303
    assert the_plan().begin_by is None
    later = today() - timedelta(days=20)
    assert agree(officer, case, victim, day=later, interval="every four weeks").status_code == 303
    assert the_plan().due_on == add_working_days(later, 20)
    assert log(officer, case, victim, kind="tried, and did not reach them").status_code == 303
    assert the_plan().due_on == add_working_days(later, 20), "to try is no update"
    assert log(officer, case, victim).status_code == 303
    assert (the_plan().updated_on, the_plan().due_on) == (today(), add_working_days(today(), 20))
    page = officer.get(path(case, victim)).text
    for words in ("Olive Officer", "Every four weeks", "Accepted", "complaints team", "The order was served", REACH):
        assert words in page
    assert page.index(SAFE) < page.index(REACH)
    lines = [event.text for event in db.session.query(CaseEvent).filter_by(kind="contact")]
    assert "Update given to a victim" in lines and not any("Quenby" in line for line in lines)
    actor = actor_as_of(partners.officer.id, partners.partnership.id, on=today())
    assert "1 complainant or victim is to be told how the case ended" in officer.get(f"/cases/{case.id}/close").text
    closed = case_of(case.id)
    end = {"closed_on": today(), "reason": "Resolved", "outcome": "Quiet", "now": utc_now(), "on": today()}
    cases.close(actor, case=closed, version=closed.version, **end)
    db.session.commit()
    assert "Tell how the case ended, by" in officer.get(path(case, victim)).text
    assert log(officer, case, victim, kind="told how the case ended").status_code == 303
    assert the_plan().due_on is None
    assert "they were told how it ended" in officer.get(path(case, victim)).text
    cases.reopen(actor, case=closed, version=case_of(case.id).version, reason="Again", now=utc_now())
    db.session.commit()
    assert the_plan().due_on == add_working_days(today(), 20)


def test_what_is_overdue_is_seen_by_the_lead_agency_and_the_chair(partners, case, victim, officer, chair, constable):
    agree(officer, case, victim, day=add_working_days(today(), -8))
    row, words = path(case, victim), "give an update"
    for browser in (officer, chair):
        page = browser.get("/").text
        assert row in page and words in page
        assert "Overdue" in browser.get(f"/cases/{case.id}").text
    assert "owed by another agency" in chair.get("/").text
    assert row not in constable.get("/").text


def test_who_hears_the_case_reads_what_was_done_and_not_where_somebody_is_reached(
    partners, case, victim, officer, chair, constable, visitor
):
    agree(officer, case, victim)
    log(officer, case, victim)
    for browser in (chair, constable):
        page = browser.get(path(case, victim)).text
        assert SAFE in page and "told how the case goes" in page
        assert REACH not in page and "The order was served" not in page
        assert browser.get(path(case, victim, "/agree")).status_code == 403
        assert browser.get(path(case, victim, "/log")).status_code == 403
    db.session.add(CaseAgency(case_id=case.id, agency_id=partners.police.id, basis="consent", since=today()))
    db.session.commit()
    assert log(constable, case, victim, said="Met her at the counter").status_code == 303
    page = constable.get(path(case, victim)).text
    assert "Met her at the counter" in page and "The order was served" not in page and REACH not in page
    stranger = visitor(a_user(an_agency(partners.partnership)))
    assert stranger.get(path(case, victim)).status_code == 404


def test_the_named_contacts_agency_keeps_nothing_once_it_is_taken_off_the_case(
    partners, case, victim, officer, constable
):
    link = CaseAgency(case_id=case.id, agency_id=partners.police.id, basis="consent", since=today())
    db.session.add(link)
    db.session.commit()
    long_ago, theirs = add_working_days(today(), -8), {"agency_id": str(partners.police.id)}
    assert agree(officer, case, victim, day=long_ago, **theirs).status_code == 303
    log(officer, case, victim, kind="tried, and did not reach them")
    page = constable.get(path(case, victim)).text
    assert REACH in page and "The order was served" in page and path(case, victim) in constable.get("/").text
    db.session.delete(link)
    db.session.commit()
    page = constable.get(path(case, victim)).text
    assert SAFE in page and REACH not in page and "The order was served" not in page
    assert constable.get(path(case, victim, "/agree")).status_code == 403
    assert path(case, victim) not in constable.get("/").text


def test_a_line_is_struck_out_with_a_reason_and_the_clock_runs_as_if_it_had_not_been(case, victim, officer):
    long_ago = add_working_days(today(), -8)
    agree(officer, case, victim, day=long_ago)
    due = the_plan().due_on
    log(officer, case, victim)
    (entry,) = db.session.query(AuditRecord).filter_by(action="contact.log")
    number = db.session.query(CaseEvent).count()
    strike = path(case, victim, "/log/1/strike")
    assert officer.get(strike).status_code == 200
    assert officer.post(strike, {"reason": ""}).status_code == 422
    assert officer.post(strike, {"reason": "Another person’s"}).status_code == 303
    assert the_plan().due_on == due
    page = officer.get(path(case, victim)).text
    assert "<del>The order was served</del>" in page and "Another person’s" in page
    assert officer.post(strike, {"reason": "Again"}).status_code == 422
    assert db.session.query(CaseEvent).count() == number + 1
    assert json.loads(entry.body)["subjects"] == [f"p_{victim.id}"]


def test_no_updates_is_kept_to_and_said(partners, case, victim, officer):
    agree(officer, case, victim, interval=UpdateInterval.NONE)
    assert the_plan().due_on is None
    assert "They chose to have no updates" in officer.get(path(case, victim)).text or the_plan().begin_by


def test_somebody_taken_out_of_the_case_is_owed_nothing_and_is_again_once_named_again(partners, case, victim, officer):
    agree(officer, case, victim)
    actor = actor_as_of(partners.officer.id, partners.partnership.id, on=today())
    whole = case_of(case.id)
    (part,) = whole.people
    cases.take_out_of_case(actor, case=whole, part=part, now=utc_now())
    db.session.commit()
    assert (the_plan().begin_by, the_plan().due_on) == (None, None)
    assert officer.get(path(case, victim)).status_code == 404
    name(partners, case, victim, PersonRole.COMPLAINANT)
    assert the_plan().due_on == add_working_days(today(), 5)


def test_an_instruction_gives_no_number_away_and_the_way_needs_one(case, victim, officer):
    assert "leave out numbers" in agree(officer, case, victim, instruction=f"Ring {REACH}").text
    assert "Enter the number or address to use" in agree(officer, case, victim, reach="").text
    assert the_plan().agreed_on is None


def test_of_two_who_agree_at_once_the_second_sees_both(case, victim, officer):
    version = version_in(officer, path(case, victim, "/agree"))
    agree(officer, case, victim)
    answer = agree(officer, case, victim, contact_name="Somebody Else", version=version)
    assert answer.status_code == 409 and "Somebody Else" in answer.text and "Olive Officer" in answer.text


def test_who_declared_an_interest_is_not_told(partners, case, victim, officer, chair):
    agree(officer, case, victim, day=add_working_days(today(), -8))
    item = an_item(a_meeting(partners.group), db.session.get(Case, case.id))
    db.session.add(Recusal(item_id=item.id, case_id=case.id, user_id=partners.chair.id, declared_at=utc_now()))
    db.session.commit()
    assert path(case, victim) not in chair.get("/").text
    assert chair.get(path(case, victim)).status_code == 403


def test_whoever_was_named_before_has_no_day_until_the_beginning_is_made(partners, victim, officer):
    old = a_case(partners.partnership, partners.council)
    db.session.add(CasePerson(case_id=old.id, person_id=victim.id, role=PersonRole.COMPLAINANT))
    db.session.commit()
    assert "no day is set" in officer.get(path(old, victim)).text
    assert "contact" not in officer.get("/").text.split("<h1")[1].split("Actions of")[0]
    assert agree(officer, old, victim).status_code == 303
    assert the_plan().interval is UpdateInterval.WEEK


def test_the_way_to_complain_is_written_by_each_and_kept_as_it_was_given(partners, case, victim, officer, visitor):
    admin = visitor(a_user(partners.council, admin=AdminRole.AGENCY_ADMIN, partnership=partners.partnership))
    ours = f"/partnership/complaints/agencies/{partners.council.id}"
    assert admin.post(ours, {"complaint_text": "Ask for Mrs Comfort", "version": "0"}).status_code == 303
    assert admin.post(ours, {"complaint_text": "Too late", "version": "0"}).status_code == 409
    assert admin.get(f"/partnership/complaints/agencies/{partners.police.id}").status_code == 403
    assert admin.get("/partnership/complaints/own").status_code == 403
    assert "Ask for Mrs Comfort" in officer.get("/partnership/complaints").text
    assert "Ask for Mrs Comfort" in officer.get(path(case, victim, "/complaint")).text
    complaint(officer, case, victim)
    admin.post(ours, {"complaint_text": "Ask for Mr Nobody", "version": version_in(admin, ours)})
    page = officer.get(path(case, victim)).text
    assert "complaints team" in page and "Mr Nobody" not in page


def test_an_agenda_item_tells_the_chair_of_what_is_overdue_and_not_who_only_hears_it(
    partners, case, victim, officer, chair, constable
):
    agree(officer, case, victim, day=add_working_days(today(), -8))
    meeting = a_meeting(partners.group, cases=[db.session.get(Case, case.id)])
    db.session.commit()
    assert "1 complainant or victim is owed contact" in chair.get(f"/meetings/{meeting.id}").text
    assert "is owed contact" not in constable.get(f"/meetings/{meeting.id}").text
    agree(officer, case, victim)
    log(officer, case, victim)
    assert "is owed contact" not in chair.get(f"/meetings/{meeting.id}").text


def test_the_persons_page_begins_with_how_they_are_contacted_safely(partners, case, victim, officer, constable):
    agree(officer, case, victim)
    hidden = a_case(partners.partnership, partners.council)
    name(partners, hidden, victim, PersonRole.COMPLAINANT)
    agree(officer, hidden, victim, instruction="Through the school alone")
    page = officer.get(f"/people/{victim.id}").text
    assert page.index(SAFE) < page.index("Address") and "Through the school alone" in page
    assert path(case, victim) in page and REACH not in page
    assert "Through the school alone" not in constable.get(f"/people/{victim.id}").text


def test_the_days_mail_tells_those_who_owe_it_and_the_chair_without_a_name(partners, case, victim, officer):
    day = next_working_day(today())
    agree(officer, case, victim, day=add_working_days(day, -6))
    due = add_working_days(day, -1)
    for user, told in ((partners.officer, True), (partners.chair, True), (partners.constable, False)):
        actor = actor_as_of(user.id, partners.partnership.id, on=day)
        clocks = clocks_in(partners.partnership.id)
        found = reminders_for(actor, clocks, (day,), now=at_local(day, time(8)))
        lines = [(each.what, each.due, each.path) for each in found if each.kind is Kind.PEOPLE]
        assert lines == ([(f"{case.ref}: give an update", due, path(case, victim))] if told else [])


def test_the_page_of_a_case_costs_no_more_queries_with_more_people_to_keep_informed(
    partners, case, victim, officer, count_queries
):
    officer.get(f"/cases/{case.id}")
    few = count_queries(officer.get, f"/cases/{case.id}"), count_queries(officer.get, "/")
    for number in range(6):
        name(partners, case, a_person(partners.partnership, f"Ada {number}"), PersonRole.COMPLAINANT)
    assert (count_queries(officer.get, f"/cases/{case.id}"), count_queries(officer.get, "/")) == few


def test_the_beginning_and_the_end_are_due_by_the_shortest_terms_of_the_groups_that_hear_the_case(
    partners, case, victim, officer
):
    partners.partnership.clocks = {"contact_begin": 9, "contact_told": 9}
    partners.group.clocks = {"contact_begin": 2, "contact_told": 3}
    other = a_case(partners.partnership, partners.council)
    db.session.commit()
    assert the_plan().begin_by == add_working_days(today(), 5), "a day that was told stands"
    name(partners, other, victim)
    heard = a_case(partners.partnership, partners.council, group=partners.group)
    name(partners, heard, victim)
    begun = {plan.case_id: plan.begin_by for plan in db.session.query(ContactPlan)}
    assert begun[other.id] == add_working_days(today(), 9)
    assert begun[heard.id] == add_working_days(today(), 2)
    assert "within 3 working days" in officer.get(f"/cases/{heard.id}/close").text
    actor = actor_as_of(partners.officer.id, partners.partnership.id, on=today())
    found = case_of(heard.id)
    cases.close(
        actor,
        case=found,
        version=found.version,
        closed_on=today(),
        reason="Resolved",
        outcome="Quiet",
        now=utc_now(),
        on=today(),
    )
    db.session.commit()
    ended = {plan.case_id: plan.due_on for plan in db.session.query(ContactPlan)}
    assert ended[heard.id] == add_working_days(today(), 3)


def test_the_days_mail_comes_on_the_days_of_the_groups_that_hear_the_case(partners, case, victim, officer):
    day = next_working_day(today())
    the_plan().begin_by = add_working_days(day, 6)
    db.session.commit()
    actor = actor_as_of(partners.officer.id, partners.partnership.id, on=day)

    def told():
        found = reminders_for(actor, clocks_in(partners.partnership.id), (day,), now=at_local(day, time(8)))
        return [each.due for each in found if each.kind is Kind.PEOPLE]

    assert told() == []
    partners.group.clocks = {"reminder_before": 6}
    db.session.commit()
    assert told() == [add_working_days(day, 6)]
