"""What the members of a group are told of its meetings: neutral mails, with a calendar entry that names nobody."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from flask import current_app

from core.accounts.models import User
from core.circulation import outbox
from core.circulation.letters import Letter, about, link_to, write
from core.clock import local_date, local_time
from core.dates import with_weekday
from core.facts import MARKING, MailKind
from core.meetings.diary.queries import people_of
from core.meetings.ics import Invitation, Method, calendar_text, invitation_text
from core.meetings.models import Meeting
from core.partnerships.models import Group


def invite(meeting: Meeting, *, now: datetime) -> None:
    """Invite the group's members to one meeting."""
    letter = write("invitation", subject=about(meeting, "invitation"), link=_path(meeting), **_words(meeting))
    _tell_each(meeting, MailKind.INVITATION, Method.REQUEST, letter, now=now)


def announce(group: Group, meetings: Sequence[Meeting], *, now: datetime) -> None:
    """Tell the members of a series' new meetings, in one mail each."""
    entries = calendar_text(Method.PUBLISH, [entry_of(Method.PUBLISH, meeting, stamp=now) for meeting in meetings])
    letter = write(
        "dates",
        subject=f"{group.name}, dates of {len(meetings)} meetings",
        link=f"/meetings?group={group.id}",
        sentence=f"The {group.name} meets on",
        lines=[f"{when(meeting.starts_at)} ({meeting.ref})" for meeting in meetings],
    )
    for user in _members(group, now):
        outbox.queue(
            user,
            kind=MailKind.INVITATION,
            letter=letter,
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
    lines = [f"{when(was)} is changed: {_sentence(meeting)} ({meeting.ref})" for meeting, was in moved]
    lines += [f"{when(meeting.starts_at)} is cancelled ({meeting.ref})" for meeting in cancelled]
    lines += [f"{when(meeting.starts_at)} is new ({meeting.ref})" for meeting in added]
    entries = [entry_of(Method.PUBLISH, meeting, stamp=now) for meeting in (*(each for each, _ in moved), *added)]
    entries += [entry_of(Method.CANCEL, meeting, stamp=now) for meeting in cancelled]
    calendar = calendar_text(Method.PUBLISH, entries).decode()
    letter = write(
        "dates",
        subject=f"{group.name}, dates changed",
        link=f"/meetings?group={group.id}",
        sentence=f"The dates of the {group.name} have changed",
        lines=lines,
    )
    for user in _members(group, now):
        outbox.queue(
            user,
            kind=MailKind.CHANGE,
            letter=letter,
            now=now,
            partnership_id=group.partnership_id,
            calendar=calendar,
        )


def tell_of_move(meeting: Meeting, *, was: datetime, now: datetime) -> None:
    """Tell everybody that date, time or place has changed."""
    letter = write("change", subject=about(meeting, "changed"), link=_path(meeting), was=when(was), **_words(meeting))
    _tell_each(meeting, MailKind.CHANGE, Method.REQUEST, letter, now=now)


def tell_of_cancellation(meeting: Meeting, *, now: datetime) -> None:
    """Tell everybody that the meeting is off. The reason is behind the link: it may be about people."""
    letter = write("cancellation", subject=about(meeting, "cancelled"), link=_path(meeting), **_words(meeting))
    _tell_each(meeting, MailKind.CANCELLATION, Method.CANCEL, letter, now=now)


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
        url=link_to(_path(meeting)),
        organiser=config.mail_from,
        attendee=attendee,
    )


def when(moment: datetime) -> str:
    """`Tuesday 24 November 2026 at 10:00`, on the clock of the United Kingdom."""
    return f"{with_weekday(moment)} at {local_time(moment):%H:%M}"


def _members(group: Group, now: datetime) -> list[User]:
    return [user for user, _ in people_of(group.id, on=local_date(now))]


def _tell_each(meeting: Meeting, kind: MailKind, method: Method, letter: Letter, *, now: datetime) -> None:
    """The same letter to every member, each with a calendar entry of their own; once for each state of the meeting."""
    for user in _members(meeting.group, now):
        entry = entry_of(method, meeting, stamp=now, attendee=user.email)
        outbox.queue(
            user,
            kind=kind,
            letter=letter,
            now=now,
            partnership_id=meeting.group.partnership_id,
            meeting=meeting,
            calendar=invitation_text(entry).decode(),
            once_key=f"meeting:{meeting.id}:{meeting.sequence}:{method.value}:u_{user.id}",
        )


def _words(meeting: Meeting) -> dict[str, str]:
    """What the templates say of a meeting."""
    return {
        "group": meeting.group.name,
        "reference": meeting.ref,
        "when": when(meeting.starts_at),
        "end": f"{local_time(meeting.ends_at):%H:%M}",
        "place": meeting.venue or "online",
    }


def _sentence(meeting: Meeting) -> str:
    words = _words(meeting)
    return f"The {words['group']} meets on {words['when']} until {words['end']}: {words['place']}."


def _path(meeting: Meeting) -> str:
    return f"/meetings/{meeting.id}"
