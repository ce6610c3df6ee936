"""Taking over a partnership's books: file by file, what is referred to first, one transaction each."""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from core.audit import Category, record
from core.books import incidents, queries
from core.books.casework import Actions, CasePeople, Cases, People
from core.books.districts import take_districts
from core.books.finding import INCIDENTS, Book
from core.books.models import ImportedRow
from core.books.partners import Agencies, Groups, Users
from core.books.reading import Problem, RawRow
from core.books.rejects import Reject, rejects_path, write_rejects
from core.books.rows import SCHEMAS, BookRow, Schema
from core.books.shelf import Into, Shelf
from core.clock import local_date
from core.errors import Refused
from core.extensions import db
from core.facts import Actor
from core.partnerships.models import Partnership
from core.web.transaction import begin_write

SHELVES: dict[str, type[Shelf[Any]]] = {
    "agencies": Agencies,
    "people": People,
    "groups": Groups,
    "users": Users,
    "cases": Cases,
    "case_people": CasePeople,
    "actions": Actions,
}
Progress = Callable[[str, int, int], None]
"""Called now and then with the file's name, the line reached and the count of lines."""


@dataclass(slots=True)
class Tally:
    """What became of a file's rows."""

    file: str
    read: int = 0
    taken: int = 0
    unchanged: int = 0
    rejected: int = 0
    rejects: Path | None = None
    """Where the rejected rows are."""
    ignored: tuple[str, ...] = ()
    """Columns that nothing is known of."""

    def figures(self) -> dict[str, int]:
        """The four counts."""
        return {
            "read": self.read,
            "taken": self.taken,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
        }


@dataclass(slots=True)
class _Work:
    """One file while it is read."""

    schema: Schema
    shelf: Shelf[Any]
    into: Into
    tally: Tally
    rejects: list[Reject] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    persons: set[int] = field(default_factory=set)

    def reject(self, raw: RawRow, problems: Sequence[Problem]) -> None:
        self.rejects.append(Reject(raw.line, raw.cells, problems))
        self.tally.rejected += 1


def choose_partnership(path: Path, books: Sequence[Book], *, key: str | None, name: str | None) -> Partnership:
    """The partnership that the books belong to; made if there is none of that key.

    Without a key it is the one called like the folder, else, for a single file or rejects, the only one there
    is. Raises Refused when that leaves a choice.
    """
    folder = path.resolve() if path.is_dir() else path.resolve().parent
    guess = re.sub(r"[^a-z0-9]+", "-", folder.name.casefold()).strip("-")[:60]
    if key is None:
        parts = path.is_file() or all(book.table is None or book.table.is_rejects for book in books)
        known = queries.partnerships()
        if parts and guess not in {partnership.key for partnership in known}:
            if len(known) == 1:
                return known[0]
            if known or any(book.table is not None and book.table.is_rejects for book in books):
                raise Refused("Say with --partnership which partnership this belongs to")
        key = guess
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", key):
        raise Refused("A partnership's key is made of small letters, digits and hyphens; give one with --partnership")
    found = queries.partnership_called(key)
    if found is None:
        words = key.replace("-", " ").title()
        found = Partnership(key=key, name=name or f"{words} Community Safety Partnership", prefix=key[:3].upper())
        db.session.add(found)
        db.session.flush()
    return found


def import_books(
    actor: Actor,
    books: Sequence[Book],
    *,
    into: Callable[[], Partnership],
    rejects: Path,
    now: datetime,
    progress: Progress,
) -> list[Tally]:
    """Import the books, one transaction and audit record per file; what cannot be taken goes to `rejects`.

    A row that was imported before is unchanged. A row that differs from what was imported changes the record,
    unless somebody has edited it in Roundtable since: then it is rejected. Nothing is ever removed.
    Begins and commits its own transactions: call it outside of one.
    """
    return _import(actor, books, into, rejects, now, progress, begin_write, db.session.commit)


def rehearse_import(
    actor: Actor,
    books: Sequence[Book],
    *,
    into: Callable[[], Partnership],
    rejects: Path,
    now: datetime,
    progress: Progress,
) -> list[Tally]:
    """The same, and then everything is rolled back; the rejects files are written."""
    begin_write()
    try:
        return _import(actor, books, into, rejects, now, progress, db.session.flush, db.session.flush)
    finally:
        db.session.rollback()


