"""Taking a case out of what merges remember: what a row was before, and rows that were taken out (ADR 16).

Undone afterwards, a merge would write it into the erased case again.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from core.extensions import db
from core.people.merging.models import Done, MergedRow, PersonMerge
from core.retention.reaching import Reach

SAYS = (Done.CHANGED, Done.TAKEN_OUT)
"""Lines that hold what stood in a row."""


def empty_merges(reach: Reach, partnership_id: int) -> None:
    """Empty the lines about rows that are reached, before those are changed, and about rows that were taken out."""
    lines = db.session.scalars(
        select(MergedRow)
        .join(PersonMerge, PersonMerge.id == MergedRow.merge_id)
        .where(PersonMerge.partnership_id == partnership_id, MergedRow.done.in_(SAYS))
        .order_by(MergedRow.id)
    ).all()
    reached = _Reached(reach)
    taken_out = {
        (line.table_name, line.row_key) for line in lines if line.done is Done.TAKEN_OUT and reached.holds(line)
    }
    for line in lines:
        if (line.table_name, line.row_key) in taken_out or line.row_key in reached.keys_of(line.table_name):
            line.content = {}
    db.session.flush()


class _Reached:
    """Which rows are reached, table by table, each asked once."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._keys: dict[str, Collection[str]] = {}
        self._values: dict[tuple[str, str], Collection[Any]] = {}

    def keys_of(self, table: str) -> Collection[str]:
        """Their primary keys, as a line of a merge has them."""
        if table not in self._keys:
            known = self._reach.known.get(table)
            self._keys[table] = (
                frozenset(json.dumps(list(row)) for row in self._read(table, *known.table.primary_key))
                if known is not None
                else frozenset()
            )
        return self._keys[table]

    def holds(self, line: MergedRow) -> bool:
        """Whether the row that was taken out led to one of them."""
        known = self._reach.known.get(line.table_name)
        content = line.content
        return known is not None and any(
            content.get(column.name) in self._values_of(parent, key)
            for column, parent, key in known.links
            if parent != "person" and content.get(column.name) is not None
        )

    def _values_of(self, table: str, column: str) -> Collection[Any]:
        if (table, column) not in self._values:
            known = self._reach.known[table]
            self._values[table, column] = {value for (value,) in self._read(table, known.table.c[column])}
        return self._values[table, column]

    def _read(self, table: str, *columns: Any) -> Collection[Any]:
        if self._reach.rows(table) is None:
            return ()
        return db.session.execute(select(*columns).where(self._reach.where(table))).all()
