"""Opening a meeting: who is offered for the chair and the minutes, and on which day."""

from datetime import timedelta

import pytest

from core.clock import utc_now
from core.extensions import db
from core.facts import GroupRole, MeetingStatus, Presence
from core.recording.models import Attendance
from tests.builders import a_group, a_meeting, a_partnership, a_user, an_agency


class Table:
    """A group with its leaders, a member, an observer, somebody who sent apologies, and one of a non-signatory."""

    def __init__(self) -> None:
        partnership = a_partnership()
        council, buses = an_agency(partnership, "Council"), an_agency(partnership, "Buses", signed_on=None)
        self.group = a_group(partnership)
        self.member = a_user(council, "Ada Member", group=self.group)
        self.chair = a_user(council, "Zoe Chair", group=self.group, role=GroupRole.CHAIR)
        self.deputy = a_user(council, "Yan Deputy", group=self.group, role=GroupRole.DEPUTY_CHAIR)
        self.coordinator = a_user(council, "Cy Coordinator", group=self.group, role=GroupRole.COORDINATOR)
        self.observer = a_user(council, "Ola Observer", group=self.group, role=GroupRole.OBSERVER)
        self.away = a_user(council, "Abe Away", group=self.group)
        self.unsigned = a_user(buses, "Bo Buses", group=self.group)

    def meeting(self, **in_time: int):
        """A meeting so far ahead, for which one member has sent apologies."""
        meeting = a_meeting(self.group, starts_at=utc_now() + timedelta(**in_time))
        db.session.add(
            Attendance(
                meeting_id=meeting.id,
                user_id=self.away.id,
                name=self.away.name,
                agency_id=self.away.agency_id,
                agency_name="Council",
                presence=Presence.APOLOGIES,
            )
        )
        db.session.flush()
        return meeting

    def fields(self, **chosen: int) -> dict[str, int]:
        """The form as it is offered."""
        return {"chair": self.chair.id, "minute_taker": self.coordinator.id, **chosen}


@pytest.fixture
def table(app):
    return Table()


def test_the_chair_and_the_deputies_come_first_and_the_groups_own_are_chosen(table, visitor):
    page = visitor(table.coordinator).get(f"/meetings/{table.meeting(days=0).id}/live/open").text
    offered = page.partition('name="chair"')[2].partition("</select>")[0]
    assert offered.index("Zoe Chair") < offered.index("Yan Deputy") < offered.index("Ada Member")
    assert f'<option value="{table.chair.id}" selected' in offered
    minutes = page.partition('name="minute_taker"')[2].partition("</select>")[0]
    assert f'<option value="{table.coordinator.id}" selected' in minutes
    for name in ("Bo Buses", "Abe Away", "Ola Observer"):
        assert name not in offered + minutes
    assert 'name="early"' not in page


@pytest.mark.parametrize("who", ["unsigned", "away", "observer"])
def test_nobody_else_is_taken_for_the_chair(table, visitor, who):
    meeting = table.meeting(days=0)
    fields = table.fields(chair=getattr(table, who).id)
    assert visitor(table.coordinator).post(f"/meetings/{meeting.id}/live/open", fields).status_code == 422
    assert meeting.status is MeetingStatus.SCHEDULED


def test_a_meeting_of_another_day_is_opened_by_who_means_it(table, visitor):
    meeting = table.meeting(days=60)
    coordinator, path = visitor(table.coordinator), f"/meetings/{meeting.id}/live/open"
    answer = coordinator.post(path, table.fields())
    assert answer.status_code == 422
    assert "The meeting is on another day" in answer.text
    assert meeting.status is MeetingStatus.SCHEDULED
    assert coordinator.post(path, table.fields() | {"early": "y"}).status_code == 303
    assert meeting.status is MeetingStatus.IN_SESSION


def test_the_confidentiality_statement_is_accepted_by_ticking_it(table, visitor):
    meeting = table.meeting(days=0)
    meeting.status = MeetingStatus.IN_SESSION
    member, path = visitor(table.member), f"/meetings/{meeting.id}/live/accept"
    answer = member.post(path, {})
    assert answer.status_code == 422
    assert "Confirm that you accept the statement" in answer.text
    assert member.post(path, {"accepted": "y"}).status_code == 303
