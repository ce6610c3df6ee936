"""Making a backup, going back to one, and comparing a database with what a backup says of it."""

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, inspect, select, table

from core import __version__, audit
from core.audit import queries as audit_queries
from core.audit.models import AuditHead, AuditRecord
from core.backup.archive import Damaged, read_archive, write_archive
from core.backup.engines import is_empty, put_back, snapshot
from core.backup.scratch import scratch_in
from core.documents.models import Document
from core.encryption.keys import Keyring
from core.errors import Refused
from core.extensions import db
from core.facts import SYSTEM
from core.web.transaction import begin_write

PUT_BACK = "backup.restore"
"""Of the record that a backup was put back: the first thing that comes after it."""

WITHOUT_ERASURES = "backup.restore_without_erasures"
"""The same where nobody had the file of what was erased since: who was erased may be there again."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a database held at that moment."""

    version: str
    dialect: str
    counts: dict[str, int]
    """Table -> rows."""
    documents: str
    """SHA-256 over number and SHA-256 of every stored document, in their order, taken of the files themselves."""
    audit_seq: int
    audit_hash: str


def back_up(engine: Engine, ring: Keyring, target: Path, folder: Path) -> Manifest:
    """Write everything to a new file, while the service runs. Raises Refused when there is one.

    What it needs on the way is not encrypted: it lies in the data folder, and nothing but the backup with the backups.
    """
    if target.exists():
        raise Refused(f"{target} is there already: name a new file.")
    # By itself and first: who takes everything away leaves a trace, whatever becomes of the file.
    _record(audit.Category.DISCLOSURE, "backup.make")
    half = target.with_name(f"{target.name}.{secrets.token_hex(4)}.half")
    try:
        os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with (
            scratch_in(folder) as scratch,
            snapshot(engine, scratch) as (connection, dump),
            half.open("wb") as out,
        ):
            manifest = manifest_of(connection, engine.dialect.name)
            write_archive(out, ring, _contents(manifest, dump))
            out.flush()
            os.fsync(out.fileno())
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
    return manifest


def restore(engine: Engine, ring: Keyring, source: Path, folder: Path, *, without_erasures: bool = False) -> Manifest:
    """Make an empty database what it was. Nothing is put back before the whole file was read and is sound.

    What it needs on the way lies in the data folder. What was erased since the backup is there again until it is
    replayed (core.retention.replaying); `without_erasures`: nobody can, and the trail says so.
    """
    if not is_empty(engine):
        raise Refused("The database is not empty: a backup is put back into an empty one alone.")
    with scratch_in(folder) as scratch:
        with source.open("rb") as file, scratch.open("wb") as out:
            manifest, dump = _read(read_archive(file, ring))
            if manifest.dialect != engine.dialect.name:
                raise Refused(f"This is a backup of {manifest.dialect}: put it back there.")
            for piece in dump:
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        put_back(engine, scratch)
    _record(audit.Category.ADMIN, WITHOUT_ERASURES if without_erasures else PUT_BACK)
    return manifest


def _record(category: audit.Category, action: str) -> None:
    """Keep in the trail what was done to the whole of it, up to where it ended."""
    begin_write()
    audit.record(SYSTEM, category, action, object=f"backup:{audit.head().seq}")
    db.session.commit()


def faults_against(source: Path, ring: Keyring) -> Iterator[str]:
    """How the database in hand differs from the backup, and what is wrong with its trail; nothing when it is the same,
    but for the records that it was put back, where nothing else came after.

    The whole file is read: one that was altered or cut off raises Damaged.
    """
    with source.open("rb") as file:
        manifest, dump = _read(read_archive(file, ring))
        for _piece in dump:
            pass
    now = _before_it_was_put_back(manifest_of(db.session.connection(), manifest.dialect), manifest.audit_seq)
    for name in sorted(manifest.counts.keys() | now.counts.keys()):
        was, there = manifest.counts.get(name, 0), now.counts.get(name, 0)
        if was != there:
            yield f"{name}: {was} rows in the backup, {there} here."
    if manifest.documents != now.documents:
        yield "The stored documents are not those of the backup."
    if (manifest.audit_seq, manifest.audit_hash) != (now.audit_seq, now.audit_hash):
        yield f"The trail ends at record {now.audit_seq} here, at {manifest.audit_seq} in the backup."
    for fault in audit_queries.verify_database().faults:
        yield f"Record {fault.seq} of the trail: {fault.what}"


def _before_it_was_put_back(now: Manifest, end: int) -> Manifest:
    """The same without the records at the trail's end that say so."""
    after = db.session.scalars(select(AuditRecord.action).where(AuditRecord.seq > end)).all()
    there = db.session.get(AuditRecord, end)
    if there is None or not after or not set(after) <= {PUT_BACK, WITHOUT_ERASURES}:
        return now
    counts = now.counts | {AuditRecord.__tablename__: now.counts[AuditRecord.__tablename__] - len(after)}
    return replace(now, counts=counts, audit_seq=end, audit_hash=there.hash)


def manifest_of(connection: Connection, dialect: str) -> Manifest:
    """What the database holds that the connection sees."""
    counts = {}
    for name in sorted(inspect(connection).get_table_names()):
        if not name.startswith("sqlite_") and _INDEX not in name:
            counts[name] = connection.execute(select(func.count()).select_from(table(name))).scalar_one()
    seq, hash_ = connection.execute(select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == 1)).one()
    return Manifest(__version__, dialect, counts, _documents(connection), seq, hash_)


_INDEX = "_names"
"""In the names of SQLite's tables for searching names, which are made of the others."""


def _documents(connection: Connection) -> str:
    digest = hashlib.sha256()
    rows = connection.execution_options(yield_per=20).execute(
        select(Document.id, Document.content).order_by(Document.id)
    )
    for number, content in rows:
        digest.update(f"{number}:{hashlib.sha256(content or b'').hexdigest()}\n".encode())
    return digest.hexdigest()


def _contents(manifest: Manifest, dump: Iterator[bytes]) -> Iterator[bytes]:
    said = json.dumps(asdict(manifest)).encode()
    yield len(said).to_bytes(8, "big") + said
    yield from dump


def _read(pieces: Iterator[bytes]) -> tuple[Manifest, Iterator[bytes]]:
    held = bytearray()
    length = -1
    for piece in pieces:
        held += piece
        if length < 0 and len(held) >= 8:
            length = int.from_bytes(held[:8], "big")
        if 0 <= length <= len(held) - 8:
            said: dict[str, Any] = json.loads(held[8 : 8 + length])
            return Manifest(**said), _rest(bytes(held[8 + length :]), pieces)
    raise Damaged("The backup is not whole: use another one.")


def _rest(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces
