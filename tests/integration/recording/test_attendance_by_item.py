"""Attendance is kept per item: whoever was not there does not read what was recorded. Deputies sit in once."""

from datetime import timedelta

import pytest

from core.clock import utc_now
from core.extensions import db
from core.facts import GroupRole, MeetingStatus, Presence
from core.recording.models import Attendance, Entry, ItemAttendance
from tests.builders import a_case, a_group, a_meeting, a_partnership, a_user, an_agency
from tests.support.forms import fill_in


class Scene:
    """A meeting in session about two cases: the chair, an officer, and somebody of an agency outside the group."""

    def __init__(self) -> None:
        self.partnership = a_partnership()
        self.council = an_agency(self.partnership, "Borough Council")
        self.police = an_agency(self.partnership, "Constabulary")
        self.children = an_agency(self.partnership, "Children’s Services")
        self.group = a_group(self.partnership)
        self.chair = a_user(self.council, "Gwen Pritchard", group=self.group, role=GroupRole.CHAIR)
        self.officer = a_user(self.police, "Aisha Rafiq", group=self.group)
        self.deputy = a_user(self.children, "Judith Amos")
        first = a_case(self.partnership, self.council, title="Martin Ashdown", group=self.group)
        second = a_case(self.partnership, self.council, title="Priya Raman", group=self.group)
        self.meeting = a_meeting(
            self.group, starts_at=utc_now(), status=MeetingStatus.IN_SESSION, cases=[first, second]
        )
        self.first, self.second = self.meeting.items
        self.meeting.chair_id, self.meeting.opened_at = self.chair.id, utc_now()
        self.meeting.current_item_id = self.first.id
        self.line(self.chair)

    def line(self, user, presence=Presence.PRESENT, deputy_for="") -> Attendance:
        """Somebody's line in the attendance, the confidentiality statement accepted."""
        line = Attendance(
            meeting_id=self.meeting.id,
            user_id=user.id,
            name=user.name,
            agency_id=user.agency_id,
            agency_name=user.agency.name,
            presence=presence,
            deputy_for=deputy_for,
            accepted_at=utc_now(),
            arrived_at=utc_now(),
        )
        db.session.add(line)
        db.session.flush()
        return line

    def path(self, rest: str = "") -> str:
        """An address of the live page."""
        return f"/meetings/{self.meeting.id}/live{rest}"

    def hear_first(self, visitor) -> None:
        """The chair writes under the first item and settles it."""
        chair = visitor(self.chair)
        written = chair.post(
            self.path(f"/items/{self.first.id}/write/decision"), {"text": "Seen three times at the flat."}
        )
        assert written.status_code == 303, written.get_data(as_text=True)
        settled = fill_in(chair, self.path(f"/items/{self.first.id}/outcome"), {"outcome": "heard", "reason": ""})
        assert settled.status_code == 303, settled.get_data(as_text=True)


@pytest.fixture
def scene(app):
    return Scene()


def test_who_comes_late_does_not_read_what_was_recorded_before(scene, visitor):
    scene.hear_first(visitor)
    scene.line(scene.officer)
    page = visitor(scene.officer).get(scene.path(f"?item={scene.first.id}")).text
    assert "Seen three times" not in page
    assert "Martin Ashdown" not in page
    assert "Priya Raman" in page
    assert "You were not there for this item" in page


def test_who_was_there_reads_it(scene, visitor):
    scene.line(scene.officer)
    scene.hear_first(visitor)
    page = visitor(scene.officer).get(scene.path(f"?item={scene.first.id}")).text
    assert "Seen three times" in page


def test_who_was_not_there_changes_nothing_of_it_not_even_their_own(scene, visitor):
    line = scene.line(scene.officer)
    officer = visitor(scene.officer)
    officer.post(scene.path(f"/items/{scene.first.id}/write/decision"), {"text": "Visited on Monday."})
    entry = db.session.query(Entry).one()
    address = scene.path(f"/items/{scene.first.id}/entries/{entry.id}")
    assert officer.get(address).status_code == 200
    db.session.add(ItemAttendance(item_id=scene.first.id, attendance_id=line.id, there=False))
    db.session.commit()
    refused = officer.get(address)
    assert refused.status_code == 403
    assert "Visited on Monday" not in refused.text


def test_who_has_left_reads_nothing_more(scene, visitor):
    scene.line(scene.officer, presence=Presence.LEFT)
    officer = visitor(scene.officer)
    assert "Ashdown" not in officer.get(scene.path()).text
    part = officer.get(scene.path("/item"))
    assert part.status_code == 403
    assert "You have left this meeting" in part.text