def _import(
    actor: Actor,
    books: Sequence[Book],
    into: Callable[[], Partnership],
    rejects: Path,
    now: datetime,
    progress: Progress,
    begin: Callable[[], None],
    settle: Callable[[], None],
) -> list[Tally]:
    for book in books:
        if book.table is not None and rejects_path(rejects, book.table).resolve() == book.table.path.resolve():
            raise Refused(f"The rejects of {book.name} would overwrite it: choose another folder with --rejects")
    tallies = []
    for book in books:
        begin()
        partnership = into()
        target = Into(partnership.id, partnership.key, local_date(now), now)
        try:
            tally, rejected, persons = _take(book, target, progress)
            if tally.taken:
                record(
                    actor,
                    Category.COLLECTION,
                    f"import.{book.kind}",
                    object=f"partnership:{partnership.id}",
                    subjects=persons,
                    payload=tally.figures(),
                )
            settle()
        except BaseException:
            db.session.rollback()
            raise
        if book.table is not None:
            path = rejects_path(rejects, book.table)
            write_rejects(path, book.table, rejected)
            tally.rejects = path if rejected else None
        tallies.append(tally)
    return tallies


def _take(book: Book, into: Into, progress: Progress) -> tuple[Tally, list[Reject], set[int]]:
    """What became of the file, the rows that could not be taken, and the ids of the persons concerned."""
    if book.table is None:
        read, taken = take_districts(into.partnership_id, book.outlines)
        return Tally(book.name, read=read, taken=taken, unchanged=read - taken), [], set()
    table = book.table
    if book.kind == INCIDENTS:
        tally = Tally(book.name, ignored=table.ignored(incidents.COLUMNS))

        def advance(line: int) -> None:
            progress(book.name, line, table.lines)

        tally.read, tally.taken, rejects = incidents.take_incidents(into.partnership_id, table, advance)
        tally.rejected = len(rejects)
        tally.unchanged = tally.read - tally.taken - tally.rejected
        return tally, rejects, set()
    schema = SCHEMAS[book.kind]
    ignored = table.ignored((*schema.columns, *schema.optional))
    work = _Work(schema, SHELVES[book.kind](into), into, Tally(book.name, ignored=ignored))
    for batch in queries.in_batches(table.rows()):
        _take_batch(work, table.header, batch)
        progress(book.name, batch[-1].line, table.lines)
    return work.tally, work.rejects, work.persons


def _take_batch(work: _Work, header: Sequence[str], batch: Sequence[RawRow]) -> None:
    """Parse some rows, fetch what they become and refer to, then settle them one after the other."""
    parsed: list[tuple[RawRow, BookRow]] = []
    for raw in batch:
        work.tally.read += 1
        if raw.problem:
            work.reject(raw, [raw.problem])
            continue
        row, problems = work.schema.parse(dict(zip(header, raw.cells, strict=True)), on=work.into.on)
        if row is None:
            work.reject(raw, problems)
        else:
            parsed.append((raw, row))
    rows = [row for _, row in parsed]
    work.shelf.fetch(rows)
    remembered = queries.imported_rows(
        work.into.partnership_id, work.schema.name, {work.schema.key_of(row) for row in rows}
    )
    settled: list[tuple[str, Any, BookRow]] = []
    for raw, row in parsed:
        key = work.schema.key_of(row)
        try:
            found = _settle(work, raw, row, remembered.get(key))
        except Refused as refusal:
            work.reject(raw, [Problem("", refusal.reason)])
            continue
        if found is not None:
            settled.append((key, found, row))
    db.session.flush()
    for key, found, row in settled:
        memory = remembered.get(key)
        if memory is None:
            memory = ImportedRow(partnership_id=work.into.partnership_id, table_name=work.schema.name, key=key)
            db.session.add(memory)
        memory.record_id, memory.fingerprint = found.id, fingerprint(row)
    work.persons |= work.shelf.persons([found for _, found, _ in settled])
    db.session.flush()


def _settle(work: _Work, raw: RawRow, row: BookRow, memory: ImportedRow | None) -> Any:
    """Take one row. The record to be remembered with it, or None if there is nothing new to remember."""
    key = work.schema.key_of(row)
    if key in work.lines:
        reason = f'"{key.replace("|", ", ")}" stands on line {work.lines[key]} already'
        work.reject(raw, [Problem(work.schema.key_column, reason)])
        return None
    objections = work.shelf.objections(row)
    if objections:
        work.reject(raw, objections)
        return None
    work.lines[key] = raw.line
    if memory is not None and memory.fingerprint == fingerprint(row):
        work.tally.unchanged += 1
        return None
    found = work.shelf.find(row)
    if found is None:
        found = work.shelf.create(row)
        work.tally.taken += 1
        return found
    current = work.shelf.as_row(found)
    if current == row:
        work.tally.unchanged += 1
        return None
    if memory is None and not work.shelf.completes(row, current):
        raise Refused("There is such a record already, with other contents, and it was not imported")
    if memory is not None and fingerprint(current) != memory.fingerprint:
        raise Refused("The record was edited in Roundtable since it was imported; change it there")
    work.shelf.amend(found, row)
    work.tally.taken += 1
    return found


def fingerprint(row: BookRow) -> str:
    """32 hex digits of what the row says."""
    said = json.dumps(astuple(row), default=str, ensure_ascii=False)
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
