"""What the tables hold, as one short text: to see that a refused write left nothing behind."""

import hashlib
import re
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event, select

from core.database import Base
from core.extensions import db

NOT_BUSINESS = ("audit_record", "audit_subject", "audit_head", "user_session", "stored_answer", "sign_in_attempt")
"""Tables that a refused write may well leave something in."""

_LEAVES_ALL_ELSE = re.compile(
    r"\s*(?:(?:SELECT|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PRAGMA)\b"
    rf"|(?:INSERT INTO|UPDATE|DELETE FROM) (?:{'|'.join(NOT_BUSINESS)})\b)"
)


class _Known:
    """The fingerprint of a SQLite database for as long as nothing may have changed it: to read all rows is slow.

    Any statement that is not known to leave business tables alone, undone or not, makes it be read again; so does a
    new connection, as there is one when the file was put back.
    """

    def __init__(self, engine: Engine) -> None:
        self.fingerprint = ""
        event.listen(engine, "before_cursor_execute", self._note)
        event.listen(engine, "connect", self._forget)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not _LEAVES_ALL_ELSE.match(statement):
            self.fingerprint = ""

    def _forget(self, *_connection: Any) -> None:
        self.fingerprint = ""


_known: WeakKeyDictionary[Engine, _Known] = WeakKeyDictionary()


def stored() -> str:
    """A fingerprint of every row of every business table."""
    if db.engine.dialect.name != "sqlite":
        found = _read()
        db.session.rollback()
        return found
    known = _known.get(db.engine) or _known.setdefault(db.engine, _Known(db.engine))
    db.session.connection()  # if it is a new one, nothing is known
    if not known.fingerprint:
        known.fingerprint = _read()
    db.session.rollback()
    return known.fingerprint


def _read() -> str:
    digest = hashlib.sha256()
    for table in Base.metadata.sorted_tables:
        if table.name not in NOT_BUSINESS:
            for row in db.session.execute(select(table).order_by(*table.primary_key.columns)):
                digest.update(repr(tuple(row)).encode(errors="backslashreplace"))
    return digest.hexdigest()
