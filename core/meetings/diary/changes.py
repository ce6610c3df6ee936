"""What becomes of a series' meetings when its rule, time or place is changed: worked out, then shown, then done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from core.clock import at_local, local_date
from core.dates import in_words
from core.errors import Refused
from core.facts import MeetingStatus
from core.meetings.diary import queries
from core.meetings.models import Meeting, Series
from core.meetings.schedule import Rule, Sitting, dates
from core.partnerships.models import Group

YEAR_AHEAD = timedelta(days=365)

CANCELLED_BEFORE = "it is cancelled"
AGENDA_IS_OUT = "its agenda has been circulated"
CHANGED_ALONE = "it was given a day, a time or a place of its own"
HAS_CASES = "no new day is left for it, and cases are on its agenda or nominated for it"


class Fate(StrEnum):
    """What becomes of a meeting."""

    SAME = "as it was"
    MOVED = "changed"
    KEPT = "stays"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Terms:
    """How a series' meetings are held: by which rule, when in the day, how long and where."""

    rule: Rule
    starts: time
    length_minutes: int
    venue: str
    online_link: str

    @classmethod
    def of(cls, series: Series) -> "Terms":
        """Those of a series as it is."""
        return cls(Rule.from_json(series.rule), series.starts, series.length_minutes, series.venue, series.online_link)

    def sittings(self, *, now: datetime) -> list[Sitting]:
        """Its days of the next year that lie ahead."""
        on = local_date(now)
        return [each for each in dates(self.rule, since=on, until=on + YEAR_AHEAD) if self.times(each)[0] > now]

    def times(self, sitting: Sitting) -> tuple[datetime, datetime]:
        """When a meeting of that day starts and ends."""
        starts_at = at_local(sitting.day, self.starts)
        return starts_at, starts_at + timedelta(minutes=self.length_minutes)


@dataclass(frozen=True, slots=True)
class Step:
    """One meeting: what becomes of it, when it is held then, and why it stays where it does."""

    meeting: Meeting
    fate: Fate
    starts_at: datetime
    ends_at: datetime
    series_day: date
    why: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """Every meeting from the first day of the new rule on, in order of its present day; and the days that are new."""

    steps: Sequence[Step]
    added: Sequence[Sitting]

    def of(self, *fates: Fate) -> list[Step]:
        """The steps that end so."""
        return [step for step in self.steps if step.fate in fates]


def changes_of(series: Series, wanted: Terms, *, now: datetime) -> Changes:
    """What a change of the series does to its meetings to come, from the first date of the new rule on.

    Each takes the new day that is nearest to its own. Those for which no day is left are cancelled, days that are
    left over get a meeting. What is cancelled, circulated or was changed by itself stays as it is, and so does what has
    cases on its agenda or nominated for it and would be cancelled. Raises Refused where the group has another
    meeting at the new time, and past the last bank holiday known.
    """
    on = local_date(now)
    meetings = queries.meetings_of_series(series.id, since=on)
    moving = [each for each in meetings if each.starts_at > now and _day(each) >= wanted.rule.start]
    others = {_day(each) for each in meetings} - {_day(each) for each in moving}
    sittings = [each for each in dates(wanted.rule, since=on, until=on + YEAR_AHEAD) if each.by_rule not in others]
    fixed = _fixed(series, moving)
    nearest = _nearest(moving, sittings)
    busy = queries.meetings_with_business([each.id for each in moving])
    steps = [_step(each, wanted, nearest.get(each.id), fixed.get(each.id, ""), each.id in busy) for each in moving]
    taken = queries.times_taken(
        series.group_id, since=now, but=[step.meeting.id for step in steps if step.fate is not Fate.KEPT]
    )
    for step in steps:
        if step.fate is Fate.MOVED and (ref := _other_at(taken, step.starts_at, step.ends_at)):
            raise Refused(f"This group has another meeting on {in_words(step.starts_at)}: {ref}")
    used = {sitting.by_rule for sitting in nearest.values()}
    added = [
        each
        for each in sittings
        if each.by_rule not in used and wanted.times(each)[0] > now and not _other_at(taken, *wanted.times(each))
    ]
    return Changes(steps, added)


def clashes_of(group: Group, terms: Terms, *, now: datetime) -> Mapping[date, str]:
    """Day by the rule -> the reference of another meeting of the group at that time: there the series makes none."""
    taken = queries.times_taken(group.id, since=now, but=())
    found = {each.by_rule: _other_at(taken, *terms.times(each)) for each in terms.sittings(now=now)}
    return {day: ref for day, ref in found.items() if ref}


def _step(meeting: Meeting, wanted: Terms, sitting: Sitting | None, fixed: str, busy: bool) -> Step:
    day = sitting.by_rule if sitting is not None else _day(meeting)
    if fixed or (sitting is None and busy):
        return Step(meeting, Fate.KEPT, meeting.starts_at, meeting.ends_at, day, fixed or HAS_CASES)
    if sitting is None:
        return Step(meeting, Fate.CANCELLED, meeting.starts_at, meeting.ends_at, day)
    starts_at, ends_at = wanted.times(sitting)
    same = _held(meeting) == (starts_at, ends_at, wanted.venue, wanted.online_link)
    return Step(meeting, Fate.SAME if same else Fate.MOVED, starts_at, ends_at, day)


def _fixed(series: Series, meetings: Sequence[Meeting]) -> dict[int, str]:
    """Meeting id -> why a change of the series does not touch it."""
    if not meetings:
        return {}
    now = Terms.of(series)
    by_rule = {each.by_rule: each for each in dates(now.rule, since=_day(meetings[0]), until=_day(meetings[-1]))}
    circulated = queries.circulated_among([meeting.id for meeting in meetings])
    found = {}
    for meeting in meetings:
        sitting = by_rule.get(_day(meeting))
        if meeting.status is not MeetingStatus.SCHEDULED:
            found[meeting.id] = CANCELLED_BEFORE
        elif meeting.id in circulated:
            found[meeting.id] = AGENDA_IS_OUT
        elif sitting is None or _held(meeting) != (*now.times(sitting), now.venue, now.online_link):
            found[meeting.id] = CHANGED_ALONE
    return found


def _nearest(meetings: Sequence[Meeting], sittings: Sequence[Sitting]) -> dict[int, Sitting]:
    """Meeting id -> its new day: the pairs that lie nearest to one another first, of two as near the later day."""
    pairs = sorted(
        (abs((sitting.by_rule - _day(meeting)).days), sitting.by_rule < _day(meeting), meeting.id, number)
        for meeting in meetings
        for number, sitting in enumerate(sittings)
    )
    chosen: dict[int, Sitting] = {}
    used: set[int] = set()
    for _, _, meeting_id, number in pairs:
        if meeting_id not in chosen and number not in used:
            chosen[meeting_id] = sittings[number]
            used.add(number)
    return chosen


def _other_at(taken: Iterable[tuple[str, datetime, datetime]], starts_at: datetime, ends_at: datetime) -> str:
    """The reference of a meeting that overlaps these times; empty if none does."""
    return next((ref for ref, begins, ends in taken if begins < ends_at and ends > starts_at), "")


def _held(meeting: Meeting) -> tuple[datetime, datetime, str, str]:
    return meeting.starts_at, meeting.ends_at, meeting.venue, meeting.online_link


def _day(meeting: Meeting) -> date:
    """The rule's own day that it was made for; every meeting of a series has one."""
    assert meeting.series_day is not None
    return meeting.series_day
