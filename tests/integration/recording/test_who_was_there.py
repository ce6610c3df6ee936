"""Who is there: a quorum of the member agencies, marked with one press; and who was there for one item."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.clock import utc_now
from core.extensions import db
from core.facts import MeetingStatus, Presence
from core.meetings.models import Meeting
from core.minutes.build import build
from core.recording.models import Attendance, ItemAttendance
from tests.builders import a_user, an_agency
from tests.support.forms import fill_in, forms_of


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


def line_of(user) -> Attendance:
    return db.session.scalars(select(Attendance).where(Attendance.user_id == user.id)).one()


def attended(scene, browser, item, *users, name: str = "there"):
    """The keeper's answer: those users were there, of those whom the page shows."""
    address = f"{scene.live}/items/{item.id}/attended"
    form = next(form for form in forms_of(page_of(browser.get(address))) if "shown" in form.fields)
    return browser.post(address, {**form.data(), name: [str(line_of(user).id) for user in users]})


def heard_by(scene, item) -> list[str]:
    """Who receives that part of the minutes."""
    db.session.expire_all()
    record = build(scene.meeting.id)
    return [hearer.name for each in record.items if each.id == item.id for hearer in each.heard_by]


def test_a_quorum_is_half_of_the_member_agencies_and_follows_who_is_there(scene, opened):
    coordinator = opened(scene.coordinator)
    # Council, Police, Homes and Newcomers; an observer's agency would not count.
    a_user(an_agency(scene.partnership, "Watchers"), group=scene.group, role="observer")
    assert "1 of 4 member agencies are present; 2 are needed" in page_of(coordinator.get(f"{scene.live}/people"))
    assert "Inquorate." in page_of(coordinator.get(scene.live))
    police = opened(scene.police)
    people = page_of(coordinator.get(f"{scene.live}/people"))
    assert "2 of 4 member agencies are present; 2 are needed" in people
    assert "Quorate" in people
    assert "Inquorate." not in page_of(coordinator.get(scene.live))
    line = line_of(scene.police)
    coordinator.post(f"{scene.live}/attendance/{line.id}/presence", {"version": str(line.version), "presence": "left"})
    assert "Inquorate." in page_of(coordinator.get(f"{scene.live}/people"))
    assert "Inquorate." not in page_of(police.get(f"{scene.live}/people")), "it is for whoever runs the meeting"


def test_the_groups_own_terms_say_how_many_make_a_quorum(scene, opened):
    scene.group.clocks = {"quorum_percent": 75}
    coordinator = opened(scene.coordinator)
    assert "1 of 4 member agencies are present; 3 are needed" in page_of(coordinator.get(f"{scene.live}/people"))


def test_the_minutes_say_the_same_of_the_quorum(scene, opened):
    opened(scene.coordinator)
    opened(scene.police)
    db.session.commit()
    assert build(scene.meeting.id).quorum == "2 of 4 member agencies present, 2 needed: quorate"


def test_somebody_is_marked_with_one_press(scene, opened):
    coordinator = opened(scene.coordinator)
    line = line_of(scene.housing)
    address = f"{scene.live}/attendance/{line.id}/presence"
    form = {"version": str(line.version), "presence": "present"}
    assert opened(scene.police).post(address, form).status_code == 403
    assert coordinator.post(address, form).status_code == 303
    db.session.refresh(line)
    assert (line.presence, line.arrived_at is not None) == (Presence.PRESENT, True)
    late = coordinator.post(address, {**form, "presence": "apologies"})
    assert "it now says “present”" in page_of(coordinator.get(late.headers["Location"]))
    db.session.refresh(line)
    assert line.presence is Presence.PRESENT


