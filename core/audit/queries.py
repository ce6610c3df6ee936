"""Reading the trail: to verify, to export, to search."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any, BinaryIO

from sqlalchemy import Row, exists, func, select

from core.audit import chain
from core.audit.models import AuditAnchor, AuditHead, AuditRecord, AuditSubject
from core.clock import at_local
from core.extensions import db

CHUNK = 1000
PAGE = 50


def records() -> Iterator[chain.Record]:
    """Every record from the first to the last, as it was linked."""
    rows = db.session.execute(
        select(AuditRecord.body, AuditRecord.hash).order_by(AuditRecord.seq).execution_options(yield_per=CHUNK)
    )
    for body, hash_ in rows:
        yield {**json.loads(body), "hash": hash_}


def anchors() -> list[chain.Anchor]:
    """Every head that a document was given."""
    rows = db.session.execute(select(AuditAnchor.seq, AuditAnchor.hash, AuditAnchor.object))
    return [chain.Anchor(seq, hash_, object_) for seq, hash_, object_ in rows]


def verify_database() -> chain.Report:
    """Check the whole chain against every anchor."""
    return chain.verify(records(), anchors())


def verify_export(lines: Iterable[bytes]) -> chain.Report:
    """Check an exported trail against the database's anchors."""
    return chain.verify(chain.read_export(line.decode() for line in lines), anchors())


def write_export(out: BinaryIO) -> int:
    """Write every record as a line of JSON; how many there were."""
    count = 0
    for record in records():
        out.write(f"{chain.export_line(record)}\n".encode())
        count += 1
    return count


@dataclass(frozen=True, slots=True)
class Filter:
    """What an auditor looks for. Empty means any."""

    actor: str = ""
    subjects: frozenset[str] = frozenset()
    category: str = ""
    object: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None
    """Records older than this number: the next page."""
    actors: frozenset[str] | None = None
    """Only what these did; None for everybody."""


def search(wanted: Filter) -> Sequence[dict[str, Any]]:
    """The newest records that fit, at most PAGE + 1: one more says that there is another page."""
    query = select(AuditRecord.seq, AuditRecord.at, AuditRecord.body, AuditRecord.hash)
    if wanted.actor:
        query = query.where(AuditRecord.actor == wanted.actor)
    if wanted.actors is not None:
        # Not by the index of actors: it would gather and sort whole lives to show the newest page.
        query = query.where(func.coalesce(AuditRecord.actor, "").in_(wanted.actors))
    if wanted.category:
        query = query.where(AuditRecord.category == wanted.category)
    if wanted.action:
        query = query.where(AuditRecord.action == wanted.action)
    if wanted.object:
        query = query.where(AuditRecord.object == wanted.object)
    if wanted.subjects:
        about = exists().where(AuditSubject.seq == AuditRecord.seq, AuditSubject.subject.in_(wanted.subjects))
        query = query.where(about)
    if wanted.since:
        query = query.where(AuditRecord.at >= _start(wanted.since))
    if wanted.until and wanted.until < date.max:
        query = query.where(AuditRecord.at < _start(wanted.until.fromordinal(wanted.until.toordinal() + 1)))
    if wanted.before is not None:
        query = query.where(AuditRecord.seq < wanted.before)
    rows = db.session.execute(query.order_by(AuditRecord.seq.desc()).limit(PAGE + 1)).all()
    return [{**json.loads(body), "hash": hash_, "at": at} for _, at, body, hash_ in rows]


def end_of_chain() -> int:
    """The number of the last record."""
    return db.session.execute(select(AuditHead.seq).where(AuditHead.id == 1)).scalar_one()


def done_after(
    milestone: tuple[str, str], objects: Collection[str], *, operations: Collection[str]
) -> Sequence[Row[datetime, str, str, str]]:
    """What those operations did to those objects since the milestone, oldest first: at, actor, action, object.

    The milestone is the last operation of that name on that object; the order of the chain decides, not the clock.
    """
    operation, object_ = milestone
    since = select(func.coalesce(func.max(AuditRecord.seq), 0)).where(
        AuditRecord.object == object_, AuditRecord.action == operation
    )
    return db.session.execute(
        select(AuditRecord.at, AuditRecord.actor, AuditRecord.action, AuditRecord.object)
        .where(
            AuditRecord.object.in_(objects),
            AuditRecord.action.in_(operations),
            AuditRecord.outcome == "allow",
            AuditRecord.seq > since.scalar_subquery(),
        )
        .order_by(AuditRecord.seq)
    ).all()


def witnesses(seq: int, hash_: str) -> bool:
    """Whether the trail still holds, unchanged, the record whose number and hash a document prints, and its anchor."""
    anchored = exists().where(AuditAnchor.seq == seq, AuditAnchor.hash == hash_)
    if not db.session.scalar(select(anchored)):
        return False
    body = db.session.scalar(select(AuditRecord.body).where(AuditRecord.seq == seq))
    return hash_ == (chain.digest(json.loads(body)) if body is not None else chain.ZERO if seq == 0 else None)


@dataclass(frozen=True, slots=True)
class Summary:
    """How the chain stands: its end, its anchors, and what is wrong with its newest `checked` records."""

    seq: int
    hash: str
    anchors: int
    checked: int
    faults: Sequence[int]
    """Numbers of records that do not fit."""


def summary(newest: int) -> Summary:
    """The chain's end, with a check of that many newest records: their numbers, links and hashes, not the anchors."""
    rows = db.session.execute(
        select(AuditRecord.seq, AuditRecord.body, AuditRecord.hash).order_by(AuditRecord.seq.desc()).limit(newest + 1)
    ).all()[::-1]
    faults = []
    for before, (seq, body, hash_) in pairwise(rows):
        record = json.loads(body)
        linked = record.get("seq") == seq == before.seq + 1 and record.get("prev") == before.hash
        if not linked or chain.digest(record) != hash_:
            faults.append(seq)
    head_seq, head_hash = db.session.execute(select(AuditHead.seq, AuditHead.hash)).one()
    if rows and (head_seq, head_hash) != (rows[-1].seq, rows[-1].hash):
        faults.append(head_seq)
    witnesses = db.session.scalar(select(func.count()).select_from(AuditAnchor)) or 0
    return Summary(head_seq, head_hash, witnesses, max(len(rows) - 1, 0), faults)


def _start(day: date) -> datetime:
    return at_local(day, time(0))
