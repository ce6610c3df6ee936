"""Emptying the rows that are reached: every text, JSON and file but what the registry keeps."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import JSON, Column, Enum, LargeBinary, Text, case, delete, literal, null, update
from sqlalchemy import String as AnyText

from core.extensions import db
from core.retention.holdings import OnErasure
from core.retention.reaching import Known, Reach

LISTS = frozenset({"referral.rows", "referral_move.rows", "access_pack.subjects"})
"""Columns of JSON that hold a list and are never NULL."""


def empty(reach: Reach, *, only: Collection[str] = ()) -> None:
    """Empty or delete every row that is reached, of these tables alone where some are named. What it was is gone."""
    connection = db.session.connection()
    for known in reach.tables():
        if only and known.table.name not in only:
            continue
        which = reach.where(known.table.name)
        if known.held.on_erasure is OnErasure.DELETED:
            connection.execute(delete(known.table).where(which))
        elif values := emptied(known):
            connection.execute(update(known.table).where(which).values(values))


def emptied(known: Known) -> dict[str, Any]:
    """Column -> what is left in it."""
    values: dict[str, Any] = {}
    for column in known.table.columns:
        if column.primary_key or column.foreign_keys or column.name in known.held.keeps:
            continue
        if words := known.held.listed.get(column.name):
            values[column.name] = case((column.in_(words), column), else_="")
        elif column.name in known.held.erases or holds_words(column):
            values[column.name] = _nothing(column)
    if values and "version" in known.table.columns:
        values["version"] = known.table.c.version + 1  # a form that was opened before is refused
    return values


def holds_words(column: Column[Any]) -> bool:
    """Whether it can hold what somebody wrote: any text that is not of a closed list, any JSON, any bytes."""
    kind = column.type
    return not isinstance(kind, Enum) and isinstance(kind, AnyText | Text | JSON | LargeBinary)


def _nothing(column: Column[Any]) -> Any:
    if column.nullable:
        return null()
    if isinstance(column.type, JSON):
        return [] if f"{column.table.name}.{column.name}" in LISTS else {}
    return literal(b"") if isinstance(column.type, LargeBinary) else ""
