"""Who is in the chair for an item, and what the minutes say of it and of the meeting's course."""

from datetime import timedelta

from sqlalchemy import select

from core.clock import utc_now
from core.dates import time_in_words
from core.extensions import db
from core.facts import Presence
from core.meetings.models import Meeting
from core.minutes.build import build
from core.minutes.render import minutes_html
from core.recording.models import Attendance, ItemAttendance, Recusal
from tests.integration.recording.test_the_room import page_of
from tests.support.forms import fill_in


def meeting_of(scene) -> Meeting:
    db.session.expire_all()
    return db.session.get(Meeting, scene.meeting.id)


def test_a_chair_with_an_interest_in_the_item_being_heard_hands_the_chair_over_in_the_same_moment(scene, opened):
    chair, coordinator, police, _ = (
        opened(each) for each in (scene.chair, scene.coordinator, scene.police, scene.observer)
    )
    first, second = scene.items
    conflict = f"{scene.live}/items/{first.id}/conflict"
    form = page_of(chair.get(conflict))
    assert "Pauline Police" in form
    # The minute-taker, an observer and whoever has not come take no chair.
    assert not any(name in form for name in ("Colin Coordinator, ", "Oscar Observer, ", "Harriet Homes, "))
    assert chair.post(conflict, {"reason": ""}).status_code == 422
    assert "Martin Ashdown" in page_of(chair.get(f"{scene.live}/item"))
    assert police.post(f"{scene.live}/items/{second.id}/current", {"anyway": "1"}).status_code == 403

    assert fill_in(chair, conflict, {"chair": str(scene.police.id)}).status_code == 303
    assert "Ashdown" not in page_of(chair.get(scene.live))
    page = page_of(coordinator.get(f"{scene.live}/item"))
    assert "Pauline Police is in the chair for this item, because Cheryl Chair declared an interest" in page
    assert "for this item Pauline Police" in page_of(coordinator.get(f"{scene.live}/people"))
    back = chair.post(f"{scene.live}/items/{first.id}/chair", {"chair": scene.chair.id})
    assert back.status_code == 422
    outcome = f"{scene.live}/items/{first.id}/outcome"
    assert fill_in(police, outcome, {"outcome": "heard"}).status_code == 303
    assert police.post(f"{scene.live}/items/{second.id}/current").status_code == 303

    assert meeting_of(scene).acting_chair_id is None
    assert police.post(f"{scene.live}/items/{first.id}/current").status_code == 403
    record = build(scene.meeting.id)
    assert record.items[0].chair == "Pauline Police (the meeting’s chair declared an interest)"
    assert record.items[1].chair == ""
    assert "In the chair for this item: Pauline Police" in minutes_html(record)


def test_whoever_has_the_chair_for_one_item_has_no_powers_over_another(scene, opened):
    chair, police, housing = (opened(each) for each in (scene.chair, scene.police, scene.housing))
    first, second = scene.items
    assert fill_in(housing, f"{scene.live}/items/{first.id}/conflict", {}).status_code == 303
    address = f"{scene.live}/items/{second.id}"
    assert chair.post(f"{address}/current", {"anyway": "1"}).status_code == 303
    assert fill_in(chair, f"{address}/chair", {"chair": str(scene.police.id)}).status_code == 303
    recusal = db.session.scalars(select(Recusal)).one()
    other = f"{scene.live}/items/{first.id}"
    assert police.post(f"{other}/conflicts/{recusal.id}/lift").status_code == 403
    assert police.get(f"{other}/attended").status_code == 403
    assert police.get(f"{other}/outcome").status_code == 403
    taken = police.post(f"{other}/chair", {"chair": scene.police.id})
    assert "You are in the chair for another item" in page_of(taken), "nobody hands it to themselves"
    assert police.get(f"{address}/attended").status_code == 200
    line = db.session.scalars(select(Attendance).where(Attendance.user_id == scene.police.id)).one()
    db.session.add(ItemAttendance(item_id=second.id, attendance_id=line.id, there=False))
    db.session.commit()
    assert police.get(f"{address}/attended").status_code == 403, "nobody ticks themselves"
    assert police.get(f"{address}/outcome").status_code == 200
    assert chair.post(f"{other}/conflicts/{recusal.id}/lift").status_code == 303


def test_where_nobody_could_take_the_chair_the_item_is_put_down(scene, opened):
    chair = opened(scene.chair)
    item = scene.items[0]
    assert chair.post(f"{scene.live}/items/{item.id}/conflict", {"reason": ""}).status_code == 303
    assert meeting_of(scene).current_item_id is None
    assert "No item is being heard" in page_of(chair.get(scene.live))
    page = page_of(chair.get(f"{scene.live}/items/{item.id}/chair"))
    assert "Nobody who is present could take the chair" in page
    assert "Ashdown" not in page
    opened(scene.police)
    taken = fill_in(chair, f"{scene.live}/items/{item.id}/chair", {"chair": str(scene.police.id)})
    assert taken.status_code == 303
    meeting = meeting_of(scene)
    assert (meeting.current_item_id, meeting.acting_chair_id) == (item.id, scene.police.id)


def test_a_chair_handed_over_and_back_in_the_middle_is_minuted_with_its_times(scene, opened):
    chair, police = opened(scene.chair), opened(scene.police)
    item = scene.items[0]
    item.started_at = utc_now() - timedelta(minutes=5)
    db.session.commit()
    address = f"{scene.live}/items/{item.id}/chair"
    assert police.get(address).status_code == 403
    assert fill_in(chair, address, {"chair": str(scene.police.id)}).status_code == 303
    assert fill_in(police, address, {"chair": str(scene.chair.id)}).status_code == 303
    assert police.get(address).status_code == 403
    time = time_in_words(utc_now())
    assert build(scene.meeting.id).items[0].chair == f"Pauline Police from {time}; Cheryl Chair from {time}"


