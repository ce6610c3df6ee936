"""The home page: what waits for whom, and what it costs."""

import re
from datetime import timedelta

import pytest

from core.audit.models import AuditRecord
from core.cases.models import CaseEvent
from core.circulation.models import Circulation
from core.clock import local_date, utc_now
from core.dates import in_words
from core.extensions import db
from core.facts import AdminRole, CaseStatus, CirculationKind, GroupRole, MeetingStatus, MinutesStatus, ProviderStatus
from core.meetings.models import Nomination, Research
from core.minutes.models import Minutes, MinutesComment
from core.recording.models import Recusal
from core.standards.models import ContactPlan
from core.working_days import add_working_days
from tests.builders import (
    a_case,
    a_group,
    a_meeting,
    a_partnership,
    a_person,
    a_provider,
    a_user,
    an_action,
    an_agency,
    today,
)
from tests.integration.meetings.table import at_ten, in_working_days


@pytest.fixture
def place(app):
    """A group with a chair, a coordinator and a member, a case, and an agency that has not signed."""

    class Place:
        partnership = a_partnership()
        council = an_agency(partnership, "Borough Council")
        homes = an_agency(partnership, "Mereside Homes")
        buses = an_agency(partnership, "Mere Valley Buses", signed_on=None)
        group = a_group(partnership)
        chair = a_user(council, "Cher Chair", group=group, role=GroupRole.CHAIR)
        coordinator = a_user(council, "Cody Coordinator", group=group, role=GroupRole.COORDINATOR)
        member = a_user(homes, "Mo Member", group=group)
        unsigned = a_user(buses, "Una Unsigned", group=group)
        admin = a_user(council, "Ada Admin", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=partnership)
        person = a_person(partnership, "Isolde", "Quenby")
        case = a_case(partnership, council, title="Isolde Quenby", group=group, subject=person)

    return Place()


def home(visitor, user):
    return visitor(user).get("/").text


def test_the_next_meetings_of_my_groups_are_there_and_nobody_elses(place, visitor):
    a_meeting(place.group)
    a_meeting(a_group(place.partnership, "South CST"))
    a_meeting(place.group, starts_at=utc_now() - timedelta(days=30), status=MeetingStatus.CLOSED)
    cancelled = a_meeting(place.group, starts_at=utc_now() + timedelta(days=2), status=MeetingStatus.CANCELLED)
    page = home(visitor, place.member)
    assert page.count("North Community Sector Team") == 1
    assert "South CST" not in page and f"/meetings/{cancelled.id}" not in page


def test_a_meeting_in_session_comes_first_and_leads_into_the_room(place, visitor):
    a_meeting(place.group, starts_at=utc_now() + timedelta(hours=1))
    now = a_meeting(place.group, starts_at=utc_now() - timedelta(minutes=150), status=MeetingStatus.IN_SESSION)
    page = home(visitor, place.member)
    assert f"/meetings/{now.id}/live" in page
    assert page.index(f"/meetings/{now.id}") < page.rindex("/meetings/")


def test_those_who_lead_see_how_far_the_agenda_is(place, visitor):
    a_meeting(place.group, cases=[place.case])
    assert "1 item on the agenda, not circulated yet" in home(visitor, place.coordinator)
    assert "on the agenda" not in home(visitor, place.member)


def test_my_agencys_actions_are_counted_and_the_first_shown_in_words(place, visitor):
    for number in range(7):
        an_action(place.case, place.group, place.homes, text=f"Visit Quenby {number}", due_on=today())
    late = an_action(place.case, place.group, place.homes, text="Ring her", due_on=today() - timedelta(days=3))
    an_action(place.case, place.group, place.council, text="Not of this agency")
    page = home(visitor, place.member)
    assert "8 open" in page and "1 overdue" in page
    assert page.count("Visit Quenby") == 4 and "Ring her" in page
    assert "Not of this agency" not in page
    read = db.session.query(AuditRecord).filter_by(action="home.read", actor=f"u_{place.member.id}").one()
    assert f"p_{place.person.id}" in read.body
    assert late.ref in page


def test_who_has_not_signed_is_told_why_there_are_no_names(place, visitor):
    action = an_action(place.case, place.group, place.buses, text="Move Isolde Quenby’s bus stop")
    page = home(visitor, place.unsigned)
    assert action.ref in page and place.case.ref in page
    assert "Quenby" not in page
    assert "has not signed the Information Sharing Protocol" in page
    assert not db.session.query(AuditRecord).filter_by(action="home.read").count()


def test_a_conflict_of_interest_hides_the_words_of_that_case(place, visitor):
    an_action(place.case, place.group, place.homes, text="Visit Isolde Quenby")
    item = a_meeting(place.group, cases=[place.case]).items[0]
    seat = {"item_id": item.id, "case_id": place.case.id, "user_id": place.member.id}
    db.session.add(Recusal(**seat, declared_at=utc_now(), reason="A relative"))
    assert "Quenby" not in home(visitor, place.member)


