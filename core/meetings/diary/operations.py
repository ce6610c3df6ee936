"""Writes of the diary: setting up a series, making meetings, moving and cancelling them."""

from datetime import date, datetime, time, timedelta

from core import audit
from core.clock import local_date, local_time
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor, ItemKind, MeetingStatus
from core.meetings.diary import notices, queries
from core.meetings.diary.changes import YEAR_AHEAD, Changes, Fate, Terms, changes_of, clashes_of
from core.meetings.models import AgendaItem, Meeting, Series
from core.meetings.order import CLOSING, OPENING
from core.meetings.research import operations as research
from core.meetings.schedule import Rule, Sitting, dates
from core.partnerships.models import Group
from core.policy import Permission, require

LONGEST = timedelta(hours=12)

ENDS_FIRST = "The meeting must end after it starts"
IN_THE_PAST = "The meeting must start in the future"
TOO_LONG = "A meeting can last 12 hours at most"
NO_PLACE = "Say where the meeting is held: give a venue, or a link for those who join online"
SERIES_ENDED = "This series has ended. Set up a new one."
NOT_TO_BE_CHANGED = "This meeting is {status}, so it can no longer be changed."
ALL_TAKEN = "The group has another meeting on every day of this series, so it would make none"
NO_LONGER = "The series was changed, and its new rule has no day for this meeting."


def schedule_meeting(
    actor: Actor,
    *,
    group: Group,
    starts_at: datetime,
    ends_at: datetime,
    venue: str,
    online_link: str = "",
    title: str = "",
    now: datetime,
) -> Meeting:
    """Make one meeting, with its standing items, and invite the group's members. Raises Refused."""
    require(actor, Permission.SCHEDULE_MEETING, group)
    check_times(starts_at, ends_at, now=now)
    check_free(group, starts_at=starts_at, ends_at=ends_at)
    if not (venue or online_link):
        raise Refused(NO_PLACE)
    meeting = make_meeting(
        group, starts_at=starts_at, ends_at=ends_at, venue=venue, online_link=online_link, title=title
    )
    audit.record(actor, audit.Category.ALTERATION, "meeting.schedule", object=f"meeting:{meeting.id}")
    notices.invite(meeting, now=now)
    return meeting


def start_series(
    actor: Actor,
    *,
    group: Group,
    rule: Rule,
    starts: time,
    length_minutes: int,
    venue: str,
    online_link: str = "",
    now: datetime,
) -> Series:
    """Keep the group's rule and make its meetings a year ahead. Raises Refused."""
    require(actor, Permission.SCHEDULE_MEETING, group)
    terms = Terms(rule, starts, length_minutes, venue, online_link)
    _check_terms(terms)
    if terms.sittings(now=now) and len(clashes_of(group, terms, now=now)) == len(terms.sittings(now=now)):
        raise Refused(ALL_TAKEN)
    series = Series(
        group_id=group.id,
        group=group,
        rule=rule.to_json(),
        starts=starts,
        length_minutes=length_minutes,
        venue=venue,
        online_link=online_link,
    )
    db.session.add(series)
    db.session.flush()
    audit.record(actor, audit.Category.ALTERATION, "series.start", object=f"series:{series.id}")
    make_meetings(actor, series=series, now=now)
    return series


def make_meetings(actor: Actor, *, series: Series, now: datetime) -> list[Meeting]:
    """Make the series' meetings of the next year and invite the members to each.

    Run again, it makes those alone that are not there yet: none is made for a day of the rule that has its
    meeting already, moved or cancelled though it be, nor over another meeting of the group.
    """
    require(actor, Permission.SCHEDULE_MEETING, series.group)
    if series.ended_on is not None:
        raise Refused(SERIES_ENDED)
    terms, on = Terms.of(series), local_date(now)
    made_for = {meeting.series_day for meeting in queries.meetings_of_series(series.id, since=on)}
    made = []
    for sitting in dates(terms.rule, since=on, until=on + YEAR_AHEAD):
        starts_at, ends_at = terms.times(sitting)
        taken = queries.meeting_at(series.group_id, starts_at=starts_at, ends_at=ends_at)
        if sitting.by_rule not in made_for and starts_at > now and not taken:
            made.append(_make_sitting(actor, series, terms, sitting))
    if made:
        notices.announce(made, now=now)
    return made


