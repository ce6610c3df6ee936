"""Somebody is referred in the meeting that hears their case."""

import uuid

from sqlalchemy import select

from core.extensions import db
from core.facts import MeetingStatus, Presence
from core.meetings.models import Meeting
from core.recording.feed import feed
from core.recording.models import Attendance
from core.referrals.models import Referral
from tests import builders

from .conftest import NOW, World
from .test_pages import FORM, text


def in_session(world: World, *users) -> str:
    """The address of the case's item in a meeting that is being held, with these people in the room."""
    meeting = builders.a_meeting(world.group, starts_at=NOW, status=MeetingStatus.IN_SESSION, cases=[world.case])
    for user in users:
        attendance = Attendance(
            meeting_id=meeting.id,
            user_id=user.id,
            name=user.name,
            agency_name="-",
            presence=Presence.PRESENT,
            accepted_at=NOW,
        )
        db.session.add(attendance)
    db.session.commit()
    return f"/meetings/{meeting.id}/live/items/{meeting.items[0].id}"


def test_in_the_meeting_somebody_is_referred_and_the_others_pages_are_told(world: World, visitor) -> None:
    item = in_session(world, world.member)
    browser = visitor(world.member)
    chooser = browser.get(f"{item}/refer")
    path = f"{item}/refer/{world.person.id}/{world.provider.id}"
    assert path in text(chooser)
    assert browser.get(path).status_code == 200
    meeting_id, before = db.session.execute(select(Meeting.id, Meeting.revision)).one()
    feed.join(meeting_id, before)
    answer = browser.post(path, FORM)
    number, hints = feed.wait(meeting_id, before, 0)
    feed.leave(meeting_id)
    assert answer.status_code == 303
    assert "/live" in answer.location
    referral = db.session.scalars(select(Referral)).one()
    assert f"/items/{referral.item_id}" in item
    assert referral.referrer_agency_id == world.police.id
    assert number == db.session.scalars(select(Meeting.revision)).one() > before
    assert hints[-1].item_id == referral.item_id


def test_the_same_referral_sent_twice_is_made_once(world: World, visitor) -> None:
    item = in_session(world, world.member)
    path, key = f"{item}/refer/{world.person.id}/{world.provider.id}", str(uuid.uuid4())
    browser = visitor(world.member)
    answers = [browser.post(path, FORM | {"idempotency_key": key}) for _ in range(3)]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, answers[0].location)}
    assert len(db.session.scalars(select(Referral)).all()) == 1


def test_nobody_refers_in_a_meeting_before_accepting_confidentiality(world: World, visitor) -> None:
    item = in_session(world, world.chair)
    path = f"{item}/refer/{world.person.id}/{world.provider.id}"
    browser = visitor(world.member)
    for answer in (browser.get(f"{item}/refer"), browser.get(path), browser.post(path, FORM)):
        assert answer.status_code == 403
        assert "Whitworth" not in text(answer)
    assert db.session.scalars(select(Referral)).all() == []


def test_an_item_without_a_case_refers_nobody(world: World, visitor) -> None:
    item = in_session(world, world.member)
    meeting = db.session.scalars(select(Meeting)).one()
    standing = builders.an_item(meeting, None, position=2, heading="Apologies")
    path = item.rsplit("/", 1)[0] + f"/{standing.id}/refer"
    assert visitor(world.member).get(path).status_code == 404
