"""The numbers of a meeting's feed: one for each write, taken in its transaction."""

from enum import StrEnum
from typing import Any, cast

from flask import current_app
from sqlalchemy import Table, bindparam, update

from core.errors import Refused
from core.extensions import db, directly
from core.facts import Actor, MeetingStatus
from core.meetings.models import AgendaItem, Meeting
from core.policy.recording import PAUSED
from core.policy.room import NOT_IN_SESSION, keeps_record
from core.recording import feed, hearing

BEFORE_THE_END = frozenset({MeetingStatus.SCHEDULED, MeetingStatus.IN_SESSION})


_MEETING = cast("Table", Meeting.__table__)
_NEXT = (
    update(_MEETING)
    .where(_MEETING.c.id == bindparam("meeting"))
    .values(revision=_MEETING.c.revision + 1)
    .returning(_MEETING.c.revision, _MEETING.c.status, _MEETING.c.frozen_at, _MEETING.c.paused_at)
)
_NEXT_TOLD = _NEXT.returning(hearing.notification(_MEETING.c.id, _MEETING.c.revision))
"""The same on PostgreSQL, where other web processes listen."""
# Straight to the table: the meeting's version is for those who edit it, not for those who write during it.


class Part(StrEnum):
    """What of the meeting's page changed. `MEETING` is its state and the current item."""

    ITEM = "item"
    AGENDA = "agenda"
    ATTENDANCE = "attendance"
    MEETING = "meeting"


def take_number(meeting: Meeting, part: Part, *, item: AgendaItem | None = None) -> int:
    """The next number of the meeting's feed, taken together with the write; the others' pages hear when it commits.

    Raises Refused when the meeting was closed meanwhile: writers wait for each other here, on the meeting's row.
    """
    return _take(meeting, part, BEFORE_THE_END, item=item)


def take_number_to_mend(meeting: Meeting, part: Part, *, item: AgendaItem) -> int:
    """The same for mending the wording, which goes on after the meeting until its minutes are approved."""
    return _take(meeting, part, BEFORE_THE_END | {MeetingStatus.CLOSED}, item=item)


def take_number_to_reopen(meeting: Meeting) -> int:
    """The same for opening the meeting again: nobody approves its minutes meanwhile."""
    return _take(meeting, Part.MEETING, frozenset({MeetingStatus.CLOSED}), item=None)


def take_number_to_record(actor: Actor, meeting: Meeting, *, item: AgendaItem) -> int:
    """The same for recording under an item while the meeting is in session. Raises Refused in a pause, as the meeting
    stands now: what was on its way when it began is not recorded in it, but by those who keep the record.
    """
    return _take(meeting, Part.ITEM, BEFORE_THE_END, item=item, writer=actor)


def take_number_to_write(actor: Actor, meeting: Meeting, *, item: AgendaItem) -> int:
    """The same for writing under an item: those who keep the record may add to it for as long as they may mend it."""
    after = {MeetingStatus.CLOSED} if keeps_record(actor, meeting) else set()
    return _take(meeting, Part.ITEM, BEFORE_THE_END | after, item=item, writer=actor)


def take_number_of_withdrawal(meeting: Meeting, *, item: AgendaItem) -> int:
    """The same for what somebody withdrew who gave it in a complaint: that waits for no meeting and for no approval."""
    return _tell(_next(meeting, Part.ITEM, item), meeting, Part.ITEM, item=item)


def _take(
    meeting: Meeting,
    part: Part,
    while_it_is: frozenset[MeetingStatus],
    *,
    item: AgendaItem | None,
    writer: Actor | None = None,
) -> int:
    """`writer`: somebody who writes under an item, which a pause ends for all but those who keep the record."""
    here = _next(meeting, part, item)
    if here.status not in while_it_is or here.frozen_at is not None:
        raise Refused(NOT_IN_SESSION)
    if writer is not None and here.paused_at is not None and not keeps_record(writer, meeting):
        raise Refused(PAUSED)
    return _tell(here, meeting, part, item=item)


def _next(meeting: Meeting, part: Part, item: AgendaItem | None) -> Any:
    if current_app.config["ROUNDTABLE"].listens:
        told = {"meeting": meeting.id, "part": part.value, "item": item.id if item is not None else 0}
        return directly(_NEXT_TOLD, told).one()
    return directly(_NEXT, {"meeting": meeting.id}).one()


def _tell(here: Any, meeting: Meeting, part: Part, *, item: AgendaItem | None) -> int:
    number = int(here.revision)
    item_id = item.id if item is not None else None
    feed.tell_when_committed(db.session(), meeting.id, feed.Hint(number=number, part=part.value, item_id=item_id))
    return number
