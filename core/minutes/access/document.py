"""The copy as HTML for paper. No session, no clock, no user, and no character of what is masked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from core.documents.render import environment
from core.facts import MaskReason
from core.masking.reasons import REASONS
from core.minutes.access.shown import ShownItem
from core.minutes.record import MeetingRecord


@dataclass(frozen=True, slots=True)
class AccessDocument:
    """All that the copy prints. `items` come from core.minutes.access.shown.printed."""

    person: str
    asked_on: date
    due_on: date
    issued_at: datetime | None
    items: tuple[ShownItem, ...]
    masked: Mapping[MaskReason, int]


def access_html(document: AccessDocument, record: MeetingRecord) -> str:
    """The copy, ready for core.documents.pdf. Of the record it takes what its first page says, and its hash."""
    # Nothing of the items is in reach of the template, nor who was at the meeting.
    bare = replace(
        record,
        items=(),
        attendance=(),
        sections=(),
        chair="",
        minute_taker="",
        approved_by="",
        whole_sha256=record.whole_sha256 or record.sha256(),
    )
    return (
        environment()
        .get_template("access.html")
        .render(copy=document, record=bare, reasons=REASONS, MaskReason=MaskReason)
    )
