"""The file of the keys: one a line, `name day base64`. The last seals; the others open what was sealed with them.

The file is looked at before each sealing: a key that was added while the service runs is used at once. Its owner alone
reads it (0600), and it belongs into no backup of the data: docs/running/keys.md.
"""

import contextlib
import os
import secrets
import stat
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, current_app

from core.clock import utc_now
from core.config import Config
from core.encryption.sealing import Key
from core.errors import RoundtableError

BYTES = 32
"""AES-256."""

NAME = "protected.keys"

HEAD = "# Keys to the protected data of Roundtable: name, day, key. The last seals. Keep a copy apart from backups.\n"

EXTENSION = "roundtable_keys"


class NoKey(RoundtableError):
    """The keys are missing, or not as they must be. The message says what to do, and holds no key."""


class Keyring:
    """The keys of a file, read when they are first needed and again when the file has changed."""

    def __init__(self, path: Path, *, make: bool = False) -> None:
        """`make`: a file that is not there is made, as a demonstration and the tests want it."""
        self.path = path
        self._make = make
        self._seen: tuple[int, int, int] | None = None
        self._keys: dict[str, Key] = {}
        self._lock = Lock()

    @property
    def current(self) -> Key:
        """The key that seals. Raises NoKey."""
        return list(self._read().values())[-1]

    @property
    def names(self) -> Sequence[str]:
        """The names of all, the current last. Raises NoKey."""
        return list(self._read())

    def named(self, name: str) -> Key:
        """The key of that name. Raises NoKey."""
        found = self._keys.get(name) or self._read().get(name)
        if found is None:
            raise NoKey(f"The key {name}, with which protected data were sealed, is not in {self.path}.")
        return found

    def _read(self) -> dict[str, Key]:
        try:
            now = self.path.stat()
        except FileNotFoundError:
            if not self._make or self._seen is not None:
                raise NoKey(
                    f"There is no file of keys at {self.path}. Put it there from where you keep its copy; for a new "
                    "installation run 'roundtable keys new'."
                ) from None
            new_file(self.path, now=utc_now())
            now = self.path.stat()
        mark = (now.st_mtime_ns, now.st_ino, now.st_size)
        if mark != self._seen:
            with self._lock:
                if stat.S_IMODE(now.st_mode) & 0o077:
                    raise NoKey(f"Others than its owner can read or change {self.path}: run 'chmod 600 {self.path}'.")
                self._keys = {key.name: key for key in _parsed(self.path)}
                self._seen = mark
        return self._keys


def keyring_of(config: Config) -> Keyring:
    """The installation's. A trial on loopback, a demonstration and the tests make their own."""
    return Keyring(path_of(config), make=config.testing or config.demo or not (config.secure or config.keys))


def path_of(config: Config) -> Path:
    """Where the file is: as ROUNDTABLE_KEYS says, else among the other keys of the data folder."""
    return config.keys or config.data / "keys" / NAME


def connect_keys(app: Flask) -> None:
    """Give the application its keys. They are read when they are first needed."""
    app.extensions[EXTENSION] = keyring_of(app.config["ROUNDTABLE"])


def keyring() -> Keyring:
    """That of the application in hand."""
    found: Keyring = current_app.extensions[EXTENSION]
    return found


def new_file(path: Path, *, now: datetime) -> None:
    """Make the file with one key; one that is there stays as it is, and the first of two who make it wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = _written(path, HEAD + _line(now, taken=()))
    with contextlib.suppress(FileExistsError):
        os.link(made, path)
    made.unlink()


def add_key(ring: Keyring, *, now: datetime) -> str:
    """Add a key, which seals from now on; its name."""
    line = _line(now, taken=ring.names)
    _written(ring.path, ring.path.read_text("ascii") + line).replace(ring.path)
    return line.partition(" ")[0]


def remove_keys(ring: Keyring, names: Iterable[str]) -> None:
    """Take keys out of the file. Never the current one."""
    gone = set(names) - {ring.current.name}
    kept = [line for line in ring.path.read_text("ascii").splitlines(keepends=True) if line.split(" ")[0] not in gone]
    _written(ring.path, "".join(kept)).replace(ring.path)


def _line(now: datetime, *, taken: Iterable[str]) -> str:
    name = f"k{now:%Y%m%d}{secrets.token_hex(3)}"
    assert name not in taken
    return f"{name} {now.isoformat(timespec='seconds')} {b64encode(secrets.token_bytes(BYTES)).decode()}\n"


def _written(path: Path, text: str) -> Path:
    """A file beside it with that text, on the disk, for its owner alone."""
    made = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return made


def _parsed(path: Path) -> list[Key]:
    found = []
    for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            name, made, key = line.split(" ")
            raw = b64decode(key, validate=True)
            datetime.fromisoformat(made)
        except (ValueError, Error):
            raise NoKey(f"Line {number} of {path} is not a key: 'name day base64'.") from None
        if len(raw) != BYTES or len(set(raw)) < BYTES // 4:
            raise NoKey(f"The key in line {number} of {path} is too weak: make one with 'roundtable keys new'.")
        found.append(Key(name, made, AESGCM(raw)))
    if not found:
        raise NoKey(f"{path} holds no key.")
    return found
