"""Idempotency: the answer to a write is stored with it, and a repeat of the same request gets it again."""

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from flask import Request, Response, current_app, make_response, redirect
from sqlalchemy import Table, bindparam, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from werkzeug.exceptions import BadRequest, UnprocessableEntity

from core.extensions import db, directly
from core.web.models import StoredAnswer

FIELD = "idempotency_key"
HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(days=1)
"""A form is sent again within moments, or after a night with a closed laptop."""

SAVED_BEFORE = '<p class="govuk-body" role="status">This was saved.</p>'
"""To the page's own script, which is sent on nowhere."""

_NOT_IN_THE_DIGEST = frozenset({"csrf_token", "proof"})
"""Of one form a token differs from page to page, and it comes with the answer to who it is, or without."""

# Put together once: every write sends them.
_TABLE = cast("Table", StoredAnswer.__table__)
_CLAIM = {
    "sqlite": sqlite.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.key),
    "postgresql": postgresql.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.key),
}
_KEEP = (
    update(_TABLE)
    .where(_TABLE.c.user_id == bindparam("whose"), _TABLE.c.key == bindparam("which"))
    .values({name: bindparam(name) for name in ("status", "location", "content_type", "body")})
)


@dataclass(frozen=True, slots=True)
class Sent:
    """What tells one write from another: its own UUID, and a digest of all that it asks."""

    key: str
    digest: str


def sent(request: Request) -> Sent:
    """The request's own. Reads the whole body. Raises BadRequest where neither form nor header holds a key."""
    given = request.headers.get(HEADER) or request.form.get(FIELD) or ""
    try:
        key = str(uuid.UUID(given))
    except ValueError:
        raise BadRequest("This request carries no key of its own. Go back, reload the page and try again.") from None
    return Sent(key, _digest(request))


def claim(user_id: int, write: Sent, *, now: datetime) -> Response | None:
    """Take the key for this transaction, or give the answer that is stored under it.

    A second request with the key waits until the first has committed. Raises UnprocessableEntity when the key was
    used for another request.
    """
    row = {"user_id": user_id, "key": write.key, "request_sha256": write.digest, "at": now}
    row |= {"location": "", "content_type": "", "body": b""}
    claimed = directly(_CLAIM[db.engine.dialect.name], row).first()
    if claimed is not None:
        return None
    stored = _stored(user_id, write.key)
    assert stored is not None
    if stored.request_sha256 != write.digest:
        raise UnprocessableEntity("This key was already used for something else. Reload the page and try again.")
    answer = make_response(stored.body, stored.status or 200)
    if stored.content_type:
        answer.headers["Content-Type"] = stored.content_type
    if stored.location:
        answer.headers["Location"] = stored.location
    return answer


def sent_on(user_id: int, write: Sent) -> Response | None:
    """For a repeat that the gate refuses by now: where the first was sent on to, or that it was saved; nothing else.

    A write can close what it was about to whoever sent it (a conflict is declared, an item taken off), and a browser
    that lost the answer asks again when its reader may no longer enter. The page that the redirect leads to asks for
    itself.
    """
    stored = _stored(user_id, write.key)
    if stored is None or stored.request_sha256 != write.digest:
        return None
    return make_response(redirect(stored.location, stored.status or 303) if stored.location else SAVED_BEFORE)


def is_used(user_id: int, write: Sent) -> bool:
    """Whether an answer is stored under its key, to this write or to another: `claim` lets neither go on."""
    return _stored(user_id, write.key) is not None


def _stored(user_id: int, key: str) -> StoredAnswer | None:
    return db.session.get(StoredAnswer, (user_id, key), populate_existing=True)


def keep(user_id: int, write: Sent, answer: Response) -> None:
    """Store the answer in the transaction of its write."""
    directly(
        _KEEP,
        {
            "whose": user_id,
            "which": write.key,
            "status": answer.status_code,
            "location": answer.headers.get("Location", ""),
            "content_type": answer.headers.get("Content-Type", ""),
            "body": answer.get_data(),
        },
    )


def forget_old(*, now: datetime) -> None:
    """Delete the answers that nobody will ask for again: some hold what was typed."""
    db.session.execute(delete(StoredAnswer).where(StoredAnswer.at < now - KEPT_FOR))


def _digest(request: Request) -> str:
    """Of method, address, form and files, less what differs between two sendings of one form.

    Keyed, with a key that is not in the database: a form can hold a password, and a plain digest of one is guessed
    a million times faster than its Argon2id hash.
    """
    address = f"{request.method} {request.full_path}\0".encode()
    digest = hmac.new(current_app.config["SECRET_KEY"], address, hashlib.sha256)
    for name, value in sorted(request.form.items(multi=True)):
        if name not in _NOT_IN_THE_DIGEST:
            digest.update(f"{name}\0{value}\0".encode())
    for name, file in sorted(request.files.items(multi=True), key=lambda each: each[0]):
        digest.update(f"{name}\0{hashlib.sha256(file.stream.read()).hexdigest()}\0".encode())
        file.stream.seek(0)
    return digest.hexdigest()
