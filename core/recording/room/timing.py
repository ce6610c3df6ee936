"""The meeting's time: spent against allotted, item by item and in all, and when it will be over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.facts import ItemKind, ItemOutcome
from core.meetings.models import AgendaItem, Meeting

SHORT = timedelta(minutes=2)
"""An item has little time left: from then on it is said, before it runs over."""


@dataclass(frozen=True, slots=True)
class ItemTime:
    """How long an item has been heard, and how long it may be."""

    spent: timedelta
    allotted: timedelta
    running: bool

    @property
    def left(self) -> timedelta:
        """Until its time is up; negative once it runs over."""
        return self.allotted - self.spent

    @property
    def state(self) -> str:
        """`in time`, `short` before it runs over, `over`; of an item without an allotted time always the first."""
        if not self.allotted:
            return "in time"
        if self.left <= timedelta():
            return "over"
        return "short" if self.left <= SHORT else "in time"

    @property
    def words(self) -> str:
        """What is to be said of it: nothing while it is in time."""
        if self.state == "over":
            return f"{_minutes(-self.left)} over" if -self.left >= timedelta(minutes=1) else "Time is up"
        return f"{_minutes(self.left, up=True)} left" if self.state == "short" else ""


@dataclass(frozen=True, slots=True)
class MeetingTime:
    """The same of the whole agenda. `ahead` is what the items still to come are allotted."""

    spent: timedelta
    allotted: timedelta
    ahead: timedelta
    current: ItemTime | None
    now: datetime
    planned_end: datetime

    @property
    def forecast(self) -> datetime:
        """When it will be over if every item still to come keeps to its time."""
        left = max(self.current.left, timedelta()) if self.current is not None else timedelta()
        return self.now + left + self.ahead

    @property
    def late(self) -> timedelta:
        """By how much that is after the planned end; nothing if it is not."""
        return max(self.forecast - self.planned_end, timedelta())


def time_of(item: AgendaItem, *, now: datetime) -> ItemTime:
    """One clock for an item that was left and taken up again."""
    running = now - item.started_at if item.started_at is not None else timedelta()
    spent = timedelta(seconds=item.seconds_spent) + max(running, timedelta())
    return ItemTime(spent, timedelta(minutes=item.minutes_allotted), running=item.started_at is not None)


def time_of_meeting(meeting: Meeting, items: Sequence[AgendaItem], *, now: datetime) -> MeetingTime:
    """Of the agenda as it stands. A standing item that the meeting went past is not waited for."""
    times = {item.id: time_of(item, now=now) for item in items}
    current = next((item for item in items if item.id == meeting.current_item_id), None)
    at = current.position if current is not None else 0
    ahead = sum(
        (
            max(times[item.id].left, timedelta())
            for item in items
            if item is not current
            and item.outcome is ItemOutcome.PENDING
            and (item.position > at or item.kind is not ItemKind.STANDING)
        ),
        timedelta(),
    )
    heard = current is not None and current.outcome is ItemOutcome.PENDING
    return MeetingTime(
        spent=sum((each.spent for each in times.values()), timedelta()),
        allotted=sum((each.allotted for each in times.values()), timedelta()),
        ahead=ahead,
        current=times[current.id] if current is not None and heard else None,
        now=now,
        planned_end=meeting.ends_at,
    )


def _minutes(length: timedelta, *, up: bool = False) -> str:
    """In whole minutes; of what is left, a begun one counts."""
    number = -(-length // timedelta(minutes=1)) if up else length // timedelta(minutes=1)
    return f"{number} minute{'s' if number != 1 else ''}"
