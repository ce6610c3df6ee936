"""What the import asks of each table: which records its rows become or change, and what they refer to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeVar

from core.books.reading import Problem

Row = TypeVar("Row")
ELSEWHERE = "\0"
"""Stands for an agency that is not of this partnership; no key of the books can equal it."""


class Record(Protocol):
    """Any record with a number."""

    id: Any


@dataclass(frozen=True, slots=True)
class Into:
    """Whom the books belong to, and when they are read."""

    partnership_id: int
    partnership_key: str
    on: date
    now: datetime


class Shelf(Generic[Row]):
    """A table's records. `fetch` comes first, a fixed number of queries; the rest looks at one row of it."""

    def __init__(self, into: Into) -> None:
        self.into = into

    def fetch(self, rows: Sequence[Row]) -> None:
        """Load what these rows become and refer to."""
        raise NotImplementedError

    def objections(self, row: Row) -> list[Problem]:
        """What the row refers to and the books do not hold."""
        raise NotImplementedError

    def find(self, row: Row) -> Record | None:
        """The record that has the row's key, or none."""
        raise NotImplementedError

    def as_row(self, record: Any) -> Row:
        """The record as the books would hold it now."""
        raise NotImplementedError

    def completes(self, row: Row, current: Row) -> bool:
        """Whether the row may be taken over a record that was not imported: it adds to it, and changes nothing."""
        return False

    def create(self, row: Row) -> Record:
        """Make the record."""
        raise NotImplementedError

    def amend(self, record: Any, row: Row) -> None:
        """Change the record to what the row says. Raises Refused, and then has changed nothing."""
        raise NotImplementedError

    def persons(self, records: Sequence[Any]) -> set[int]:
        """Ids of the persons that these records are about, for the audit trail."""
        return set()


def not_here(what: str, key: str) -> str:
    """What is said of a reference that leads nowhere."""
    return f'There is no {what} "{key}" in the books'
