"""Minutes on their way: composed, submitted, sent back, approved. Approved minutes never change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core import audit
from core.audit import Category
from core.circulation.corrected.operations import tell_holders
from core.documents.operations import Subject, keep_document, keep_html, paper_from
from core.documents.pdf import Paper
from core.documents.record import AuditHead
from core.errors import Refused
from core.extensions import db
from core.facts import Actor, MeetingStatus, MinutesStatus
from core.meetings.models import Meeting
from core.minutes.build import build, sealed
from core.minutes.comments.queries import anything_settled_since, comments_for, open_ones
from core.minutes.corrections.renditions import Rendition, keep_renditions, renditions_by
from core.minutes.models import Minutes, MinutesStep
from core.minutes.queries import minutes_of, persons_of
from core.minutes.record import MeetingRecord
from core.minutes.render import minutes_html
from core.recording.keeping.operations import forget_keys


@dataclass(frozen=True, slots=True)
class Fair:
    """The fair copy made before approval: what will be frozen, and of which state of the meeting."""

    record: MeetingRecord
    html: str
    paper: Paper
    revision: int
    version: int
    corrected: tuple[Rendition, ...] = ()
    """Of earlier minutes that this meeting corrected: the same record, with notes of it."""


def compose(actor: Actor, meeting: Meeting, *, now: datetime) -> Minutes:
    """Begin the minutes of a closed meeting: they are made of its record whenever they are looked at.

    Raises Refused while the meeting is not closed.
    """
    if meeting.status is not MeetingStatus.CLOSED:
        raise Refused("The minutes are composed when the meeting is closed.")
    minutes = Minutes(meeting_id=meeting.id, status=MinutesStatus.DRAFT, composed_at=now, composed_by_id=actor.user_id)
    db.session.add(minutes)
    db.session.flush()
    _step(actor, minutes, MinutesStatus.DRAFT, now=now)
    return minutes


def begin_anew(actor: Actor, meeting: Meeting, *, reason: str, now: datetime) -> None:
    """Minutes that were begun are a draft again, because the meeting was opened again. Raises Refused if approved."""
    minutes = minutes_of(meeting.id)
    if minutes is None:
        return
    hold(minutes)
    if minutes.status is MinutesStatus.APPROVED:
        raise Refused("These minutes are approved: they never change.")
    _step(actor, minutes, MinutesStatus.DRAFT, now=now, comment=f"The meeting was opened again: {reason}")


def submit(actor: Actor, minutes: Minutes, *, now: datetime) -> None:
    """Put the minutes before the chair. Raises Refused unless they are a draft or were sent back."""
    if minutes.status not in (MinutesStatus.DRAFT, MinutesStatus.SENT_BACK):
        raise Refused("These minutes are with the chair already, or approved.")
    if minutes.meeting.status is not MeetingStatus.CLOSED:
        raise Refused("The meeting was opened again. Its minutes go to the chair when it is closed.")
    minutes.submitted_at, minutes.submitted_by_id = now, actor.user_id
    _step(actor, minutes, MinutesStatus.SUBMITTED, now=now)


def hold(minutes: Minutes) -> None:
    """Wait for whoever is writing these minutes or handing them on, and read again whose turn it is."""
    db.session.flush()
    db.session.refresh(minutes, ["status", "version"], with_for_update=True)


def is_unchanged(minutes: Minutes) -> bool:
    """Whether they were sent back and since then nothing was mended or worded anew, and no comment settled."""
    last = minutes.steps[-1]
    if minutes.status is not MinutesStatus.SENT_BACK or last.revision != minutes.meeting.revision:
        return False
    return not anything_settled_since(minutes, last.at)


def send_back(actor: Actor, minutes: Minutes, *, comment: str, now: datetime) -> None:
    """Give the minutes back to the minute-taker with what is to be mended.

    Raises Refused unless they are with the chair, and when neither a comment nor an open remark says what that is.
    """
    if minutes.status is not MinutesStatus.SUBMITTED:
        raise Refused("Only minutes that are with the chair can be sent back.")
    if not comment and not open_ones(comments_for(actor, minutes)):
        raise Refused("Say what needs to be put right, here or in a comment", field="comment")
    _step(actor, minutes, MinutesStatus.SENT_BACK, comment=comment, now=now)


def fair_copy(actor: Actor, minutes: Minutes, *, now: datetime) -> Fair:
    """Make the document to approve: the record, sealed with the trail's head, and its full PDF.

    Slow, so it is done before the write lock. Raises Refused when the document cannot be made.
    """
    db.session.refresh(minutes.meeting, ["revision"])  # numbers are taken straight in the table
    revision, version = minutes.meeting.revision, minutes.version
    head = audit.head()
    record = sealed(
        build(minutes.meeting_id),
        approved_by=actor.name,
        approved_at=now,
        head=AuditHead(seq=head.seq, hash=head.hash),
    )
    html = minutes_html(record)
    return Fair(record, html, paper_from(html), revision, version, renditions_by(minutes.meeting_id))


def approve(actor: Actor, minutes: Minutes, fair: Fair, *, now: datetime) -> None:
    """Freeze record, hash, HTML and PDF, and close the meeting's record for good.

    Raises Refused when the minutes are not with the chair, or anything changed since the copy was made.
    """
    meeting = minutes.meeting
    if minutes.status is not MinutesStatus.SUBMITTED:
        raise Refused("These minutes are not waiting for approval: somebody has approved them or sent them back.")
    if (meeting.revision, minutes.version) != (fair.revision, fair.version):
        raise Refused("The record changed while the document was made. Read it again, then approve.")
    assert fair.record.audit_head is not None
    audit.keep_anchor(fair.record.audit_head.seq, fair.record.audit_head.hash, f"minutes:{minutes.id}", now=now)
    minutes.record = fair.record.to_plain()
    minutes.record_sha256 = fair.record.sha256()
    minutes.audit_seq, minutes.audit_hash = fair.record.audit_head.seq, fair.record.audit_head.hash
    minutes.approved_at, minutes.approved_by_id = now, actor.user_id
    named, of = ("minutes", meeting.ref), Subject(meeting.id)
    minutes.document_id = keep_document(fair.paper, "minutes", *named, now=now, of=of).id
    minutes.html_id = keep_html(fair.html, fair.paper, "html", *named, now=now, of=of).id
    meeting.frozen_at = now
    forget_keys(meeting)
    for agreed in keep_renditions(fair.corrected, meeting.id, now=now):
        tell_holders(actor, agreed, by=meeting, now=now)
    _step(actor, minutes, MinutesStatus.APPROVED, now=now, persons=persons_of(fair.record))


def paper_of(record: MeetingRecord) -> Paper:
    """A record as PDF. Raises Refused, with the reason, when it cannot be made."""
    return paper_from(minutes_html(record))


def _step(
    actor: Actor,
    minutes: Minutes,
    status: MinutesStatus,
    *,
    now: datetime,
    comment: str = "",
    persons: Sequence[int] = (),
) -> None:
    minutes.status = status
    db.session.add(
        MinutesStep(
            minutes_id=minutes.id,
            at=now,
            user_id=actor.user_id,
            status=status,
            comment=comment,
            revision=minutes.meeting.revision,
        )
    )
    audit.record(
        actor,
        Category.ALTERATION,
        f"minutes.{status.name.lower()}",
        object=f"minutes:{minutes.id}",
        subjects=persons,
        purpose=f"meeting:{minutes.meeting_id}",
        payload={"record_sha256": minutes.record_sha256, "comment": comment},
    )
