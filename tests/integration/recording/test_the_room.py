"""A meeting is opened, entered and recorded, and everybody sees what they may see."""

import re
from datetime import timedelta

from sqlalchemy import func, select

from core.actions.operations import CLOSED_TO_THEM
from core.audit.models import AuditRecord, AuditSubject
from core.clock import utc_now
from core.extensions import db
from core.facts import ActionStatus, ItemOutcome, MeetingStatus
from core.meetings.models import Meeting, Research
from core.partnerships.models import Signature
from core.recording.models import Attendance, Entry, ItemAttendance, Recusal
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
from tests.support.forms import fill_in


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


def an_action_form(scene, **changed):
    due = today()
    return {
        "text": "Visit the flat",
        "owner": scene.housing.agency_id,
        "due-day": due.day,
        "due-month": due.month,
        "due-year": due.year,
        **changed,
    }


def test_the_coordinator_opens_the_meeting_and_its_members_are_expected(scene, visitor):
    browser = visitor(scene.coordinator)
    assert "has not been opened" in page_of(browser.get(scene.live))
    answer = browser.post(
        f"{scene.live}/open", {"chair": scene.chair.id, "minute_taker": scene.coordinator.id, "early": "y"}
    )
    assert answer.status_code == 303
    meeting = db.session.get(Meeting, scene.meeting.id)
    assert meeting.status is MeetingStatus.IN_SESSION
    assert (meeting.chair_id, meeting.minute_taker_id) == (scene.chair.id, scene.coordinator.id)
    assert meeting.current_item_id == scene.items[0].id
    lines = db.session.scalars(select(Attendance.name).where(Attendance.meeting_id == meeting.id)).all()
    assert sorted(lines) == ["Cheryl Chair", "Colin Coordinator", "Harriet Homes", "Pauline Police", "Ursula Unsigned"]


def test_the_chair_does_not_take_the_minutes(scene, visitor):
    answer = visitor(scene.chair).post(
        f"{scene.live}/open", {"chair": scene.chair.id, "minute_taker": scene.chair.id, "early": "y"}
    )
    assert answer.status_code == 422
    assert "somebody other than the chair" in page_of(answer)


def test_no_name_is_shown_before_the_statement_is_accepted(scene, opened, visitor):
    browser = visitor(scene.police)
    first = page_of(browser.get(scene.live))
    assert "Do you accept the confidentiality statement?" in first
    for path in ("", "/agenda", "/item", "/people", "/now", "/stream", f"/items/{scene.items[0].id}/action"):
        answer = browser.get(scene.live + path)
        assert answer.status_code == (200 if path == "" else 403)
        assert "Ashdown" not in page_of(answer)
        assert "Kettle" not in page_of(answer)
    assert "Martin Ashdown" in page_of(opened(scene.police).get(scene.live))


def test_an_observer_reads_and_does_not_record(scene, opened):
    browser = opened(scene.observer)
    page = page_of(browser.get(scene.live))
    assert "Martin Ashdown" in page
    assert "Observers do not record." in page
    assert browser.get(f"{scene.live}/items/{scene.items[0].id}/action").status_code == 403
    answer = browser.post(f"{scene.live}/items/{scene.items[0].id}/write/decision", {"text": "I decide"})
    assert answer.status_code == 403
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 0


def test_an_agency_that_has_not_signed_does_not_enter(scene, opened, visitor):
    browser = visitor(scene.unsigned)
    for path in ("", "/item", "/agenda", "/stream", "/attendance"):
        answer = browser.get(scene.live + path)
        assert answer.status_code == 403
        assert "Ashdown" not in page_of(answer)
    assert browser.post(f"{scene.live}/accept", {"accepted": "y"}).status_code == 403