@pytest.mark.parametrize("presence", ["", "expected", "<b>"])
def test_what_cannot_be_said_with_one_press_is_asked_on_the_lines_page(scene, opened, presence):
    coordinator = opened(scene.coordinator)
    line = line_of(scene.housing)
    address = f"{scene.live}/attendance/{line.id}"
    answer = coordinator.post(f"{address}/presence", {"version": str(line.version), "presence": presence})
    assert answer.headers["Location"] == address
    db.session.refresh(line)
    assert line.presence is Presence.EXPECTED


def test_whoever_left_the_room_for_an_item_reads_nothing_of_it_on_screen_or_in_the_minutes(scene, opened):
    chair, police, housing = opened(scene.chair), opened(scene.police), opened(scene.housing)
    item = scene.items[0]
    assert attended(scene, chair, item, scene.chair, scene.housing).status_code == 303
    for path in ("", "/item", "/agenda"):
        assert "Ashdown" not in page_of(police.get(scene.live + path))
        assert "Ashdown" in page_of(housing.get(scene.live + path))
    assert police.post(f"{scene.live}/items/{item.id}/write/decision", {"text": "Late"}).status_code == 403
    fill_in(chair, f"{scene.live}/items/{item.id}/outcome", {"outcome": "heard"})
    assert heard_by(scene, item) == ["Cheryl Chair", "Harriet Homes"]


def test_what_was_set_by_hand_is_not_noted_over(scene, opened):
    chair = opened(scene.chair)
    opened(scene.police)
    item = scene.items[0]
    fill_in(chair, f"{scene.live}/items/{item.id}/outcome", {"outcome": "heard"})
    attended(scene, chair, item, scene.chair)
    fill_in(chair, f"{scene.live}/items/{item.id}/outcome", {"outcome": "carried forward", "reason": "No officer"})
    fill_in(chair, f"{scene.live}/items/{item.id}/outcome", {"outcome": "heard"})
    assert heard_by(scene, item) == ["Cheryl Chair"]


def test_whoever_comes_after_an_item_was_settled_does_not_attend_it_when_that_is_said_again(scene, opened):
    chair = opened(scene.chair)
    item = scene.items[0]
    fill_in(chair, f"{scene.live}/items/{item.id}/outcome", {"outcome": "heard"})
    opened(scene.police)
    fill_in(chair, f"{scene.live}/items/{item.id}/outcome", {"outcome": "heard"})
    assert heard_by(scene, item) == ["Cheryl Chair"]


def test_whoever_was_out_while_an_item_was_heard_does_not_get_it_though_nobody_said_its_outcome(scene, opened):
    chair, housing = opened(scene.chair), opened(scene.housing)
    first, second = scene.items
    line = line_of(scene.housing)
    line.presence, first.started_at = Presence.LEFT, utc_now() - timedelta(minutes=5)
    db.session.commit()
    chair.post(f"{scene.live}/items/{first.id}/write/decision", {"text": "Seen at the flat."})
    page = f"{scene.live}?item={first.id}"
    assert chair.post(f"{scene.live}/items/{second.id}/current", {"anyway": "1"}).status_code == 303
    line.presence = Presence.PRESENT
    db.session.commit()
    assert "You were not there for this item" in page_of(housing.get(page))
    assert "Seen at the flat" in page_of(chair.get(page))
    assert "Correct who was there" in page_of(chair.get(page))
    assert "Joan Kettle" in page_of(housing.get(f"{scene.live}/item")), "the rest is theirs"
    assert fill_in(chair, f"{scene.live}/close", {"recorded": "heard"}).status_code == 303
    assert heard_by(scene, first) == ["Cheryl Chair"]


def test_whoever_came_late_and_heard_it_all_the_same_is_ticked(scene, opened):
    chair = opened(scene.chair)
    item = scene.items[0]
    fill_in(chair, f"{scene.live}/items/{item.id}/outcome", {"outcome": "heard"})
    police = opened(scene.police)
    assert "You were not there for this item" in page_of(police.get(f"{scene.live}?item={item.id}"))
    attended(scene, chair, item, scene.chair, scene.police)
    assert "Martin Ashdown" in page_of(police.get(f"{scene.live}?item={item.id}"))
    assert heard_by(scene, item) == ["Cheryl Chair", "Pauline Police"]


