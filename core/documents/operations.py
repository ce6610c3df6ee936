"""Making a document, stamping it for its reader, and keeping it."""

from datetime import datetime
from hashlib import sha256

from core.documents.models import Document
from core.documents.pdf import Paper, Renderer, RenderFailed
from core.documents.render import copy_html
from core.errors import Refused
from core.extensions import db
from core.references import file_name

RENDERER = Renderer()
"""One warm child for the process; it is started when the first document is asked for."""


def paper_from(html: str) -> Paper:
    """A document that is written as HTML already, as PDF. Raises Refused, with the reason, when it cannot be made."""
    try:
        return RENDERER.pdf(html)
    except RenderFailed as failure:
        raise Refused(f"The document could not be made. {failure.reason}. Try again in a moment.") from failure


def stamped_for(paper: Paper, *, name: str, agency: str) -> Paper:
    """The same document as that reader's own copy. Raises Refused when it cannot be made."""
    try:
        return RENDERER.stamped(paper.content, copy_html(name, agency))
    except RenderFailed as failure:
        raise Refused(f"The copy could not be made. {failure.reason}. Try again in a moment.") from failure


def keep_document(paper: Paper, kind: str, *name: str, now: datetime, made_of: str = "") -> Document:
    """Keep a PDF byte for byte, under a file name that names nobody; with `made_of`, to be found by it again."""
    document = Document(
        kind=kind,
        file_name=file_name(*name, suffix="pdf"),
        sha256=sha256(paper.content).hexdigest(),
        pages=paper.pages,
        made_at=now,
        made_of=made_of,
        content=paper.content,
    )
    db.session.add(document)
    db.session.flush()
    return document
