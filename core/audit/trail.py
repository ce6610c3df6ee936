"""Appending to the audit chain: queued by operations, linked and written as the transaction commits."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import event, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.audit import chain
from core.audit.models import AuditAnchor, AuditHead, AuditRecord, AuditSubject
from core.clock import utc_now
from core.errors import AuditUnavailable
from core.extensions import db
from core.facts import Actor

PENDING = "audit_pending"

Record = Mapping[str, Any]
"""A record before it is linked: all of it but version, number, moment and hashes."""


class Category(StrEnum):
    """Kinds of record: those of DPA 2018 Part 3, and four of our own."""

    COLLECTION = "collection"
    ALTERATION = "alteration"
    CONSULTATION = "consultation"
    DISCLOSURE = "disclosure"
    COMBINATION = "combination"
    ERASURE = "erasure"
    AUTH = "auth"
    DENIED = "denied"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, as far as the trail keeps it: a network, not an address."""

    ip: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The chain's end: what anchors keep and documents print."""

    seq: int
    hash: str


NOWHERE = Origin()
origin: ContextVar[Origin] = ContextVar("audit_origin", default=NOWHERE)
payload_key: ContextVar[bytes] = ContextVar("audit_payload_key", default=b"")


def record(
    actor: Actor,
    category: Category,
    action: str,
    *,
    object: str,
    subjects: Iterable[int] = (),
    purpose: str | None = None,
    recipient: str | None = None,
    outcome: str = "allow",
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Queue one record for the transaction in hand; it is appended as that commits, or not at all."""
    append(
        [
            described(
                actor,
                category,
                action,
                object=object,
                subjects=subjects,
                purpose=purpose,
                recipient=recipient,
                outcome=outcome,
                payload=payload,
            )
        ]
    )


def append(records: Iterable[Record]) -> None:
    """Queue described records for the transaction in hand."""
    db.session.info.setdefault(PENDING, []).extend(records)


def described(
    actor: Actor,
    category: Category,
    action: str,
    *,
    object: str,
    subjects: Iterable[int] = (),
    purpose: str | None = None,
    recipient: str | None = None,
    outcome: str = "allow",
    payload: Mapping[str, Any] | None = None,
) -> Record:
    """A record of what the request in hand does, to be appended by whoever commits it.

    `action` is subject and verb (`action.record`), `object` an opaque reference (`action:12`), `subjects` the
    ids of the persons concerned, `payload` what was written, kept as a MAC alone. No names, no free text.
    """
    where = origin.get()
    return {
        "actor": actor.opaque,
        "agency": f"ag_{actor.agency_id}" if actor.agency_id else None,
        "partnership": f"ps_{actor.partnership_id}" if actor.partnership_id else None,
        "session": f"s_{actor.session_id}" if actor.session_id else None,
        "ip": where.ip or None,
        "category": category.value,
        "action": action,
        "object": object,
        "subjects": sorted({f"p_{person}" for person in subjects}),
        "purpose": purpose,
        "recipient": recipient,
        "outcome": outcome,
        "request_id": where.request_id or None,
        "payload_mac": _mac(payload) if payload is not None else None,
    }


def head() -> Head:
    """The chain's end as the transaction in hand sees it."""
    seq, hash_ = db.session.execute(select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == 1)).one()
    return Head(seq, hash_)


def anchor(object: str, *, now: datetime) -> Head:
    """Take the head for a document: kept as an anchor, to be printed in every copy.

    What this transaction has queued comes after it in the chain.
    """
    taken = head()
    keep_anchor(taken.seq, taken.hash, object, now=now)
    return taken


def keep_anchor(seq: int, hash_: str, object: str, *, now: datetime) -> None:
    """Keep a head that was taken earlier, and is printed already."""
    db.session.add(AuditAnchor(seq=seq, hash=hash_, taken_at=now, object=object))


def _mac(payload: Mapping[str, Any]) -> str:
    text = json.dumps(payload, sort_keys=True, default=str, ensure_ascii=False).encode()
    return hmac.new(payload_key.get() or b"unkeyed", text, hashlib.sha256).hexdigest()


_HEAD: Any = AuditHead.__table__
_LOCK_HEAD = select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.id == 1).with_for_update()
_MOVE_HEAD = update(_HEAD).where(_HEAD.c.id == 1)
_KEEP_RECORDS = insert(AuditRecord.__table__)  # type: ignore[arg-type]  # a Table
_KEEP_SUBJECTS = insert(AuditSubject.__table__)  # type: ignore[arg-type]  # a Table


@event.listens_for(Session, "before_commit")
def _append_pending(session: Session) -> None:
    """Link and write what was queued, the head locked last: nothing is committed without its record."""
    pending = session.info.get(PENDING)
    if not pending:
        return
    session.flush()  # what the business wrote fails as itself, not as the trail
    try:
        _append(session, pending)
    except SQLAlchemyError as failure:
        raise AuditUnavailable from failure
    finally:
        session.info.pop(PENDING, None)


def _append(session: Session, pending: Iterable[Record]) -> None:
    connection = session.connection()  # past the session's handling of entities: every page that names somebody waits
    seq, prev = connection.execute(_LOCK_HEAD).one()
    now = utc_now()
    stamp = now.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    rows, subjects = [], []
    for body in pending:
        seq += 1
        text, prev = chain.linked({"v": 1, "seq": seq, "ts": stamp, **body}, prev)
        rows.append(
            {
                "seq": seq,
                "at": now,
                "actor": body["actor"],
                "category": body["category"],
                "action": body["action"],
                "object": body["object"],
                "outcome": body["outcome"],
                "body": text,
                "hash": prev,
            }
        )
        subjects += [{"subject": subject, "seq": seq} for subject in body["subjects"]]
    connection.execute(_KEEP_RECORDS, rows)
    if subjects:
        connection.execute(_KEEP_SUBJECTS, subjects)
    connection.execute(_MOVE_HEAD, {"seq": seq, "hash": prev})


@event.listens_for(Session, "after_rollback")
def _forget_pending(session: Session) -> None:
    """With the transaction; what goes with a savepoint alone, as a row that somebody else has just written, does not
    undo what was done before it.
    """
    if not session.in_nested_transaction():
        session.info.pop(PENDING, None)