def test_a_signature_that_lapses_in_the_meeting_closes_the_page_at_once(scene, opened):
    browser = opened(scene.police)
    assert "Martin Ashdown" in page_of(browser.get(f"{scene.live}/item"))
    signature = db.session.scalars(select(Signature).where(Signature.agency_id == scene.police.agency_id)).one()
    signature.expires_on = today() - timedelta(days=1)
    answer = browser.get(f"{scene.live}/item")
    assert answer.status_code == 403
    assert "Ashdown" not in page_of(answer)


def test_another_version_of_the_protocol_closes_the_page_like_a_signature_that_lapses(scene, opened):
    browser, agency_id = opened(scene.police), scene.police.agency_id
    signed = {"partnership_id": scene.partnership.id, "agency_id": agency_id, "signed_on": today()}
    db.session.add(Signature(document="Version 5", **signed))
    for path in ("/item", "/agenda", "/stream"):
        answer = browser.get(scene.live + path)
        assert answer.status_code == 403 and "Ashdown" not in page_of(answer)
    write = f"{scene.live}/items/{scene.items[0].id}/write/decision"
    answer = browser.post(write, {"text": "We visit."}, headers={"Accept": "text/html"})
    assert answer.status_code == 403, "not sent elsewhere: what was typed stays in its form"
    assert "You have not countersigned" in page_of(answer)
    assert browser.post("/account/protocol", {"document": "Version 5", "accepted": "y"}).status_code == 303
    assert "Martin Ashdown" in page_of(browser.get(f"{scene.live}/item"))


def test_a_conflict_of_interest_closes_the_item_at_once_and_only_the_chair_opens_it(scene, opened):
    police, coordinator, chair = opened(scene.police), opened(scene.coordinator), opened(scene.chair)
    item = scene.items[0]
    assert police.post(f"{scene.live}/items/{item.id}/conflict", {"reason": "My neighbour"}).status_code == 303
    for path in ("", "/item", "/agenda"):
        assert "Ashdown" not in page_of(police.get(scene.live + path))
    assert "You declared a conflict of interest" in page_of(police.get(f"{scene.live}/item"))
    assert police.post(f"{scene.live}/items/{item.id}/action", an_action_form(scene)).status_code == 403
    assert police.get(f"/cases/{item.case_id}").status_code == 403
    theirs = an_action_form(scene, owner=scene.police.agency_id, person=scene.police.id)
    assert CLOSED_TO_THEM in page_of(coordinator.post(f"{scene.live}/items/{item.id}/action", theirs))
    recusal = db.session.scalars(select(Recusal)).one()
    lift = f"{scene.live}/items/{item.id}/conflicts/{recusal.id}/lift"
    assert "Pauline Police declared an interest" in page_of(chair.get(f"{scene.live}/item"))
    assert coordinator.post(lift).status_code == 403
    assert police.post(lift).status_code == 403
    assert chair.post(lift).status_code == 303
    assert "Martin Ashdown" in page_of(police.get(f"{scene.live}/item"))


def test_the_chair_moves_on_from_an_item_that_is_closed_to_them(scene, opened):
    chair, _ = opened(scene.chair), opened(scene.police)
    first, second = scene.items
    assert chair.post(f"{scene.live}/items/{second.id}/conflict", {"reason": ""}).status_code == 303
    asked = chair.post(f"{scene.live}/items/{second.id}/current", {"anyway": "1"})
    assert asked.location.endswith(f"/items/{second.id}/chair")
    assert fill_in(chair, asked.location, {"chair": str(scene.police.id)}).status_code == 303
    page = page_of(chair.get(scene.live))
    assert 'id="item-title">2. ' in page
    assert "Kettle" not in page
    assert chair.post(f"{scene.live}/items/{second.id}/outcome", {"outcome": "heard"}).status_code == 403
    assert chair.post(f"{scene.live}/items/{first.id}/current").status_code == 303


