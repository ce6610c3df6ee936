"""Taking a case out of what was frozen and issued: agenda versions, minutes, and every document of their meetings.

The hash that the printed copies carry is kept beside the new one, so that whoever holds a copy still finds what it was
of; documents keep their SHA-256, pages and day and lose their content. The rest is laid out again when it is asked for.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Text, cast, delete, or_, select, update

from core.circulation.models import Circulation, Copy
from core.documents.models import Document
from core.extensions import db
from core.meetings.agenda_document import AgendaRecord
from core.meetings.models import AgendaItem, AgendaVersion, Meeting
from core.minutes.models import Correction, Minutes, SubjectAccessCopy, SubjectAccessMask
from core.minutes.record import MeetingRecord
from core.partnerships.models import Group
from core.retention.models import Redaction
from core.retention.tombstones import Gone, agenda_without, without

GONE_PAPER = b""
"""What is left of the content of a document."""


def redact(partnership_id: int, gone: Gone) -> frozenset[int]:
    """Take the cases out of every frozen record and document of the partnership. Ids of the meetings concerned."""
    meetings = {*_meetings_hearing(gone), *_minutes_without(partnership_id, gone), *_agendas_without(gone)}
    if meetings:
        _documents_emptied(frozenset(meetings), gone.on)
    return frozenset(meetings)


def redact_meeting(meeting_id: int, gone: Gone) -> None:
    """Take what is no case's out of one meeting's own frozen records and documents. What another meeting quotes of it
    goes with that one.
    """
    rows = db.session.execute(
        select(Minutes.id, Minutes.record, Minutes.record_sha256).where(
            Minutes.meeting_id == meeting_id, Minutes.record.is_not(None)
        )
    ).all()
    for minutes_id, plain, was in rows:
        record = without(MeetingRecord.from_plain(plain), gone)
        _replace(Minutes, minutes_id, record.to_plain(), was, record.sha256(), gone.on)
    versions = db.session.execute(
        select(AgendaVersion.id, AgendaVersion.record, AgendaVersion.record_sha256).where(
            AgendaVersion.meeting_id == meeting_id
        )
    ).all()
    for version_id, plain, was in versions:
        agenda = agenda_without(AgendaRecord.from_plain(plain), gone)
        _replace(AgendaVersion, version_id, agenda.to_plain(), was, agenda.sha256(), gone.on)
    _documents_emptied(frozenset({meeting_id}), gone.on)


def _meetings_hearing(gone: Gone) -> Iterator[int]:
    yield from db.session.scalars(select(AgendaItem.meeting_id).where(AgendaItem.case_id.in_(gone.cases)))
    yield from db.session.scalars(  # where a correction of what they said was decided, and so is quoted
        select(AgendaItem.meeting_id)
        .join(Correction, Correction.decided_item_id == AgendaItem.id)
        .where(Correction.item_id.in_(select(AgendaItem.id).where(AgendaItem.case_id.in_(gone.cases))))
    )


def _minutes_without(partnership_id: int, gone: Gone) -> Iterator[int]:
    """Any minutes of the partnership may tell of the case: under matters arising, or at the end."""
    rows = db.session.execute(
        select(Minutes.id, Minutes.meeting_id, Minutes.record, Minutes.record_sha256)
        .join(Meeting, Meeting.id == Minutes.meeting_id)
        .join(Group, Group.id == Meeting.group_id)
        .where(Group.partnership_id == partnership_id, Minutes.record.is_not(None), _names(Minutes.record, gone))
    ).all()
    for minutes_id, meeting_id, plain, was in rows:
        record = MeetingRecord.from_plain(plain)
        now = without(record, gone)
        if now == record:
            continue
        _replace(Minutes, minutes_id, now.to_plain(), was, now.sha256(), gone.on)
        yield meeting_id


def _agendas_without(gone: Gone) -> Iterator[int]:
    rows = db.session.execute(
        select(AgendaVersion.id, AgendaVersion.meeting_id, AgendaVersion.record, AgendaVersion.record_sha256).where(
            _names(AgendaVersion.record, gone)
        )
    ).all()
    for version_id, meeting_id, plain, was in rows:
        record = AgendaRecord.from_plain(plain)
        now = agenda_without(record, gone)
        if now == record:
            continue
        _replace(AgendaVersion, version_id, now.to_plain(), was, now.sha256(), gone.on)
        yield meeting_id


def _names(column: Any, gone: Gone) -> Any:
    """Whether the JSON holds one of the cases: looked for as text, for it is read whole only then."""
    written = cast(column, Text)
    return or_(*(written.contains(f'"case_id": {case_id}') for case_id in sorted(gone.cases)))


def _replace(kind: Any, record_id: int, plain: dict[str, Any], was: str, now: str, on: date) -> None:
    db.session.execute(update(kind).where(kind.id == record_id).values(record=plain, record_sha256=now))
    db.session.add(Redaction(table_name=kind.__tablename__, record_id=record_id, was_sha256=was, now_sha256=now, on=on))


def _documents_emptied(meetings: frozenset[int], on: date) -> None:
    """What was issued of those meetings loses its content; what it was stamped from, and what is made again, goes."""
    issued = Document.meeting_id.in_(meetings)
    db.session.execute(
        update(Document).where(issued, Document.erased_on.is_(None)).values(content=GONE_PAPER, erased_on=on)
    )
    # A paper that is kept to be stamped names no meeting: all go, and are laid out again when they are asked for.
    db.session.execute(delete(Document).where(Document.made_of > ""))
    of_them = select(Minutes.id).where(Minutes.meeting_id.in_(meetings))
    db.session.execute(update(Minutes).where(Minutes.id.in_(of_them)).values(document_id=None, html_id=None))
    sent = select(Circulation.id).where(Circulation.meeting_id.in_(meetings))
    db.session.execute(
        update(Copy).where(Copy.circulation_id.in_(sent)).values(document_id=None, part_sha256="", password="")
    )
    copies = select(SubjectAccessCopy.id).where(SubjectAccessCopy.minutes_id.in_(of_them))
    db.session.execute(
        update(SubjectAccessMask)
        .where(SubjectAccessMask.access_copy_id.in_(copies))
        .values(note="", lifted_reason="", starts=0, ends=0)
    )