def change_series(actor: Actor, *, series: Series, wanted: Terms, version: int, now: datetime) -> Changes:
    """Change rule, time or place from the first date of the new rule on, as `changes_of` says.

    The members are told of every meeting that changes for them. Raises Refused, and Stale when somebody else
    changed the series since `version`.
    """
    require(actor, Permission.SCHEDULE_MEETING, series.group)
    if series.ended_on is not None:
        raise Refused(SERIES_ENDED)
    if series.version != version:
        raise Stale(terms_as_stored(Terms.of(series)))
    _check_terms(wanted)
    changes = changes_of(series, wanted, now=now)
    moved = [(step.meeting, step.meeting.starts_at) for step in changes.of(Fate.MOVED)]
    cancelled = [step.meeting for step in changes.of(Fate.CANCELLED)]
    for step in changes.steps:
        step.meeting.series_day = step.series_day
        if step.fate is Fate.MOVED:
            _change(step.meeting, step.starts_at, step.ends_at, wanted.venue, wanted.online_link)
            audit.record(actor, audit.Category.ALTERATION, "meeting.move", object=f"meeting:{step.meeting.id}")
        elif step.fate is Fate.CANCELLED:
            _cancel(actor, step.meeting, NO_LONGER)
    series.rule, series.starts, series.length_minutes = wanted.rule.to_json(), wanted.starts, wanted.length_minutes
    series.venue, series.online_link = wanted.venue, wanted.online_link
    db.session.flush()
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "series.change",
        object=f"series:{series.id}",
        payload={"rule": wanted.rule.to_json(), "moved": len(moved), "cancelled": len(cancelled)},
    )
    added = [_make_sitting(actor, series, wanted, sitting) for sitting in changes.added]
    notices.tell_of_series(moved=moved, cancelled=cancelled, added=added, now=now)
    return changes


def terms_as_stored(terms: Terms) -> dict[str, object]:
    """A series' terms under the names that its form has for them."""
    rule = terms.rule
    return {
        "frequency": rule.frequency.value,
        **({"nth": str(rule.nth)} if rule.nth is not None else {}),
        "weekday": str(int(rule.weekday)),
        "every": rule.every,
        "until": rule.until,
        "starts": terms.starts,
        "length_minutes": terms.length_minutes,
        "venue": terms.venue,
        "online_link": terms.online_link,
        "on_bank_holiday": rule.on_bank_holiday.value,
    }


def end_series(actor: Actor, *, series: Series, version: int, on: date) -> None:
    """Make no more meetings by this rule. Those that were made stay, until somebody cancels them."""
    require(actor, Permission.SCHEDULE_MEETING, series.group)
    if series.version != version:
        raise Stale(told={"Rule": Rule.from_json(series.rule).description})
    if series.ended_on is None:
        series.ended_on = on
        audit.record(actor, audit.Category.ALTERATION, "series.end", object=f"series:{series.id}")


def when_and_where(meeting: Meeting) -> dict[str, object]:
    """Date, time and place, by the fields of the form that moves it."""
    return {
        "day": local_date(meeting.starts_at),
        "starts": local_time(meeting.starts_at).time(),
        "ends": local_time(meeting.ends_at).time(),
        "venue": meeting.venue,
        "online_link": meeting.online_link,
    }


def move_meeting(
    actor: Actor,
    *,
    meeting: Meeting,
    starts_at: datetime,
    ends_at: datetime,
    venue: str,
    online_link: str,
    version: int,
    now: datetime,
) -> bool:
    """Change date, time or place; whether anything was changed. Then whoever was told before is told once more.

    Raises Refused and Stale.
    """
    _allow_change(actor, meeting, version)
    check_times(starts_at, ends_at, now=now)
    check_free(meeting.group, starts_at=starts_at, ends_at=ends_at, but=meeting.id)
    if not (venue or online_link):
        raise Refused(NO_PLACE)
    old = (meeting.starts_at, meeting.ends_at, meeting.venue, meeting.online_link)
    new = (starts_at, ends_at, venue, online_link)
    if new == old:
        return False
    _change(meeting, *new)
    db.session.flush()
    research.set_dates_anew(meeting, on=local_date(now))
    audit.record(actor, audit.Category.ALTERATION, "meeting.move", object=f"meeting:{meeting.id}")
    notices.tell_of_move(meeting, was=old[0], now=now)
    return True


def cancel_meeting(actor: Actor, *, meeting: Meeting, reason: str, version: int, now: datetime) -> None:
    """Cancel it, with a reason that stays with the meeting and is not mailed. Raises Refused and Stale."""
    _allow_change(actor, meeting, version)
    if not reason:
        raise Refused("Say why the meeting is cancelled")
    _cancel(actor, meeting, reason)
    notices.tell_of_cancellation(meeting, now=now)


