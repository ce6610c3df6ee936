"""What a merge does to rows, each written down as it is done; and doing it backwards.

It goes past the mapped classes: it knows tables and keys alone, and a third party's are as good as core's. A row that
has a version has a new one afterwards, so that a form that was open over it says so.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Column, ColumnElement, CursorResult, Table, and_, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.cases.models import Case
from core.extensions import db
from core.people.merging.columns import may_collide, refers_to_a_person
from core.people.merging.models import Done, MergedRow, PersonMerge
from core.people.models import Person, ProtectedAddress

Key = tuple[Any, ...]

_CASES = cast(Table, Case.__table__)

TWICE = frozenset({"case_person"})
"""Tables of which one of two rows that say the same is taken out: nothing else refers to them."""


class Ledger:
    """Of one merge: from a record that goes to one that is kept."""

    def __init__(self, merge: PersonMerge) -> None:
        self._merge = merge

    def repoint(self, column: Column[Any]) -> None:
        """Point every row that speaks in this column of the record that goes at the one that is kept."""
        table, gone, kept = _table(column), self._merge.gone_id, self._merge.kept_id
        keys = db.session.execute(select(*table.primary_key).where(column == gone).order_by(*table.primary_key)).all()
        if not may_collide(column):
            db.session.execute(update(table).where(column == gone).values({column: kept}))
            for key in keys:
                self._note(table, tuple(key), Done.REPOINTED, column)
            return
        for key in keys:
            self._repoint_alone(column, tuple(key))

    def _repoint_alone(self, column: Column[Any], key: Key) -> None:
        table = _table(column)
        try:
            with db.session.begin_nested():
                db.session.execute(update(table).where(_is(table, key)).values({column: self._merge.kept_id}))
        except IntegrityError:
            if table.name in TWICE:
                self.take_out(table, key)
            else:
                self._note(table, key, Done.STAYS, column)
            return
        moved = tuple(
            self._merge.kept_id if part is column else value for part, value in zip(table.primary_key, key, strict=True)
        )
        self._note(table, moved, Done.REPOINTED, column)

    def change(self, table: Table, key: Key, values: Mapping[str, Any]) -> None:
        """Give a row that is kept other values; nothing is written of those that it has already."""
        columns = [table.c[name] for name in values]
        before = db.session.execute(select(*columns).where(_is(table, key))).mappings().one()
        other = {name: value for name, value in values.items() if before[name] != value}
        if not other:
            return
        for name, value in other.items():
            content = {"before": _plain(before[name]), "after": _plain(value)}
            self._note(table, key, Done.CHANGED, table.c[name], content)
        db.session.execute(update(table).where(_is(table, key)).values({**other, **_next_version(table)}))

    def take_out(self, table: Table, key: Key) -> None:
        """Delete a row, and remember all of it."""
        row = db.session.execute(select(table).where(_is(table, key))).mappings().one()
        self._note(table, key, Done.TAKEN_OUT, content={name: _plain(value) for name, value in row.items()})
        db.session.execute(table.delete().where(_is(table, key)))

    def was_put_in(self, table: Table, key: Key, *, mark: Mapping[str, Any] | None = None) -> None:
        """A row was added. `mark`: values that whoever works on it changes, and that a later merge puts back as it is
        undone; without any, its version says whether somebody has.
        """
        self._note(table, key, Done.PUT_IN, content={name: _plain(value) for name, value in (mark or {}).items()})

    def _note(
        self,
        table: Table,
        key: Key,
        done: Done,
        column: Column[Any] | None = None,
        content: Mapping[str, Any] | None = None,
    ) -> None:
        line = MergedRow(
            table_name=table.name,
            column_name=column.name if column is not None else "",
            row_key=json.dumps(list(key)),
            done=done,
        )
        line.content = dict(content or {})
        self._merge.rows.append(line)


class Undoing:
    """Every line of a merge backwards, the last first. What was changed since is left as it is."""

    def __init__(self, merge: PersonMerge, tables: Iterable[Table]) -> None:
        self._merge = merge
        self._tables = {table.name: table for table in tables}
        self.left: list[MergedRow] = []
        """Lines of what was changed since, or is not there any longer: it stays as it is."""

    def run(self) -> None:
        """Do it."""
        for line in reversed(self._merge.rows):
            table, key = self._tables.get(line.table_name), tuple(json.loads(line.row_key))
            if line.done is not Done.STAYS and (table is None or not self._is_undone(line, table, key)):
                self.left.append(line)

    def _is_undone(self, line: MergedRow, table: Table, key: Key) -> bool:
        match line.done:
            case Done.REPOINTED:
                return self._point_back(table.c[line.column_name], key)
            case Done.CHANGED:
                return self._change_back(table.c[line.column_name], key, line.content)
            case Done.PUT_IN:
                return self._take_back(table, key, line.content)
            case _:
                return self._put_back(table, key, line.content)

    def _point_back(self, column: Column[Any], key: Key) -> bool:
        table = _table(column)
        here = and_(_is(table, key), column == self._merge.kept_id)
        pointed = db.session.execute(update(table).where(here).values({column: self._merge.gone_id}))
        return bool(cast(CursorResult[Any], pointed).rowcount)

    def _change_back(self, column: Column[Any], key: Key, content: Mapping[str, Any]) -> bool:
        table = _table(column)
        now = db.session.execute(select(column).where(_is(table, key))).one_or_none()
        if now is None or not content or _plain(now[0]) != content["after"] or _is_protected(column, key):
            return False  # changed since, gone, or erased with a case: then nothing is remembered of it
        value = _thawed(content["before"])
        db.session.execute(update(table).where(_is(table, key)).values({column.name: value, **_next_version(table)}))
        return True

    def _take_back(self, table: Table, key: Key, mark: Mapping[str, Any]) -> bool:
        """A row that was put in goes with what belongs to it, unless somebody has worked on it."""
        row = db.session.execute(select(table).where(_is(table, key))).mappings().one_or_none()
        if row is None:
            return False
        worked_on = any(_plain(row[name]) != value for name, value in mark.items()) if mark else row["version"] != 1
        if worked_on:
            return False
        for child in _belonging_to(table, self._tables.values()):
            db.session.execute(delete(child.table).where(child == key[0]))
        db.session.execute(delete(table).where(_is(table, key)))
        return True

    def _is_still_said(self, table: Table, content: Mapping[str, Any]) -> bool:
        """Whether the row that says the same of the record that is kept is there: else both were taken out since."""
        same = [
            column == (self._merge.kept_id if refers_to_a_person(column) else _thawed(content[column.name]))
            for column in table.columns
            if not column.primary_key and may_collide(column)
        ]
        return bool(db.session.scalar(select(exists(select(table).where(*same)))))

    def _put_back(self, table: Table, key: Key, content: Mapping[str, Any]) -> bool:
        """Under its own number, or another where that was given to a row since; nothing of an erased case."""
        if not content or _of_an_erased_case(table, content):
            return False
        if table.name in TWICE and not self._is_still_said(table, content):
            return False
        owners = {
            (reference.column.table.name, json.dumps([content[column.name]]))
            for column in table.primary_key
            for reference in column.foreign_keys
        }
        if owners & {(line.table_name, line.row_key) for line in self.left}:
            return False  # a reader of an address that was changed since: the change said who reads it
        values = {name: _thawed(value) for name, value in content.items()}
        if db.session.execute(select(*table.primary_key).where(_is(table, key))).first() is not None:
            values = {name: value for name, value in values.items() if not table.c[name].primary_key}
        try:
            with db.session.begin_nested():
                db.session.execute(insert(table).values(values))
        except IntegrityError:  # what it belonged to is not there any longer, or it was entered again
            return False
        return True


def _is_protected(column: Column[Any], key: Key) -> bool:
    """Whether that is somebody's address, and is protected by now: none of it is written among their details."""
    if column.table is not Person.__table__ or column.name not in ("address", "postcode"):
        return False
    return bool(db.session.scalar(select(exists().where(ProtectedAddress.person_id == key[0]))))