def research(place, agency):
    item = a_meeting(place.group, cases=[place.case]).items[0]
    db.session.add(
        Research(item_id=item.id, agency_id=agency.id, asked_at=utc_now(), due_on=today() - timedelta(days=1))
    )
    return item.meeting


def test_research_to_answer_shows_by_when_and_to_nobody_who_cannot(place, visitor):
    meeting = research(place, place.homes)
    observer = a_user(place.homes, group=place.group, role=GroupRole.OBSERVER)
    page = home(visitor, place.member)
    assert "1 request for" in page and f"/meetings/{meeting.id}/research" in page and "ate</strong>" in page
    for other in (observer, place.chair, place.unsigned):
        assert "Research to answer" not in home(visitor, other)


def test_research_for_a_cancelled_meeting_is_not_asked_for(place, visitor):
    research(place, place.homes).status = MeetingStatus.CANCELLED
    assert "Research to answer" not in home(visitor, place.member)


def test_nominations_wait_for_those_who_lead(place, visitor):
    meeting = a_meeting(place.group)
    db.session.add(
        Nomination(
            meeting_id=meeting.id,
            case_id=place.case.id,
            agency_id=place.homes.id,
            made_by_id=place.member.id,
            made_at=utc_now(),
            reason="Again",
        )
    )
    for leader in (place.chair, place.coordinator):
        assert "1 nomination for" in home(visitor, leader)
        assert f"by {in_words(add_working_days(local_date(meeting.starts_at), -8))}" in home(visitor, leader)
    assert "1 nomination for" not in home(visitor, place.member)


@pytest.mark.parametrize(
    ("status", "chair_sees", "coordinator_sees"),
    [
        (None, "compose the minutes", "compose the minutes"),
        (MinutesStatus.DRAFT, "send to the chair", "send to the chair"),
        (MinutesStatus.SUBMITTED, "approve or send back", ""),
        (MinutesStatus.SENT_BACK, "sent them back", "sent them back"),
        (MinutesStatus.APPROVED, "circulate", "circulate"),
    ],
)
def test_minutes_wait_for_whoever_has_the_next_step(place, visitor, status, chair_sees, coordinator_sees):
    held = a_meeting(place.group, starts_at=utc_now() - timedelta(days=2), status=MeetingStatus.CLOSED)
    held.minute_taker_id = place.coordinator.id
    if status is not None:
        db.session.add(
            Minutes(meeting_id=held.id, status=status, composed_at=utc_now(), composed_by_id=place.coordinator.id)
        )
    for user, words in ((place.chair, chair_sees), (place.coordinator, coordinator_sees), (place.member, "")):
        page = home(visitor, user)
        assert ("To do for your groups" in page) is bool(words), user.name
        assert words in page


def test_sent_back_with_comments_the_page_says_how_many_are_to_be_settled(place, visitor):
    held = a_meeting(
        place.group, starts_at=utc_now() - timedelta(days=2), status=MeetingStatus.CLOSED, cases=[place.case]
    )
    held.minute_taker_id = place.coordinator.id
    minutes = Minutes(
        meeting_id=held.id,
        status=MinutesStatus.SENT_BACK,
        composed_at=utc_now(),
        composed_by_id=place.coordinator.id,
    )
    db.session.add(minutes)
    db.session.flush()
    of = {"minutes_id": minutes.id, "text": "When?", "at": utc_now(), "by_id": place.chair.id}
    on_item, on_whole = MinutesComment(item_id=held.items[0].id, **of), MinutesComment(**of)
    db.session.add_all([on_item, on_whole])
    assert "settle 2 comments and send again" in home(visitor, place.coordinator)
    on_item.settled_at = utc_now()
    assert "settle 1 comment and send again" in home(visitor, place.coordinator)


def test_those_who_lead_see_what_they_owe_their_group_the_latest_first(place, visitor):
    late = a_meeting(place.group, starts_at=at_ten(in_working_days(6)))
    due = a_meeting(place.group, starts_at=at_ten(in_working_days(10)))
    a_meeting(place.group, starts_at=at_ten(in_working_days(30)))
    held = a_meeting(place.group, starts_at=at_ten(in_working_days(-4)), status=MeetingStatus.CLOSED)
    an_action(place.case, place.group, place.homes).meeting_id = held.id
    for user in (place.chair, place.coordinator):
        page = home(visitor, user)
        steps = re.findall(r"</a>: (send [^,]*|compose [^,]*), by", page)
        assert steps == ["send out the actions", "send the agenda", "send the agenda", "compose the minutes"]
        assert "working days late" in page
        assert page.index(f"/meetings/{late.id}/agenda") < page.rindex(f"/meetings/{due.id}/agenda")
    assert "To do for your groups" not in home(visitor, place.member)


def test_those_who_lead_see_which_agencies_have_not_answered(place, visitor):
    meeting = a_meeting(place.group, starts_at=at_ten(in_working_days(3)), cases=[place.case, place.case])
    for item in meeting.items:
        for agency in (place.homes, place.council):
            asked = {"asked_at": utc_now(), "due_on": in_working_days(1)}
            db.session.add(Research(item_id=item.id, agency_id=agency.id, **asked))
    assert "2 agencies have not answered the request for research" in home(visitor, place.coordinator)


