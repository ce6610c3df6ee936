"""What moved between two meetings is told at the next, under matters arising, to whoever may open the case."""

from datetime import timedelta

import pytest

from core.extensions import db
from core.facts import MeetingStatus, Presence
from core.meetings.models import Meeting
from core.meetings.order import MATTERS_ARISING
from core.recording.models import Attendance
from core.referrals.pausing import pause, resume
from core.referrals.reopening import reopen
from tests import builders

from .conftest import NOW, TODAY, World
from .test_pages import text

LAST = NOW - timedelta(days=14)


@pytest.fixture
def item(world: World) -> str:
    """Matters arising, in a meeting that is being held two weeks after the last."""
    closed = builders.a_meeting(world.group, starts_at=LAST, status=MeetingStatus.CLOSED)
    closed.closed_at = LAST + timedelta(hours=2)
    held = builders.a_meeting(world.group, starts_at=NOW, status=MeetingStatus.IN_SESSION)
    line = builders.an_item(held, None, heading=MATTERS_ARISING)
    for user in (world.member, world.chair):
        there = Attendance(
            meeting_id=held.id,
            user_id=user.id,
            name=user.name,
            agency_name="-",
            presence=Presence.PRESENT,
            accepted_at=NOW,
        )
        db.session.add(there)
    db.session.commit()
    return f"/meetings/{held.id}/live?item={line.id}"


def test_every_move_since_the_last_meeting_comes_up_at_the_next(world: World, item, visitor) -> None:
    before = world.refer(now=LAST)
    moved = world.move(before, "decline_referred", answers={"reason": "area"})
    worker = world.actor(world.worker)
    reopen(worker, referral=moved, reason="Moved back", version=moved.version, now=NOW)
    pause(worker, referral=moved, reason="Exams", back_on=TODAY + timedelta(days=9), version=moved.version, now=NOW)
    resume(worker, referral=moved, version=moved.version, now=NOW)
    db.session.commit()
    page = text(visitor(world.member).get(item))
    assert "Referrals that moved since the last meeting" in page
    for told in ("declined", "referred", "paused", "goes on"):
        assert f"{moved.ref}, Mentoring: {told}" in page
    assert f"Referred to Mentoring ({moved.ref})" not in page, "that was before"
    for kept in ("Moved back", "Exams", "lives outside"):
        assert kept not in page


def test_what_moved_in_a_case_that_is_closed_to_the_reader_is_not_told(world: World, item, visitor) -> None:
    moved = world.refer()
    world.case.restricted = True
    db.session.commit()
    assert moved.ref in text(visitor(world.chair).get(item))
    assert moved.ref not in text(visitor(world.member).get(item))
    meeting = db.session.query(Meeting).filter(Meeting.closed_at.is_not(None)).one()
    meeting.status = MeetingStatus.CANCELLED
    db.session.commit()
    assert moved.ref not in text(visitor(world.chair).get(item)), "a group's first meeting has nothing that arises"