def test_the_others_pages_follow_the_chairs_current_item(scene, opened):
    chair, police = opened(scene.chair), opened(scene.police)
    first, second = scene.items
    assert 'id="item-title">1. Martin Ashdown' in page_of(police.get(f"{scene.live}/item"))
    assert police.post(f"{scene.live}/items/{second.id}/current").status_code == 403
    assert chair.post(f"{scene.live}/items/{second.id}/current", {"anyway": "1"}).status_code == 303
    assert 'id="item-title">2. Joan Kettle' in page_of(police.get(f"{scene.live}/item"))
    pinned = page_of(police.get(f"{scene.live}/item?item={first.id}"))
    assert "The meeting is at item 2." in pinned
    assert 'id="item-title">1. Martin Ashdown' in pinned


def test_who_is_present_attends_an_item_that_is_heard(scene, opened):
    chair, police = opened(scene.chair), opened(scene.police)
    opened(scene.housing)
    item = scene.items[0]
    police.post(f"{scene.live}/items/{item.id}/conflict", {"reason": ""})
    chair.post(f"{scene.live}/attendance/guest", {"name": "Greta Guest", "agency_name": "Charity"})
    assert fill_in(chair, f"{scene.live}/items/{item.id}/outcome", {"outcome": "heard"}).status_code == 303
    names = db.session.scalars(
        select(Attendance.name)
        .join(ItemAttendance, ItemAttendance.attendance_id == Attendance.id)
        .where(ItemAttendance.item_id == item.id)
    ).all()
    assert sorted(names) == ["Cheryl Chair", "Greta Guest", "Harriet Homes"]


def test_a_carry_forward_needs_its_reason(scene, opened):
    chair = opened(scene.chair)
    address = f"{scene.live}/items/{scene.items[0].id}/outcome"
    assert "Enter the reason" in page_of(chair.post(address, {"outcome": "carried forward"}))
    assert fill_in(chair, address, {"outcome": "carried forward", "reason": "No officer"}).status_code == 303
    item = scene.items[0]
    assert (item.outcome, item.outcome_reason) == (ItemOutcome.CARRIED_FORWARD, "No officer")


def test_an_urgent_case_is_added_with_a_reason_and_opens_to_the_group(scene, opened):
    chair, police = opened(scene.chair), opened(scene.police)
    case = a_case(scene.partnership, scene.chair.agency, title="Dean Okafor")
    assert police.get(f"/cases/{case.id}").status_code == 404
    address = f"{scene.live}/urgent"
    assert "Enter why it is urgent" in page_of(chair.post(address, {"ref": case.ref, "reason": "", "minutes": 5}))
    for typed in ("", "long", "0", "9" * 30):
        answer = chair.post(address, {"ref": case.ref, "reason": "A threat", "minutes": typed})
        assert answer.status_code == 422
        assert page_of(answer).count("The minutes must be a whole number between 1 and 240") == 2
    unknown = chair.post(address, {"ref": "T0-2026-9999", "reason": "Now", "minutes": 5})
    assert "There is no case with that reference" in page_of(unknown)
    form = {"ref": case.ref.lower(), "reason": "A threat last night", "minutes": 5}
    assert chair.post(address, form).status_code == 303
    item = scene.items[-1]
    assert (item.case_id, item.urgent, item.reason, item.position) == (case.id, True, "A threat last night", 3)
    assert "Dean Okafor" in page_of(police.get(f"{scene.live}/item?item={item.id}"))
    assert "on the agenda already" in page_of(chair.post(address, form))


def test_an_urgent_case_that_is_not_open_to_the_chair_reads_as_one_that_does_not_exist(scene, opened):
    hidden = a_case(scene.partnership, an_agency(scene.partnership, "Elsewhere"), title="Somebody Else")
    chair = opened(scene.chair)
    answers = {}
    for ref in (hidden.ref, "XX-2026-9999"):
        answer = chair.post(f"{scene.live}/urgent", {"ref": ref, "reason": "Now", "minutes": 5})
        assert answer.status_code == 422
        answers[ref] = re.sub('value="[^"]{36,}"', "", page_of(answer)).replace(ref, "")
    assert "There is no case with that reference that is open to you" in answers[hidden.ref]
    assert "Somebody Else" not in answers[hidden.ref]
    assert answers[hidden.ref] == answers["XX-2026-9999"]


