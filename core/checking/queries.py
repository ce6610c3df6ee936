"""Finding what was issued by its SHA-256, and whether it still is what it was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, raiseload

from core.accounts.models import User
from core.audit.queries import witnesses
from core.dates import in_words
from core.documents.models import Document
from core.documents.queries import document_bytes
from core.extensions import db
from core.facts import CorrectionStatus
from core.meetings.agenda_document import AgendaRecord
from core.meetings.models import AgendaItem, AgendaVersion, Meeting
from core.minutes.models import Correction, Minutes
from core.minutes.record import MeetingRecord
from core.partnerships.models import Group
from core.retention.models import Redaction

AGENDA = "agenda"
MINUTES = "minutes"
KINDS = {
    MINUTES: "The minutes, whole, as the chair approved them",
    "html": "The HTML that the whole minutes were laid out from, as the chair approved them",
    "copy": "A reader’s copy of the minutes",
    "extract": "A provider’s extract from the minutes",
    "full html": "The HTML of a full copy of the minutes, for the chair or the coordinator",
    "full": "A full copy of the minutes, for the chair or the coordinator",
    "correction": "The minutes with the note of their correction",
    "corrected copy": "A reader’s copy of the minutes, with the note of their correction",
    "access": "A subject-access copy, for one person whom the minutes are about",
    "locked copy": "A reader’s copy, locked with a password, as it went out with a mail",
    AGENDA: "A reader’s copy of the agenda",
}
"""Kind of document -> what it is. A kind that is not here is called by its own name."""
OF_MINUTES = "The record of the minutes. Every copy of them prints its SHA-256 in the foot of each page"
OF_AGENDA = "The record of the agenda. Every copy of it prints its SHA-256 in the foot of each page"


@dataclass(frozen=True, slots=True)
class Found:
    """Something that was issued under a SHA-256: a document, or the record that documents were made of."""

    meeting: Meeting
    kind: str
    reader: User | None
    issued_at: datetime
    document: Document | None = None
    minutes: Minutes | None = None
    version: AgendaVersion | None = None
    erased_on: date | None = None
    """Of a record that was issued under this SHA-256: when a part of it was erased."""

    @property
    def what(self) -> str:
        """In words."""
        if self.document is None:
            return OF_AGENDA if self.kind == AGENDA else OF_MINUTES
        return KINDS.get(self.kind, self.kind.capitalize())

    @property
    def user_id(self) -> int | None:
        """Whose copy it is."""
        return self.reader.id if self.reader is not None else None


@dataclass(frozen=True, slots=True)
class Proof:
    """Something that was compared, and whether it holds."""

    what: str
    holds: bool


def issued_under(digest: str) -> Sequence[Found]:
    """Everything that was issued under that SHA-256, the newest first: a file, or a record."""
    return [*_documents(digest), *_records(digest), *_records_before_erasure(digest)]


def _documents(digest: str) -> Iterator[Found]:
    rows = db.session.scalars(
        select(Document).where(Document.sha256 == digest, Document.meeting_id.is_not(None)).order_by(Document.id.desc())
    ).all()
    for document in rows:
        meeting = _meeting_of(document.meeting_id or 0)
        kind, _, number = document.kind.partition(" v")
        yield Found(
            meeting=meeting,
            kind=kind,
            reader=_user(document.user_id),
            issued_at=document.made_at,
            document=document,
            minutes=None if kind == AGENDA else _minutes(meeting.id),
            version=_version(meeting.id, int(number)) if kind == AGENDA else None,
        )


def _records(digest: str) -> Iterator[Found]:
    for minutes in db.session.scalars(select(Minutes).where(Minutes.record_sha256 == digest)):
        assert minutes.approved_at is not None
        meeting = _meeting_of(minutes.meeting_id)
        yield Found(meeting, MINUTES, None, minutes.approved_at, minutes=minutes)
    for version in db.session.scalars(select(AgendaVersion).where(AgendaVersion.record_sha256 == digest)):
        yield Found(_meeting_of(version.meeting_id), AGENDA, None, version.circulated_at, version=version)


def _records_before_erasure(digest: str) -> Iterator[Found]:
    """Records of which a case was taken out since: their copies carry the hash that they had."""
    for was in db.session.scalars(select(Redaction).where(Redaction.was_sha256 == digest)):
        if was.table_name == Minutes.__tablename__:
            minutes = db.session.get_one(Minutes, was.record_id)
            assert minutes.approved_at is not None
            meeting = _meeting_of(minutes.meeting_id)
            yield Found(meeting, MINUTES, None, minutes.approved_at, minutes=minutes, erased_on=was.on)
        else:
            version = db.session.get_one(AgendaVersion, was.record_id)
            meeting = _meeting_of(version.meeting_id)
            yield Found(meeting, AGENDA, None, version.circulated_at, version=version, erased_on=was.on)


def proofs_of(found: Found) -> Iterator[Proof]:
    """What is stored, compared with what was issued: the file, the record, and the trail's entry in its foot."""
    if found.document is not None and found.document.erased_on is None:
        content = document_bytes(found.document.id).content
        same = sha256(content).hexdigest() == found.document.sha256
        yield Proof("The file is byte for byte the one that was issued", same)
    if found.minutes is not None and found.minutes.record is not None:
        record = MeetingRecord.from_plain(found.minutes.record)
        yield Proof(_RECORD, record.sha256() == found.minutes.record_sha256)
        yield Proof(_TRAIL, witnesses(found.minutes.audit_seq or 0, found.minutes.audit_hash))
    if found.version is not None:
        agenda = AgendaRecord.from_plain(found.version.record)
        yield Proof(_RECORD, agenda.sha256() == found.version.record_sha256)
        yield Proof(_TRAIL, witnesses(found.version.audit_seq, found.version.audit_hash))


