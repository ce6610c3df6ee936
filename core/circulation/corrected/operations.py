"""Telling the holders of minutes that these were corrected, and each holder's document with the notes of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, raiseload

from core.accounts.models import User
from core.accounts.queries import actor_as_of, actors_as_of
from core.cases.queries import people_named_in
from core.circulation.grants import granted_to, grants_of
from core.circulation.letters import Letter, about, write
from core.circulation.models import Circulation, Copy
from core.circulation.operations import part_for
from core.circulation.proposals import refusal_of
from core.circulation.sending import Addressee, What, send_out
from core.clock import local_date
from core.documents.operations import Layout, Subject, keep_layout, keep_once, laid_out, stamped_for
from core.documents.pdf import Paper
from core.documents.readers import readers_of
from core.extensions import db
from core.facts import Actor, CirculationKind
from core.meetings.models import Meeting
from core.minutes.corrections.queries import notes_for, reader_in, recorded
from core.minutes.corrections.recorded import CorrectionNote
from core.minutes.models import Correction, Minutes
from core.minutes.queries import frozen_record
from core.minutes.record import MeetingRecord
from core.minutes.render import minutes_html

KEPT_AS = "corrected copy"


@dataclass(frozen=True, slots=True)
class CorrectedCopy:
    """A reader's own part of the minutes with the notes of what was corrected in it, as their rights are now."""

    part: MeetingRecord
    notes: Sequence[CorrectionNote]
    paper: Paper
    layout: Layout


def tell_holders(actor: Actor, agreed: Sequence[Correction], *, by: Meeting, now: datetime) -> Circulation | None:
    """Send whoever holds a copy of the corrected minutes, and may have one of these corrections, a neutral mail.

    `agreed` are corrections of the same minutes, which the meeting `by` agreed. None where there is nobody to tell.
    """
    minutes = agreed[0].minutes
    meeting = minutes.meeting
    holders = _holders(minutes)
    actors = actors_as_of([user.id for user in holders], meeting.group.partnership_id, on=local_date(now))
    grants = grants_of(meeting.id)
    readers = readers_of(
        actors.values(),
        group_id=meeting.group_id,
        cases=frozen_record(minutes).case_ids,
        granted={
            each.user_id: frozenset(granted.item_id for granted in granted_to(each, grants)) for each in actors.values()
        },
    )
    facts = [recorded(each) for each in agreed]
    addressees = []
    for user in holders:
        theirs = [each for each in facts if not each.closed_to(readers[user.id])]
        if theirs and not refusal_of(actors[user.id], user, meeting):
            subjects = tuple(people_named_in([each.case_id for each in theirs if each.case_id is not None]))
            granted = readers[user.id].granted_items
            addressees.append(Addressee(user, f"correction:{minutes.id}:{by.id}", granted, subjects))
    what = What(CirculationKind.CORRECTION, meeting, _letter, minutes=minutes)
    return send_out(actor, what, addressees, now=now)


def corrected_copy(copy: Copy, *, now: datetime) -> CorrectedCopy | None:
    """The document for this copy's reader; None while nothing was corrected that is theirs.

    Slow when it is new: not under the write lock. Raises Refused when it cannot be made.
    """
    minutes = copy.circulation.minutes
    if minutes is None or copy.circulation.kind is CirculationKind.EXTRACT:
        return None
    partnership_id = copy.circulation.meeting.group.partnership_id
    reader = actor_as_of(copy.user_id, partnership_id, on=local_date(now))
    notes = notes_for(minutes, reader_in(reader, minutes))
    if not notes:
        return None
    part = part_for(copy, now=now)
    layout = laid_out(minutes_html(part, notes))
    stamped = stamped_for(layout.paper, name=reader.name, agency=reader.agency_name)
    return CorrectedCopy(part, notes, stamped, layout)


def keep_corrected_copy(copy: Copy, made: CorrectedCopy, *, now: datetime) -> None:
    """Keep what was issued, unless its reader was issued the very same before."""
    ref = copy.circulation.meeting.ref
    keep_layout(made.layout, "minutes", ref, now=now)
    of = Subject(copy.circulation.meeting_id, copy.user_id)
    keep_once(made.paper, KEPT_AS, "minutes", ref, f"corrected copy {copy.id}", now=now, of=of)


def _holders(minutes: Minutes) -> Collection[User]:
    """Those who were sent these minutes, by name."""
    sent = (
        select(Copy.user_id)
        .join(Circulation, Circulation.id == Copy.circulation_id)
        .where(Circulation.minutes_id == minutes.id, Circulation.kind == CirculationKind.MINUTES)
    )
    return db.session.scalars(
        select(User)
        .where(User.id.in_(sent))
        .order_by(User.name, User.id)
        .options(joinedload(User.agency), raiseload("*"))
    ).all()


def _letter(copy: Copy, _addressee: Addressee) -> Letter:
    meeting = copy.circulation.meeting
    return write(
        "correction",
        subject=about(meeting, "the minutes were corrected"),
        link=f"/copies/{copy.id}",
        group=meeting.group.name,
        reference=meeting.ref,
        starts=meeting.starts_at,
    )
