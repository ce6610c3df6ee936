"""The machine is gone: a backup that was made while people saved, put back on an empty one, is what it was."""

import hashlib
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from core import audit
from core.accounts.models import Authenticator
from core.app import create_app
from core.audit.models import AuditRecord
from core.audit.queries import verify_database
from core.backup import operations
from core.backup.archive import Damaged, write_archive
from core.backup.operations import back_up, faults_against, restore
from core.clock import utc_now
from core.config import Config
from core.documents.models import Document
from core.encryption.keys import add_key, keyring
from core.errors import Refused
from core.extensions import db
from core.facts import SYSTEM
from core.web.transaction import begin_write
from tests.builders import a_case, a_group, a_partnership, a_person, a_user, an_agency, an_app
from tests.drills.conftest import Report
from tests.support.databases import Databases, Place, let_go

SEED = "JBSWY3DPEHPK3PXP"


def write_something(pages: int) -> None:
    """A case, somebody with a sealed value, documents, and a trail of it."""
    begin_write()
    partnership = a_partnership()
    council = an_agency(partnership)
    a_case(partnership, council, group=a_group(partnership), subject=a_person(partnership))
    an_app(a_user(council), seed=SEED)
    for number in range(pages):
        content = f"%PDF- {number}".encode() * 50_000
        made = {"kind": "paper", "file_name": f"{number}.pdf", "pages": 1, "made_at": utc_now(), "made_of": str(number)}
        db.session.add(Document(**made, sha256=hashlib.sha256(content).hexdigest(), content=content))
        audit.record(SYSTEM, audit.Category.ADMIN, "keys.rotate", object=f"key:{number}")
        db.session.commit()
        begin_write()
    db.session.commit()


def go_on_saving(place: Place, begun: threading.Event, over: threading.Event) -> None:
    """Others, who do not wait for the backup."""
    with place.app.app_context():
        while not over.is_set():
            begin_write()
            audit.record(SYSTEM, audit.Category.ADMIN, "keys.rotate", object="key:0")
            db.session.commit()
            db.session.remove()
            begun.set()


def test_what_is_put_back_on_an_empty_machine_is_what_was_backed_up(
    place: Place,
    database: str,
    databases: Databases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    full: bool,
    figure: Report,
) -> None:
    write_something(pages=60 if full else 4)
    begun, over = threading.Event(), threading.Event()
    other = threading.Thread(target=go_on_saving, args=(place, begun, over))
    other.start()
    assert begun.wait(60)
    file = tmp_path / "medium" / "backup.roundtable"
    file.parent.mkdir()
    there: list[str] = []

    def write(*given: Any) -> None:
        there.extend(each.suffix for each in file.parent.iterdir())
        write_archive(*given)

    monkeypatch.setattr(operations, "write_archive", write)
    try:
        manifest = back_up(db.engine, keyring(), file, place.data)
    finally:
        over.set()
        other.join()
    assert there == [".half"], "nothing that is not encrypted lies with the backups"
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Refused, match="is there already"):
        back_up(db.engine, keyring(), file, place.data)
    with pytest.raises(Refused, match="not empty"):
        restore(db.engine, keyring(), file, place.data)
    whole = file.read_bytes()
    for what in (b"%PDF-", b"Northbridge", SEED.encode()):
        assert what not in whole
    add_key(keyring(), now=utc_now())  # the old one still opens it
    url = databases.empty(database, tmp_path / "machine.db")
    machine_data, beside = tmp_path / "new", tmp_path / "machine.db-broken"
    (machine_data / "keys").mkdir(parents=True)
    (machine_data / "backup-scratch.1f2e").write_text("of a restore that was killed")
    beside.write_text("a copy that somebody kept")
    machine = create_app(Config(data=machine_data, database_url=url, testing=True))
    keys = keyring().path.read_bytes()
    with machine.app_context():
        keyring().path.write_bytes(keys)
        keyring().path.chmod(0o600)
        damaged = tmp_path / "damaged"
        for bad in (whole[:-1], whole[: len(whole) // 2], whole[:-40] + b"\0" + whole[-39:], b"", b"no backup\n\n"):
            damaged.write_bytes(bad)
            with pytest.raises(Damaged):
                restore(db.engine, keyring(), damaged, machine_data)
        assert restore(db.engine, keyring(), file, machine_data) == manifest
        assert [each.name for each in machine_data.iterdir() if each.is_file()] == [], "nothing clear is left"
        assert beside.read_text() == "a copy that somebody kept"
        assert list(faults_against(file, keyring())) == []
        assert db.session.scalars(select(Authenticator)).one().seed == SEED
        documents = db.session.scalars(select(Document)).all()
        assert {hashlib.sha256(each.content).hexdigest() == each.sha256 for each in documents} == {True}
        assert (verify_database().records, verify_database().faults) == (manifest.audit_seq + 1, ())
        made, put_back = (
            db.session.scalars(select(AuditRecord).where(AuditRecord.action == f"backup.{action}")).one()
            for action in ("make", "restore")
        )
        assert made.category == "disclosure" and made.seq <= manifest.audit_seq
        assert (put_back.seq, put_back.object) == (manifest.audit_seq + 1, f"backup:{manifest.audit_seq}")
        db.session.rollback()
        write_something(pages=0)
        begin_write()
        db.session.execute(update(Document).where(Document.id == documents[0].id).values(content=b"another"))
        db.session.commit()
        said = "\n".join(faults_against(file, keyring()))
        assert "The stored documents are not those of the backup." in said and "person: 1 rows in the backup, 2" in said
        db.session.remove()
        let_go(db.engine)
    figure(
        "backup put back on an empty machine",
        f"{sum(manifest.counts.values())} rows of {len(manifest.counts)} tables, {len(documents)} documents, "
        f"{manifest.audit_seq} records of the trail: all equal",
    )
    assert db.session.scalar(select(func.count()).select_from(Document)) == len(documents)