def test_a_chair_who_leaves_hands_it_over_for_the_rest_with_all_its_rights(scene, opened):
    coordinator, chair = opened(scene.coordinator), opened(scene.chair)
    first, second = scene.items
    line = db.session.scalars(select(Attendance).where(Attendance.user_id == scene.chair.id)).one()
    mark, address = f"{scene.live}/attendance/{line.id}/presence", f"{scene.live}/chair"

    def leaves():
        db.session.refresh(line)
        return coordinator.post(mark, {"version": line.version, "presence": "left"})

    assert "Nobody who is present could take the chair" in page_of(coordinator.get(address))
    police = opened(scene.police)
    assert police.get(address).status_code == 403
    assert leaves().location.endswith(f"{address}?then=attendance")
    refused = fill_in(coordinator, f"{scene.live}/attendance/{line.id}", {"presence": "left"})
    assert (refused.status_code, "Cheryl Chair is in the chair" in page_of(refused)) == (422, True)
    # Somebody has the chair for the item that is being heard, and keeps it; but for the rest it is another's.
    fill_in(chair, f"{scene.live}/items/{first.id}/chair", {"chair": str(scene.police.id)})
    assert police.get(address).status_code == 403, "in the chair for one item alone"
    housing = opened(scene.housing)
    form = page_of(coordinator.get(f"{address}?then=attendance"))
    assert "Harriet Homes, Homes (member)" in form
    assert not any(f"{each.name}, Council (" in form for each in (scene.coordinator, scene.chair))
    assert coordinator.post(address, {"chair": scene.coordinator.id}).status_code == 422
    handed = coordinator.post(address, {"chair": scene.housing.id, "then": "attendance"})
    assert handed.location.endswith("/live/attendance")
    assert leaves().location.endswith("/live/attendance")
    assert meeting_of(scene).acting_chair_id == scene.police.id

    assert fill_in(police, f"{scene.live}/items/{first.id}/outcome", {"outcome": "heard"}).status_code == 303
    assert police.post(f"{scene.live}/items/{second.id}/current").status_code == 303
    assert police.get(address).status_code == 403
    assert fill_in(housing, f"{scene.live}/items/{second.id}/outcome", {"outcome": "heard"}).status_code == 303
    line = db.session.scalars(select(Attendance).where(Attendance.user_id == scene.police.id)).one()
    assert housing.post(f"{scene.live}/pause", {"paused": "yes"}).status_code == 303
    assert housing.get(f"{scene.live}/attendance/{line.id}").status_code == 200
    assert housing.post(f"{scene.live}/close").status_code == 303
    record = build(scene.meeting.id)
    assert record.chair == f"Cheryl Chair until {time_in_words(utc_now())}, then Harriet Homes"
    assert record.chair in minutes_html(record)


def test_a_new_chair_with_an_interest_in_an_item_is_asked_to_hand_it_over_and_the_first_stays_minuted(scene, opened):
    chair, _, housing = (opened(each) for each in (scene.chair, scene.police, scene.housing))
    first, second = scene.items
    fill_in(chair, f"{scene.live}/items/{first.id}/conflict", {"chair": str(scene.police.id)})
    fill_in(housing, f"{scene.live}/items/{second.id}/conflict", {})
    assert fill_in(chair, f"{scene.live}/chair", {"chair": str(scene.housing.id)}).status_code == 303
    taken = housing.post(f"{scene.live}/items/{second.id}/current", {"anyway": "1"})
    assert taken.location.endswith(f"/items/{second.id}/chair")
    assert fill_in(housing, f"{scene.live}/items/{second.id}/chair", {"chair": str(scene.police.id)}).status_code == 303
    because = "Pauline Police (the meeting’s chair declared an interest)"
    assert [item.chair for item in build(scene.meeting.id).items] == [because, because]


def test_leaving_and_coming_back_is_minuted_and_so_is_a_meeting_that_was_inquorate(scene, opened):
    chair = opened(scene.chair)
    opened(scene.police)
    meeting = meeting_of(scene)
    meeting.opened_at = utc_now() - timedelta(minutes=40)
    lines = {line.user_id: line for line in db.session.scalars(select(Attendance))}
    for line in lines.values():
        line.arrived_at = meeting.opened_at if line.arrived_at else None
    db.session.commit()
    address = f"{scene.live}/attendance/{lines[scene.police.id].id}"
    assert "Inquorate since" not in page_of(chair.get(f"{scene.live}/people"))
    line = lines[scene.police.id]
    line.presence, line.left_at = Presence.LEFT, utc_now() - timedelta(minutes=10)
    db.session.commit()
    version, left_at = line.version, line.left_at
    assert f"Inquorate since {time_in_words(left_at)}" in page_of(chair.get(f"{scene.live}/people"))
    assert chair.post(f"{address}/presence", {"version": version, "presence": "present"}).status_code == 303
    assert "Inquorate since" not in page_of(chair.get(f"{scene.live}/people"))
    chair.post(f"{scene.live}/close")
    record = build(scene.meeting.id)
    assert [each.began_at for each in record.inquorate] == [left_at]
    away = next(line for line in record.attendance if line.user_id == scene.police.id).away
    assert [each.began_at for each in away] == [left_at]
    html = minutes_html(record)
    assert "<b>Inquorate:</b> from" in html
    assert f"out {time_in_words(left_at)} to" in html
