"""The register of erasures: a table, and a file beside the data that outlives a restore from an older backup.

The file is written first and reaches the disk before the database commits: a crash in between leaves a line too many,
and the erasure that it tells of was approved and is done with the next run. Were it the other way round, a backup put
back later could bring somebody back of whom nobody knows any more. A line holds numbers and a digest, nobody's name.
"""

import fcntl
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from core.errors import Refused
from core.extensions import db
from core.retention.kinds import Kind
from core.retention.models import Erasure


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was erased. `check` is a digest of its reference: a line of another installation fits nothing."""

    kind: Kind
    record_id: int
    on: date
    check: str
    entry_id: int | None = None

    @property
    def uid(self) -> str:
        """The same whenever the same record is erased, on whatever day it is tried again."""
        said = f"{self.kind.value}:{self.record_id}:{self.check}"
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def check_of(kind: Kind, record_id: int, reference: str) -> str:
    """What a line says of the record's reference, so that it can be recognised and not read."""
    return hashlib.sha256(f"{kind.value}:{record_id}:{reference}".encode()).hexdigest()[:32]


def make_sure_of(path: Path) -> None:
    """Have the file, so that it is kept with the keys from the first day. Its owner alone reads it."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))


def write_down(
    path: Path,
    lines: Iterable[Line],
    *,
    strike: Iterable[Line] = (),
    strike_again: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Add lines that are not there yet, and have them on the disk before this returns.

    `strike`: lines of what was not erased in the end. The file is only ever added to: a line says that they are void.
    `strike_again`: how often it has to say so of which lines, where another copy of it or the trail knows of more.
    """
    make_sure_of(path)
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        whole = file.read()
        if whole and not whole.endswith(b"\n"):  # cut off as it was written: what it told of was not committed
            file.truncate(whole.rfind(b"\n") + 1)
            file.seek(0, os.SEEK_END)
        there = {line.uid for line in _lines(path, whole)}
        new = [_written(line) for line in lines if line.uid not in there]
        void = [_struck(line.uid) for line in strike if line.uid in there]
        had = strikes(path) if strike_again else Counter()
        void += [_struck(uid) for uid, times in strike_again.items() for _ in range(times - had[uid])]
        file.write(b"".join([*new, *void]))
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the file itself may be new
    finally:
        os.close(folder)


def take_over(path: Path, named: Path) -> None:
    """Have in the file what another copy of it says: its lines, and which of them are void. Raises Refused."""
    theirs = strikes(named)
    write_down(path, [], strike_again=theirs)
    write_down(path, read_all(named))


def strikes(path: Path) -> Counter[str]:
    """Line -> how often the file says that it is void. Raises Refused for what is no such file."""
    if not path.is_file():
        return Counter()
    whole = path.read_bytes()
    _lines(path, whole)
    said = (json.loads(text) for text in whole[: whole.rfind(b"\n") + 1].splitlines())
    return Counter(each["struck"] for each in said if "struck" in each)


def read_all(path: Path) -> Sequence[Line]:
    """The lines of a file, in their order; none where there is no file. Raises Refused for what is no such file."""
    return _lines(path, path.read_bytes()) if path.is_file() else []


def missing_in(path: Path, reference_of: Callable[[Kind, int], str | None]) -> Sequence[Line]:
    """Lines of what this database knows was erased, and the file does not: it is an older copy, or began anew. Of what
    was not there to be erased nobody can write the line again.
    """
    there = {line.uid for line in read_all(path)}
    found = []
    for done in db.session.scalars(select(Erasure).where(Erasure.uid.not_in(there)).order_by(Erasure.id)):
        reference = reference_of(done.kind, done.record_id)
        if reference is None:
            continue
        line = Line(done.kind, done.record_id, done.on, check_of(done.kind, done.record_id, reference), done.entry_id)
        if line.uid == done.uid:
            found.append(line)
    return found


def not_done(path: Path) -> Sequence[Line]:
    """Lines of the file that this database does not know of: they come after the backup that was put back."""
    lines = read_all(path)
    known = set(db.session.scalars(select(Erasure.uid))) if lines else set()
    return [line for line in lines if line.uid not in known]


def _written(line: Line) -> bytes:
    said: dict[str, Any] = {**asdict(line), "v": 1, "kind": line.kind.value, "on": line.on.isoformat()}
    return json.dumps(said, sort_keys=True).encode() + b"\n"


def _struck(uid: str) -> bytes:
    return json.dumps({"v": 1, "struck": uid}, sort_keys=True).encode() + b"\n"


def _lines(path: Path, whole: bytes) -> list[Line]:
    found: list[Line] = []
    whole = whole[: whole.rfind(b"\n") + 1]
    for number, text in enumerate(whole.splitlines(), start=1):
        try:
            said = json.loads(text)
            if "struck" in said:
                found = [line for line in found if line.uid != said["struck"]]
                continue
            found.append(
                Line(
                    Kind(said["kind"]),
                    int(said["record_id"]),
                    date.fromisoformat(said["on"]),
                    str(said["check"]),
                    said["entry_id"],
                )
            )
        except (ValueError, KeyError, TypeError):
            raise Refused(f"Line {number} of {path} is not a line of the file of erasures.") from None
    return found
