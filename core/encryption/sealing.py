"""Sealing one value to its place, and opening it again. Pure: the key is an argument."""

import secrets
from base64 import b64decode, b64encode
from binascii import Error
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import RoundtableError

FORMAT = "v1"

NONCE = 12
"""Bytes, made by chance for each value: at two to the 32 values under one key it is time for another."""


class Unreadable(RoundtableError):
    """A sealed value does not open: it was altered, moved from another row, or sealed with another key of that name."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value lies: it opens there and nowhere else."""

    table: str
    column: str
    row: tuple[int | str, ...]
    """Its primary key."""

    @property
    def data(self) -> bytes:
        """The associated data."""
        return "\0".join(("roundtable", FORMAT, self.table, self.column, *map(str, self.row))).encode()

    def __str__(self) -> str:
        return f"{self.table}.{self.column} of row {', '.join(map(str, self.row))}"


@dataclass(frozen=True, slots=True)
class Key:
    """A key by its name, with the day from which it sealed."""

    name: str
    made: str
    cipher: AESGCM


def seal(key: Key, plain: bytes, place: Place) -> str:
    """`v1.<name of the key>.<nonce and ciphertext>`."""
    nonce = secrets.token_bytes(NONCE)
    return f"{FORMAT}.{key.name}.{b64encode(nonce + key.cipher.encrypt(nonce, plain, place.data)).decode()}"


def key_named_in(sealed: str) -> str:
    """The name of the key that a value was sealed with; empty where the value is no sealed one."""
    form, _, rest = sealed.partition(".")
    name, dot, _ = rest.partition(".")
    return name if form == FORMAT and dot else ""


def opened(key: Key, sealed: str, place: Place) -> bytes:
    """What was sealed there. Raises Unreadable."""
    try:
        raw = b64decode(sealed.rpartition(".")[2], validate=True)
        return key.cipher.decrypt(raw[:NONCE], raw[NONCE:], place.data)
    except (InvalidTag, Error, ValueError):
        raise Unreadable(f"{place} does not open with the key {key.name}") from None
