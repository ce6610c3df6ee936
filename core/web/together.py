"""Several readers' records in one transaction.

A hint wakes every attendee's page at once, and each page appends what it disclosed. Whoever comes first writes for
all who wait by then: one turn at the write lock and one synchronised commit. Nobody goes on before their own record
is committed.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

from flask import Flask, current_app

from core import audit
from core.errors import AuditUnavailable
from core.extensions import db
from core.web.transaction import begin_write

EXTENSION = "roundtable_readers"


@dataclass(slots=True)
class _Reader:
    """One request that waits for its records, and what else it would have written."""

    records: Sequence[audit.Record]
    touch: Callable[[], None] | None
    written: bool = False
    failure: BaseException | None = None


class Readers:
    """Those who wait in this process."""

    def __init__(self) -> None:
        self._waiting: deque[_Reader] = deque()
        self._writing = Lock()

    def append(self, records: Sequence[audit.Record], touch: Callable[[], None] | None) -> None:
        """Append the records and touch the session, committed on return. Holds no transaction when called.

        Raises AuditUnavailable when whoever wrote for this reader could not; the writer gets the cause itself.
        """
        reader = _Reader(records, touch)
        self._waiting.append(reader)
        with self._writing:
            if not reader.written:
                self._write()
        if reader.failure is not None:
            raise AuditUnavailable from reader.failure

    def _write(self) -> None:
        readers = [self._waiting.popleft() for _ in range(len(self._waiting))]  # others may add to it meanwhile
        try:
            begin_write()
            for reader in readers:
                audit.append(reader.records)
                if reader.touch is not None:
                    reader.touch()
            db.session.commit()
        except BaseException as failure:
            for reader in readers:
                reader.failure = failure
            raise
        finally:
            for reader in readers:
                reader.written = True


def connect_readers(app: Flask) -> None:
    """Give the application its readers: each has a database of its own."""
    app.extensions[EXTENSION] = Readers()


def append_together(records: Sequence[audit.Record], *, touch: Callable[[], None] | None) -> None:
    """Append what a page discloses, together with what others are waiting to append."""
    readers: Readers = current_app.extensions[EXTENSION]
    readers.append(records, touch)
