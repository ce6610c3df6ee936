"""Rows of any table, named and walked through by their primary keys."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, or_, true

Row = tuple[Any, ...]


def is_row(identity: Sequence[Column[Any]], row: Row) -> ColumnElement[bool]:
    """The row with that primary key."""
    return and_(true(), *(column == value for column, value in zip(identity, row, strict=True)))


def behind(identity: Sequence[Column[Any]], row: Row) -> ColumnElement[bool]:
    """The rows that follow it, in the order of the primary key."""
    return or_(*(and_(is_row(identity[:n], row[:n]), identity[n] > row[n]) for n in range(len(identity))))
