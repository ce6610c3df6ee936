"""`roundtable erasures` as it is typed: what a crash left, what is on hold by now, and an older copy of the file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from core.accounts.models import User
from core.app import create_app
from core.audit.models import AuditRecord
from core.audit.queries import verify_database
from core.backup.operations import back_up
from core.cases.models import Case
from core.cli import main
from core.clock import utc_now
from core.config import Config
from core.encryption.keys import keyring
from core.extensions import db
from core.facts import SYSTEM
from core.retention.erasing import erase
from core.retention.in_the_way import ON_HOLD
from core.retention.kinds import Kind
from core.retention.models import Erasure, LegalHold
from core.retention.register import not_done, read_all, strikes
from core.retention.replaying import STRUCK_BEFORE
from core.schema import bring_up_to_date
from core.web.transaction import begin_write
from tests.builders import today
from tests.integration.retention.filling import Told
from tests.support.databases import Databases, let_go


class Machine:
    """A database with a case whose erasure was written down and cut off, and a hold that was set since."""

    def __init__(self, url: str, folder: Path, databases: Databases, database: str) -> None:
        self.folder, self.databases, self.database, self.url = folder, databases, database, url
        self.app = create_app(Config(data=folder, database_url=url, testing=True))
        bring_up_to_date(self.app)
        self.register = folder / "erasures.jsonl"

    def type(self, *words: str, folder: Path | None = None, url: str = "") -> Result:
        """Type it, as whoever runs the machine does. What the command opened is let go, as where its process ends."""
        runner = CliRunner(env={"ROUNDTABLE_DATABASE_URL": url or self.url, "ROUNDTABLE_TWO_STEP": "off"})
        made: list[Flask] = []

        def create(config: Config) -> Flask:
            made.append(create_app(config))
            return made[-1]

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("core.app.create_app", create)
            said = runner.invoke(main, [*words, "--data", str(folder or self.folder)])
        for app in made:
            with app.app_context():
                db.session.remove()
                let_go(db.engine)
        return said

    def cut_off(self) -> None:
        """The lines are on the disk, and the database did not commit."""
        begin_write()
        erase(SYSTEM, Kind.CASE, self.case_id, file=self.register, on=today(), now=utc_now(), entry_id=7)
        db.session.rollback()

    def hold(self) -> int:
        """Somebody set one since."""
        begin_write()
        hold = LegalHold(partnership_id=self.told.partnership_id, case_id=self.case_id, reason="A claim")
        hold.by_id, hold.since = db.session.scalars(select(User.id).order_by(User.id)).first(), utc_now()
        db.session.add(hold)
        db.session.commit()
        return hold.id

    def is_erased(self) -> bool:
        """Whether the case is."""
        erased_on = db.session.get_one(Case, self.case_id, populate_existing=True).erased_on
        db.session.rollback()
        return erased_on is not None

    def begin(self) -> None:
        """Have the case."""
        self.told = Told()
        self.case_id = self.told.case_id


@pytest.fixture
def machine(databases: Databases, database: str, tmp_path: Path) -> Iterator[Machine]:
    folder = tmp_path / "here"
    folder.mkdir()
    made = Machine(databases.empty(database, folder / "roundtable.db"), folder, databases, database)
    with made.app.app_context():
        made.begin()
        yield made
        db.session.remove()
        let_go(db.engine)


def end_of_hold(hold_id: int) -> None:
    begin_write()
    db.session.get_one(LegalHold, hold_id).ended_at = utc_now()
    db.session.commit()


def test_what_is_on_hold_by_now_is_left_until_held_says_what_becomes_of_it(machine: Machine) -> None:
    machine.cut_off()
    machine.hold()
    asked = machine.type("erasures")
    assert asked.exit_code == 1, asked.output
    assert f"Not erased: case number {machine.case_id}. {ON_HOLD}." in asked.output
    assert "'roundtable erasures --held keep'" in asked.output and "--held erase" in asked.output
    assert not machine.is_erased() and len(not_done(machine.register)) == 2
    db.session.rollback()
    wrong = machine.type("erasures", "--held", "forget")
    assert wrong.exit_code == 2 and "keep" in wrong.output

    kept = machine.type("erasures", "--held", "keep")
    assert kept.exit_code == 0, kept.output
    assert not machine.is_erased() and read_all(machine.register) == []
    again = machine.type("erasures")
    assert (again.exit_code, "Erased again: 0. Nothing to erase: 0." in again.output) == (0, True)
    actions = db.session.scalars(select(AuditRecord.action).order_by(AuditRecord.seq)).all()
    assert actions.count("retention.strike") == 2 and list(verify_database().faults) == []


def test_held_erase_erases_it_all_the_same(machine: Machine) -> None:
    machine.cut_off()
    machine.hold()
    done = machine.type("erasures", "--held", "erase")
    assert done.exit_code == 0 and "Erased again: 2." in done.output, done.output
    assert machine.is_erased()


def test_an_older_copy_of_the_file_does_not_bring_back_what_was_struck_out(machine: Machine) -> None:
    """Nor once the hold is ended: that it is void is in the trail."""
    machine.cut_off()
    older = machine.register.read_bytes()
    hold_id = machine.hold()
    assert machine.type("erasures", "--held", "keep").exit_code == 0
    end_of_hold(hold_id)
    machine.register.write_bytes(older)
    for words in (("erasures",), ("erasures", "--held", "erase")):
        said = machine.type(*words)
        assert said.exit_code == 0, said.output
        assert not machine.is_erased() and not_done(machine.register) == []
        db.session.rollback()
        if words == ("erasures",):
            assert f"Not erased: case number {machine.case_id}. {STRUCK_BEFORE}." in said.output

    machine.cut_off()  # approved later, once there was no hold: written down after it was struck
    done = machine.type("erasures")
    assert done.exit_code == 0 and "Erased again: 2." in done.output, done.output
    assert machine.is_erased()


def test_an_older_copy_that_lacks_what_was_erased_is_made_whole_again(machine: Machine) -> None:
    begin_write()
    erase(SYSTEM, Kind.CASE, machine.case_id, file=machine.register, on=today(), now=utc_now())
    db.session.commit()
    whole = {line.uid for line in read_all(machine.register)}
    machine.register.write_bytes(b"")
    said = machine.type("erasures")
    assert said.exit_code == 0 and "it lacked 2 that this database has" in said.output, said.output
    assert {line.uid for line in read_all(machine.register)} == whole == set(db.session.scalars(select(Erasure.uid)))
    db.session.rollback()
    assert "lacked" not in machine.type("erasures").output


def test_a_restore_takes_over_what_the_file_says_is_void(machine: Machine, tmp_path: Path) -> None:
    """From the newest copy, and from an older one than the backup."""
    machine.cut_off()
    older = tmp_path / "older.jsonl"
    older.write_bytes(machine.register.read_bytes())
    hold_id = machine.hold()
    assert machine.type("erasures", "--held", "keep").exit_code == 0
    end_of_hold(hold_id)
    backup = tmp_path / "backup.roundtable"
    back_up(db.engine, keyring(), backup, machine.folder)
    db.session.rollback()
    key = keyring().path
    for number, named in enumerate((older, machine.register)):
        there = tmp_path / f"there-{number}"
        (there / "keys").mkdir(parents=True)
        (there / "keys" / key.name).write_bytes(key.read_bytes())
        (there / "keys" / key.name).chmod(0o600)
        url = machine.databases.empty(machine.database, there / "roundtable.db")
        put_back = machine.type("restore", str(backup), "--erasures", str(named), folder=there, url=url)
        assert put_back.exit_code == 0, put_back.output
        assert (STRUCK_BEFORE in put_back.output) == (named == older)
        assert "Erased again: 0." in put_back.output
        assert sum(strikes(there / "erasures.jsonl").values()) == 2
        assert read_all(there / "erasures.jsonl") == []
