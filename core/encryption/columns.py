"""Attributes of mapped classes whose values lie in the database as ciphertext."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, Generic, NoReturn, Self, TypeVar, cast, overload

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Update,
    bindparam,
    event,
    inspect,
)
from sqlalchemy.orm import Mapper, mapped_column
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.types import TypeEngine

from core.encryption.keys import keyring
from core.encryption.rows import Row, is_row
from core.encryption.sealing import Place, Unreadable, key_named_in, opened, seal

T = TypeVar("T")

_SEALED = {"sealed": True}


class _Encrypted(Generic[T]):
    """A descriptor over a column of its own: what is set is sealed, what is read is opened, each time.

    A row's primary key is part of what seals it. Where the database gives that out, the value follows right after the
    INSERT, in the same transaction.
    """

    kind: type[TypeEngine[Any]]
    empty: Any

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self._column = f"_sealed_{name}"
        self._waiting = f"_to_seal_{name}"
        setattr(owner, self._column, mapped_column(name, self.kind, nullable=False, default=self.empty, info=_SEALED))
        event.listen(owner, "after_insert", self._seal_inserted, propagate=True)

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: object, owner: type) -> T: ...
    def __get__(self, row: object | None, owner: type) -> "T | Self":
        if row is None:
            return self
        if self._waiting in row.__dict__:
            return cast("T", row.__dict__[self._waiting])
        stored = getattr(row, self._column)
        if not stored:
            return self._plain(b"")
        place = self._place(row)
        assert place is not None
        return self._plain(unsealed(stored, place))

    def __set__(self, row: object, value: T) -> None:
        raw = self._raw(value)
        if not raw:
            row.__dict__.pop(self._waiting, None)
            setattr(row, self._column, self.empty)
            return
        place = self._place(row)
        if place is None:
            row.__dict__[self._waiting] = value
        elif not getattr(row, self._column) or self._raw(self.__get__(row, type(row))) != raw:
            setattr(row, self._column, self._sealed(raw, place))

    def __clause_element__(self) -> NoReturn:
        raise TypeError(f"{self.name} is encrypted: nothing is searched, sorted or selected by it; load the object")

    def _seal_inserted(self, _mapper: Mapper[Any], connection: Connection, row: object) -> None:
        if self._waiting not in row.__dict__:
            return
        place = self._place(row)
        assert place is not None
        sealed = self._sealed(self._raw(row.__dict__.pop(self._waiting)), place)
        names = (f"key_{number}" for number in range(len(place.row)))
        values = dict(zip(names, place.row, strict=True))
        connection.execute(_sealing(inspect(type(row)).local_table, self.name), {**values, "sealed": sealed})
        set_committed_value(row, self._column, sealed)

    def _place(self, row: object) -> Place | None:
        """Where the row's value lies; None while the database has not said which row it is."""
        mapper = inspect(type(row))
        key = mapper.primary_key_from_instance(row)
        return None if None in key else Place(mapper.local_table.name, self.name, tuple(key))

    def _sealed(self, raw: bytes, place: Place) -> Any:
        return as_stored(seal(keyring().current, raw, place), self.kind)

    def _raw(self, value: T) -> bytes:
        raise NotImplementedError

    def _plain(self, raw: bytes) -> T:
        raise NotImplementedError


@cache
def _sealing(table: Table, name: str) -> Update:
    """The statement by which a value follows its row: put together once, or that takes as long as to run it."""
    key: Row = tuple(bindparam(f"key_{number}") for number in range(len(table.primary_key)))
    return table.update().where(is_row(list(table.primary_key), key)).values({name: bindparam("sealed")})


class EncryptedText(_Encrypted[str]):
    """`reach = EncryptedText()`: a text, kept in a column of type Text."""

    kind, empty = Text, ""

    def _raw(self, value: str) -> bytes:
        return value.encode()

    def _plain(self, raw: bytes) -> str:
        return raw.decode()


class EncryptedBytes(_Encrypted[bytes]):
    """`seed = EncryptedBytes()`: bytes, kept in a column of type LargeBinary."""

    kind, empty = LargeBinary, b""

    def _raw(self, value: bytes) -> bytes:
        return value

    def _plain(self, raw: bytes) -> bytes:
        return raw


class EncryptedJSON(_Encrypted[dict[str, Any]]):
    """`payload = EncryptedJSON()`: a dictionary, kept in a column of type JSON. A change within it is not noticed."""

    kind, empty = JSON, {}

    def _raw(self, value: dict[str, Any]) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() if value else b""

    def _plain(self, raw: bytes) -> dict[str, Any]:
        return cast("dict[str, Any]", json.loads(raw)) if raw else {}


def unsealed(stored: Any, place: Place) -> bytes:
    """What a column's value holds. Raises Unreadable for a clear one, NoKey where its key is gone."""
    sealed = as_text(stored)
    name = key_named_in(sealed)
    if not name:
        raise Unreadable(f"{place} is not sealed: run 'roundtable db upgrade'")
    return opened(keyring().named(name), sealed, place)


def as_stored(sealed: str, kind: type[TypeEngine[Any]]) -> str | bytes:
    """A sealed value as a column of that type takes it."""
    return sealed.encode() if issubclass(kind, LargeBinary) else sealed


def as_text(stored: Any) -> str:
    """A column's value as `seal` made it; the empty text for what is no sealed value."""
    if isinstance(stored, bytes):
        return stored.decode("ascii", errors="replace")
    return stored if isinstance(stored, str) else ""


def sealed_columns(metadata: MetaData) -> Sequence[Column[Any]]:
    """The columns of those tables that hold sealed values."""
    return [
        column for table in metadata.sorted_tables for column in table.columns if column.info.items() >= _SEALED.items()
    ]
