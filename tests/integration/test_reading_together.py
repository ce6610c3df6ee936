"""Readers whose pages disclose something at the same moment: one commit, a record for each, and none without it."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import Connection, event, select, text

from core import audit
from core.audit.models import AuditRecord
from core.audit.queries import verify_database
from core.errors import AuditUnavailable
from core.extensions import db
from core.facts import Actor
from core.web.together import EXTENSION, Readers

ABREAST = 12


def readers_of(app: Flask) -> Readers:
    """The application's."""
    readers: Readers = app.extensions[EXTENSION]
    return readers


def read_abreast(app: Flask, held_up: Callable[[], None]) -> list[BaseException | None]:
    """Twelve readers append while `held_up` keeps the first writer waiting: what became of each."""
    outcomes: list[BaseException | None] = [None] * ABREAST
    start = Barrier(ABREAST + 1)

    def read(number: int) -> None:
        with app.app_context():
            actor = Actor(user_id=number + 1, name="Reader")
            page = audit.described(actor, audit.Category.CONSULTATION, "page.read", object=f"page:{number}")
            start.wait()
            try:
                readers_of(app).append([page], None)
            except Exception as failure:
                outcomes[number] = failure
            finally:
                db.session.remove()

    threads = [Thread(target=read, args=(number,)) for number in range(ABREAST)]
    with readers_of(app)._writing:
        for thread in threads:
            thread.start()
        start.wait()
        while len(readers_of(app)._waiting) < ABREAST:
            pass
        held_up()
    for thread in threads:
        thread.join()
    return outcomes


def test_readers_who_wait_together_share_a_commit_and_keep_a_record_each(app: Flask) -> None:
    commits: list[Connection] = []

    def note(connection: Connection) -> None:
        commits.append(connection)

    event.listen(db.engine, "commit", note)
    try:
        assert read_abreast(app, lambda: None) == [None] * ABREAST
    finally:
        event.remove(db.engine, "commit", note)
    assert len(commits) == 1
    kept = db.session.execute(
        select(AuditRecord.actor, AuditRecord.object).where(AuditRecord.action == "page.read").order_by(AuditRecord.seq)
    )
    assert sorted((row[0], row[1]) for row in kept) == sorted((f"u_{n + 1}", f"page:{n}") for n in range(ABREAST))
    assert verify_database().intact


def test_where_the_trail_cannot_be_written_no_reader_goes_on(app: Flask) -> None:
    def break_the_trail() -> None:
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE audit_record RENAME TO audit_record_away"))

    outcomes = read_abreast(app, break_the_trail)
    assert [type(outcome) for outcome in outcomes] == [AuditUnavailable] * ABREAST


def test_a_later_reader_does_not_suffer_from_an_earlier_failure(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    record = audit.described(Actor(user_id=1, name="Reader"), audit.Category.CONSULTATION, "page.read", object="page:1")
    with monkeypatch.context() as broken:
        broken.setattr(db.session, "commit", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            readers_of(app).append([record], None)
    db.session.rollback()
    readers_of(app).append([record], None)
    assert verify_database().intact
