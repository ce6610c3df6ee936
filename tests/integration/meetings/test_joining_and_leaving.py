"""Whoever joins a group is invited to what is still to come; whoever leaves has it taken out of their calendar."""

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from core.circulation.models import Mail
from core.clock import utc_now
from core.extensions import db
from core.facts import AdminRole, MailState, MeetingStatus
from core.meetings.models import Meeting
from core.partnerships.models import GroupMember
from tests.builders import a_group, a_meeting, a_user
from tests.integration.meetings.table import Table, a_meeting_in, a_table
from tests.support.mail import configured, deliver, mail_server


@pytest.fixture
def table(app) -> Table:
    """With two meetings to come, and others that are nobody's to be invited to."""
    table = a_table()
    a_meeting_in(table, 20)
    a_meeting_in(table, 40)
    a_meeting_in(table, 30, status=MeetingStatus.CANCELLED)
    a_meeting(table.group, starts_at=utc_now() - timedelta(days=9))
    a_meeting(a_group(table.partnership))
    return table


def ahead(table: Table) -> list[int]:
    rows = db.session.scalars(select(Meeting).where(Meeting.group_id == table.group.id).order_by(Meeting.starts_at))
    return [each.id for each in rows if each.starts_at > utc_now() and each.status is MeetingStatus.SCHEDULED]


def told(user) -> dict[int, list[tuple[str, int]]]:
    """What their calendar is told of each meeting, in order: method and sequence number."""
    found: dict[int, list[tuple[str, int]]] = {}
    for mail in db.session.scalars(select(Mail).where(Mail.user_id == user.id).order_by(Mail.id)):
        calendar = Calendar.from_ical(mail.calendar)
        (event,) = calendar.walk("VEVENT")
        assert str(event["ATTENDEE"]) == f"mailto:{user.email}"
        found.setdefault(mail.meeting_id, []).append((str(calendar["METHOD"]), int(event["SEQUENCE"])))
    return found


def test_who_joins_leaves_and_comes_back_has_the_meetings_to_come_in_their_calendar_accordingly(app, table, visitor):
    newcomer = a_user(table.police, "Nora Newcomer")
    admin = visitor(a_user(table.council, admin=AdminRole.PARTNERSHIP_ADMIN, partnership=table.partnership))
    members = f"/partnership/groups/{table.group.id}/members"
    versions = [db.session.get_one(Meeting, each).version for each in ahead(table)]
    for _ in range(2):
        joined = admin.post(f"{members}/new", {"user_id": newcomer.id, "role": "member"})
        assert joined.status_code == 303, joined.text
        seat = db.session.query(GroupMember).filter_by(user_id=newcomer.id).one()
        assert admin.post(f"{members}/{seat.id}/end").status_code == 303
    each = [("REQUEST", 1), ("CANCEL", 2), ("REQUEST", 3), ("CANCEL", 4)]
    assert told(newcomer) == dict.fromkeys(ahead(table), each)
    assert told(table.officer) == {}, "nothing changed for the others"
    db.session.expire_all()
    assert [db.session.get_one(Meeting, each).version for each in ahead(table)] == versions, "nobody is refused for it"
    with mail_server() as server, configured(app, server.port):
        deliver()
    gone = [mail.state for mail in db.session.scalars(select(Mail).order_by(Mail.id))]
    assert gone == [MailState.WITHDRAWN] * 2 + [MailState.SENT] * 2 + [MailState.WITHDRAWN] * 2 + [MailState.SENT] * 2