def test_once_the_actions_have_gone_out_nobody_is_asked_to_send_them(place, visitor):
    held = a_meeting(place.group, starts_at=at_ten(in_working_days(-4)), status=MeetingStatus.CLOSED)
    an_action(place.case, place.group, place.homes).meeting_id = held.id
    sent = {"kind": CirculationKind.ACTIONS, "at": utc_now(), "by_id": place.chair.id}
    db.session.add(Circulation(meeting_id=held.id, audit_seq=1, audit_hash="0" * 64, **sent))
    assert "send out the actions" not in home(visitor, place.coordinator)


def quiet(place, days):
    """The case, without an update for so many working days."""
    place.case.updated_at = at_ten(in_working_days(-days))
    event = {"kind": "incident", "text": "An incident"}
    db.session.add(CaseEvent(case_id=place.case.id, at=at_ten(in_working_days(-days)), **event))


def test_a_case_without_update_shows_to_its_lead_agency_and_to_who_leads_the_group(place, visitor):
    quiet(place, 21)
    officer = a_user(place.council, "Of the lead agency")
    for user in (officer, place.chair, place.coordinator):
        page = home(visitor, user)
        assert "Cases without update" in page and place.case.ref in page
        assert "Quenby" not in page
    assert "Cases without update" not in home(visitor, place.member)


def test_a_case_is_not_shown_so_within_the_days_nor_once_something_happened(place, visitor):
    quiet(place, 19)
    assert "Cases without update" not in home(visitor, place.coordinator)
    place.group.clocks = {"case_quiet": 10}
    other = a_user(place.homes, group=place.group, role=GroupRole.COORDINATOR)
    assert "Cases without update" in home(visitor, other)
    assert "Cases without update" not in home(visitor, a_user(place.council)), "the lead agency has the partnership’s"
    db.session.add(CaseEvent(case_id=place.case.id, at=utc_now(), kind="incident", text="An incident"))
    assert "Cases without update" not in home(visitor, other)


def test_a_case_that_is_monitored_restricted_or_in_conflict_is_not_shown_so(place, visitor):
    quiet(place, 30)
    place.case.status = CaseStatus.MONITORING
    assert "Cases without update" not in home(visitor, place.coordinator)
    place.case.status = CaseStatus.OPEN
    item = a_meeting(place.group, cases=[place.case]).items[0]
    seat = {"item_id": item.id, "case_id": place.case.id, "user_id": place.coordinator.id}
    db.session.add(Recusal(**seat, declared_at=utc_now(), reason="A relative"))
    assert "Cases without update" not in home(visitor, place.coordinator)


def test_administrators_see_signatures_providers_and_accounts_that_wait(place, visitor):
    an_agency(place.partnership, "Harbour Hostel", expires_on=today() + timedelta(days=10))
    an_agency(place.partnership, "Lapsed Lets", expires_on=today() - timedelta(days=10))
    an_agency(place.partnership, "Long Gone", expires_on=today(), left_on=today())
    a_provider(place.partnership, place.homes, "mentoring", ProviderStatus.REGISTERED)
    page = home(visitor, place.admin)
    assert "Harbour Hostel" in page and "Lapsed Lets" in page and "Long Gone" not in page
    assert "1 provider is waiting for approval" in page
    assert "accounts have no password yet" in page
    assert "To administer" not in home(visitor, place.member)


def test_whoever_is_outside_the_partnership_is_told_so_and_sees_nothing(place, visitor):
    left = a_user(an_agency(place.partnership, "Wound Up Homes", left_on=today()), group=place.group)
    page = home(visitor, left)
    assert "Wound Up Homes left the partnership" in page
    machine = a_user(None, admin=AdminRole.PLATFORM_ADMIN)
    assert "looks after the machine" in home(visitor, machine)


def test_the_page_takes_the_same_queries_however_much_waits(place, visitor, count_queries):
    def fill(number):
        for _ in range(number):
            an_action(place.case, place.group, place.council, due_on=today() - timedelta(days=1))
            meeting = a_meeting(place.group, cases=[place.case])
            db.session.add(
                Research(item_id=meeting.items[0].id, agency_id=place.council.id, asked_at=utc_now(), due_on=today())
            )
            victim = a_person(place.partnership, "Celia", "Late")
            db.session.add(ContactPlan(case_id=place.case.id, person_id=victim.id, due_on=today() - timedelta(days=1)))
        db.session.commit()

    browser = visitor(place.chair)
    fill(1)
    browser.get("/")
    few = count_queries(browser.get, "/")
    fill(12)
    # The 26th asks for cases that wait for a steering group without a meeting: no other page tells its leaders of them.
    # The 27th asks whether a hate incident waits to be looked at.
    # The 28th asks for lists of what is to be erased, of those alone who may approve one.
    # The 29th asks for requests to set something right that wait for an answer.
    assert count_queries(browser.get, "/") == few <= 29
