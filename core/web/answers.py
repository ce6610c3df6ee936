"""Idempotency: the answer to a write is stored with it, and a repeat of the same request gets it again."""

import hashlib
import hmac
import uuid
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

_NOT_IN_THE_DIGEST = frozenset({"csrf_token"})

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


def key_of(request: Request) -> str:
    """The write's own UUID, from its form or header. Reads the whole body. Raises BadRequest where there is none."""
    given = request.headers.get(HEADER) or request.form.get(FIELD) or ""
    try:
        return str(uuid.UUID(given))
    except ValueError:
        raise BadRequest("This request carries no key of its own. Go back, reload the page and try again.") from None


def claim(user_id: int, key: str, request: Request, *, now: datetime) -> Response | None:
    """Take the key for this transaction, or give the answer that is stored under it.

    A second request with the key waits until the first has committed. Raises UnprocessableEntity when the key was
    used for another request.
    """
    digest = _digest(request)
    row = {"user_id": user_id, "key": key, "request_sha256": digest, "at": now}
    row |= {"location": "", "content_type": "", "body": b""}
    claimed = directly(_CLAIM[db.engine.dialect.name], row).first()
    if claimed is not None:
        return None
    stored = _stored(user_id, key)
    assert stored is not None
    if stored.request_sha256 != digest:
        raise UnprocessableEntity("This key was already used for something else. Reload the page and try again.")
    answer = make_response(stored.body, stored.status or 200)
    if stored.content_type:
        answer.headers["Content-Type"] = stored.content_type
    if stored.location:
        answer.headers["Location"] = stored.location
    return answer


def sent_on(user_id: int, key: str, request: Request) -> Response | None:
    """For a repeat that the gate refuses by now: where the first was sent on to, and nothing else.

    A write can close what it was about to whoever sent it (a conflict is declared, an item taken off). The page that
    the redirect leads to asks for itself.
    """
    stored = _stored(user_id, key)
    if stored is None or not stored.location or stored.request_sha256 != _digest(request):
        return None
    return make_response(redirect(stored.location, stored.status or 303))


def _stored(user_id: int, key: str) -> StoredAnswer | None:
    return db.session.get(StoredAnswer, (user_id, key), populate_existing=True)


def keep(user_id: int, key: str, answer: Response) -> None:
    """Store the answer in the transaction of its write."""
    directly(
        _KEEP,
        {
            "whose": user_id,
            "which": key,
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
