"""The file that a backup or a restore needs on its way. It is not encrypted, so none may be left."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "backup-scratch"


@contextmanager
def scratch_in(folder: Path) -> Iterator[Path]:
    """An empty file for its owner alone, gone afterwards. One whose process was killed goes with the next run."""
    _clear(folder)
    path = folder / f"{NAME}.{secrets.token_hex(4)}"
    held = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)  # the system lets it go when this process ends, however it ends
        yield path
    finally:
        _unlink(path)
        os.close(held)


def _clear(folder: Path) -> None:
    for path in [each for each in folder.glob(f"{NAME}.*") if "-" not in each.suffix]:
        held = os.open(path, os.O_WRONLY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _unlink(path)
        except BlockingIOError:
            pass  # another run's, which is going on
        finally:
            os.close(held)


def _unlink(path: Path) -> None:
    """With what SQLite keeps beside it."""
    for each in (path, *path.parent.glob(f"{path.name}-*")):
        each.unlink(missing_ok=True)
