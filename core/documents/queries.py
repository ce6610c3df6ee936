"""Reads of documents, with their bytes."""

from datetime import date
from hashlib import sha256

from sqlalchemy import Row, Select, bindparam, exists, select

from core.dates import in_words
from core.documents.models import Document
from core.documents.pdf import Paper
from core.errors import Refused
from core.extensions import db, directly

_KEPT = select(Document.content, Document.pages, Document.file_name, Document.erased_on).where(
    Document.id == bindparam("document")
)
_PAPER = (
    select(Document.content, Document.pages)
    .where(Document.made_of == bindparam("made_of"))
    .order_by(Document.id)
    .limit(1)
)


def document_bytes(document_id: int) -> Row[bytes, int, str, date | None]:
    """What is kept of a document that was issued: `content`, `pages` and `file_name`. Raises Refused for one whose
    content was erased under the retention schedule.
    """
    found = directly(_KEPT, {"document": document_id}).one()
    if found.erased_on is not None:
        raise Refused(
            f"What this document said was erased on {in_words(found.erased_on)} under the retention schedule. That it "
            "was issued is kept."
        )
    return found


def is_there(document_id: int) -> bool:
    """Whether a document that was issued still has its content."""
    return bool(db.session.scalar(select(exists().where(Document.id == document_id, Document.erased_on.is_(None)))))


def was_issued(paper: Paper, user_id: int | None) -> bool:
    """Whether that very file was issued to that reader before; None: to nobody by name."""
    same = Document.sha256 == sha256(paper.content).hexdigest()
    asked = exists().where(same, Document.user_id == user_id, Document.meeting_id.is_not(None))
    return bool(db.session.scalar(select(asked)))


def paper_made_of(made_of: str) -> Paper | None:
    """The paper that was kept under exactly that; None when there is none yet."""
    found = directly(_PAPER, {"made_of": made_of}).first()
    return Paper(found.content, found.pages) if found is not None else None


def older_papers(called: str, number: int) -> Select[int]:
    """Ids of the papers of that file name that were kept before the last so many."""
    of_it = (Document.made_of > "", Document.file_name == called)
    return select(Document.id).where(*of_it).order_by(Document.id.desc()).offset(number)
