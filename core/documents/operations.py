"""Making a document, stamping it for its reader, and keeping it."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete

from core import __version__
from core.documents.models import Document
from core.documents.pdf import Paper, Renderer, RenderFailed
from core.documents.queries import older_papers, paper_made_of, was_issued
from core.documents.render import copy_html, full_copy_html, made_for_html, preview_html
from core.errors import Refused
from core.extensions import db
from core.references import file_name

RENDERER = Renderer()
"""One warm child for the process; it is started when the first document is asked for."""

PAPERS = 100
"""Parts of one meeting's document that are kept for their readers: more than sit round a table."""


def paper_from(html: str) -> Paper:
    """A document that is written as HTML already, as PDF. Raises Refused, with the reason, when it cannot be made."""
    try:
        return RENDERER.pdf(html)
    except RenderFailed as failure:
        raise Refused(f"The document could not be made. {failure.reason}. Try again in a moment.") from failure


def stamped_for(paper: Paper, *, name: str, agency: str) -> Paper:
    """The same document as that reader's own copy. Raises Refused when it cannot be made."""
    return _stamped(paper, copy_html(name, agency))


def stamped_as_preview(paper: Paper, *, name: str, agency: str, seen_by: str) -> Paper:
    """The same document as somebody's preview of that reader's copy. Raises Refused when it cannot be made."""
    return _stamped(paper, preview_html(name, agency, seen_by))


def stamped_as_full(paper: Paper, *, name: str, agency: str) -> Paper:
    """The same document as the full copy of whoever took it. Raises Refused when it cannot be made."""
    return _stamped(paper, full_copy_html(name, agency))


def stamped_as_made_for(paper: Paper, *, name: str, agency: str) -> Paper:
    """The same document as made for whoever took it from the books. Raises Refused when it cannot be made."""
    return _stamped(paper, made_for_html(name, agency))


def _stamped(paper: Paper, stamp: str) -> Paper:
    try:
        return RENDERER.stamped(paper.content, stamp)
    except RenderFailed as failure:
        raise Refused(f"The copy could not be made. {failure.reason}. Try again in a moment.") from failure


@dataclass(frozen=True, slots=True)
class Layout:
    """A document before it is stamped, and what it was made of: for all readers who may have the same."""

    paper: Paper
    made_of: str
    new: bool
    """Nobody has kept it yet."""


def digest_of(html: str) -> str:
    """What the paper of this HTML is found by: the whole of the text that the renderer is given, in this release."""
    return sha256(f"{__version__}\n{html}".encode()).hexdigest()


def laid_out(html: str) -> Layout:
    """The document that this HTML becomes. Slow when it is new: not under the write lock.

    Laying a document out is what is slow, so it is done once, and found again by `digest_of`. Raises Refused when it
    cannot be made.
    """
    made_of = digest_of(html)
    kept = paper_made_of(made_of)
    return Layout(kept or paper_from(html), made_of, new=kept is None)


def keep_layout(layout: Layout, *name: str, now: datetime) -> None:
    """Keep it for the readers who come after. Two who open theirs at once may both keep one: it is the same.

    Of one name the `PAPERS` that were made last are kept. Nothing else is lost with an older one, which nobody may have
    any more, or is laid out again.
    """
    if layout.new:
        kept = keep_document(layout.paper, "paper", *name, now=now, made_of=layout.made_of)
        db.session.execute(delete(Document).where(Document.id.in_(older_papers(kept.file_name, PAPERS))))


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document is of, for whoever checks a file: a meeting, and one reader of it where it is their copy."""

    meeting_id: int
    user_id: int | None = None


def keep_document(
    paper: Paper, kind: str, *name: str, now: datetime, of: Subject | None = None, made_of: str = ""
) -> Document:
    """Keep a PDF byte for byte, under a file name that names nobody; with `made_of`, to be found by it again.

    `of` is told of everything that is issued: a paper that is kept to be stamped is not.
    """
    return _kept(
        Document(
            kind=kind,
            file_name=file_name(*name, suffix="pdf"),
            sha256=sha256(paper.content).hexdigest(),
            pages=paper.pages,
            made_at=now,
            made_of=made_of,
            meeting_id=of.meeting_id if of is not None else None,
            user_id=of.user_id if of is not None else None,
            content=paper.content,
        )
    )


def keep_html(html: str, paper: Paper, kind: str, *name: str, now: datetime, of: Subject) -> Document:
    """Keep the HTML that a PDF was laid out from, byte for byte: the same PDF can be made of it again."""
    content = html.encode()
    return _kept(
        Document(
            kind=kind,
            file_name=file_name(*name, suffix="html"),
            sha256=sha256(content).hexdigest(),
            pages=paper.pages,
            made_at=now,
            meeting_id=of.meeting_id,
            user_id=of.user_id,
            content=content,
        )
    )


def _kept(document: Document) -> Document:
    db.session.add(document)
    db.session.flush()
    return document


def keep_once(paper: Paper, kind: str, *name: str, now: datetime, of: Subject) -> None:
    """Keep what was issued, unless its reader was issued the very same before."""
    if not was_issued(paper, of.user_id):
        keep_document(paper, kind, *name, now=now, of=of)


def keep_html_once(html: str, paper: Paper, kind: str, *name: str, now: datetime, of: Subject) -> None:
    """The same of the HTML that a document was laid out from."""
    if not was_issued(Paper(html.encode(), paper.pages), of.user_id):
        keep_html(html, paper, kind, *name, now=now, of=of)
