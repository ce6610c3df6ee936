"""Releasing a pack: a second person has read it, and what they read is what is kept. It never changes again."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from core import audit
from core.audit import Category
from core.documents.operations import paper_from
from core.documents.pdf import Paper
from core.documents.record import AuditHead
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor
from core.partnerships.models import Partnership
from core.policy import Permission
from core.policy.subject_access import IS_ANSWERED, RequestAbout
from core.references import file_name
from core.subject_access import queries
from core.subject_access.closed import OPEN, Closed
from core.subject_access.lists import AskedBy, Did
from core.subject_access.models import AccessPaper, AccessRequest
from core.subject_access.operations import held, note, record
from core.subject_access.packing import settled, unseen
from core.subject_access.paper import Given, given_html, given_json
from core.subject_access.shown import counts, printed

NEW = "{why}. Have it put together again, and decided on, before it is released."
PDF, JSON = "pdf", "json"


@dataclass(frozen=True, slots=True)
class Ready:
    """What is to be released, and of which version of the request."""

    paper: Paper
    data: str
    version: int
    seq: int
    hash: str


def given_of(
    request: AccessRequest, *, released_at: datetime | None, head: AuditHead | None = None, closed: Closed = OPEN
) -> Given:
    """What the person is given, as its masks stand; `closed`: what whoever looks at it before them does not see."""
    pack = queries.answered_pack(queries.stored_pack(request.id))
    parts = printed(pack, queries.spans_in_force(queries.masks_of(request.id)), closed)
    partnership = db.session.get_one(Partnership, request.partnership_id)
    return Given(
        partnership=partnership.name,
        reference=request.ref,
        person=pack.person,
        record=pack.reference,
        for_whom=pack.person if request.asked_by is AskedBy.THEMSELF else request.asker_name or pack.person,
        received_on=request.received_on,
        drawn_at=pack.drawn_at,
        released_at=released_at,
        parts=parts,
        masked=counts(parts),
        audit_head=head,
    )


def preview(request: AccessRequest, closed: Closed) -> Paper:
    """The paper as it stands: it says on every page that it was not released."""
    return paper_from(given_html(given_of(request, released_at=None, closed=closed)))


def ready(target: RequestAbout, *, now: datetime) -> Ready:
    """Make both documents. Slow, so it is done before the write lock. Raises Refused when they cannot be made."""
    head = audit.head()
    given = given_of(target.request, released_at=now, head=AuditHead(seq=head.seq, hash=head.hash))
    return Ready(paper_from(given_html(given)), given_json(given), target.request.version, head.seq, head.hash)


def release(actor: Actor, target: RequestAbout, made: Ready, *, version: int, now: datetime) -> None:
    """Release what was read: both documents are kept, and nothing of them changes again. They go to nobody by
    themselves.

    Raises Stale when somebody worked on it after it was read; and Refused when a mask is not decided on, or when
    something new has come that nobody has looked at.
    """
    request = held(actor, target, Permission.RELEASE_ACCESS_PACK)
    if request.released_at is not None:
        raise Refused(IS_ANSWERED)
    if not version == made.version == request.version:
        raise Stale(told={"The pack": "Somebody else worked on it after you read it"})
    settled(request)
    if why := unseen(request, now=now):
        raise Refused(NEW.format(why=why))
    request.released_at, request.released_by_id = now, actor.user_id
    request.audit_seq, request.audit_hash = made.seq, made.hash
    audit.keep_anchor(made.seq, made.hash, f"access-request:{request.id}", now=now)
    papers = ((PDF, made.paper.content, made.paper.pages), (JSON, made.data.encode(), 0))
    for kind, content, pages in papers:
        db.session.add(
            AccessPaper(
                request_id=request.id,
                kind=kind,
                file_name=file_name("subject access", request.ref, suffix=kind),
                sha256=sha256(content).hexdigest(),
                pages=pages,
                made_at=now,
                content=content,
            )
        )
    note(actor, request, Did.RELEASED, now=now)
    stored = queries.stored_pack(request.id)
    record(
        actor,
        request,
        Category.DISCLOSURE,
        "access_request.release",
        {"pages": made.paper.pages, "sha256": [sha256(content).hexdigest() for _, content, _ in papers]},
        subjects=tuple(stored.subjects),
        recipient=f"p_{request.person_id}",
    )