def test_a_correction_closes_the_item_to_nobody_who_comes_later_while_it_is_heard(scene, opened):
    chair = opened(scene.chair)
    opened(scene.police)
    item = scene.items[0]
    attended(scene, chair, item, scene.chair)
    housing = opened(scene.housing)
    assert "Martin Ashdown" in page_of(housing.get(f"{scene.live}/item"))
    fill_in(chair, f"{scene.live}/items/{item.id}/outcome", {"outcome": "heard"})
    assert heard_by(scene, item) == ["Cheryl Chair", "Harriet Homes"]


def test_two_who_correct_at_once_do_not_undo_each_other(scene, opened):
    chair, coordinator = opened(scene.chair), opened(scene.coordinator)
    opened(scene.police)
    opened(scene.housing)
    item = scene.items[0]
    address = f"{scene.live}/items/{item.id}/attended"
    fill_in(chair, f"{scene.live}/items/{item.id}/outcome", {"outcome": "heard"})
    everybody = [str(line_of(user).id) for user in (scene.chair, scene.coordinator, scene.police, scene.housing)]
    shown = ",".join(everybody)
    chair.post(address, {"there": everybody[:3], "shown": shown})
    coordinator.post(address, {"there": [everybody[0], everybody[1], everybody[3]], "shown": shown})
    assert heard_by(scene, item) == ["Cheryl Chair", "Colin Coordinator"]


def test_whoever_declared_an_interest_is_not_ticked_back_in(scene, opened):
    chair, police = opened(scene.chair), opened(scene.police)
    item = scene.items[0]
    police.post(f"{scene.live}/items/{item.id}/conflict", {"reason": ""})
    address = f"{scene.live}/items/{item.id}/attended"
    assert "Pauline Police declared an interest and does not attend" in page_of(chair.get(address))
    answer = chair.post(address, {"there": [str(line_of(scene.police).id)], "shown": ""})
    assert answer.status_code == 422
    assert db.session.scalars(select(ItemAttendance)).all() == []


def test_a_line_of_another_meeting_is_refused(scene, opened):
    chair = opened(scene.chair)
    answer = chair.post(f"{scene.live}/items/{scene.items[0].id}/attended", {"there": [], "shown": "987654"})
    assert answer.status_code == 409
    assert "Choose from those who came to the meeting" in page_of(answer)


def test_members_do_not_keep_the_attendance_of_an_item(scene, opened):
    police = opened(scene.police)
    address = f"{scene.live}/items/{scene.items[0].id}/attended"
    assert police.get(address).status_code == 403
    assert police.post(address, {"there": [], "shown": ""}).status_code == 403
    assert "Correct who was there" not in page_of(police.get(scene.live))


def test_it_is_kept_until_the_minutes_are_approved_and_leaves_its_record_in_the_trail(scene, opened):
    chair = opened(scene.chair)
    opened(scene.police)
    item = scene.items[0]
    fill_in(chair, f"{scene.live}/items/{item.id}/outcome", {"outcome": "heard"})
    chair.post(f"{scene.live}/close")
    assert db.session.get(Meeting, scene.meeting.id).status is MeetingStatus.CLOSED
    assert attended(scene, chair, item, scene.chair).status_code == 303
    assert heard_by(scene, item) == ["Cheryl Chair"]
    record = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "item.attendance")).one()
    assert (record.actor, record.object) == (f"u_{scene.chair.id}", f"item:{item.id}")
    db.session.get(Meeting, scene.meeting.id).frozen_at = utc_now()
    db.session.commit()
    assert chair.post(f"{scene.live}/items/{item.id}/attended", {"there": [], "shown": ""}).status_code == 403
    assert heard_by(scene, item) == ["Cheryl Chair"]