def check_times(starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    """Raises Refused for times that make no meeting."""
    if ends_at <= starts_at:
        raise Refused(ENDS_FIRST)
    if starts_at <= now:
        raise Refused(IN_THE_PAST)
    if ends_at - starts_at > LONGEST:
        raise Refused(TOO_LONG)


def check_free(group: Group, *, starts_at: datetime, ends_at: datetime, but: int = 0) -> None:
    """Raises Refused when the group has another meeting then."""
    taken = queries.meeting_at(group.id, starts_at=starts_at, ends_at=ends_at, but=but)
    if taken:
        raise Refused(f"This group has another meeting then: {taken}")


def _check_terms(terms: Terms) -> None:
    if not 0 < terms.length_minutes <= LONGEST.total_seconds() / 60:
        raise Refused(TOO_LONG)
    if not (terms.venue or terms.online_link):
        raise Refused(NO_PLACE)


def _change(meeting: Meeting, starts_at: datetime, ends_at: datetime, venue: str, online_link: str) -> None:
    meeting.starts_at, meeting.ends_at, meeting.venue, meeting.online_link = starts_at, ends_at, venue, online_link
    meeting.sequence = Meeting.sequence + 1  # the database counts: whoever joins the group raises it beside the version
    meeting.revision += 1


def _cancel(actor: Actor, meeting: Meeting, reason: str) -> None:
    meeting.status = MeetingStatus.CANCELLED
    meeting.cancelled_reason = reason
    meeting.sequence = Meeting.sequence + 1  # the database counts: whoever joins the group raises it beside the version
    meeting.revision += 1
    db.session.flush()
    audit.record(
        actor,
        audit.Category.ALTERATION,
        "meeting.cancel",
        object=f"meeting:{meeting.id}",
        payload={"reason": reason},
    )


def _make_sitting(actor: Actor, series: Series, terms: Terms, sitting: Sitting) -> Meeting:
    """The meeting of one day of a series."""
    starts_at, ends_at = terms.times(sitting)
    meeting = make_meeting(
        series.group,
        starts_at=starts_at,
        ends_at=ends_at,
        venue=terms.venue,
        online_link=terms.online_link,
        series=series,
        series_day=sitting.by_rule,
    )
    audit.record(actor, audit.Category.ALTERATION, "meeting.schedule", object=f"meeting:{meeting.id}")
    return meeting


def make_meeting(
    group: Group,
    *,
    starts_at: datetime,
    ends_at: datetime,
    venue: str,
    online_link: str,
    title: str = "",
    series: Series | None = None,
    series_day: date | None = None,
) -> Meeting:
    """A meeting with its standing items, of which nobody is told yet."""
    meeting = Meeting(
        group_id=group.id,
        group=group,
        series_id=series.id if series is not None else None,
        series_day=series_day,
        ref=_new_reference(group, local_date(starts_at)),
        title=title,
        starts_at=starts_at,
        ends_at=ends_at,
        venue=venue,
        online_link=online_link,
        status=MeetingStatus.SCHEDULED,
    )
    db.session.add(meeting)
    db.session.flush()
    for position, standing in enumerate((*OPENING, *CLOSING), start=1):
        db.session.add(
            AgendaItem(
                meeting_id=meeting.id,
                position=position,
                kind=ItemKind.STANDING,
                heading=standing.heading,
                minutes_allotted=standing.minutes,
            )
        )
    db.session.flush()
    return meeting


def _new_reference(group: Group, day: date) -> str:
    """`NBR-CST-TOWN-2026-11-24`: partnership, group and first date. It stays when the meeting is moved."""
    stem = f"{group.partnership.prefix}-{group.key}-{day}".upper()
    taken = queries.references_like(stem)
    if stem not in taken:
        return stem
    return next(ref for number in range(2, len(taken) + 3) if (ref := f"{stem}-{number}") not in taken)


def _allow_change(actor: Actor, meeting: Meeting, version: int) -> None:
    require(actor, Permission.MANAGE_MEETING, meeting)
    if meeting.status is not MeetingStatus.SCHEDULED:
        raise Refused(NOT_TO_BE_CHANGED.format(status=meeting.status))
    if meeting.version != version:
        raise Stale(when_and_where(meeting), told={"The meeting is on": notices.when(meeting.starts_at)})
