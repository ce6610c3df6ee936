"""What the members of a group are told of its meetings: neutral mails, with a calendar entry that names nobody."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import update

from core.accounts.models import User
from core.circulation import outbox
from core.circulation.letters import Letter, about, link_to, write
from core.clock import local_date, local_time
from core.dates import with_weekday
from core.extensions import db
from core.facts import MARKING, MailKind
from core.meetings.diary import queries
from core.meetings.ics import Invitation, Method, invitation_text
from core.meetings.models import Meeting


def invite(meeting: Meeting, *, now: datetime) -> None:
    """Invite the group's members to one meeting."""
    _tell_each(meeting, MailKind.INVITATION, Method.REQUEST, _invitation(meeting), now=now)


def announce(meetings: Sequence[Meeting], *, now: datetime) -> None:
    """Invite the group's members to the new meetings of a series, each meeting in a mail of its own.

    RFC 5546 (section 3.2.2) allows a REQUEST one UID. The instances of one recurring UID would be that, but a series
    here is no rule that a calendar could be told: its days move off bank holidays and around other meetings, each
    meeting is moved and cancelled by itself, and of several VEVENTs in one mail Outlook takes the first and leaves the
    others (MS-STANOICAL, 2.2.175), nor does it know PUBLISH in a mail. So each is invited to as a single meeting is:
    Outlook and Google enter it, find it again by its UID when it moves, and the coordinator sees what became of it
    under its own meeting.
    """
    for meeting in meetings:
        invite(meeting, now=now)


def tell_of_series(
    *, moved: Sequence[tuple[Meeting, datetime]], cancelled: Sequence[Meeting], added: Sequence[Meeting], now: datetime
) -> None:
    """Tell the members what became of a series' meetings when it was changed, of each as if it had changed alone.

    `moved` pairs a meeting with the moment at which it was to start.
    """
    for meeting, was in moved:
        tell_of_move(meeting, was=was, now=now)
    for meeting in cancelled:
        tell_of_cancellation(meeting, now=now)
    announce(added, now=now)


def tell_of_move(meeting: Meeting, *, was: datetime, now: datetime) -> None:
    """Tell everybody that date, time or place has changed."""
    letter = write("change", subject=about(meeting, "changed"), link=_path(meeting), was=when(was), **_words(meeting))
    _tell_each(meeting, MailKind.CHANGE, Method.REQUEST, letter, now=now)


def invite_to_all(user: User, group_id: int, *, now: datetime) -> None:
    """Invite somebody who has joined the group to each of its meetings to come."""
    for meeting in _ahead_anew(group_id, now):
        _tell([user], meeting, MailKind.INVITATION, Method.REQUEST, _invitation(meeting), now=now)


def take_out_all(user: User, group_id: int, *, now: datetime) -> None:
    """Take the group's meetings to come out of the calendar of somebody who has left it (RFC 5546, section 3.2.5)."""
    for meeting in _ahead_anew(group_id, now):
        subject = about(meeting, "not in your calendar any more")
        letter = write("left", subject=subject, link="/", partnership="", **_words(meeting))
        _tell([user], meeting, MailKind.CANCELLATION, Method.CANCEL, letter, now=now)


def take_out(meeting_id: int, users: Sequence[User], *, partnership: str, now: datetime) -> None:
    """Take a meeting out of the calendars of people whose agency has left that partnership."""
    anew = update(Meeting).where(Meeting.id == meeting_id).values(sequence=Meeting.sequence + 1)
    db.session.execute(anew)
    meeting = queries.meeting_as_it_is(meeting_id)
    subject = about(meeting, "not in your calendar any more")
    letter = write("left", subject=subject, link="/", partnership=partnership, **_words(meeting))
    _tell(users, meeting, MailKind.CANCELLATION, Method.CANCEL, letter, now=now)


def _ahead_anew(group_id: int, now: datetime) -> Sequence[Meeting]:
    """The meetings to come, each under its next sequence number.

    Without it, whoever comes back would be invited under the number that took the meeting out of their calendar, or
    that they were invited under before. Nothing of the meeting changes: its version stays, for whoever has it open.
    """
    ahead = queries.still_to_come(group_id, after=now)
    numbers = [meeting.id for meeting in ahead]
    db.session.execute(update(Meeting).where(Meeting.id.in_(numbers)).values(sequence=Meeting.sequence + 1))
    return queries.still_to_come(group_id, after=now)


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


def _tell_each(meeting: Meeting, kind: MailKind, method: Method, letter: Letter, *, now: datetime) -> None:
    """The same letter to every member whose agency has not left, each with a calendar entry of their own; once for each
    state of the meeting.
    """
    members = queries.people_to_tell(meeting.group_id, on=local_date(now))
    _tell(members, meeting, kind, method, letter, now=now)


def _tell(
    users: Sequence[User], meeting: Meeting, kind: MailKind, method: Method, letter: Letter, *, now: datetime
) -> None:
    outbox.queue_each(
        [_entry_for(user, meeting, method, now) for user in users],
        kind=kind,
        letter=letter,
        now=now,
        meeting=meeting,
    )


def _invitation(meeting: Meeting) -> Letter:
    return write("invitation", subject=about(meeting, "invitation"), link=_path(meeting), **_words(meeting))


def _entry_for(user: User, meeting: Meeting, method: Method, now: datetime) -> outbox.Entry:
    return outbox.Entry(
        user,
        invitation_text(entry_of(method, meeting, stamp=now, attendee=user.email)).decode(),
        f"meeting:{meeting.id}:{meeting.sequence}:{method.value}:u_{user.id}",
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


def _path(meeting: Meeting) -> str:
    return f"/meetings/{meeting.id}"
