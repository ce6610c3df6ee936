"""Writing the iCalendar file. Apart from core.meetings.ics, so that icalendar is loaded when one is written."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vDuration,
    vRecur,
    vText,
)

from core.clock import LONDON
from core.meetings.ics import Invitation, Method

ASKED_AGAIN = timedelta(hours=1)
"""How often a calendar is told to ask for a feed: what it says of a meeting is no older."""


def written(method: Method, invitations: Sequence[Invitation]) -> bytes:
    """The file's bytes. The same invitations give the same bytes."""
    return _filled(_begun(method), invitations)


def written_feed(name: str, entries: Sequence[Invitation]) -> bytes:
    """The bytes of a feed that calendars ask for again and again. The same entries give the same bytes."""
    calendar = _begun(Method.PUBLISH)
    for called in ("name", "x-wr-calname"):  # as RFC 7986 has it, and as calendars had it before
        calendar.add(called, vText(name))
    calendar.add("refresh-interval", vDuration(ASKED_AGAIN), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(ASKED_AGAIN))  # the same for Outlook
    return _filled(calendar, entries)


def _begun(method: Method) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Roundtable//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    return calendar


def _filled(calendar: Calendar, invitations: Sequence[Invitation]) -> bytes:
    if not invitations:
        calendar.add_component(_london())  # a calendar needs a component
        return bytes(calendar.to_ical())
    for invitation in invitations:
        calendar.add_component(_event(invitation))
    # The time zone is the longer part of an invitation and always the same: it is written once. Within a value there
    # is no line end, so that this is where the first event begins.
    head, begins, events = bytes(calendar.to_ical()).partition(b"\r\nBEGIN:VEVENT\r\n")
    return b"".join((head, b"\r\n", _london_written(), begins.removeprefix(b"\r\n"), events))


def _event(invitation: Invitation) -> Event:
    event = Event()
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", invitation.stamp)
    event.add("dtstart", invitation.starts.astimezone(LONDON))
    event.add("dtend", invitation.ends.astimezone(LONDON))
    event.add("summary", f"{invitation.marking}: {invitation.group}, {invitation.reference}")
    event.add("location", invitation.location)
    event.add("url", invitation.url)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if invitation.method is Method.CANCEL else "CONFIRMED")
    event.add("organizer", vCalAddress(f"mailto:{invitation.organiser}"))
    if invitation.attendee:
        attendee = vCalAddress(f"mailto:{invitation.attendee}")
        attendee.params["RSVP"] = vText("FALSE")  # apologies are sent where the chair sees them
        event.add("attendee", attendee)
    return event


@lru_cache
def _london_written() -> bytes:
    return bytes(_london().to_ical())


def _london() -> Timezone:
    """The United Kingdom's time since 1996: it changes at 01:00 UTC on the last Sundays of March and October.

    Written out, because icalendar's own Timezone.from_tzid() begins summer time an hour late.
    """
    zone = Timezone()
    zone.add("tzid", LONDON.key)
    winter, summer = timedelta(0), timedelta(hours=1)
    for kind, name, before, after, begins, month in (
        (TimezoneDaylight, "BST", winter, summer, "1996-03-31T01:00", 3),
        (TimezoneStandard, "GMT", summer, winter, "1996-10-27T02:00", 10),
    ):
        part = kind()
        part.add("tzname", name)
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("dtstart", datetime.fromisoformat(begins))  # on the local clock, as the standard has it
        part.add("rrule", vRecur(freq="YEARLY", bymonth=month, byday="-1SU"))
        zone.add_component(part)
    return zone
