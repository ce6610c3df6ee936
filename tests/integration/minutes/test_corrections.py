"""Corrections of approved minutes: proposed, decided at the next meeting, minuted there, noted in both documents."""

from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from core.circulation.models import Circulation, Copy, Mail
from core.clock import utc_now
from core.documents.models import Document
from core.documents.queries import document_bytes
from core.extensions import db
from core.facts import CirculationKind, CorrectionStatus, ItemOutcome, MailKind, MeetingStatus, Presence
from core.meetings.models import Meeting
from core.meetings.order import MINUTES_OF_THE_LAST_MEETING
from core.minutes.models import Correction, Minutes
from core.recording.models import Attendance, ItemAttendance
from tests.builders import a_meeting, an_item
from tests.integration.minutes.test_from_record_to_reader import Conference, text_of

WAS = "Seen at the flat on three nights."
NOW = "Seen at the flat on two nights."
WHY = "The log says two."


class Group:
    """A conference whose minutes were approved and sent to all four, and the group's next meeting."""

    def __init__(self, visitor) -> None:
        self.visitor = visitor
        self.of = Conference()
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


@pytest.fixture
def group(app, visitor):
    return Group(visitor)


def test_from_the_proposal_to_both_documents(group):
    officer, chair, landlord = group.of.officer, group.of.chair, group.of.landlord
    assert group.propose(officer).status_code == 303
    correction = group.correction()
    approved = document_bytes(group.minutes(group.earlier).document_id).content
    assert "It is decided at the group’s next meeting" in group.as_(officer).get(group.path(correction)).text

    group.hold()
    live = f"/meetings/{group.next.id}/live"
    for reader in (chair, officer, landlord):
        page = group.as_(reader).get(live).text
        assert WAS in page and NOW in page and WHY in page
    assert "Say whether it is agreed" in group.as_(chair).get(live).text
    assert "Say whether it is agreed" not in group.as_(officer).get(live).text
    before = db.session.get_one(Meeting, group.next.id).revision
    assert group.decide(chair, group.correction(), note="The officer agreed.").status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Meeting, group.next.id).revision == before + 1, "the others' pages are told"

    group.close()
    assert group.correction().document_id is None, "not in effect before the minutes that agreed it are approved"
    later = group.approve(group.next)
    correction = group.correction()
    assert correction.status is CorrectionStatus.AGREED
    assert correction.document_id is not None

    first, second = group.earlier.ref, group.next.ref
    minuted = text_of(group.as_(chair).get(f"/meetings/{group.next.id}/minutes.pdf"))
    flat = " ".join(minuted.split())
    assert f"{first}," in flat and "item 1" in flat and "agreed" in flat
    assert group.minutes(group.earlier).record_sha256 in minuted.replace("\n", "")
    noted = text_of(group.as_(chair).get(f"/meetings/{group.earlier.id}/minutes/corrected.pdf"))
    assert f"see {second}, item 1" in " ".join(noted.split())
    assert NOW in noted
    same = group.as_(chair).get(f"/meetings/{group.earlier.id}/minutes.pdf")
    assert NOW not in text_of(same)
    assert document_bytes(group.minutes(group.earlier).document_id).content == approved
    kept = db.session.get_one(Document, correction.document_id)
    assert kept.sha256 == sha256(document_bytes(kept.id).content).hexdigest()

    copy = group.copy(officer, CirculationKind.CORRECTION)
    theirs = text_of(group.as_(officer).get(f"/copies/{copy.id}/corrected.pdf"))
    assert f"see {second}, item 1" in " ".join(theirs.split())
    assert "Priya Raman" not in theirs, "the notes change nothing of what is theirs"
    assert f"/copies/{copy.id}/corrected.pdf" in group.as_(officer).get(f"/copies/{copy.id}").text
    mails = db.session.scalars(select(Mail).where(Mail.kind == MailKind.CORRECTION)).all()
    assert {mail.user_id for mail in mails} == {each.id for each in (chair, officer, landlord, group.of.coordinator)}
    for mail in mails:
        assert NOW not in mail.body and "Ashdown" not in mail.body + mail.subject
    assert later.record["items"][0]["corrections"][0]["sha256"] == group.minutes(group.earlier).record_sha256
