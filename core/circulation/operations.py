"""Circulating approved minutes: who may be sent what, each reader's copy as it is made, and its opening."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from core.accounts.queries import actor_as_of
from core.circulation.grants import grants_corrected_in, items_granted_to, items_taken_back
from core.circulation.letters import Letter, about, of_copy, write
from core.circulation.models import Circulation, Copy
from core.circulation.proposals import Proposal, proposals_for
from core.circulation.sending import Addressee, What, send_out
from core.clock import local_date
from core.documents.models import Document
from core.documents.operations import Layout, Subject, keep_document, keep_layout, laid_out, stamped_for
from core.documents.pdf import Paper
from core.documents.readers import reader_of
from core.documents.record import Reader
from core.errors import Refused
from core.facts import EXTRACTS, Actor, CirculationKind, MinutesStatus
from core.minutes.extract import extract_for
from core.minutes.models import Minutes
from core.minutes.queries import frozen_record, part_of_frozen, persons_of
from core.minutes.record import MeetingRecord
from core.minutes.render import minutes_html

SENT_BEFORE = "Everybody you chose has been sent these minutes. To send them once more, use the page of what was sent."

NOTHING_FOR_THEM = "Nothing of these minutes is for this reader’s agency any more."
KEPT_AS = dict.fromkeys(EXTRACTS, "extract")
"""Kind of a document that a copy is of; elsewhere "copy"."""


@dataclass(frozen=True, slots=True)
class Issue:
    """A reader's copy, ready to be kept."""

    part: MeetingRecord
    stamped: Paper
    layout: Layout


def circulate_minutes(
    actor: Actor,
    minutes: Minutes,
    *,
    readers: Collection[int],
    now: datetime,
) -> Circulation:
    """Send approved minutes to these accounts, each with what the chair granted them or their agency.

    Whoever was sent the same before is passed over. Raises Refused when the minutes are not approved, nobody is chosen,
    somebody may not be sent them, or all of them were sent them before.
    """
    meeting = minutes.meeting
    if minutes.status is not MinutesStatus.APPROVED:
        raise Refused("Minutes are circulated once the chair has approved them.")
    if not readers:
        raise Refused("Choose at least one person to send the minutes to")
    proposals = {
        proposal.candidate.user.id: proposal for proposal in proposals_for(meeting, frozen_record(minutes), now=now)
    }
    if any(user_id not in proposals or proposals[user_id].refusal for user_id in readers):
        raise Refused("Somebody you chose may not be sent these minutes any more. Look at the list again.")
    what = What(CirculationKind.MINUTES, meeting, _letter, minutes=minutes)
    circulation = send_out(actor, what, [_addressee(minutes, proposals[user_id]) for user_id in readers], now=now)
    if circulation is None:
        raise Refused(SENT_BEFORE)
    return circulation


def _addressee(minutes: Minutes, proposal: Proposal) -> Addressee:
    """The same minutes with the same items granted are the same thing."""
    thing, granted = f"minutes:{minutes.id}", frozenset(each.item_id for each in proposal.grants)
    if granted:
        thing += ":" + sha256(",".join(str(item) for item in sorted(granted)).encode()).hexdigest()[:12]
    return Addressee(proposal.candidate.user, thing, granted, tuple(persons_of(proposal.part)))


def _letter(copy: Copy, _addressee: Addressee) -> Letter:
    meeting = copy.circulation.meeting
    return write(
        "minutes",
        subject=about(meeting, "minutes"),
        link=f"/copies/{copy.id}",
        **of_copy(meeting),
    )


def reader_for(copy: Copy, minutes: Minutes, *, now: datetime, asking: Actor | None = None) -> Reader:
    """The reader whose copy of these minutes it is, rights asked anew; without what was granted and taken back.

    With corrections of the earlier items that were granted to them, be it since. `asking` is who is signed in: where
    that is the reader, their rights have just been read.
    """
    meeting, record = copy.circulation.meeting, frozen_record(minutes)
    own = (copy.user_id, meeting.group.partnership_id)
    if asking is not None and (asking.user_id, asking.partnership_id) == own:
        actor = asking
    else:
        actor = actor_as_of(*own, on=local_date(now))
    granted = frozenset(int(item) for item in copy.granted_items.split(",") if item)
    granted -= items_taken_back(minutes.id, actor)
    granted |= items_granted_to(actor, grants_corrected_in(record))
    return reader_of(actor, group_id=meeting.group_id, cases=record.case_ids, granted=granted)


def part_for(copy: Copy, *, now: datetime) -> MeetingRecord:
    """The record as this copy's reader may have it now."""
    return hashed_part_for(copy, now=now)[0]


def hashed_part_for(copy: Copy, *, now: datetime, asking: Actor | None = None) -> tuple[MeetingRecord, str]:
    """The same, and its SHA-256."""
    minutes = copy.circulation.minutes
    if minutes is None:
        raise Refused("This copy is not of minutes.")
    reader = reader_for(copy, minutes, now=now, asking=asking)
    if copy.circulation.kind not in EXTRACTS:
        return _part(minutes.id, minutes.record_sha256, reader)
    part, _ = extract_for(frozen_record(minutes), reader)
    if not part.items:
        raise Refused(NOTHING_FOR_THEM)
    return part, part.sha256()


@lru_cache(maxsize=64)
def _part(minutes_id: int, sha256: str, reader: Reader) -> tuple[MeetingRecord, str]:
    """Hashed once: whoever has the same rights as before gets the same."""
    part, _ = part_of_frozen(minutes_id, sha256, reader)
    return part, part.sha256()


def paper_for(copy: Copy, part: MeetingRecord) -> Issue:
    """The copy as PDF, watermarked with its reader's name. Slow: not under the write lock."""
    layout = laid_out(minutes_html(part))
    agency = copy.user.agency.name if copy.user.agency is not None else ""
    return Issue(part, stamped_for(layout.paper, name=copy.user.name, agency=agency), layout)


def keep_copy(copy: Copy, issue: Issue, *, now: datetime) -> Document:
    """Keep what was issued. A later copy of the same reader, after their rights changed, is kept beside it."""
    circulation = copy.circulation
    ref, kind = circulation.meeting.ref, KEPT_AS.get(circulation.kind, "copy")
    keep_layout(issue.layout, "minutes", ref, now=now)
    of = Subject(circulation.meeting_id, copy.user_id)
    document = keep_document(issue.stamped, kind, "minutes", ref, f"{kind} {copy.id}", now=now, of=of)
    copy.document_id = document.id
    copy.part_sha256 = issue.part.sha256()
    return document
