"""Making and forgetting the keys to what browsers keep of a meeting."""

import secrets
from datetime import datetime
from typing import cast

from sqlalchemy import Table, delete
from sqlalchemy.dialects import postgresql, sqlite

from core import audit
from core.errors import Refused
from core.extensions import db, directly
from core.facts import Actor
from core.meetings.models import Meeting
from core.recording.keeping.models import KeepingKey

APPROVED = "The minutes of this meeting are approved. Nothing that was kept on this device can be saved any more."

_KEY_BYTES = 32
"""AES-256-GCM."""

_TABLE = cast("Table", KeepingKey.__table__)
_MAKE = {
    "sqlite": sqlite.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.user_id),
    "postgresql": postgresql.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.user_id),
}


def key_of(actor: Actor, meeting: Meeting) -> bytes | None:
    """The actor's own key, if it has been made. Raises Refused once the minutes are approved."""
    if meeting.frozen_at is not None:
        raise Refused(APPROVED)
    kept = _kept(actor, meeting)
    return kept.key if kept is not None else None


def make_key(actor: Actor, *, meeting: Meeting, now: datetime) -> bytes:
    """The actor's key, made if there is none: another page of theirs may have been quicker.

    Raises Refused once the minutes are approved.
    """
    row = {"meeting_id": meeting.id, "user_id": actor.user_id, "key": b"", "made_at": now}
    if directly(_MAKE[db.engine.dialect.name], row).first() is not None:
        made = _kept(actor, meeting)
        assert made is not None
        made.key = secrets.token_bytes(_KEY_BYTES)
        audit.record(actor, audit.Category.AUTH, "keeping.make_key", object=f"meeting:{meeting.id}")
    key = key_of(actor, meeting)
    assert key is not None
    return key


def forget_keys(meeting: Meeting) -> None:
    """Delete every key of the meeting: what a device still holds of it is closed for good."""
    db.session.execute(delete(KeepingKey).where(KeepingKey.meeting_id == meeting.id))


def _kept(actor: Actor, meeting: Meeting) -> KeepingKey | None:
    return db.session.get(KeepingKey, (meeting.id, actor.user_id))
