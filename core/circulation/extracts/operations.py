"""Who of which provider may be sent an extract, what it would hold, and sending it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import joinedload, raiseload

from core.accounts.models import User
from core.accounts.queries import actors_as_of
from core.circulation.grants import grants_of, items_granted_to
from core.circulation.letters import Letter, about, of_copy, write
from core.circulation.models import Circulation, Copy
from core.circulation.proposals import refusal_of
from core.circulation.sending import Addressee, What, send_out
from core.clock import local_date
from core.documents.readers import readers_of
from core.documents.record import LeftOut, Reader
from core.errors import Refused
from core.extensions import db
from core.facts import Actor, CirculationKind, MinutesStatus
from core.meetings.models import Meeting
from core.minutes.extract import extract_for, is_of_a_provider, providers_in
from core.minutes.models import Minutes
from core.minutes.queries import frozen_record, persons_of
from core.minutes.record import MeetingRecord
from core.policy import Permission, require

NOTHING = "Nothing of these minutes is for them."
NOT_STAFF = "They are not on the list of the provider’s staff, which their agency’s administrator keeps."
SENT_BEFORE = "Everybody you chose has been sent this extract. To send it once more, use the page of what was sent."


@dataclass(frozen=True, slots=True)
class Extract:
    """Somebody of a provider, and what an extract would hold for them and lack."""

    user: User
    reader: Reader
    part: MeetingRecord
    left_out: tuple[LeftOut, ...]
    refusal: str
    """Why they may not be sent it; empty when they may."""


def extracts_for(meeting: Meeting, record: MeetingRecord, *, now: datetime) -> Sequence[Extract]:
    """What everybody of each provider would get, as of now: providers by name, then people by name.

    A fixed number of queries, however many they are. Nothing is written.
    """
    record = replace(record, whole_sha256=record.whole_sha256 or record.sha256())
    agencies = [each.id for each in providers_in(record)]
    users = db.session.scalars(
        select(User)
        .where(User.agency_id.in_(agencies), User.retired_at.is_(None))
        .order_by(User.name, User.id)
        .options(joinedload(User.agency), raiseload("*"))
    ).all()
    actors = actors_as_of([user.id for user in users], meeting.group.partnership_id, on=local_date(now))
    grants = grants_of(meeting.id)
    readers = readers_of(
        actors.values(),
        group_id=meeting.group_id,
        cases=record.case_ids,
        granted={actor.user_id: items_granted_to(actor, grants) for actor in actors.values()},
    )
    users = sorted(users, key=lambda user: agencies.index(user.agency_id or 0))
    return [_extract(meeting, record, user, actors[user.id], readers[user.id]) for user in users]


def _extract(meeting: Meeting, record: MeetingRecord, user: User, actor: Actor, reader: Reader) -> Extract:
    part, left_out = extract_for(record, reader)
    refusal = refusal_of(actor, user, meeting)
    if not refusal and not part.items:
        refusal = NOTHING if is_of_a_provider(record, reader) else NOT_STAFF
    return Extract(user, reader, part, left_out, refusal)


def send_extracts(actor: Actor, minutes: Minutes, *, readers: Collection[int], now: datetime) -> Circulation:
    """Send these people of providers their extract. Whoever was sent the same before is passed over.

    Raises Refused when the minutes are not approved, nobody is chosen, somebody may not be sent it, or all were before.
    """
    meeting = minutes.meeting
    require(actor, Permission.CIRCULATE_MINUTES, meeting)
    if minutes.status is not MinutesStatus.APPROVED:
        raise Refused("Extracts are made of approved minutes.")
    if not readers:
        raise Refused("Choose at least one person to send an extract to")
    extracts = {each.user.id: each for each in extracts_for(meeting, frozen_record(minutes), now=now)}
    if any(user_id not in extracts or extracts[user_id].refusal for user_id in readers):
        raise Refused("Somebody you chose may not be sent an extract any more. Look at the list again.")
    what = What(CirculationKind.EXTRACT, meeting, _letter, minutes=minutes)
    circulation = send_out(actor, what, [_addressee(minutes, extracts[user_id]) for user_id in readers], now=now)
    if circulation is None:
        raise Refused(SENT_BEFORE)
    return circulation


def _addressee(minutes: Minutes, extract: Extract) -> Addressee:
    """The same minutes with the same items granted are the same thing."""
    granted = extract.reader.granted_items & {item.id for item in extract.part.items}
    thing = f"extract:{minutes.id}"
    if granted:
        thing += ":" + sha256(",".join(str(item) for item in sorted(granted)).encode()).hexdigest()[:12]
    return Addressee(extract.user, thing, granted, tuple(persons_of(extract.part)))


def _letter(copy: Copy, _addressee: Addressee) -> Letter:
    meeting = copy.circulation.meeting
    return write(
        "extract",
        subject=about(meeting, "extract from the minutes"),
        link=f"/copies/{copy.id}",
        **of_copy(meeting),
    )
