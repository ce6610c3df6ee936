"""Reads of a download, with no more than it needs: it is asked for again and again."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload, load_only, raiseload

from core.documents.models import Document
from core.errors import NotFound
from core.extensions import db, directly
from core.meetings.models import Meeting
from core.minutes.models import Minutes
from core.partnerships.models import Group

# What each download asks for is put together once.
_MINUTES = (
    select(Minutes)
    .where(Minutes.meeting_id == bindparam("meeting"))
    .options(
        load_only(Minutes.meeting_id, Minutes.document_id, Minutes.record_sha256, raiseload=True),
        joinedload(Minutes.meeting).options(
            load_only(Meeting.ref, Meeting.group_id, Meeting.minute_taker_id, Meeting.frozen_at, raiseload=True),
            joinedload(Meeting.group).load_only(Group.partnership_id, raiseload=True),
        ),
        raiseload("*"),
    )
)
_CONTENT = select(Document.content).where(Document.id == bindparam("document"))


def minutes_of(meeting_id: int) -> Minutes:
    """A meeting's minutes, as far as a download asks. Raises NotFound."""
    minutes = db.session.scalars(_MINUTES, {"meeting": meeting_id}).first()
    if minutes is None:
        raise NotFound
    return minutes


def kept_pdf(document_id: int) -> bytes:
    """A document as it was issued."""
    content: bytes = directly(_CONTENT, {"document": document_id}).scalar_one()
    return content
