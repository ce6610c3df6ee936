"""The corrected minutes: the record as it was approved, with notes of what was agreed since. The first PDF stays."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.documents.operations import Subject, keep_document, paper_from
from core.documents.pdf import Paper
from core.facts import CorrectionStatus
from core.minutes.corrections import queries
from core.minutes.models import Correction, Minutes
from core.minutes.queries import frozen_record
from core.minutes.render import minutes_html


@dataclass(frozen=True, slots=True)
class Rendition:
    """The whole of some earlier minutes with their notes, and the corrections that bring it about."""

    minutes: Minutes
    corrections: tuple[int, ...]
    paper: Paper


def renditions_by(meeting_id: int) -> tuple[Rendition, ...]:
    """A rendition of each minutes that this meeting corrected. Slow: not under the write lock.

    Raises Refused when one cannot be made.
    """
    return tuple(_rendition(agreed) for agreed in agreed_by(meeting_id).values())


def agreed_by(meeting_id: int) -> dict[int, list[Correction]]:
    """Id of minutes -> the corrections of them that this meeting agreed."""
    found: defaultdict[int, list[Correction]] = defaultdict(list)
    for each in queries.decided_at(meeting_id):
        if each.status is CorrectionStatus.AGREED:
            found[each.minutes_id].append(each)
    return dict(found)


def keep_renditions(
    renditions: Sequence[Rendition], meeting_id: int, *, now: datetime
) -> Sequence[Sequence[Correction]]:
    """Keep them, and point the corrections to them, which are in effect from now on: those of each minutes."""
    agreed = agreed_by(meeting_id)
    for each in renditions:
        meeting = each.minutes.meeting
        document = keep_document(
            each.paper, "correction", "minutes", meeting.ref, "corrected", now=now, of=Subject(meeting.id)
        )
        for correction in agreed[each.minutes.id]:
            correction.document_id = document.id
    return list(agreed.values())


def _rendition(agreed: Sequence[Correction]) -> Rendition:
    minutes = agreed[0].minutes
    record = replace(frozen_record(minutes), whole_sha256=minutes.record_sha256)
    notes = [queries.note_of(each) for each in (*queries.in_effect(minutes.id), *agreed)]
    return Rendition(minutes, tuple(each.id for each in agreed), paper_from(minutes_html(record, tuple(notes))))