def _of_an_erased_case(table: Table, content: Mapping[str, Any]) -> bool:
    """Whether it leads to a case of which nothing is left."""
    cases = [
        content[column.name]
        for column in table.columns
        if column.name == "case_id" or any(key.references(_CASES) for key in column.foreign_keys)
    ]
    return bool(db.session.scalar(select(exists().where(Case.id.in_(cases), Case.erased_on.is_not(None)))))


def _belonging_to(table: Table, tables: Iterable[Table]) -> Sequence[Column[Any]]:
    """Columns by which rows of other tables belong to a row of that one."""
    return [
        column
        for each in tables
        for column in each.primary_key
        if any(reference.references(table) for reference in column.foreign_keys)
    ]


def _table(column: Column[Any]) -> Table:
    assert isinstance(column.table, Table)
    return column.table


def _is(table: Table, key: Key) -> ColumnElement[bool]:
    return and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))


def _next_version(table: Table) -> Mapping[str, Any]:
    return {"version": table.c.version + 1} if "version" in table.c else {}


def _plain(value: Any) -> Any:
    """As JSON has it: a day and a moment say which of the two they are."""
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    return {"day": value.isoformat()} if isinstance(value, date) else value


def _thawed(value: Any) -> Any:
    """The same value again."""
    match value:
        case {"moment": written}:
            return datetime.fromisoformat(written)
        case {"day": written}:
            return date.fromisoformat(written)
        case _:
            return value
