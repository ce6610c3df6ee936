"""Telling the holders of minutes and of extracts that these were corrected, and each one's document with the notes."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, raiseload

from core.accounts.models import User
from core.accounts.queries import actor_as_of, actors_as_of
from core.cases.queries import people_named_in
from core.circulation.grants import grants_of, items_granted_to
from core.circulation.letters import Letter, about, write
from core.circulation.models import Circulation, Copy
from core.circulation.operations import part_for, reader_for
from core.circulation.proposals import refusal_of
from core.circulation.sending import Addressee, What, send_out
from core.clock import local_date
from core.documents.operations import Layout, Subject, keep_layout, keep_once, laid_out, stamped_for
from core.documents.pdf import Paper
from core.documents.readers import readers_of
from core.documents.record import Reader
from core.extensions import db
from core.facts import EXTRACTS, Actor, CirculationKind
from core.meetings.models import Meeting
from core.minutes.corrections.queries import notes_for, notes_for_extract, reader_in, recorded
from core.minutes.corrections.recorded import CorrectionNote, RecordedCorrection
from core.minutes.extract import has_correction
from core.minutes.models import Correction, Minutes
from core.minutes.queries import frozen_record
from core.minutes.record import MeetingRecord
from core.minutes.render import minutes_html

KEPT_AS = "corrected copy"

TELLS = {
    CirculationKind.MINUTES: CirculationKind.CORRECTION,
    CirculationKind.EXTRACT: CirculationKind.CORRECTED_EXTRACT,
}
"""What somebody holds -> what they are sent when it was corrected. Whoever holds both is told as of the first."""


@dataclass(frozen=True, slots=True)
class CorrectedCopy:
    """A reader's own part of the minutes with the notes of what was corrected in it, as their rights are now."""

    part: MeetingRecord
    notes: Sequence[CorrectionNote]
    paper: Paper
    layout: Layout


def tell_holders(actor: Actor, agreed: Sequence[Correction], *, by: Meeting, now: datetime) -> Sequence[Circulation]:
    """Send whoever holds the corrected minutes or an extract from them, and may have one of these corrections, a
    neutral mail: each one, whatever they hold.

    `agreed` are corrections of the same minutes, which the meeting `by` agreed. Nothing goes out where there is nobody
    to tell.
    """
    minutes = agreed[0].minutes
    meeting, record = minutes.meeting, frozen_record(minutes)
    holders = _holders(minutes)
    actors = actors_as_of([user.id for user in holders], meeting.group.partnership_id, on=local_date(now))
    grants = grants_of(meeting.id)
    readers = readers_of(
        actors.values(),
        group_id=meeting.group_id,
        cases=record.case_ids,
        granted={each.user_id: items_granted_to(each, grants) for each in actors.values()},
    )
    facts = [recorded(each) for each in agreed]
    told: dict[CirculationKind, list[Addressee]] = {kind: [] for kind in TELLS.values()}
    for user, held in holders.items():
        if refusal_of(actors[user.id], user, meeting):
            continue
        reader = readers[user.id]
        for kind in (kind for kind in TELLS if kind in held):
            theirs = [each for each in facts if _is_theirs(each, kind, record, reader)]
            if theirs:
                subjects = tuple(people_named_in([each.case_id for each in theirs if each.case_id is not None]))
                thing = f"correction:{minutes.id}:{by.id}"
                told[TELLS[kind]].append(Addressee(user, thing, reader.granted_items, subjects))
                break
    made = (
        send_out(actor, What(kind, meeting, _letter, minutes=minutes), addressees, now=now)
        for kind, addressees in told.items()
    )
    return [each for each in made if each is not None]


def _is_theirs(fact: RecordedCorrection, kind: CirculationKind, record: MeetingRecord, reader: Reader) -> bool:
    """Whether a correction is about what somebody holds who was sent that."""
    return has_correction(record, reader, fact) if kind in EXTRACTS else not fact.closed_to(reader)


def noted_for(copy: Copy, *, now: datetime) -> Sequence[CorrectionNote]:
    """What was corrected in what this copy's reader holds of the minutes."""
    minutes = copy.circulation.minutes
    if minutes is None:
        return ()
    if copy.circulation.kind in EXTRACTS:
        return notes_for_extract(minutes, reader_for(copy, minutes, now=now))
    reader = actor_as_of(copy.user_id, copy.circulation.meeting.group.partnership_id, on=local_date(now))
    return notes_for(minutes, reader_in(reader, minutes))


def corrected_copy(copy: Copy, *, now: datetime) -> CorrectedCopy | None:
    """The document for this copy's reader; None while nothing was corrected that is theirs.

    Slow when it is new: not under the write lock. Raises Refused when it cannot be made.
    """
    notes = noted_for(copy, now=now)
    if not notes:
        return None
    part = part_for(copy, now=now)
    layout = laid_out(minutes_html(part, tuple(notes)))
    agency = copy.user.agency.name if copy.user.agency is not None else ""
    stamped = stamped_for(layout.paper, name=copy.user.name, agency=agency)
    return CorrectedCopy(part, notes, stamped, layout)


def keep_corrected_copy(copy: Copy, made: CorrectedCopy, *, now: datetime) -> None:
    """Keep what was issued, unless its reader was issued the very same before."""
    ref = copy.circulation.meeting.ref
    keep_layout(made.layout, "minutes", ref, now=now)
    of = Subject(copy.circulation.meeting_id, copy.user_id)
    keep_once(made.paper, KEPT_AS, "minutes", ref, f"corrected copy {copy.id}", now=now, of=of)


def _holders(minutes: Minutes) -> Mapping[User, Collection[CirculationKind]]:
    """Those who were sent these minutes or an extract, by name, and which of the two. Two queries."""
    sent = db.session.execute(
        select(Copy.user_id, Circulation.kind)
        .join(Circulation, Circulation.id == Copy.circulation_id)
        .where(Circulation.minutes_id == minutes.id, Circulation.kind.in_(TELLS))
    )
    held: defaultdict[int, set[CirculationKind]] = defaultdict(set)
    for user_id, kind in sent:
        held[user_id].add(kind)
    users = db.session.scalars(
        select(User)
        .where(User.id.in_(held))
        .order_by(User.name, User.id)
        .options(joinedload(User.agency), raiseload("*"))
    )
    return {user: held[user.id] for user in users}


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
