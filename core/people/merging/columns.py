"""Every column, of core and of any plugin, that says of whom a row speaks: found in the tables, and in no list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, MetaData, Table, UniqueConstraint

from core.database import Base
from core.people.models import Person
from core.plugin_api.tables import columns_of_people

LEFT_ALONE: Mapping[str, str] = {
    "person_merge.kept_id": "what was done",
    "person_merge.gone_id": "what was done",
    "two_people.one_id": "what was decided of that record; asked for all records of a person",
    "two_people.other_id": "what was decided of that record; asked for all records of a person",
    "held_version.person_id": "what was held of that record; asked for all records of a person",
    "protected_address.person_id": "sealed for its row: core.people.merging.addresses",
}
"""Columns that are not pointed at another record, and why."""


def columns_of_persons(plugins: Iterable[MetaData]) -> Sequence[Column[Any]]:
    """The columns that a merge points at the record that is kept, in the order of their tables."""
    own = [column for table in Base.metadata.sorted_tables for column in table.columns if refers_to_a_person(column)]
    theirs = [column for metadata in plugins for column in columns_of_people(metadata)]
    return [column for column in (*own, *theirs) if str(column) not in LEFT_ALONE]


def refers_to_a_person(column: Column[Any]) -> bool:
    """Whether it holds the id of a person of core's."""
    return any(key.column is Person.__table__.c.id for key in column.foreign_keys)


def by_table(columns: Iterable[Column[Any]]) -> Mapping[Table, Sequence[Column[Any]]]:
    """Those columns by the table that they are in."""
    found: dict[Table, list[Column[Any]]] = {}
    for column in columns:
        found.setdefault(column.table, []).append(column)
    return found


def may_collide(column: Column[Any]) -> bool:
    """Whether two rows of one table may not hold the same in it, taken with others."""
    return any(column is other for together in _unique(column.table) for other in together)


def _unique(table: Table) -> Iterator[Iterable[Any]]:
    yield table.primary_key.columns
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield constraint.columns
    for index in table.indexes:
        if index.unique:
            yield index.columns
