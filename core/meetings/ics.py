"""A meeting as an iCalendar file (RFC 5545, RFC 5546). It names nobody whom a case is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Method(StrEnum):
    """What the reader's calendar does with it. An update is a request with a higher sequence number."""

    PUBLISH = "PUBLISH"
    """Downloaded: added to a calendar, no answer is asked for."""
    REQUEST = "REQUEST"
    """Mailed to somebody: invites, or moves what the same UID put there before."""
    CANCEL = "CANCEL"
    """Mailed or downloaded: takes it out again."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a calendar may know of a meeting.

    `uid` stays the same for the meeting's life; `sequence` rises with each change that people are told of, a
    cancellation included. `stamp`, `starts` and `ends` are aware. `organiser` is the e-mail address that
    invitations come from and `attendee` the recipient's own, empty in a file that is downloaded.
    """

    method: Method
    uid: str
    sequence: int
    stamp: datetime
    starts: datetime
    ends: datetime
    marking: str
    group: str
    reference: str
    location: str
    url: str
    organiser: str
    attendee: str = ""


def invitation_text(invitation: Invitation) -> bytes:
    """The .ics file, UTF-8 with the CRLF line ends of the standard. The same invitation gives the same bytes.

    The summary is marking, group and reference, nothing else: calendars are shared, synchronised and shown on
    locked screens.
    """
    return calendar_text(invitation.method, [invitation])


def calendar_text(method: Method, invitations: Sequence[Invitation]) -> bytes:
    """Several meetings in one file, to be downloaded; each is written as by `invitation_text`."""
    from core.meetings.calendar_file import written  # icalendar is large, and few pages need it

    return written(method, invitations)


def feed_text(name: str, entries: Sequence[Invitation]) -> bytes:
    """A feed of somebody's meetings under that name (RFC 7986), which their calendar asks for every hour.

    A cancelled meeting is in it as an entry with the method CANCEL, so that it is struck out where it was.
    """
    from core.meetings.calendar_file import written_feed

    return written_feed(name, entries)
