"""Finding every row of a case or a person, in core's tables and in plugins', by what the registry says of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask import current_app
from sqlalchemy import Column, ColumnElement, MetaData, Table, and_, false, inspect, or_, select

from core.database import Base
from core.extensions import db
from core.plugin_api.tables import columns_of_people
from core.plugin_host import host_of
from core.retention.holdings import HELD, Held, held_by_plugin, leads_to

CREATED_BY_HAND = ("_names", "alembic_version")
"""In the names of tables that no model declares: those of searching, which are made of the others, and of Alembic."""


NOTHING: Mapping[str, Collection[int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Known:
    """A table that the registry knows, and the columns that say whose its rows are, with where they lead."""

    table: Table
    held: Held
    links: tuple[tuple[Column[Any], str, str], ...]

    @property
    def people(self) -> tuple[Column[Any], ...]:
        """Its columns that hold a person."""
        return tuple(column for column, table, _ in self.links if table == "person")


def metadatas() -> list[MetaData]:
    """Core's tables and those of every plugin that is there."""
    own = [info.metadata for info in host_of(current_app).plugins if info.metadata is not None]
    return [Base.metadata, *own]


def registry() -> tuple[dict[str, Known], list[str]]:
    """Every table that is declared, and the names of those of which nobody says what they hold."""
    known, unknown = {}, []
    for metadata in metadatas():
        held: Mapping[str, Held | None] = HELD if metadata is Base.metadata else held_by_plugin(metadata)
        people = columns_of_people(metadata)
        for table in metadata.sorted_tables:
            found = held.get(table.name)
            if found is None:
                unknown.append(table.name)
                continue
            to = ((table.c[name], leads_to(table.c[name], people)) for name in found.by)
            links = tuple((column, *where) for column, where in to if where is not None)
            known[table.name] = Known(table, found, links)
    return known, unknown


def not_known() -> list[str]:
    """Tables in the database of which nobody says what they hold: of a plugin that is gone, most likely."""
    known, unknown = registry()
    there = inspect(db.session.connection()).get_table_names()
    strange = [name for name in there if name not in known and not name.startswith("sqlite_")]
    return sorted({*unknown, *(name for name in strange if not any(part in name for part in CREATED_BY_HAND))})


class Reach:
    """The rows of some cases and people, table by table, as conditions.

    `others`: of other tables, the rows to begin with, by their numbers. What is a case's besides is not reached from
    them: it goes with its case.
    """

    def __init__(
        self,
        known: Mapping[str, Known],
        *,
        cases: Collection[int] = (),
        people: Collection[int] = (),
        others: Mapping[str, Collection[int]] = NOTHING,
    ) -> None:
        self.known = known
        self._of_no_case = bool(others)
        self._starts = {"case_file": list(cases), "person": list(people)} | {
            table: list(ids) for table, ids in others.items()
        }
        self._found: dict[str, ColumnElement[bool] | None] = {}

    def tables(self) -> list[Known]:
        """Those that hold any, children before their parents."""
        return [each for each in reversed(list(self.known.values())) if self.rows(each.table.name) is not None]

    def rows(self, table: str) -> ColumnElement[bool] | None:
        """Which rows of that table; None where it is not reached."""
        if table not in self._found:
            self._found[table] = None  # while it is asked, a table that leads back to itself adds nothing
            self._found[table] = self._rows(table)
        return self._found[table]

    def where(self, table: str) -> ColumnElement[bool]:
        """The same, for a query: no row where it is not reached."""
        found = self.rows(table)
        return false() if found is None else found

    def _rows(self, table: str) -> ColumnElement[bool] | None:
        start = self._starts.get(table)
        if start is not None:
            return self.known[table].table.c.id.in_(start) if start else None
        ways = []
        for column, parent, key in self.known[table].links if table in self.known else ():
            above = self._starts.get(parent)
            if above is not None:
                if above:
                    ways.append(column.in_(above))
            elif (found := self.rows(parent)) is not None:
                there = self.known[parent].table
                ways.append(column.in_(select(there.c[key]).where(found)))
        if not ways:
            return None
        of_cases = [column for column, parent, _ in self.known[table].links if parent == "case_file"]
        return and_(or_(*ways), *(column.is_(None) for column in of_cases)) if self._of_no_case else or_(*ways)