def test_who_has_left_is_let_in_again_by_who_keeps_the_attendance_not_by_themselves(scene, visitor):
    scene.line(scene.officer, presence=Presence.LEFT)
    officer = visitor(scene.officer)
    page = officer.get(scene.path()).text
    assert "ask the chair or the coordinator to mark you present again" in page
    assert "Do you accept" not in page
    refused = officer.post(scene.path("/accept"), {"accepted": "y"})
    assert refused.status_code == 409
    assert "mark you present again" in refused.text
    line = db.session.query(Attendance).filter_by(user_id=scene.officer.id).one()
    assert line.presence is Presence.LEFT
    mark = {"version": str(line.version), "presence": "present"}
    assert visitor(scene.chair).post(scene.path(f"/attendance/{line.id}/presence"), mark).status_code == 303
    assert "Ashdown" in officer.get(scene.path()).text


def test_after_the_meeting_its_record_is_open_to_those_who_keep_it_alone(scene, visitor):
    scene.line(scene.officer)
    scene.hear_first(visitor)
    scene.meeting.status = MeetingStatus.CLOSED
    officer = visitor(scene.officer).get(scene.path()).text
    assert "This meeting is over" in officer
    assert "Ashdown" not in officer
    assert "Ashdown" in visitor(scene.chair).get(scene.path()).text


def test_wording_is_mended_until_the_minutes_are_approved(scene, visitor):
    scene.hear_first(visitor)
    scene.meeting.status = MeetingStatus.CLOSED
    entry = db.session.query(Entry).one()
    chair = visitor(scene.chair)
    change = scene.path(f"/items/{scene.first.id}/entries/{entry.id}")
    mended = {"text": "Seen twice at the flat.", "version": entry.version}
    assert chair.post(change, mended).status_code == 303
    db.session.refresh(entry)
    assert entry.text == "Seen twice at the flat."
    scene.meeting.frozen_at = utc_now()
    assert chair.post(change, {"text": "Never seen.", "version": entry.version}).status_code == 403
    db.session.refresh(entry)
    assert entry.text == "Seen twice at the flat."


def test_somebody_outside_the_group_is_not_let_in(scene, visitor):
    assert visitor(scene.deputy).get(scene.path()).status_code == 404


def test_a_deputy_from_outside_the_group_sits_in_for_that_meeting(scene, visitor):
    scene.line(scene.deputy, deputy_for="Ben Trevellick")
    deputy = visitor(scene.deputy)
    assert "Martin Ashdown" in deputy.get(scene.path()).text
    wrote = deputy.post(scene.path(f"/items/{scene.first.id}/write/discussion"), {"text": "We will visit."})
    assert wrote.status_code == 303
    scene.meeting.status = MeetingStatus.CLOSED
    assert deputy.get(scene.path()).status_code == 404
    assert deputy.get(f"/cases/{scene.first.case_id}").status_code == 404


@pytest.mark.parametrize("end", ["apologies", "left", "never opened"])
def test_a_deputys_rights_end_when_they_do_not_come_or_leave_and_when_the_day_is_over(scene, visitor, end):
    line = scene.line(scene.deputy, deputy_for="Ben Trevellick")
    deputy, case = visitor(scene.deputy), f"/cases/{scene.first.case_id}"
    assert deputy.get(case).status_code == 200
    if end == "never opened":
        scene.meeting.status = MeetingStatus.SCHEDULED
        scene.meeting.starts_at -= timedelta(days=2)
        scene.meeting.ends_at -= timedelta(days=2)
    else:
        line.presence = Presence(end)
    assert deputy.get(case).status_code == 404
    assert "Martin Ashdown" not in deputy.get(scene.path()).text


def test_the_chair_seats_a_deputy_from_a_list_of_signatories(scene, visitor):
    unsigned = a_user(an_agency(scene.partnership, "Buses", signed_on=None), "Wendy Skelton")
    chair = visitor(scene.chair)
    page = chair.get(scene.path("/attendance/deputy")).text
    assert "Judith Amos" in page
    assert "Wendy Skelton" not in page
    refused = chair.post(scene.path("/attendance/deputy"), {"person": unsigned.id, "deputy_for": "Ben"})
    assert refused.status_code == 422
    seated = chair.post(scene.path("/attendance/deputy"), {"person": scene.deputy.id, "deputy_for": "Ben Trevellick"})
    assert seated.status_code == 303
    entered = visitor(scene.deputy)
    assert entered.get(scene.path()).status_code == 200
    assert "Ashdown" not in entered.get(scene.path()).text
    entered.post(scene.path("/accept"), {"accepted": "y"})
    assert "Martin Ashdown" in entered.get(scene.path()).text
