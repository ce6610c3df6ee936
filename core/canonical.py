"""Frozen facts to JSON and back, byte for byte: what is hashed, stored, and read again years later.

A field that holds its default is left out. So a field that a later release adds, with a default, changes
neither the JSON nor the hash of what was frozen before it.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from hashlib import sha256
from types import UnionType
from typing import Any, Self, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_plain(fact: Any) -> dict[str, Any]:
    """A frozen dataclass as dictionaries, lists, text and numbers. Raises ValueError for other things."""
    return {
        field.name: _plain(value) for field in fields(fact) if (value := getattr(fact, field.name)) != _default(field)
    }


def _plain(fact: Any) -> Any:
    if is_dataclass(fact) and not isinstance(fact, type):
        return to_plain(fact)
    if isinstance(fact, datetime):
        if fact.tzinfo is None:
            raise ValueError("a time without a zone cannot be frozen")
        return fact.astimezone(UTC).isoformat()
    if isinstance(fact, StrEnum):
        return fact.value
    if isinstance(fact, date):
        return fact.isoformat()
    if isinstance(fact, tuple):
        return [_plain(each) for each in fact]
    if isinstance(fact, frozenset):
        return sorted(_plain(each) for each in fact)
    if fact is None or isinstance(fact, str | int):
        return fact
    raise ValueError(f"{type(fact).__name__} cannot be frozen")


def canonical_json(plain: Any) -> str:
    """Sorted keys, no spaces, no escapes beyond JSON's own: one spelling for one content."""
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def from_plain(kind: type[T], plain: Mapping[str, Any]) -> T:
    """That fact again. Raises ValueError where a value is missing, unknown or of the wrong type."""
    read: T = _read(kind, plain)
    return read


def _default(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, plain: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        if plain is None:
            return None
        return _read(next(each for each in get_args(kind) if each is not type(None)), plain)
    if origin in (tuple, frozenset):
        if not isinstance(plain, list):
            raise ValueError(f"a list was expected, not {type(plain).__name__}")
        return origin(_read(get_args(kind)[0], each) for each in plain)
    if is_dataclass(kind) and isinstance(kind, type):
        return _read_dataclass(kind, plain)
    if kind is datetime or kind is date or issubclass(kind, StrEnum):
        if not isinstance(plain, str):
            raise ValueError(f"text was expected, not {type(plain).__name__}")
        return kind(plain) if issubclass(kind, StrEnum) else kind.fromisoformat(plain)
    if type(plain) is not kind:
        raise ValueError(f"{kind.__name__} was expected, not {type(plain).__name__}")
    return plain


def _read_dataclass(kind: type, plain: Any) -> Any:
    if not isinstance(plain, Mapping):
        raise ValueError(f"{kind.__name__} was expected, not {type(plain).__name__}")
    hints = _hints(kind)
    if unknown := set(plain) - set(hints):
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    try:
        return kind(**{name: _read(hints[name], value) for name, value in plain.items()})
    except TypeError as error:
        raise ValueError(f"{kind.__name__} is incomplete") from error


class Frozen:
    """What every frozen document can do: become JSON, come back from it, and be hashed. For frozen dataclasses."""

    __slots__ = ()

    def to_plain(self) -> dict[str, Any]:
        """For a JSON column. Raises ValueError for a time without a zone."""
        return to_plain(self)

    def to_json(self) -> str:
        """Canonical: the same content is the same text."""
        return canonical_json(self.to_plain())

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """The document again, from a JSON column. Raises ValueError where it is not one."""
        return from_plain(cls, plain)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The document again, from its JSON. Raises ValueError where it is not one."""
        return from_plain(cls, json.loads(text))

    def sha256(self) -> str:
        """Of the canonical JSON, 64 hexadecimal digits."""
        return sha256(self.to_json().encode()).hexdigest()
