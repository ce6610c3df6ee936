"""What a reader opens: the document of their copy, as their rights are now, and the note that they opened it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, func, update

from core import audit
from core.audit import Category
from core.circulation import operations as minutes_out
from core.circulation.models import Copy
from core.database import UTCDateTime
from core.documents.pdf import Paper
from core.documents.queries import document_bytes
from core.extensions import directly
from core.facts import Actor
from core.minutes.record import MeetingRecord

_COPY = cast("Table", Copy.__table__)
_OPENED = (
    update(_COPY)
    .where(_COPY.c.id == bindparam("copy"))
    .values(
        opened_at=func.coalesce(_COPY.c.opened_at, bindparam("now", type_=UTCDateTime())),
        times_opened=_COPY.c.times_opened + 1,
    )
)


@dataclass(frozen=True, slots=True)
class MinutesCopy:
    """A reader's minutes as their rights are now: the part of the record, and the document of it."""

    part: MeetingRecord
    paper: Paper
    new: minutes_out.Issue | None
    """What has yet to be kept; None when the document is the one that was issued before."""


def minutes_copy(copy: Copy, *, now: datetime, asking: Actor | None = None) -> MinutesCopy:
    """The document as it was issued, unless the reader's part has changed since. Slow when it is new: not under the
    write lock. `asking` is who is signed in, if anybody is.
    """
    part, digest = minutes_out.hashed_part_for(copy, now=now, asking=asking)
    if copy.document_id is not None and copy.part_sha256 == digest:
        document = document_bytes(copy.document_id)
        return MinutesCopy(part, Paper(document.content, document.pages), new=None)
    issue = minutes_out.paper_for(copy, part)
    return MinutesCopy(part, issue.stamped, new=issue)


def keep_minutes_copy(copy: Copy, made: MinutesCopy, *, now: datetime) -> None:
    """Keep it, if it is new."""
    if made.new is not None:
        minutes_out.keep_copy(copy, made.new, now=now)


def note_opening(actor: Actor, copy: Copy, *, subjects: Collection[int], now: datetime) -> None:
    """The reader opened their copy: when first, how often, and whom it is about. Counted by the database, so that the
    copy need not be loaded again under the write lock.
    """
    directly(_OPENED, {"copy": copy.id, "now": now})
    audit.record(
        actor,
        Category.DISCLOSURE,
        "copy.open",
        object=f"copy:{copy.id}",
        subjects=subjects,
        purpose=f"meeting:{copy.circulation.meeting_id}",
        recipient=actor.opaque,
    )
