"""A group that corrects the minutes of its last meeting at its next."""

from datetime import timedelta

from sqlalchemy import select

from core.circulation.models import Circulation, Copy
from core.clock import utc_now
from core.extensions import db
from core.facts import CirculationKind, ItemOutcome, MeetingStatus, Presence
from core.meetings.models import Meeting
from core.meetings.order import MINUTES_OF_THE_LAST_MEETING
from core.minutes.models import Correction, Minutes
from core.recording.models import Attendance, ItemAttendance
from tests.builders import a_meeting, an_item
from tests.integration.minutes.test_from_record_to_reader import Conference

WAS = "Seen at the flat on three nights."
NOW = "Seen at the flat on two nights."
WHY = "The log says two."


class Group:
    """A conference whose minutes were approved and sent to all four, and the group's next meeting."""

    def __init__(self, visitor, of: Conference | None = None) -> None:
        self.visitor = visitor
        self.of = of or Conference()
        self.earlier = self.of.meeting
        self.first, self.second = self.earlier.items
        self.next = a_meeting(self.of.group, starts_at=utc_now() + timedelta(days=20))
        self.item = an_item(self.next, None, heading=MINUTES_OF_THE_LAST_MEETING)
        db.session.flush()
        self.approve(self.earlier)
        readers = [self.of.chair.id, self.of.coordinator.id, self.of.officer.id, self.of.landlord.id]
        self.as_(self.of.coordinator).post(f"/meetings/{self.earlier.id}/circulate", {"readers": readers})

    def as_(self, user):
        return self.visitor(user)

    def approve(self, meeting: Meeting) -> Minutes:
        """Composed and submitted by the coordinator, approved by the chair."""
        coordinator, chair = self.as_(self.of.coordinator), self.as_(self.of.chair)
        coordinator.post(f"/meetings/{meeting.id}/minutes")
        coordinator.post(f"/meetings/{meeting.id}/minutes/submit", {"version": self.minutes(meeting).version})
        answer = chair.post(f"/meetings/{meeting.id}/minutes/approve", {"version": self.minutes(meeting).version})
        assert answer.status_code == 303, answer.text
        return self.minutes(meeting)

    def minutes(self, meeting: Meeting) -> Minutes:
        db.session.expire_all()
        return db.session.scalars(select(Minutes).where(Minutes.meeting_id == meeting.id)).one()

    def copy(self, user, kind=CirculationKind.MINUTES, meeting=None) -> Copy:
        return db.session.scalars(
            select(Copy)
            .join(Circulation)
            .where(
                Copy.user_id == user.id,
                Circulation.kind == kind,
                Circulation.meeting_id == (meeting or self.earlier).id,
            )
        ).one()

    def propose(self, user, *, item=None, passage=WAS, proposed=NOW, reason=WHY):
        path = f"/copies/{self.copy(user).id}/corrections/new"
        item = self.first.id if item is None else item
        return self.as_(user).post(path, {"item": item, "passage": passage, "proposed": proposed, "reason": reason})

    def correction(self) -> Correction:
        db.session.expire_all()
        return db.session.scalars(select(Correction).order_by(Correction.id.desc()).limit(1)).one()

    def path(self, correction: Correction, rest: str = "") -> str:
        return f"/meetings/{self.earlier.id}/minutes/corrections/{correction.id}{rest}"

    def hold(self) -> None:
        """Open the next meeting: everybody is there and accepted the statement."""
        self.next.status, self.next.opened_at = MeetingStatus.IN_SESSION, utc_now()
        self.next.starts_at = utc_now() - timedelta(minutes=5)
        self.earlier.starts_at = utc_now() - timedelta(days=20)
        self.next.chair_id, self.next.minute_taker_id = self.of.chair.id, self.of.coordinator.id
        self.next.current_item_id = self.item.id
        for user in (self.of.chair, self.of.coordinator, self.of.officer, self.of.landlord):
            line = Attendance(
                meeting_id=self.next.id,
                user_id=user.id,
                name=user.name,
                agency_id=user.agency_id,
                agency_name=user.agency.name,
                presence=Presence.PRESENT,
                accepted_at=utc_now(),
            )
            db.session.add(line)
            db.session.flush()
            db.session.add(ItemAttendance(item_id=self.item.id, attendance_id=line.id))
        db.session.commit()

    def decide(self, user, correction: Correction, status="agreed", note="", version=None):
        path = f"/meetings/{self.next.id}/live/items/{self.item.id}/corrections/{correction.id}"
        version = correction.version if version is None else version
        return self.as_(user).post(path, {"status": status, "note": note, "version": version})

    def close(self) -> None:
        self.item.outcome = ItemOutcome.HEARD
        self.next.status, self.next.closed_at = MeetingStatus.CLOSED, utc_now()
        db.session.commit()
