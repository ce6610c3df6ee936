"""A reader's copy as a file that goes with its mail: made when the mail goes, locked with a password of its own.

Only where a partnership has chosen so (docs/adr/0006-outbox-and-jobs.md). The password is never in a mail: its reader
is shown it on the copy's page, after signing in.
"""

import secrets
from datetime import datetime
from hashlib import sha256
from io import BytesIO

from sqlalchemy import select

from core.accounts.queries import actor_as_of
from core.circulation.copies.operations import keep_minutes_copy, minutes_copy
from core.circulation.mailing import Enclosure
from core.circulation.models import Copy
from core.circulation.queries import copy_by_id
from core.clock import local_date
from core.documents.models import Document
from core.documents.operations import Subject, keep_document
from core.documents.pdf import Paper
from core.extensions import db
from core.facts import Actor
from core.meetings.circulated.copies import agenda_copy, keep_agenda_copy
from core.policy import Permission, require
from core.references import file_name
from core.web.transaction import begin_write

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for one another: i, l, o, 0 and 1."""

GROUPS, IN_A_GROUP = 4, 5
"""Twenty characters, 99 bits: no guessing helps, and four short groups can be typed from a screen."""

KIND = "locked copy"


def new_password() -> str:
    """`k7mpw-x3qdt-hv4ka-9rjbe`: random, and easy to read out and to type."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(IN_A_GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def locked(content: bytes, password: str) -> bytes:
    """The same PDF encrypted with AES-256 (revision 6); it opens with the password alone."""
    from pikepdf import Encryption, Pdf, Permissions  # the worker's alone: a web process need not load it

    out = BytesIO()
    allowed = Permissions(extract=False, modify_annotation=False, modify_assembly=False, modify_form=False)
    with Pdf.open(BytesIO(content)) as pdf:
        pdf.save(out, encryption=Encryption(user=password, owner=secrets.token_urlsafe(32), R=6, allow=allowed))
    return out.getvalue()


def enclosure_for(copy_id: int, *, now: datetime) -> Enclosure:
    """The copy as its reader may have it at this moment, locked. The file is kept as it is issued, byte for byte.

    Slow, with transactions of its own: not under the write lock. The reader's right is asked again when it is kept. The
    same document is the same file at each try. Raises Refused when it cannot be made, or may not be had any more.
    """
    paper = make_document(copy_id, now=now)
    copy = _copy(copy_id)
    ref, kind = copy.circulation.meeting.ref, str(copy.circulation.kind)
    password = copy.password or new_password()
    name = (kind, ref, f"copy {copy_id}", sha256(paper.content).hexdigest()[:12])
    before = _kept(copy.user_id, file_name(*name, suffix="pdf"))
    content = before or locked(paper.content, password)
    copy = _under_the_lock(copy_id, now=now)
    copy.password = copy.password or password
    if before is None:
        of = Subject(copy.circulation.meeting_id, copy.user_id)
        keep_document(Paper(content, paper.pages), KIND, *name, now=now, of=of)
    db.session.commit()
    return Enclosure(content, file_name(kind, ref, suffix="pdf"))


def make_document(copy_id: int, *, now: datetime) -> Paper:
    """The reader's document, made if need be, and kept as any copy is. Slow, with a transaction of its own.

    The reader's right is asked again when it is kept. Raises Refused when it cannot be made, or may not be had.
    """
    copy = _copy(copy_id)
    version = copy.circulation.agenda_version
    if version is not None:
        agenda = agenda_copy(_reader(copy, now), version)
        keep_agenda_copy(_reader(copy, now), version, agenda, now=now)
        return agenda.paper
    made = minutes_copy(copy, now=now)
    keep_minutes_copy(_under_the_lock(copy_id, now=now), made, now=now)
    db.session.commit()
    return made.paper


def _under_the_lock(copy_id: int, *, now: datetime) -> Copy:
    """The copy, to be written to, its reader's right asked again. Raises Refused."""
    db.session.rollback()
    begin_write()
    copy = _copy(copy_id)
    require(_reader(copy, now), Permission.READ_COPY, copy)
    return copy


def _copy(copy_id: int) -> Copy:
    copy = copy_by_id(copy_id)
    assert copy is not None
    return copy


def _reader(copy: Copy, now: datetime) -> Actor:
    return actor_as_of(copy.user_id, copy.circulation.meeting.group.partnership_id, on=local_date(now))


def _kept(user_id: int, called: str) -> bytes | None:
    """The locked file of the very same document, from a try before."""
    return db.session.scalar(
        select(Document.content).where(Document.user_id == user_id, Document.kind == KIND, Document.file_name == called)
    )
