"""Reads of documents, with their bytes."""

from sqlalchemy import select
from sqlalchemy.orm import undefer

from core.documents.models import Document
from core.documents.pdf import Paper
from core.extensions import db


def document_bytes(document_id: int) -> Document:
    """A document with its bytes."""
    return db.session.scalars(
        select(Document).where(Document.id == document_id).options(undefer(Document.content))
    ).one()


def paper_made_of(made_of: str) -> Paper | None:
    """The paper that was kept under exactly that; None when there is none yet."""
    document = db.session.scalars(
        select(Document)
        .where(Document.made_of == made_of)
        .order_by(Document.id)
        .limit(1)
        .options(undefer(Document.content))
    ).first()
    return Paper(document.content, document.pages) if document is not None else None
