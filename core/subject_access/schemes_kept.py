"""Which schemes a pack has to do with, and whether what they answered still stands. Written as the pack is drawn."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from core.canonical import canonical_json, to_plain
from core.extensions import db
from core.subject_access.models import AccessRequest, AccessScheme
from core.subject_access.pack import OF_SCHEME, Pack, Scheme, Unread


def keep_schemes(request: AccessRequest, pack: Pack, fresh: Collection[str], *, now: datetime) -> None:
    """A row for each. An answer stands while what it was given for is the same, and there is nothing new to mask in it.

    `fresh`: places of texts in which something is to be masked that was not before.
    """
    rows = db.session.scalars(select(AccessScheme).where(AccessScheme.request_id == request.id)).all()
    by_key = {(row.provider_id, row.plugin): row for row in rows}
    met = set()
    every: Sequence[Scheme | Unread] = (*pack.schemes, *pack.unread)
    for each in every:
        key = _key(each)
        met.add(key)
        row = by_key.get(key)
        if row is None:
            row = AccessScheme(request_id=request.id, provider_id=key[0], plugin=key[1], sha256="")
            db.session.add(row)
        row.title = f"{each.title}, {each.agency}" if isinstance(each, Scheme) else each.title
        held = sha256_of(each)
        anew = key[0] is not None and any(place.startswith(f"{OF_SCHEME}{key[0]}:") for place in fresh)
        if row.gone_at is not None or row.sha256 != held or anew:
            row.answer, row.answered_at, row.answered_by_id, row.reason = None, None, None, ""
        row.sha256, row.gone_at = held, None
    for key, row in by_key.items():
        if key not in met and row.gone_at is None:
            row.gone_at = now
    db.session.flush()


def sha256_of(each: Scheme | Unread) -> str:
    """Of what it holds, or of why that cannot be said."""
    kept = each if isinstance(each, Scheme) else replace(each, reference="")
    return sha256(canonical_json(to_plain(kept)).encode()).hexdigest()


def _key(each: Scheme | Unread) -> tuple[int | None, str]:
    return (each.provider_id, "") if isinstance(each, Scheme) else (None, each.plugin)
