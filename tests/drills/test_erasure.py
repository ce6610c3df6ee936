"""Erased, then put back from an older backup, then erased again: nothing of it is left, in no table and in no file."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import event, select, update

from core.app import create_app
from core.audit.models import AuditRecord
from core.audit.queries import verify_database
from core.backup.operations import back_up
from core.cases.models import Case
from core.cli import main
from core.clock import utc_now
from core.config import Config
from core.encryption.keys import keyring
from core.environment import Unsound
from core.extensions import db
from core.facts import SYSTEM
from core.people.models import Person
from core.people.search import PEOPLE, name_matches
from core.retention import erasing
from core.retention.erasing import erase
from core.retention.gone import make_sure_it_is_gone
from core.retention.kinds import Kind
from core.retention.models import Erasure
from core.retention.register import not_done, read_all
from core.retention.replaying import replay
from core.starting import refuse_unsound
from core.web.transaction import begin_write
from tests.builders import today
from tests.drills.conftest import Report
from tests.integration.retention.filling import BIRD, Filler, Told, every_value
from tests.integration.retention.of_no_case import OfNoCase
from tests.support.databases import Databases, Place, let_go


class PulledOut(Exception):
    """The process was killed."""


def a_filled_case(place: Place) -> Told:
    """A closed case with a canary in every column that is reached, of a person whose name is one, too."""
    told = Told()
    begin_write()
    Filler(told.case_id, [told.alone_id]).fill()
    named = {"search_name": f"{BIRD} {BIRD}", "family_name": BIRD}
    db.session.execute(update(Person).where(Person.id == told.alone_id).values(named))
    db.session.execute(update(Case).where(Case.id == told.case_id).values(search_title=f"{BIRD} at home"))
    db.session.commit()
    return told


def traces(folder: Path) -> list[str]:
    """Where a canary is found: in a column of any table, or in the bytes of any file below the folder."""
    found = [f"{name}: {value[:60]}" for name, value in every_value() if BIRD in value]
    db.session.rollback()
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [*found, *(str(path) for path in files if BIRD.encode() in path.read_bytes())]


def test_nothing_of_the_erased_is_left_after_a_restore(
    place: Place,
    database: str,
    databases: Databases,
    tmp_path: Path,
    full: bool,
    figure: Report,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typed: list[Flask] = []

    def create(config: Config) -> Flask:
        typed.append(create_app(config))
        return typed[-1]

    monkeypatch.setattr("core.app.create_app", create)
    cases = [a_filled_case(place) for _ in range(5 if full else 1)]
    told = cases[0]
    others = OfNoCase()
    of_no_case = {
        Kind.CASE: others.told.case_id,
        Kind.PERSON: others.person_id,
        Kind.ACCESS: others.request_id,
        Kind.EMERGENCY: others.emergency_id,
        Kind.MEETING: others.meeting_id,
    }
    assert len(traces(place.data)) > 50, "it is there"
    backup = tmp_path / "medium" / "backup.roundtable"
    backup.parent.mkdir()
    back_up(db.engine, keyring(), backup, place.data)
    register = place.data / "erasures.jsonl"
    for kind, record_id in [*((Kind.CASE, each.case_id) for each in cases), *of_no_case.items()]:
        begin_write()
        erase(SYSTEM, kind, record_id, file=register, on=today(), now=utc_now())
        db.session.commit()
    db.session.remove()
    make_sure_it_is_gone(db.engine)
    assert traces(place.data) == []
    assert verify_database().faults == ()
    done = read_all(register)
    db.session.rollback()

    url = databases.empty(database, tmp_path / "machine" / "machine.db")
    machine = tmp_path / "machine"
    (machine / "keys").mkdir(parents=True)
    keys = keyring().path.read_bytes()
    (machine / "keys" / keyring().path.name).write_bytes(keys)
    (machine / "keys" / keyring().path.name).chmod(0o600)
    environment = {"ROUNDTABLE_DATABASE_URL": url, "ROUNDTABLE_TWO_STEP": "off"}
    runner = CliRunner(env=environment)
    refused = runner.invoke(main, ["restore", str(backup), "--data", str(machine)])
    assert refused.exit_code == 1 and "--no-erasures" in refused.output, refused.output
    put_back = runner.invoke(
        main, ["restore", str(backup), "--data", str(machine), "--erasures", str(register)], catch_exceptions=False
    )
    assert put_back.exit_code == 0, put_back.output
    assert f"Erased again: {len(done)}" in put_back.output
    for each_app in typed:  # as where a command's process ends
        with each_app.app_context():
            db.session.remove()
            let_go(db.engine)

    app = create_app(Config(data=machine, database_url=url, testing=True))
    with app.app_context():
        assert traces(machine) == []
        assert verify_database().faults == ()
        assert not_done(machine / "erasures.jsonl") == []
        assert {line.kind for line in read_all(machine / "erasures.jsonl")} == set(of_no_case)
        assert db.session.scalars(select(Person.id).where(name_matches(PEOPLE, BIRD))).all() == []
        rows = db.session.scalars(select(AuditRecord.action).order_by(AuditRecord.seq.desc()).limit(2)).all()
        assert set(rows) == {"retention.replay"}
        assert db.session.get_one(Person, told.shared_id).name, "who is named in a kept case is there"
        assert db.session.get_one(Case, told.case_id).ref
        records = verify_database().records
        db.session.rollback()
        assert list(replay(machine / "erasures.jsonl", now=utc_now())) == [], "once more does nothing"
        assert verify_database().records == records
        db.session.remove()
        let_go(db.engine)
    figure(
        "erased, restored, replayed",
        f"{len(done)} erasures replayed, 0 traces in any table and file, the trail of {records} records verifies",
    )


def test_a_restored_machine_does_not_serve_before_what_was_erased_is_erased_again(place: Place, figure: Report) -> None:
    told = Told()
    register = place.data / "erasures.jsonl"
    begin_write()
    erase(SYSTEM, Kind.CASE, told.case_id, file=register, on=today(), now=utc_now())
    db.session.rollback()  # the file has it and the database does not: as after a restore, or a crash between the two
    place.app.testing = False
    with pytest.raises(Unsound, match="roundtable erasures"):
        refuse_unsound(place.app)
    assert [each.found for each in replay(register, now=utc_now())] == [True, True]
    refuse_unsound(place.app)
    figure("served before the replay", "refused; served afterwards")


def test_killed_at_every_statement_of_an_erasure_it_is_whole_or_not_at_all(
    place: Place, full: bool, figure: Report
) -> None:
    """One transaction: whatever statement it dies at, the database is as it was, and the next run does it all."""
    told = a_filled_case(place)
    register = place.data / "erasures.jsonl"
    before = sorted(every_value())
    db.session.rollback()
    tried, stop_at, step = 0, 1, 1 if full else 9
    while not _erased_before(stop_at, told.case_id, register):
        if tried % 10 == 0:
            assert sorted(every_value()) == before, f"killed at statement {stop_at}"
            db.session.rollback()
        tried, stop_at = tried + 1, stop_at + step
    assert tried > 5
    assert [name for name, value in every_value() if BIRD in value] == []
    assert {line.uid for line in read_all(register)} == set(db.session.scalars(select(Erasure.uid)))
    figure("killed in an erasure", f"{tried} statements: nothing by halves, and the next run erases all")


def _erased_before(stop_at: int, case_id: int, register: Path) -> bool:
    """Erase, and be killed at that statement; whether it was done before there were so many."""
    begin_write()
    count = 0

    def pull_out(*_: object) -> None:
        nonlocal count
        count += 1
        if count == stop_at:
            raise PulledOut

    event.listen(db.engine, "before_cursor_execute", pull_out)
    try:
        erase(SYSTEM, Kind.CASE, case_id, file=register, on=today(), now=utc_now())
        db.session.commit()
    except PulledOut:
        db.session().invalidate()  # its connection is gone, as that of a killed process
        db.session.remove()
        return False
    finally:
        event.remove(db.engine, "before_cursor_execute", pull_out)
    return True


def test_the_file_is_on_the_disk_before_the_database_commits(
    place: Place, monkeypatch: pytest.MonkeyPatch, figure: Report
) -> None:
    told = Told()
    register = place.data / "erasures.jsonl"
    seen: list[int] = []
    real = erasing._note

    def note(*given: object, **named: object) -> None:
        seen.append(len(read_all(register)))
        real(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(erasing, "_note", note)
    begin_write()
    erase(SYSTEM, Kind.CASE, told.case_id, file=register, on=today(), now=utc_now())
    db.session.commit()
    assert seen == [2, 2]
    figure("register of erasures", "2 of 2 lines on the disk before the database had any")
