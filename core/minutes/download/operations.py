"""What a reader downloads of a meeting's minutes: the document that was kept, of the whole or of their own part."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from core.documents.operations import Layout, digest_of, keep_layout, laid_out
from core.documents.queries import paper_made_of
from core.documents.readers import reader_of
from core.documents.record import Reader
from core.extensions import db
from core.facts import Actor
from core.minutes.build import build
from core.minutes.download.queries import kept_pdf, minutes_of
from core.minutes.models import Minutes
from core.minutes.operations import paper_of
from core.minutes.queries import frozen_part, frozen_record, part_of_frozen
from core.minutes.record import MeetingRecord
from core.minutes.render import minutes_html
from core.policy import Permission, require
from core.web.transaction import begin_write


@dataclass(frozen=True, slots=True)
class Download:
    """A reader's minutes as their rights are now: the part of the record, and the document of it."""

    part: MeetingRecord
    content: bytes
    new: Layout | None = None
    """What has yet to be kept."""


def own_minutes(actor: Actor, minutes: Minutes) -> Download:
    """The full document as it was frozen, if nothing in it is closed to the actor; else the one of their part.

    Slow where nobody has asked for that part before, and while the minutes are not approved: not under the write lock.
    Raises Refused when it cannot be made.
    """
    frozen = minutes.meeting.frozen_at is not None
    record = frozen_record(minutes) if frozen else build(minutes.meeting_id)
    reader = reader_of(actor, group_id=minutes.meeting.group_id, cases=record.case_ids)
    if not frozen:
        mine = record.only(reader)
        return Download(mine, paper_of(mine).content)
    mine, complete = frozen_part(minutes, reader)
    if complete and minutes.document_id is not None:
        return Download(mine, kept_pdf(minutes.document_id))
    kept = paper_made_of(_digest_of_part(minutes.id, minutes.record_sha256, reader))
    if kept is not None:
        return Download(mine, kept.content)
    layout = laid_out(minutes_html(mine))
    return Download(mine, layout.paper.content, new=layout)


def keep_own_minutes(actor: Actor, minutes: Minutes, made: Download, *, now: datetime) -> None:
    """Keep the document of a part for whoever may have the same, if it is new.

    In a short transaction of its own: the one in hand is given up. Raises Refused when the actor may not see the
    minutes any more.
    """
    if made.new is None:
        return
    meeting_id, ref = minutes.meeting_id, minutes.meeting.ref
    db.session.rollback()
    begin_write()
    require(actor, Permission.SEE_MINUTES, minutes_of(meeting_id))
    keep_layout(made.new, "minutes", ref, now=now)
    db.session.commit()


@lru_cache(maxsize=512)
def _digest_of_part(minutes_id: int, sha256: str, reader: Reader) -> str:
    """What the paper of that reader's part is found by. Written once: the same part is the same text."""
    return digest_of(minutes_html(part_of_frozen(minutes_id, sha256, reader)[0]))
