"""Hate incidents: flagged by anybody's perception, in the queue of whoever answers for them, and counted."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.accounts.queries import actor_as_of
from core.cases.models import CaseIncident
from core.clock import utc_now
from core.disclosures.lists import Answer, Scope
from core.disclosures.models import ComplaintConsent, ConsentAgency
from core.documents.record import Reader
from core.extensions import db
from core.facts import AdminRole, GroupKind, GroupRole, PersonRole
from core.hate.models import HateReport, Perceiver
from core.hate.queries import Standing, figures, standing_report, told, told_together
from core.meetings.agenda_document import agenda_html
from core.meetings.circulated.operations import has_changed
from core.meetings.circulated.queries import record_of
from core.meetings.models import AgendaVersion
from core.partnerships.terms.queries import clocks_in
from core.plugin_api.facts import Period
from core.recording.models import Recusal
from core.reminders.queries import Kind, reminders_for
from core.working_days import add_working_days
from tests.builders import a_case, a_group, a_meeting, a_user, an_agency, an_item, today

WORDS = "Somebody shouted at her for her headscarf"


@pytest.fixture
def case(partners):
    return a_case(partners.partnership, partners.council, title="Ada May", group=partners.group, restricted=False)


@pytest.fixture
def steering(partners):
    group = a_group(partners.partnership, "Steering group")
    group.kind = GroupKind.STEERING
    return group


@pytest.fixture
def head(partners, steering):
    """Who chairs the steering group: of an agency that has no part in the case."""
    homes = an_agency(partners.partnership, "Mereside Homes")
    return a_user(homes, "Hilda Head", group=steering, role=GroupRole.CHAIR)


def recorded(browser, partners, case, **fields):
    """An incident, perceived as hate."""
    said = {
        "what": WORDS,
        "reported_to_id": str(partners.police.id),
        "hate": "y",
        **{f"happened_on-{box}": str(getattr(today(), box)) for box in ("day", "month", "year")},
        **fields,
    }
    assert browser.post(f"/cases/{case.id}/incidents/new", said).status_code == 303
    return db.session.scalars(select(HateReport).order_by(HateReport.id.desc())).first()


def test_anybody_who_records_an_incident_flags_it_and_it_waits_for_two_working_days(partners, constable, case):
    report = recorded(constable, partners, case, strands=["religion", "race"], perceived_by="the victim")
    assert (report.what, report.strands, report.perceived_by) == (WORDS, ["race", "religion"], Perceiver.VICTIM)
    assert report.due_on == add_working_days(today(), 2) and case.hate_incident
    page = constable.get(f"/cases/{case.id}").text
    assert "Perceived to be about race, religion" in page and "not looked at yet" in page


def test_of_the_groups_that_hear_the_case_the_one_with_the_fewest_days_sets_when_it_is_looked_at(
    partners, constable, case
):
    partners.partnership.clocks = {"hate_seen": 4}
    partners.group.clocks = {"hate_seen": 3}
    unheard = a_group(partners.partnership, "Does not hear it")
    unheard.clocks = {"hate_seen": 1}
    db.session.flush()
    assert recorded(constable, partners, case).due_on == add_working_days(today(), 3)
    alone = a_case(partners.partnership, partners.police, title="Heard by none")
    assert recorded(constable, partners, alone).due_on == add_working_days(today(), 4)


def test_without_a_strand_or_a_perceiver_it_is_a_hate_incident_all_the_same(partners, constable, case):
    report = recorded(constable, partners, case)
    assert (report.strands, report.perceived_by) == ([], Perceiver.NOT_SAID)


def test_what_is_no_hate_incident_is_not_in_the_queue(partners, constable, case):
    assert recorded(constable, partners, case, hate="") is None


def test_until_somebody_is_named_those_who_chair_a_steering_group_answer_and_open_no_case(
    partners, constable, officer, visitor, case, head
):
    report = recorded(constable, partners, case)
    browser = visitor(head)
    page = browser.get(f"/hate/{report.id}").text
    assert WORDS in page and "The case itself is closed to you" in page and "Ada May" not in page
    assert browser.get(f"/cases/{case.id}").status_code == 404
    assert case.ref in browser.get("/hate").text and "1 hate incident waits for you" in browser.get("/").text
    for other in (constable, officer):
        assert other.get("/hate").status_code == 403
        assert other.get(f"/hate/{report.id}").status_code == 404
        assert "hate incident waits" not in other.get("/").text


def test_the_administrator_names_who_answers_and_the_chairs_do_no_more(partners, constable, visitor, case, head):
    report = recorded(constable, partners, case)
    named = a_user(partners.police, "Nina Named")
    admin = visitor(a_user(partners.council, admin=AdminRole.PARTNERSHIP_ADMIN, partnership=partners.partnership))
    assert admin.post("/hate/lead", {"version": "0", "user_id": str(named.id)}).status_code == 303
    assert "Nina Named" in admin.get("/hate/lead").text
    assert visitor(named).get(f"/hate/{report.id}").status_code == 200
    assert visitor(head).get(f"/hate/{report.id}").status_code == 404
    named.retired_at = utc_now()
    db.session.flush()
    assert visitor(head).get(f"/hate/{report.id}").status_code == 200, "nothing waits for somebody who has gone"


def test_the_lead_looks_at_it_and_says_what_was_done(partners, constable, visitor, case, head):
    report, browser = recorded(constable, partners, case), visitor(head)
    assert browser.post(f"/hate/{report.id}/acknowledge").status_code == 303
    assert browser.post(f"/hate/{report.id}/acknowledge").status_code == 409
    assert "Enter what was done" in browser.post(f"/hate/{report.id}/done", {"version": "2"}).text
    done = {"version": str(report.version), "done": "The school was spoken to"}
    assert browser.post(f"/hate/{report.id}/done", done).status_code == 303
    assert "The school was spoken to" in browser.get(f"/hate/{report.id}").text
    assert "answered" in constable.get(f"/cases/{case.id}").text


def test_an_interest_in_the_case_closes_it_to_the_lead(partners, constable, visitor, case, head):
    report = recorded(constable, partners, case)
    item = an_item(a_meeting(partners.group), case)
    interest = {"item_id": item.id, "case_id": case.id, "reason": "Her sister", "declared_at": utc_now()}
    db.session.add(Recusal(user_id=head.id, **interest))
    db.session.flush()
    answer = visitor(head).get(f"/hate/{report.id}")
    assert answer.status_code == 403 and WORDS not in answer.text
    assert case.ref not in visitor(head).get("/hate").text


def test_a_flag_that_is_taken_off_stays_with_its_reason(partners, constable, officer, visitor, case, head):
    report = recorded(constable, partners, case)
    off = {
        "version": "1",
        "what": WORDS,
        "reported_to_id": str(partners.police.id),
        "reason": "She says that it was about the parking",
        **{f"happened_on-{box}": str(getattr(today(), box)) for box in ("day", "month", "year")},
    }
    path = f"/cases/{case.id}/incidents/{report.incident_id}/change"
    assert "Enter why" in officer.post(path, {**off, "reason": ""}).text
    assert officer.post(path, off).status_code == 303
    for page in (visitor(head).get(f"/hate/{report.id}").text, constable.get(f"/cases/{case.id}").text):
        assert off["reason"] in page
    assert visitor(head).post(f"/hate/{report.id}/acknowledge").status_code == 403
    assert visitor(head).get("/").text.count("hate incident waits") == 0


def test_an_incident_is_flagged_later_by_somebody_else_and_once(partners, constable, officer, visitor, case):
    incident = CaseIncident(case_id=case.id, happened_on=today(), what=WORDS, reported_to_id=partners.council.id)
    db.session.add(incident)
    db.session.flush()
    path = f"/cases/{case.id}/incidents/{incident.id}/hate"
    for strands in (["disability"], ["disability", "another"]):
        answer = constable.post(path, {"strands": strands, "perceived_by": "an officer of an agency"})
        assert answer.status_code == 303
    report = db.session.scalars(select(HateReport)).one()
    assert report.strands == ["disability", "another"] and incident.hate and case.hate_incident
    observer = visitor(a_user(partners.police, group=partners.group, role=GroupRole.OBSERVER))
    assert observer.post(path, {"perceived_by": "not said"}).status_code == 403


def test_an_overdue_one_says_so_and_is_in_the_days_mail_without_a_name(partners, constable, visitor, case, head):
    report = recorded(constable, partners, case)
    day = add_working_days(today(), 1)  # nobody is reminded on a day on which nobody works
    report.due_on = add_working_days(day, -3)
    db.session.flush()
    assert "govuk-tag--red" in visitor(head).get("/hate").text
    actor = actor_as_of(head.id, partners.partnership.id, on=day)
    found = reminders_for(actor, clocks_in(partners.partnership.id), (day,), now=utc_now())
    (line,) = [each for each in found if each.kind is Kind.HATE]
    assert line.what == "1 incident waits to be looked at" and line.path == "/hate"


def test_the_steering_group_is_told_counts_of_what_was_flagged_since_its_last_meeting(
    partners, constable, visitor, case, steering, head
):
    a_meeting(steering, starts_at=utc_now() - timedelta(days=30))
    soon = a_meeting(steering, starts_at=utc_now() + timedelta(days=9))
    report = recorded(constable, partners, case, strands=["race"])
    old = recorded(constable, partners, case)
    old.flagged_at = utc_now() - timedelta(days=40)
    report.acknowledged_at = utc_now()
    db.session.flush()
    told_of = standing_report(soon, on=today())
    assert isinstance(told_of, Standing) and (told_of.flagged, told_of.seen) == ("fewer than 5",) * 2
    page = visitor(head).get(f"/meetings/{soon.id}").text
    assert "Fewer than 5 reported since the meeting of" in page and "1 looked at" not in page and "Counts alone" in page
    assert "0 answered" in page and "overdue" not in page[page.index("Hate incidents") :].split("</p>")[0]
    for words in (WORDS, case.ref, "Ada"):
        assert words not in page
    for _ in range(5):
        recorded(constable, partners, case)
    assert standing_report(soon, on=today()).flagged == "6"
    other = a_meeting(partners.group, starts_at=utc_now() + timedelta(days=9))
    assert "Counts alone" not in constable.get(f"/meetings/{other.id}").text


def test_small_numbers_are_held_back_from_the_statistics(partners, constable, visitor, case):
    for _ in range(5):
        recorded(constable, partners, case, strands=["race"])
    recorded(constable, partners, case, strands=["disability"])
    taken_off = recorded(constable, partners, case, strands=["race"])
    taken_off.unflagged_at = utc_now()
    db.session.flush()
    period = Period(today().replace(day=1), today())
    found = figures(partners.partnership.id, period)
    assert found.total == "6" and dict(found.strands)["Race"] == "held back", "with it, the other were 6 less 5"
    assert dict(found.strands)["Disability"] == "fewer than 5" and dict(found.strands)["Religion"] == "0"
    assert found.areas == [(partners.group.area_name or partners.group.name, "6")]
    assert [number for _, number in found.months] == ["6"]
    chair = visitor(partners.chair)
    days = "&".join(
        f"{name}-{box}={getattr(day, box)}"
        for name, day in (("since", period.start), ("until", period.end))
        for box in ("day", "month", "year")
    )
    page = chair.get(f"/partnership/statistics?{days}").text
    assert "In all: 6" in page and "fewer than 5" in page
    csv = chair.get(f"/partnership/statistics/export.csv?{days}").get_data(as_text=True)
    assert re.search(r"Hate incidents,perceived to be about: Disability,,fewer than 5", csv)


def test_a_count_is_told_from_five_on():
    assert told_together({"May": 3, "June": 6, "July": 9}) == {"May": "fewer than 5", "June": "held back", "July": "9"}
    assert told_together({"May": 3, "June": 1, "July": 9})["July"] == "9", "two that are held back hide each other"
    assert told_together({"May": 0, "June": 6}) == {"May": "0", "June": "6"}
    assert [told(number) for number in (0, 1, 4, 5, 1234)] == ["0", "fewer than 5", "fewer than 5", "5", "1,234"]


def test_months_of_a_period_are_told_across_a_year(partners):
    found = figures(partners.partnership.id, Period(date(2025, 12, 31), date(2026, 2, 1)))
    assert [label for label, _ in found.months] == ["December 2025", "January 2026", "February 2026"]


def given(case, agency, by):
    """The latest incident was told in a complaint to that agency."""
    incident = db.session.scalars(select(CaseIncident).order_by(CaseIncident.id.desc())).first()
    consent = ComplaintConsent(
        case_id=case.id, incident_id=incident.id, agency_id=agency.id, provider=PersonRole.VICTIM,
        answer=Answer.NOT_ASKED, scope=Scope.MEETINGS, recorded_at=utc_now(), recorded_by_id=by.id,
    )  # fmt: skip
    db.session.add(consent)
    db.session.commit()
    return incident, consent


def test_what_was_given_in_a_complaint_keeps_its_limits_before_whoever_answers_for_hate(
    partners, constable, visitor, head, case
):
    report = recorded(constable, partners, case, strands=["race"])
    incident, consent = given(case, partners.police, partners.constable)
    lead = visitor(head)
    page = lead.get(f"/hate/{report.id}").text
    assert WORDS not in page and "race" in page.lower() and "Without the consent of the person who gave it" in page
    assert partners.police.name in page and case.ref in page
    assert lead.post(f"/hate/{report.id}/acknowledge", {}).status_code == 303, "that it was flagged is reported"
    consent.answer, consent.scope = Answer.GIVEN, Scope.AGENCIES
    consent.agencies = [ConsentAgency(agency_id=head.agency_id)]
    db.session.commit()
    assert WORDS in lead.get(f"/hate/{report.id}").text
    consent.withdrawn_on = today()
    db.session.commit()
    assert WORDS not in lead.get(f"/hate/{report.id}").text
    version = {"version": "1", "reason": f"{WORDS}: not ours"}
    assert constable.post(f"/cases/{case.id}/incidents/{incident.id}/remove", version).status_code == 303
    after = lead.get(f"/hate/{report.id}").text
    assert WORDS not in after and "The flag was taken off" in after and "This was given in a complaint" in after


def test_the_paper_of_a_steering_groups_agenda_has_the_counts_and_no_new_version_for_them(
    partners, constable, steering, case
):
    meeting = a_meeting(steering)
    recorded(constable, partners, case, strands=["race"])
    moment = utc_now()
    record = record_of(meeting, version=1, circulated_at=moment, research_due=None, now=moment)
    assert "Fewer than 5 reported so far: 0 looked at, 0 answered." in record.hate
    text = agenda_html(record)
    assert "Hate incidents" in text and "Fewer than 5 reported" in text and WORDS not in text
    unsigned = Reader(user_id=1, agency_id=1)
    assert record.only(unsigned).hate == ()
    other = a_meeting(partners.group)
    assert record_of(other, version=1, circulated_at=moment, research_due=None, now=moment).hate == ()
    sent = AgendaVersion(
        meeting_id=meeting.id, number=1, record=record.to_plain(), record_sha256=record.sha256(),
        circulated_at=moment, circulated_by_id=partners.chair.id, audit_seq=1, audit_hash="0" * 64,
    )  # fmt: skip
    recorded(constable, partners, case)
    assert not has_changed(meeting, sent, now=utc_now())
