"""The audit chain without any storage: how a record is written, linked and verified (docs/domain.md, "The trail").

A record is a flat JSON object. Its `hash` covers everything else in it, the hash of the record before it
(`prev`) included. Links alone show neither a chain cut short nor one rewritten from some record on: anchors
do, heads of the chain that were printed in documents and are held by others.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from core.canonical import canonical_json

ZERO = "0" * 64
"""`prev` of the first record."""

_DOMAIN = b"roundtable-audit-v1\0"

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head of the chain that was taken and is kept elsewhere; `object` says where, as `minutes:12@1`."""

    seq: int
    hash: str
    object: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the chain: at which record, and what."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found.

    `seq` and `hash` are of the last record read (0 and ZERO if there was none). Up to `witnessed` anchors
    vouch for the chain; a cut or a rewrite of what comes after it leaves no trace.
    """

    records: int
    seq: int
    hash: str
    witnessed: int
    faults: tuple[Fault, ...]

    @property
    def intact(self) -> bool:
        """No fault was found."""
        return not self.faults


def canonical(record: Record) -> bytes:
    """The record as bytes: JSON with sorted keys, no spaces, UTF-8.

    Raises ValueError or TypeError for what JSON cannot say (a NaN, a lone surrogate, a date).
    """
    return canonical_json(record).encode("utf-8")


def digest(record: Record) -> str:
    """The hash of a record, over all of it but `hash`: 64 hexadecimal digits."""
    return _hash(canonical({key: value for key, value in record.items() if key != "hash"}))


def _hash(text: bytes) -> str:
    return sha256(_DOMAIN + text).hexdigest()


def linked(record: Record, prev: str) -> tuple[str, str]:
    """The record as it is kept after the one whose hash is `prev`, or after ZERO: its canonical JSON, and its hash.

    The caller has put `seq` into it, one more than the last.
    """
    text = canonical({**record, "prev": prev})
    return text.decode("utf-8"), _hash(text)


def verify(records: Iterable[Record], anchors: Iterable[Anchor]) -> Report:
    """Check a whole chain, from its first record on, and every anchor against it.

    Reads the records once, in the order given, and holds none of them. A broken record does not end the
    check: each fault is reported at its own record.
    """
    waiting: dict[int, list[Anchor]] = {}
    for anchor in anchors:
        waiting.setdefault(anchor.seq, []).append(anchor)
    faults: list[Fault] = []
    count = seq = witnessed = 0
    head = ZERO

    def hear_witnesses() -> None:
        nonlocal witnessed
        for anchor in waiting.pop(seq, ()):
            if anchor.hash == head:
                witnessed = seq
            else:
                faults.append(Fault(seq, f"the hash is not the one kept with {anchor.object}: rewritten"))

    hear_witnesses()  # an anchor can be older than the first record
    for record in records:
        count += 1
        problems, seq, head = _check(record, seq, head)
        faults += [Fault(seq, what) for what in problems]
        hear_witnesses()
    for missing in sorted(waiting):
        for anchor in waiting[missing]:
            what = f"there is no such record, but {anchor.object} keeps its hash: cut off or removed"
            faults.append(Fault(missing, what))
    return Report(count, seq, head, witnessed, tuple(faults))


def _check(record: Record, last_seq: int, last_hash: str) -> tuple[list[str], int, str]:
    """What is wrong with a record that follows the one given, and its own seq and hash."""
    seq, prev, own = record.get("seq"), record.get("prev"), record.get("hash")
    if type(seq) is not int or not isinstance(own, str):
        return ["the record cannot be read"], last_seq + 1, last_hash
    problems = []
    if seq != last_seq + 1:
        problems.append(f"the record before it is {last_seq}: records are missing, repeated or out of order")
    if prev != last_hash:
        problems.append("it does not link to the record before it")
    try:
        altered = digest(record) != own
    except (TypeError, ValueError):
        altered = True
    if altered:
        problems.append("its content does not match its hash: altered")
    return problems, seq, own


def export_line(record: Record) -> str:
    """A linked record as a line of an exported file, without the line's end."""
    return canonical(record).decode("utf-8")


def read_export(lines: Iterable[str]) -> Iterator[Record]:
    """The records of an exported file. A line that is no record comes back empty, and verify() says so."""
    for line in lines:
        if not line.strip():
            continue
        try:
            record = json.loads(line, object_pairs_hook=_unambiguous)
        except (ValueError, RecursionError):
            record = {}
        yield record if isinstance(record, dict) else {}


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses a key given twice: a reader's eye and the parser would take different ones."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found
