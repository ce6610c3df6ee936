"""What the members of a group are told of its meetings: neutral mails, with a calendar entry that names nobody."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from flask import current_app

from core.accounts.models import User
from core.circulation import outbox
from core.clock import local_date, local_time
from core.dates import with_weekday
from core.facts import MARKING
from core.meetings.diary.queries import people_of
from core.meetings.ics import Invitation, Method, calendar_text, invitation_text
from core.meetings.models import Meeting
from core.partnerships.models import Group


def invite(meeting: Meeting, *, now: datetime) -> None:
    """Invite the group's members to one meeting."""
    for user in _members(meeting.group, now):
        outbox.queue(
            user,
            kind="invitation",
            subject=f"{meeting.group.name}, {meeting.ref}: invitation",
            body=f"{_sentence(meeting)}\n\n{_link(meeting)}\n",
            now=now,
            partnership_id=meeting.group.partnership_id,
            meeting=meeting,
            calendar=_entry(Method.REQUEST, meeting, user, now=now),
        )


def announce(group: Group, meetings: Sequence[Meeting], *, now: datetime) -> None:
    """Tell the members of a series' new meetings, in one mail each."""
    days = "\n".join(f"- {when(meeting.starts_at)} ({meeting.ref})" for meeting in meetings)
    entries = calendar_text(Method.PUBLISH, [entry_of(Method.PUBLISH, meeting, stamp=now) for meeting in meetings])
    for user in _members(group, now):
        outbox.queue(
            user,
            kind="invitation",
            subject=f"{group.name}, dates of {len(meetings)} meetings",
            body=f"The {group.name} meets on:\n\n{days}\n\n{outbox.link_to(f'/meetings?group={group.id}')}\n",
            now=now,
            partnership_id=group.partnership_id,
            calendar=entries.decode(),
        )


def tell_of_series(
    group: Group,
    *,
    moved: Sequence[tuple[Meeting, datetime]],
    cancelled: Sequence[Meeting],
    added: Sequence[Meeting],
    now: datetime,
) -> None:
    """Tell the members what became of a series' meetings when it was changed, in one mail each.

    `moved` pairs a meeting with the moment at which it was to start. Who has the meetings in a calendar finds them
    changed and taken out there.
    """
    lines = [f"- {when(was)} is changed: {_sentence(meeting)} ({meeting.ref})" for meeting, was in moved]
    lines += [f"- {when(meeting.starts_at)} is cancelled ({meeting.ref})" for meeting in cancelled]
    lines += [f"- {when(meeting.starts_at)} is new ({meeting.ref})" for meeting in added]
    entries = [entry_of(Method.PUBLISH, meeting, stamp=now) for meeting in (*(each for each, _ in moved), *added)]
    entries += [entry_of(Method.CANCEL, meeting, stamp=now) for meeting in cancelled]
    calendar = calendar_text(Method.PUBLISH, entries).decode()
    body = "\n".join(lines)
    for user in _members(group, now):
        outbox.queue(
            user,
            kind="change",
            subject=f"{group.name}, dates changed",
            body=f"The dates of the {group.name} have changed:\n\n{body}\n\n"
            f"{outbox.link_to(f'/meetings?group={group.id}')}\n",
            now=now,
            partnership_id=group.partnership_id,
            calendar=calendar,
        )


def tell_of_move(meeting: Meeting, *, was: datetime, now: datetime) -> None:
    """Tell everybody that date, time or place has changed."""
    for user in _members(meeting.group, now):
        outbox.queue(
            user,
            kind="change",
            subject=f"{meeting.group.name}, {meeting.ref}: changed",
            body=f"The meeting of {when(was)} has changed. {_sentence(meeting)}\n\n{_link(meeting)}\n",
            now=now,
            partnership_id=meeting.group.partnership_id,
            meeting=meeting,
            calendar=_entry(Method.REQUEST, meeting, user, now=now),
        )


def tell_of_cancellation(meeting: Meeting, *, now: datetime) -> None:
    """Tell everybody that the meeting is off. The reason is behind the link: it may be about people."""
    for user in _members(meeting.group, now):
        outbox.queue(
            user,
            kind="cancellation",
            subject=f"{meeting.group.name}, {meeting.ref}: cancelled",
            body=f"The meeting of {when(meeting.starts_at)} is cancelled.\n\n{_link(meeting)}\n",
            now=now,
            partnership_id=meeting.group.partnership_id,
            meeting=meeting,
            calendar=_entry(Method.CANCEL, meeting, user, now=now),
        )


def entry_of(method: Method, meeting: Meeting, *, stamp: datetime, attendee: str = "") -> Invitation:
    """The meeting as a calendar may know it; the same UID for its life."""
    config = current_app.config["ROUNDTABLE"]
    place = ", ".join(part for part in (meeting.venue, meeting.online_link) if part)
    return Invitation(
        method=method,
        uid=f"meeting-{meeting.id}@{urlsplit(config.external_url).hostname or 'roundtable'}",
        sequence=meeting.sequence,
        stamp=stamp,
        starts=meeting.starts_at,
        ends=meeting.ends_at,
        marking=MARKING,
        group=meeting.group.name,
        reference=meeting.ref,
        location=place,
        url=outbox.link_to(f"/meetings/{meeting.id}"),
        organiser=config.mail_from,
        attendee=attendee,
    )


def when(moment: datetime) -> str:
    """`Tuesday 24 November 2026 at 10:00`, on the clock of the United Kingdom."""
    return f"{with_weekday(moment)} at {local_time(moment):%H:%M}"


def _members(group: Group, now: datetime) -> list[User]:
    return [user for user, _ in people_of(group.id, on=local_date(now))]


def _entry(method: Method, meeting: Meeting, user: User, *, now: datetime) -> str:
    return invitation_text(entry_of(method, meeting, stamp=now, attendee=user.email)).decode()


def _sentence(meeting: Meeting) -> str:
    place = meeting.venue or "online"
    end = local_time(meeting.ends_at)
    return f"The {meeting.group.name} meets on {when(meeting.starts_at)} until {end:%H:%M}: {place}."


def _link(meeting: Meeting) -> str:
    return outbox.link_to(f"/meetings/{meeting.id}")
