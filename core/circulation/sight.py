"""What whoever prepares a circulation may see themselves: nobody is shown more of the minutes than that."""

from dataclasses import dataclass, replace

from core.documents.readers import reader_of
from core.documents.record import Reader
from core.errors import Refused
from core.facts import Actor, MinutesStatus
from core.meetings.models import Meeting
from core.minutes.build import build
from core.minutes.models import Minutes
from core.minutes.queries import frozen_record, minutes_of
from core.minutes.record import MeetingRecord


@dataclass(frozen=True, slots=True)
class Sight:
    """A meeting's minutes as they stand, whole, and the part of whoever looks."""

    minutes: Minutes
    record: MeetingRecord
    mine: MeetingRecord
    me: Reader

    @property
    def approved(self) -> bool:
        """Whether anything can be sent."""
        return self.minutes.status is MinutesStatus.APPROVED

    @property
    def closed(self) -> tuple[int, ...]:
        """Numbers of the items that are closed to whoever looks."""
        own = {item.id for item in self.mine.items}
        return tuple(item.number for item in self.record.items if item.id not in own)

    @property
    def names(self) -> dict[int, str]:
        """Item id -> what it is about, of the items that are not closed to whoever looks."""
        return {
            item.id: ", ".join(filter(None, (item.title or "Restricted", item.case_ref))) for item in self.mine.items
        }


def sight_of(actor: Actor, meeting: Meeting) -> Sight:
    """Raises Refused when the minutes have not been composed."""
    minutes = minutes_of(meeting.id)
    if minutes is None:
        raise Refused("The minutes of this meeting have not been composed, so there is nothing for anybody yet.")
    record = frozen_record(minutes) if minutes.status is MinutesStatus.APPROVED else build(meeting.id)
    record = replace(record, whole_sha256=minutes.record_sha256 or record.sha256())
    me = reader_of(actor, group_id=meeting.group_id, cases=record.case_ids)
    return Sight(minutes, record, record.only(me), me)
