"""Who keeps a copy of minutes after their membership ended, and who gains none by deputising."""

from datetime import timedelta

import pytest

from core.circulation.delivery import deliver_due
from core.circulation.models import Copy, Mail
from core.clock import utc_now
from core.extensions import db
from core.facts import (
    MailState,
    Presence,
)
from core.partnerships.models import GroupMember
from core.recording.models import Attendance, ItemAttendance
from tests.builders import (
    a_user,
    today,
)
from tests.integration.minutes.test_from_record_to_reader import approved, conference
from tests.support.papers import text_in

__all__ = ["conference"]


def test_whose_membership_ended_opens_no_copy_and_is_sent_none(conference, visitor):
    """At the opening, at the moment of sending, in proposals and on the home page. A new beginning gives it back."""
    approved(conference, visitor)
    coordinator, officer = visitor(conference.coordinator), visitor(conference.officer)
    coordinator.post(conference.path("circulate"), {"readers": [conference.officer.id]})
    path = f"/copies/{db.session.query(Copy).one().id}"
    assert path in officer.get("/").text
    seat = db.session.query(GroupMember).filter_by(user_id=conference.officer.id).one()
    seat.until = today()
    for page in (path, f"{path}/minutes.pdf"):
        refused = officer.get(page)
        assert refused.status_code == 403
        assert "Membership of this group has ended" in refused.text
    assert path not in officer.get("/").text
    assert deliver_due(now=utc_now) == 0
    mail = db.session.query(Mail).one()
    assert (mail.state, "Membership of this group has ended" in mail.failure) == (MailState.WITHDRAWN, True)
    assert "Membership of this group has ended" in coordinator.get(conference.path("circulate")).text
    again = coordinator.post(conference.path("circulate"), {"readers": [conference.officer.id]})
    assert again.status_code == 409
    seat = db.session.query(GroupMember).filter_by(user_id=conference.officer.id).one()
    seat.until = None
    assert "Martin Ashdown" in text_in(officer.get(f"{path}/minutes.pdf"))


def test_who_attended_without_ever_being_a_member_keeps_their_copy(conference, visitor):
    deputy = a_user(conference.police, "Dee Deputy")
    line = conference._line(deputy)
    line.deputy_for = "Aisha Rafiq"
    db.session.add(ItemAttendance(item_id=conference.meeting.items[0].id, attendance_id=line.id))
    approved(conference, visitor)
    visitor(conference.coordinator).post(conference.path("circulate"), {"readers": [deputy.id]})
    copy = db.session.query(Copy).one()
    assert visitor(deputy).get(f"/copies/{copy.id}").status_code == 200


def came_as_deputy(conference, user) -> Attendance:
    """They came to the meeting for somebody else, and attended its first item."""
    line = db.session.query(Attendance).filter_by(meeting_id=conference.meeting.id, user_id=user.id).one()
    line.deputy_for = "Aisha Rafiq"
    return line


def test_a_former_member_who_came_as_a_deputy_keeps_that_meetings_copy(conference, visitor):
    approved(conference, visitor)
    seat = db.session.query(GroupMember).filter_by(user_id=conference.officer.id).one()
    seat.until = today() - timedelta(days=1)
    came_as_deputy(conference, conference.officer)
    db.session.flush()
    sent = visitor(conference.coordinator).post(conference.path("circulate"), {"readers": [conference.officer.id]})
    assert sent.status_code == 303
    path, officer = f"/copies/{db.session.query(Copy).one().id}", visitor(conference.officer)
    assert path in officer.get("/").text
    assert officer.get(path).status_code == 200
    assert "Martin Ashdown" in text_in(officer.get(f"{path}/minutes.pdf"))


@pytest.mark.parametrize("how", ["as a member", "not at all"])
def test_whose_membership_ended_after_the_meeting_gains_nothing_by_deputising_at_it(conference, visitor, how):
    """A member may sit there for a colleague, too: what is a member's copy closes with the membership."""
    approved(conference, visitor)
    visitor(conference.coordinator).post(conference.path("circulate"), {"readers": [conference.officer.id]})
    line = came_as_deputy(conference, conference.officer)
    seat = db.session.query(GroupMember).filter_by(user_id=conference.officer.id).one()
    seat.until = today()
    if how == "not at all":
        seat.until = today() - timedelta(days=1)
        line.presence = Presence.APOLOGIES
    conference.meeting.starts_at = utc_now() - timedelta(hours=1 if how == "not at all" else 26)
    db.session.flush()
    path = f"/copies/{db.session.query(Copy).one().id}"
    refused = visitor(conference.officer).get(path)
    assert refused.status_code == 403
    assert "Membership of this group has ended" in refused.text
