"""Changing the key while people save, and the commands that do it."""

import os
import random
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

import core.models  # noqa: F401  all tables
from core.accounts.models import Authenticator
from core.app import create_app
from core.audit.models import AuditRecord
from core.cli import main
from core.clock import utc_now
from core.config import Config
from core.database import Base
from core.encryption import NoKey, rotation
from core.encryption.keys import keyring, new_file
from core.encryption.models import KeyProof
from core.encryption.proofs import prove
from core.errors import Refused
from core.extensions import db
from core.facts import SYSTEM
from core.web.transaction import begin_write
from tests.builders import a_partnership, a_user, an_agency, an_app
from tests.support.databases import Databases, let_go

ROWS = 2 * rotation.BATCH + 50
TABLES = [Base.metadata]


def saver(app: Flask, ids: list[int], saved: dict[int, str], over: threading.Event) -> None:
    """Somebody who goes on saving, and notes what was acknowledged."""
    with app.app_context():
        while not over.is_set():
            one = random.choice(ids)
            begin_write()
            row = db.session.get_one(Authenticator, one, with_for_update=True)
            row.seed = value = random.randbytes(10).hex()
            db.session.commit()
            saved[one] = value
            db.session.remove()


def test_the_key_is_changed_while_people_save_and_nothing_is_lost(app: Flask, keys: None) -> None:
    user = a_user(an_agency(a_partnership()))
    rows = [an_app(user, seed=f"SEED{number}") for number in range(ROWS)]
    saved = {row.id: row.seed for row in rows}
    db.session.commit()
    old, over = keyring().current.name, threading.Event()
    halves = (list(saved)[::2], list(saved)[1::2])
    threads = [threading.Thread(target=saver, args=(app, half, saved, over)) for half in halves]
    for thread in threads:
        thread.start()
    try:
        begin_write()
        new = rotation.begin_rotation(SYSTEM, now=utc_now())
        db.session.commit()
        anew = dict(rotation.seal_anew(TABLES))
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert 0 < anew["authenticator.seed"] <= ROWS
    # A transaction that was under way as the key changed may have ended after its row was looked at.
    assert sum(dict(rotation.seal_anew(TABLES)).values()) <= len(threads)
    db.session.expire_all()
    found = db.session.scalars(select(Authenticator)).all()
    assert {row.id: row.seed for row in found} == saved
    assert {row._sealed_seed.split(".")[1] for row in found} == {new}  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="less than an hour old"):
        rotation.refuse_while_needed(TABLES, now=utc_now())
    rotation.refuse_while_needed(TABLES, now=utc_now() + timedelta(hours=2))
    begin_write()
    gone = rotation.retire(SYSTEM)
    db.session.commit()
    rotation.forget(gone)
    assert old in gone and keyring().names == [new]
    assert db.session.scalars(select(KeyProof.name)).all() == [new]
    recorded = db.session.scalars(select(AuditRecord.action).order_by(AuditRecord.seq)).all()
    assert recorded[:2] == ["keys.rotate", "keys.retire"]


def test_a_key_is_not_retired_while_a_value_needs_it(keys: None) -> None:
    an_app(a_user(an_agency(a_partnership())), seed="SEED")
    db.session.commit()
    begin_write()
    rotation.begin_rotation(SYSTEM, now=utc_now())
    db.session.commit()
    with pytest.raises(Refused, match=r"authenticator\.seed still needs another key"):
        rotation.refuse_while_needed(TABLES, now=utc_now() + timedelta(hours=2))


@pytest.fixture
def folder(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a migrated SQLite database, and no setting in the environment."""
    for name in [name for name in os.environ if name.startswith("ROUNDTABLE_")]:
        monkeypatch.delenv(name)
    databases.fresh_sqlite(tmp_path / "roundtable.db")
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    """Type it."""
    return CliRunner().invoke(main, ["--data", str(folder), *words], catch_exceptions=False)


def test_the_commands_make_change_and_retire_keys(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "elsewhere" / "my.keys"
    monkeypatch.setenv("ROUNDTABLE_KEYS", str(path))
    assert "There is no file of keys" in run(folder, "keys", "rotate").output
    assert "Keep a copy" in run(folder, "keys", "new").output
    assert path.stat().st_mode & 0o777 == 0o600
    assert "there already" in run(folder, "keys", "new").output
    said = run(folder, "keys", "rotate").output
    assert "authenticator.seed: 0 sealed anew" in said and "victim_support_entry.reach: 0 sealed anew" in said
    assert len([line for line in path.read_text().splitlines() if line.startswith("k")]) == 2
    assert "less than an hour old" in run(folder, "keys", "retire").output
    assert "seals" not in run(folder, "keys", "rotate", "--resume").output
    path.write_text(path.read_text().replace("T", " T", 1))
    path.chmod(0o644)
    assert "chmod 600" in run(folder, "keys", "rotate", "--resume").output


def test_the_commands_back_up_put_back_and_compare(folder: Path, databases: Databases) -> None:
    file, machine = folder / "backup.roundtable", folder / "machine"
    assert "the trail up to record 1" in run(folder, "backup", str(file)).output
    assert "not empty" in run(folder, "restore", str(file)).output
    assert "is there already" in run(folder, "backup", str(file)).output
    assert "differences" not in run(folder, "verify", str(file)).output
    assert "erasures.jsonl: it says what was erased" in run(machine, "restore", str(file)).output
    told = ("--erasures", str(folder / "erasures.jsonl"))
    assert "is not in" in run(machine, "restore", str(file), *told).output, "the keys are not in it"
    (machine / "keys" / "protected.keys").write_bytes((folder / "keys" / "protected.keys").read_bytes())
    assert run(machine, "restore", str(file), *told).exit_code == 0
    assert run(machine, "verify", str(file)).exit_code == 0
    assert run(folder, "keys", "rotate").exit_code == 0
    said = run(folder, "verify", str(file))
    assert said.exit_code == 1 and "The trail ends at record 2 here, at 1 in the backup." in said.output


def test_nothing_starts_without_the_keys_or_with_those_of_another_database(folder: Path) -> None:
    app = create_app(Config(data=folder))
    with app.app_context():
        begin_write()
        prove(db.session.connection(), keyring())
        db.session.commit()
        path = keyring().path
        let_go(db.engine)
    kept = path.read_text()
    for wrong, said in (("", "holds no key"), ("k1 2026-03-02 AAAA\n", "too weak"), ("k1\n", "is not a key")):
        path.write_text(wrong)
        assert said in run(folder, "serve").output
    path.unlink()
    new_file(path, now=utc_now())
    name = kept.splitlines()[1].partition(" ")[0]
    assert f"{name}, with which protected data were sealed, is not in" in run(folder, "serve").output
    path.write_text(path.read_text().replace(path.read_text().splitlines()[1].partition(" ")[0], name))
    assert "is not the one that this database was sealed with" in run(folder, "worker").output
    path.write_text(kept)
    with app.app_context():
        prove(db.session.connection(), keyring())
        let_go(db.engine)
    secure = create_app(Config(data=folder / "new", external_url="https://roundtable.example"))
    with secure.app_context(), pytest.raises(NoKey, match="roundtable keys new"):
        keyring().current  # noqa: B018  reading is what fails
