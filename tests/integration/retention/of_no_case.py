"""What belongs to no case: somebody whom none names, a request of which nothing was held, an emergency, a meeting's own
words. With a canary in every column that can hold some.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from core import audit
from core.accounts.models import User
from core.actions.models import Action
from core.clock import utc_now
from core.emergencies.models import Emergency
from core.extensions import db
from core.facts import SYSTEM, ActionStatus, BreakKind, EntryKind, Presence, Visibility
from core.meetings.agenda_document import AgendaLine, AgendaRecord
from core.meetings.models import AgendaItem, AgendaVersion, Meeting
from core.minutes.models import Minutes, MinutesComment, MinutesStep
from core.minutes.record import MeetingRecord
from core.people.adjustments.models import Adjustment, AdjustmentKind, AskedBy
from core.people.models import Person
from core.recording.models import Attendance, Break, Entry, ItemAttendance
from core.retention.erasing import _of_no_case
from core.retention.reaching import Reach, registry
from core.subject_access.lists import Arrived, Did, Ending
from core.subject_access.lists import AskedBy as Asker
from core.subject_access.models import AccessEvent, AccessRequest
from core.web.transaction import begin_write
from tests.builders import a_person, today
from tests.integration.retention.filling import BIRD, Filler, Told

ATTENDED = "The agency that was there"


class OfNoCase:
    """Beside the case of `Told`, whose meeting it is; everything from today."""

    def __init__(self) -> None:
        self.told = told = Told()
        begin_write()
        partnership = told.partnership
        user = db.session.scalars(select(User).order_by(User.id)).first()
        assert user is not None and user.agency_id is not None
        # Told's own person of no case is kept, so that whoever is here is looked at alone
        db.session.execute(update(Person).where(Person.id == told.gone_id).values(merged_into_id=told.shared_id))
        person = a_person(partnership, BIRD, BIRD)
        db.session.add(
            Adjustment(
                person_id=person.id,
                kind=AdjustmentKind.INTERPRETER,
                asked_by=AskedBy.THEMSELVES,
                since=today(),
                recorded_at=utc_now(),
            )
        )
        request = AccessRequest(
            partnership_id=partnership.id,
            ref="SAR-1",
            about_name="Nobody",
            asked_by=Asker.THEMSELF,
            arrived=Arrived.POST,
            received_on=today(),
            kept_at=utc_now(),
            kept_by_id=user.id,
            ending=Ending.NOTHING_HELD,
            ended_at=utc_now(),
        )
        emergency = Emergency(
            partnership_id=partnership.id,
            reference="NB-1",
            reason="A reason",
            asked_at=utc_now(),
            asked_by_id=user.id,
            agency_id=user.agency_id,
            answer_by=utc_now() + timedelta(hours=4),
        )
        db.session.add_all([request, emergency])
        db.session.flush()
        db.session.add(AccessEvent(request_id=request.id, at=utc_now(), by_id=user.id, did=Did.RECEIVED))
        self.person_id, self.request_id, self.emergency_id = person.id, request.id, emergency.id
        self.meeting_id = _words_of_a_meeting(told, user)
        self.user_id = user.id
        self._fill()
        audit.record(SYSTEM, audit.Category.COLLECTION, "import.people", object="partnership:1", subjects=[person.id])
        db.session.commit()
        db.session.expunge_all()

    def _fill(self) -> None:
        known, _ = registry()
        of_it = select(AgendaItem.id).where(AgendaItem.meeting_id == self.meeting_id, AgendaItem.case_id.is_(None))
        filler = Filler(self.told.case_id, [self.person_id])
        self.filled = 0
        for reach in (
            Reach(known, people=[self.person_id]),
            Reach(known, others={"access_request": [self.request_id]}),
            Reach(known, others={"emergency": [self.emergency_id]}),
            Reach(known, others=_of_no_case(self.meeting_id, db.session.scalars(of_it).all())),
        ):
            for each in reach.tables():
                values = {column.name: filler._bird(column) for column in filler._words(each)}
                self.filled += len(values)
                if values:
                    db.session.execute(update(each.table).where(reach.where(each.table.name)).values(values))
        words = {"title": BIRD, "venue": BIRD, "online_link": BIRD, "cancelled_reason": BIRD}
        db.session.execute(update(Meeting).where(Meeting.id == self.meeting_id).values(words))


def _words_of_a_meeting(told: Told, user: User) -> int:
    """Under an item of no case, and of the meeting as a whole."""
    item = db.session.get_one(AgendaItem, told.other.id)
    meeting = db.session.get_one(Meeting, item.meeting_id)
    minutes = db.session.get_one(Minutes, told.minutes_id)
    assert user.agency_id is not None
    line = Attendance(
        meeting_id=meeting.id,
        user_id=user.id,
        name=user.name,
        agency_id=user.agency_id,
        agency_name=ATTENDED,
        presence=Presence.PRESENT,
    )
    db.session.add_all(
        [
            line,
            Entry(
                meeting_id=meeting.id,
                item_id=item.id,
                kind=EntryKind.DISCUSSION,
                text=BIRD,
                visibility=Visibility.EVERYONE,
                author_id=user.id,
                written_at=utc_now(),
            ),
            MinutesComment(minutes_id=minutes.id, text=BIRD, at=utc_now(), by_id=user.id),
            MinutesComment(minutes_id=minutes.id, item_id=item.id, text=BIRD, at=utc_now(), by_id=user.id),
            MinutesStep(
                minutes_id=minutes.id,
                at=utc_now(),
                user_id=user.id,
                status=minutes.status,
                comment=BIRD,
                revision=1,
            ),
            Break(
                meeting_id=meeting.id,
                kind=BreakKind.PAUSED,
                began_at=utc_now(),
                reason=BIRD,
                by_id=user.id,
            ),
            *(
                Action(
                    partnership_id=told.partnership_id,
                    ref=f"A-{under}",
                    group_id=meeting.group_id,
                    meeting_id=meeting.id,
                    item_id=under,
                    text=BIRD,
                    owner_agency_id=user.agency_id,
                    agreed_on=today(),
                    due_on=today(),
                    status=ActionStatus.DONE,
                    updated_at=utc_now(),
                )
                for under in (item.id, None)
            ),
        ]
    )
    db.session.flush()
    for each in (told.item.id, item.id):
        db.session.add(ItemAttendance(item_id=each, attendance_id=line.id, there=True))
    agenda = AgendaRecord(
        partnership="Northbridge",
        group="CST",
        kind="CST",
        title="",
        reference=meeting.ref,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        version=1,
        circulated_at=utc_now(),
        items=(AgendaLine(id=item.id, number=2, kind=item.kind, title=BIRD, reason=BIRD),),
    )
    db.session.add(
        AgendaVersion(
            meeting_id=meeting.id,
            number=1,
            record=agenda.to_plain(),
            record_sha256=agenda.sha256(),
            circulated_at=utc_now(),
            circulated_by_id=user.id,
            audit_seq=0,
            audit_hash="",
        )
    )
    return meeting.id


def later(days: int) -> datetime:
    """So many days from now, about noon: the work of that day."""
    return utc_now() + timedelta(days=days)


def record_of(minutes_id: int) -> MeetingRecord:
    """The frozen minutes as they are now."""
    plain = db.session.scalar(select(Minutes.record).where(Minutes.id == minutes_id))
    assert plain is not None
    return MeetingRecord.from_plain(plain)
