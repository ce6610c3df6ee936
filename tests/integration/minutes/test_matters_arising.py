"""Referrals that moved since the last meeting stand in the minutes, frozen, for those to whom their cases are open."""

from datetime import timedelta

from sqlalchemy import delete

from core.cases.models import CaseEvent
from core.cases.timeline import note_event
from core.circulation.models import Copy
from core.extensions import db
from core.facts import ItemOutcome, MeetingStatus
from core.meetings.order import MATTERS_ARISING
from core.minutes.build import build
from core.minutes.queries import frozen_record
from core.recording.models import Attendance, ItemAttendance
from tests.builders import a_case, a_group, a_meeting, an_item
from tests.integration.circulation.test_recipients import page_of, recuse
from tests.integration.minutes.test_from_record_to_reader import acting, approved, conference
from tests.support.papers import text_in

__all__ = ["conference"]


def test_each_reader_has_the_moves_of_the_cases_that_are_open_to_them_and_keeps_them(conference, visitor):
    now = conference.meeting.closed_at
    held = a_meeting(conference.group, starts_at=now - timedelta(days=14), status=MeetingStatus.CLOSED)
    held.closed_at = now - timedelta(days=13)
    item = an_item(conference.meeting, None, heading=MATTERS_ARISING)
    item.outcome = ItemOutcome.HEARD
    for line in db.session.query(Attendance).all():
        db.session.add(ItemAttendance(item_id=item.id, attendance_id=line.id))
    elsewhere = a_case(
        conference.partnership, conference.council, group=a_group(conference.partnership), title="Not of this group"
    )
    told = (
        (conference.ashdown, "R-1, Mentoring: accepted", timedelta(days=3)),
        (conference.raman, "R-2, Mediation: closed", timedelta(days=2)),
        (conference.ashdown, "R-1, Mentoring: referred", timedelta(days=13, hours=1)),
        (conference.ashdown, "R-1, Mentoring: matched", timedelta(minutes=-5)),
        (elsewhere, "R-3, Mentoring: referred", timedelta(days=2)),
    )
    for case, text, ago in told:
        actor = acting(conference.coordinator)
        note_event(case.id, now=now - ago, kind="referral", text=text, actor=actor, link="referral:1")
    conference.raman.restricted = True
    recuse(conference, conference.landlord, conference.meeting.items[0])
    db.session.commit()
    assert [move.text for move in _arisen(build(conference.meeting.id))] == [
        "R-1, Mentoring: accepted",
        "R-2, Mediation: closed",
    ]

    minutes = approved(conference, visitor)
    db.session.execute(delete(CaseEvent))  # what is frozen is read again from nowhere else
    db.session.commit()
    assert len(_arisen(frozen_record(minutes))) == 2
    chair, coordinator = visitor(conference.chair), visitor(conference.coordinator)
    for answer in (chair.get(conference.path("minutes")).text, text_in(chair.get(conference.path("minutes.pdf")))):
        assert "Referrals that moved since the last meeting" in answer
        assert "R-1, Mentoring: accepted" in answer
        assert "R-2, Mediation: closed" in answer
    page = coordinator.get(page_of(conference, conference.officer)).text
    assert "Referrals that moved: 1" in page, "whoever sends them out sees what is left out"
    readers = [conference.officer.id, conference.landlord.id]
    assert coordinator.post(conference.path("circulate"), {"readers": readers}).status_code == 303
    copies = {copy.user_id: copy.id for copy in db.session.query(Copy)}
    for user, seen in ((conference.officer, "R-1"), (conference.landlord, "R-2")):
        paper = text_in(visitor(user).get(f"/copies/{copies[user.id]}/minutes.pdf"))
        assert [ref for ref in ("R-1", "R-2", "R-3") if f"{ref}, M" in paper] == [seen]


def _arisen(record):
    return [move for item in record.items for move in item.moves]