def test_whoever_left_records_no_more_until_marked_present_again(scene, opened):
    chair, police = opened(scene.chair), opened(scene.police)
    line = db.session.scalars(select(Attendance).where(Attendance.user_id == scene.police.id)).one()
    address = f"{scene.live}/attendance/{line.id}"
    assert police.get(address).status_code == 403
    form = {"version": str(line.version), "presence": "left", "arrived_at": "0:05", "left_at": "23:50"}
    assert chair.post(address, form).status_code == 303
    answer = police.post(f"{scene.live}/items/{scene.items[0].id}/write/decision", {"text": "Late words"})
    assert answer.status_code == 403
    stale = chair.post(address, {**form, "presence": "present"})
    assert stale.status_code == 409
    assert "Somebody else saved first" in page_of(stale)


def test_hours_that_cannot_be_are_refused(scene, opened):
    chair = opened(scene.chair)
    line = db.session.scalars(select(Attendance).where(Attendance.user_id == scene.chair.id)).one()
    form = {"version": str(line.version), "presence": "left", "arrived_at": "11:00", "left_at": "10:00"}
    answer = chair.post(f"{scene.live}/attendance/{line.id}", form)
    assert "must be after the time of arriving" in page_of(answer)


def test_apologies_keep_whether_the_information_came(scene, opened):
    chair = opened(scene.chair)
    line = db.session.scalars(select(Attendance).where(Attendance.user_id == scene.housing.id)).one()
    form = {"version": str(line.version), "presence": "apologies", "information_sent": "y", "deputy_for": ""}
    assert chair.post(f"{scene.live}/attendance/{line.id}", form).status_code == 303
    assert "information came" in page_of(chair.get(f"{scene.live}/attendance"))


def test_a_closed_meeting_has_an_outcome_for_every_item_and_takes_no_more(scene, opened):
    chair, police = opened(scene.chair), opened(scene.police)
    first, second = scene.items
    fill_in(chair, f"{scene.live}/items/{first.id}/outcome", {"outcome": "heard"})
    assert second.case.ref in page_of(chair.get(f"{scene.live}/close"))
    assert police.post(f"{scene.live}/close").status_code == 403
    assert chair.post(f"{scene.live}/close").status_code == 303
    assert [item.outcome for item in scene.items] == [ItemOutcome.HEARD, ItemOutcome.NOT_HEARD]
    answer = police.post(f"{scene.live}/items/{first.id}/action", an_action_form(scene))
    assert answer.status_code == 403
    assert "This meeting is over" in page_of(answer)
    assert "This meeting is over" in page_of(police.get(scene.live))
    assert "Its record can be mended until the minutes are approved" in page_of(chair.get(scene.live))


def test_a_page_of_another_partnership_is_as_if_it_were_not(scene, visitor):
    elsewhere = a_partnership("Elsewhere Partnership")
    stranger = visitor(a_user(an_agency(elsewhere), group=a_group(elsewhere)))
    for path in ("", "/item", "/stream", "/open", f"/items/{scene.items[0].id}/action"):
        assert stranger.get(scene.live + path).status_code == 404
    assert stranger.get("/meetings/999999/live").status_code == 404


def test_a_research_return_is_read_by_its_agency_and_those_who_lead(scene, opened):
    item = scene.items[0]
    db.session.add(
        Research(
            item_id=item.id,
            agency_id=scene.police.agency_id,
            asked_at=utc_now(),
            due_on=today(),
            answered_at=utc_now(),
            text="Two call-outs",
        )
    )
    seen = {
        user.name: "Two call-outs" in page_of(opened(user).get(f"{scene.live}/item"))
        for user in (scene.police, scene.chair, scene.coordinator, scene.housing)
    }
    assert seen == {
        "Pauline Police": True,
        "Cheryl Chair": True,
        "Colin Coordinator": True,
        "Harriet Homes": False,
    }