_RECORD = "The record that it was made of has not been changed"
_TRAIL = "The audit trail still holds the entry that is printed in its foot, unchanged"


def replaced_by(found: Found) -> Iterator[str]:
    """What became of it since, in sentences."""
    if found.document is not None and found.document.erased_on is not None:
        yield (
            f"What it said was erased on {in_words(found.document.erased_on)} under the retention schedule: that it "
            "was issued under this SHA-256 is all that is kept of the file."
        )
    if found.erased_on is not None:
        yield (
            f"A part of this record was erased on {in_words(found.erased_on)} under the retention schedule. What is "
            "kept has another SHA-256; this one stands on the copies that were made before."
        )
    if found.version is not None:
        newest = db.session.scalars(
            select(AgendaVersion)
            .where(AgendaVersion.meeting_id == found.meeting.id)
            .order_by(AgendaVersion.number.desc())
            .limit(1)
        ).one()
        if newest.number > found.version.number:
            yield f"Version {newest.number} of the agenda went out on {in_words(newest.circulated_at)}."
    if found.document is not None and found.document.user_id is not None:
        later = db.session.scalar(
            select(func.max(Document.made_at)).where(
                Document.meeting_id == found.meeting.id,
                Document.user_id == found.document.user_id,
                Document.kind == found.document.kind,
                Document.id > found.document.id,
            )
        )
        if later is not None:
            yield f"The same reader’s copy was made anew on {in_words(later)}: what they may see had changed."
    if found.minutes is not None:
        yield from _corrections(found.minutes)


def _corrections(minutes: Minutes) -> Iterator[str]:
    rows = db.session.execute(
        select(Correction.decided_at, Meeting.ref)
        .outerjoin(AgendaItem, AgendaItem.id == Correction.decided_item_id)
        .outerjoin(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(Correction.minutes_id == minutes.id, Correction.status == CorrectionStatus.AGREED)
        .order_by(Correction.id)
    )
    for decided_at, ref in rows:
        when = f" on {in_words(decided_at)}" if decided_at is not None else ""
        yield f"A correction was agreed{when}{f', at the meeting {ref}' if ref else ''}."


def _meeting_of(meeting_id: int) -> Meeting:
    return db.session.scalars(
        select(Meeting).where(Meeting.id == meeting_id).options(joinedload(Meeting.group).joinedload(Group.partnership))
    ).one()


def _user(user_id: int | None) -> User | None:
    return db.session.scalars(
        select(User).where(User.id == user_id).options(joinedload(User.agency), raiseload("*"))
    ).first()


def _minutes(meeting_id: int) -> Minutes | None:
    return db.session.scalars(select(Minutes).where(Minutes.meeting_id == meeting_id)).first()


def _version(meeting_id: int, number: int) -> AgendaVersion | None:
    return db.session.scalars(
        select(AgendaVersion).where(AgendaVersion.meeting_id == meeting_id, AgendaVersion.number == number)
    ).first()
