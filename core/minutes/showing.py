"""A meeting's minutes as a page shows them: the reader's own part, and the way back to it after a write."""

from dataclasses import replace

from core.documents.readers import reader_of
from core.errors import Stale
from core.facts import Actor
from core.meetings.models import Meeting
from core.minutes import queries
from core.minutes.build import build
from core.minutes.models import Minutes
from core.minutes.record import MeetingRecord
from core.policy import Permission, decide
from core.policy.room import may_mend
from core.recording import queries as recording
from core.web.forms import VersionedForm
from core.web.gate import disclose


def whole_record(minutes: Minutes) -> MeetingRecord:
    """Frozen once they are approved; until then made of the tables anew."""
    if minutes.meeting.frozen_at is None:
        return build(minutes.meeting_id)
    # Its hash is known: a reader's part need not be told it anew.
    return replace(queries.frozen_record(minutes), whole_sha256=minutes.record_sha256)


def own_part(actor: Actor, record: MeetingRecord, meeting: Meeting) -> MeetingRecord:
    """What the actor may have of it."""
    reader = reader_of(actor, group_id=meeting.group_id, cases=record.case_ids)
    return record.only(reader)


def shown_part(actor: Actor, minutes: Minutes, operation: str) -> MeetingRecord:
    """The same, to be shown on a page: noted in the trail under that operation, with everybody whom it names."""
    mine = own_part(actor, whole_record(minutes), minutes.meeting)
    disclose(
        operation,
        object=f"minutes:{minutes.id}",
        subjects=queries.persons_of(mine),
        purpose=f"meeting:{minutes.meeting_id}",
    )
    return mine


def same_version(minutes: Minutes, form: VersionedForm) -> None:
    """Raise Stale, with how the minutes stand now, when somebody else moved them on first."""
    if form.version_read != minutes.version:
        raise Stale(told={"Minutes": minutes.status.value.capitalize()})


def mends(actor: Actor, meeting: Meeting) -> bool:
    """Whether the actor keeps the record, and is asked to mend it."""
    room = recording.room(meeting.id, user_id=actor.user_id)
    return room is not None and may_mend(actor, meeting) and bool(decide(actor, Permission.ENTER_ROOM, room))
