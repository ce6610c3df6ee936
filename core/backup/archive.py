"""The file: a header in clear, then pieces of ciphertext in order, the last marked as such.

Its own key is made by chance and stands in the header, sealed with the current key of the keyring. A piece that was
altered, left out, put elsewhere or cut off does not open.
"""

import json
import secrets
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.encryption.keys import Keyring
from core.encryption.sealing import Place, key_named_in, opened, seal
from core.errors import RoundtableError

MAGIC = b"roundtable-backup-v1\n"
PIECE = 1024 * 1024
"""Bytes of clear text in a piece."""

_PREFIX = 7
"""Bytes of a nonce that are the file's; four count the pieces, one says whether it is the last."""
_TAG = 16


class Damaged(RoundtableError):
    """The file is no backup, or was altered or cut off."""


def write_archive(out: BinaryIO, ring: Keyring, chunks: Iterable[bytes]) -> None:
    """Write what the chunks hold, encrypted."""
    key, prefix = secrets.token_bytes(32), secrets.token_bytes(_PREFIX)
    sealed = seal(ring.current, key, _place(prefix))
    header = MAGIC + json.dumps({"key": sealed, "prefix": prefix.hex()}).encode() + b"\n"
    out.write(header)
    cipher, number, waiting = AESGCM(key), 0, None
    for piece in _pieces(chunks):
        if waiting is not None:
            _put(out, cipher.encrypt(_nonce(prefix, number, last=False), waiting, header))
            number += 1
        waiting = piece
    _put(out, cipher.encrypt(_nonce(prefix, number, last=True), waiting or b"", header))


def read_archive(file: BinaryIO, ring: Keyring) -> Iterator[bytes]:
    """What is in it, in pieces. Raises Damaged, at the end at the latest, and NoKey where its key is gone."""
    first, second = file.readline(len(MAGIC)), file.readline(4096)
    try:
        said: dict[str, str] = json.loads(second) if first == MAGIC else {}
        prefix = bytes.fromhex(said["prefix"])
        key = opened(ring.named(key_named_in(said["key"])), said["key"], _place(prefix))
    except (ValueError, TypeError, KeyError):
        raise Damaged("This is no backup of Roundtable.") from None
    cipher, header, number = AESGCM(key), first + second, 0
    piece = _get(file)
    while True:
        following = _get(file)
        try:
            yield cipher.decrypt(_nonce(prefix, number, last=following is None), piece or b"", header)
        except InvalidTag:
            raise Damaged("The backup was altered, or is not whole: use another one.") from None
        if following is None:
            return
        piece, number = following, number + 1


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) > PIECE:
            yield bytes(held[:PIECE])
            del held[:PIECE]
    yield bytes(held)


def _put(out: BinaryIO, piece: bytes) -> None:
    out.write(len(piece).to_bytes(4, "big") + piece)


def _get(file: BinaryIO) -> bytes | None:
    length = file.read(4)
    if not length:
        return None
    size = int.from_bytes(length, "big")
    if size > PIECE + _TAG:
        raise Damaged("The backup was altered: use another one.")
    return file.read(size)


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _place(prefix: bytes) -> Place:
    return Place("backup", "key", (prefix.hex(),))