def test_every_form_can_be_filled_in_on_a_page_of_its_own(scene, opened):
    chair = opened(scene.chair)
    item = scene.items[0]
    paths = [f"/items/{item.id}/{path}" for path in ("action", "risk", "outcome", "conflict")]
    paths += [f"/items/{item.id}/write/{kind}" for kind in ("information", "discussion", "decision")]
    for path in [*paths, "/urgent", "/attendance", "/attendance/guest", "/close"]:
        answer = chair.get(scene.live + path)
        assert answer.status_code == 200
        assert "<!DOCTYPE html>" in page_of(answer)
    fragment = page_of(chair.get(f"{scene.live}/items/{item.id}/action", headers={"HX-Request": "true"}))
    assert "<!DOCTYPE html>" not in fragment
    assert 'hx-post="' in fragment
    assert chair.get(f"{scene.live}/items/{item.id}/write/nonsense").status_code == 404


def test_a_page_discloses_in_one_record_whom_it_names(scene, opened):
    police = opened(scene.police)
    before = db.session.scalar(select(func.max(AuditRecord.seq)))
    police.get(scene.live)
    records = db.session.scalars(select(AuditRecord).where(AuditRecord.seq > before).order_by(AuditRecord.seq)).all()
    assert [record.action for record in records] == ["meeting.follow"]
    people = db.session.scalars(select(AuditSubject.subject).where(AuditSubject.seq == records[0].seq)).all()
    assert len(people) == 2
    before = db.session.scalar(select(func.max(AuditRecord.seq)))
    number = police.get(f"{scene.live}/now")
    police.get(f"{scene.live}/now", headers={"If-None-Match": number.headers["ETag"]})
    assert db.session.scalar(select(func.max(AuditRecord.seq))) == before


def test_a_longer_agenda_costs_no_more_queries(scene, opened, count_queries):
    police = opened(scene.police)
    for path in ("", "/agenda", "/item"):
        police.get(scene.live + path)
        short = count_queries(police.get, scene.live + path)
        for number in range(30):
            person = a_person(scene.partnership, "Given", f"Family {number}")
            case = a_case(scene.partnership, scene.chair.agency, title=f"T{number}", group=scene.group, subject=person)
            an_item(scene.meeting, case, position=len(scene.items) + 1)
        db.session.commit()
        assert count_queries(police.get, scene.live + path) == short


def test_more_written_under_an_item_costs_no_more_queries(scene, opened, count_queries):
    police, item = opened(scene.police), scene.items[0]
    form = {
        "text": "x",
        "source": scene.police.agency_id,
        "visibility": "named agencies",
        "named": scene.housing.agency_id,
    }
    write = f"{scene.live}/items/{item.id}"
    police.post(f"{write}/write/information", form)
    police.post(f"{write}/action", an_action_form(scene))
    short = count_queries(police.get, f"{scene.live}/item")
    for _ in range(10):
        police.post(f"{write}/write/information", form)
        police.post(f"{write}/action", an_action_form(scene, person=scene.housing.id))
    assert count_queries(police.get, f"{scene.live}/item") == short <= 19


def test_last_times_actions_stand_there_with_what_became_of_them(scene, opened):
    item, now = scene.items[0], utc_now()
    begun = now - timedelta(days=30)
    a_meeting(scene.group, starts_at=begun, status=MeetingStatus.CLOSED)
    for text, settled in (
        ("Open still", None),
        ("Done since", now - timedelta(days=3)),
        ("Done long ago", begun - timedelta(days=3)),
    ):
        action = an_action(item.case, scene.group, scene.housing.agency, text=text, due_on=today())
        if settled is not None:
            action.status, action.settled_at = ActionStatus.DONE, settled
    db.session.commit()
    page = page_of(opened(scene.police).get(f"{scene.live}/item"))
    assert all(text in page for text in ("Actions from last time", "Open still", "Done since"))
    assert "Done long ago" not in page
