"""The page of a case: what it shows, to whom, and that it says so in the trail."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.audit.models import AuditRecord, AuditSubject
from core.cases.models import CaseAgency, CaseGroup, CaseIncident, CasePerson
from core.cases.timeline import note_event
from core.clock import utc_now
from core.extensions import db
from core.facts import SYSTEM, ActionStatus, GroupRole, ItemOutcome, PersonRole
from core.recording.models import Recusal
from tests.builders import (
    a_case,
    a_group,
    a_meeting,
    a_partnership,
    a_person,
    a_user,
    an_action,
    an_agency,
    an_item,
    today,
)


def years_ago(years: int) -> date:
    return today().replace(year=today().year - years, day=1, month=1)


@pytest.fixture
def case(partners):
    """A case of the council, heard by the group."""
    return a_case(partners.partnership, partners.council, group=partners.group)


def test_it_shows_people_with_roles_and_ages_and_flags_children(partners, officer, case):
    for given, born, role in (
        ("Grown", years_ago(40), PersonRole.SUBJECT),
        ("Teen", years_ago(15), PersonRole.WITNESS),
        ("Little", years_ago(8), PersonRole.VICTIM),
        ("Unknown", None, PersonRole.PARTY),
    ):
        person = a_person(partners.partnership, given, "Vale", born)
        db.session.add(CasePerson(case_id=case.id, person_id=person.id, role=role))
    page = " ".join(officer.get(f"/cases/{case.id}").text.split())
    assert page.index("Grown Vale") < page.index("Little Vale") < page.index("Teen Vale") < page.index("Unknown Vale")
    assert page.count(">Child<") == 1 and page.count(">Under 10<") == 1 and ">Age not known<" in page
    assert page.count("below the age of criminal responsibility") == 1


def test_an_incident_says_who_was_a_child_when_it_happened(partners, officer, case):
    """Nobody who was grown up then, nor anybody of whom nobody knows."""
    for given, born in (
        ("Grown", years_ago(40)),
        ("Since", years_ago(18)),
        ("Little", years_ago(8)),
        ("Unknown", None),
    ):
        person = a_person(partners.partnership, given, "Vale", born)
        db.session.add(CasePerson(case_id=case.id, person_id=person.id, role=PersonRole.SUBJECT))
    day = today() - timedelta(days=400)
    db.session.add(CaseIncident(case_id=case.id, happened_on=day, what="A drum", reported_to_id=partners.council.id))
    db.session.flush()
    page = " ".join(officer.get(f"/cases/{case.id}").text.split())
    told = page[page.index("Children when it happened:") :].partition("</p>")[0]
    assert "Since Vale" in told and "Little Vale" in told and "below the age of criminal responsibility then" in told
    assert "Grown Vale" not in told and "Unknown Vale" not in told


def test_it_shows_actions_incidents_meetings_and_who_may_open_it(partners, officer, case):
    an_action(case, partners.group, partners.police, text="Fit a gate", due_on=today() - timedelta(days=3))
    done = an_action(case, partners.group, partners.police, text="Write to the landlord")
    done.status, done.outcome = ActionStatus.DONE, "Written to, and answered"
    db.session.add(
        CaseIncident(
            case_id=case.id,
            happened_on=date(2026, 5, 1),
            what="Eggs thrown",
            reported_to_id=partners.police.id,
            hate=True,
        )
    )
    fire = an_agency(partners.partnership, "Fire and Rescue")
    db.session.add(
        CaseAgency(case_id=case.id, agency_id=fire.id, basis="Safeguarding", purpose="Home safety", since=today())
    )
    meeting = a_meeting(partners.group, starts_at=datetime(2026, 6, 2, 9, 0, tzinfo=UTC), cases=[case])
    meeting.items[0].outcome = ItemOutcome.CARRIED_FORWARD
    note_event(case.id, now=utc_now(), kind="heard", text="Heard", actor=SYSTEM, link=f"meeting:{meeting.id}")
    page = " ".join(officer.get(f"/cases/{case.id}").text.split())
    for expected in (
        "Fit a gate",
        "Overdue",
        "1 settled action",
        "Written to, and answered",
        "Eggs thrown",
        "Perceived as hate",
        "Fire and Rescue",
        "Safeguarding, since",
        "Home safety",
        partners.group.name,
        "2 June 2026",
        "Carried forward",
    ):
        assert expected in page, expected
    assert f'href="/meetings/{meeting.id}"' not in page, "the officer sits in no group"
    member = a_user(partners.council, group=partners.group)
    from tests.support.browser import Browser

    db.session.commit()
    assert f'href="/meetings/{meeting.id}"' in Browser(officer.app, member).get(f"/cases/{case.id}").text


def test_the_timeline_says_what_happened_and_leads_to_it(partners, officer, case):
    action = an_action(case, partners.group, partners.police)
    note_event(
        case.id,
        now=utc_now(),
        kind="action",
        text="Action agreed",
        actor=SYSTEM,
        link=f"action:{action.id}",
        note="Because of Sunday",
    )
    note_event(case.id, now=utc_now(), kind="odd", text="Something else", actor=SYSTEM, link="nothing:x")
    page = officer.get(f"/cases/{case.id}").text
    assert f'href="/actions/{action.id}">Action agreed' in page
    assert "Because of Sunday" in page and "Something else" in page


def test_a_member_may_nominate_it_for_the_groups_next_meetings(partners, constable, officer, case):
    soon, heard = a_meeting(partners.group), a_meeting(partners.group, cases=[case])
    page = constable.get(f"/cases/{case.id}").text
    assert f'href="/meetings/{soon.id}/nominations/new?case={case.id}"' in page
    assert f"/meetings/{heard.id}/nominations/new" not in page
    assert "/nominations/new" not in officer.get(f"/cases/{case.id}").text


def test_reading_it_leaves_one_record_with_everybody_in_it(partners, officer, case):
    people = [a_person(partners.partnership, given) for given in ("Ann", "Ben")]
    for person in people:
        db.session.add(CasePerson(case_id=case.id, person_id=person.id, role=PersonRole.PARTY))
    officer.get(f"/cases/{case.id}")
    record = db.session.query(AuditRecord).filter_by(action="case.read").one()
    assert record.object == f"case:{case.id}"
    assert {row.subject for row in db.session.query(AuditSubject).filter_by(seq=record.seq)} == {
        f"p_{person.id}" for person in people
    }


def test_a_full_case_costs_no_more_queries_than_a_bare_one(partners, officer, count_queries):
    bare = a_case(partners.partnership, partners.council, group=partners.group, subject=a_person(partners.partnership))
    full = a_case(partners.partnership, partners.council, group=partners.group)
    for number in range(20):
        person = a_person(partners.partnership, f"Nr{number}")
        db.session.add(CasePerson(case_id=full.id, person_id=person.id, role=PersonRole.PARTY))
        an_action(full, partners.group, partners.police)
        an_item(a_meeting(partners.group), full)
        agency = an_agency(partners.partnership)
        db.session.add(CaseAgency(case_id=full.id, agency_id=agency.id, since=today()))
        db.session.add(CaseGroup(case_id=full.id, group_id=a_group(partners.partnership).id, since=today()))
        db.session.add(CaseIncident(case_id=full.id, happened_on=today(), what="x", reported_to_id=agency.id))
        note_event(full.id, now=utc_now(), kind="x", text="x", actor=SYSTEM)
    officer.get(f"/cases/{bare.id}")
    few = count_queries(officer.get, f"/cases/{bare.id}")
    # Four of them ask for hate incidents, for adjustments, and for what is disputed or was corrected.
    assert count_queries(officer.get, f"/cases/{full.id}") == few <= 23


def test_what_may_not_be_known_reads_like_what_does_not_exist(partners, officer, visitor):
    other = a_partnership()
    theirs = a_case(other, an_agency(other))
    mine_not = a_case(partners.partnership, partners.police)
    missing = officer.get("/cases/999999")
    assert missing.status_code == 404
    for case in (theirs, mine_not):
        for path in ("", "/edit", "/close", "/people/add", "/agencies/add", "/incidents/new"):
            answer = officer.get(f"/cases/{case.id}{path}")
            assert (answer.status_code, answer.data) == (404, missing.data), path
        assert officer.post(f"/cases/{case.id}/edit", {"title": "Mine now"}).status_code == 404


def test_a_restricted_case_opens_to_the_chair_and_to_no_other_member(partners, chair, constable):
    case = a_case(partners.partnership, partners.council, group=partners.group, restricted=True)
    assert chair.get(f"/cases/{case.id}").status_code == 200
    closed = constable.get(f"/cases/{case.id}")
    assert closed.status_code == 403 and "This case is restricted" in closed.text
    assert "Martin Ashdown" not in closed.text


def test_who_declared_a_conflict_of_interest_is_told_so(partners, constable, case):
    item = an_item(a_meeting(partners.group), case)
    db.session.add(Recusal(item_id=item.id, case_id=case.id, user_id=partners.constable.id, declared_at=utc_now()))
    answer = constable.get(f"/cases/{case.id}")
    assert answer.status_code == 403 and "conflict of interest" in answer.text
    assert "No cases" in constable.get("/cases").text


def test_a_member_reads_and_does_not_change(partners, constable, case):
    page = constable.get(f"/cases/{case.id}").text
    assert "Change details" not in page and "Close the case" not in page and "Record an incident" in page
    assert constable.get(f"/cases/{case.id}/edit").status_code == 403


def test_an_observer_records_nothing(partners, visitor, case):
    observer = visitor(a_user(an_agency(partners.partnership), group=partners.group, role=GroupRole.OBSERVER))
    assert "Record an incident" not in observer.get(f"/cases/{case.id}").text
    assert observer.post(f"/cases/{case.id}/incidents/new", {}).status_code == 403
