"""Anchors outside of the database: a file that is only ever added to, which others than the database's owner keep.

One anchor a line, as JSON: `{"hash": …, "object": …, "seq": …, "taken_at": …}`. The worker adds what is new every
minute, and the head of each day.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import exists, select

from core.audit import chain, trail
from core.audit.models import AuditAnchor
from core.clock import local_date
from core.errors import Refused
from core.extensions import db

DAY = "day:"
"""What the head of a day is kept under, before the day itself."""


def keep_head_of_day(*, now: datetime) -> None:
    """Take the head as an anchor, once a day: what was done since the last document has a witness, too."""
    name = f"{DAY}{local_date(now).isoformat()}"
    if not db.session.scalar(select(exists().where(AuditAnchor.object == name))):
        trail.anchor(name, now=now)


def add_new(path: Path) -> int:
    """Add to the file the anchors that it has not yet; how many. Two processes at once add each of them once.

    Nothing in the file is ever changed: an anchor that the database lacks stands there all the same.
    """
    kept_for_its_owner = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(kept_for_its_owner, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        kept = {(anchor.seq, anchor.hash, anchor.object) for anchor in read(file)}
        new = [line for line in lines() if (line["seq"], line["hash"], line["object"]) not in kept]
        file.writelines(f"{json.dumps(line, sort_keys=True)}\n" for line in new)
        file.flush()
        os.fsync(file.fileno())
    return len(new)


def lines() -> Iterator[dict[str, Any]]:
    """Every anchor of the database, the oldest first."""
    rows = db.session.execute(
        select(AuditAnchor.seq, AuditAnchor.hash, AuditAnchor.object, AuditAnchor.taken_at).order_by(AuditAnchor.id)
    )
    for seq, hash_, object_, taken_at in rows:
        yield {"seq": seq, "hash": hash_, "object": object_, "taken_at": taken_at.isoformat()}


def read(file: Iterable[str]) -> Iterator[chain.Anchor]:
    """The anchors of such a file; `object` may be missing. Raises Refused for a line that is none."""
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            seq, hash_ = said["seq"], said["hash"]
        except (ValueError, KeyError, TypeError):
            seq, hash_, said = None, None, {}
        if type(seq) is not int or not isinstance(hash_, str) or len(hash_) != len(chain.ZERO):
            raise Refused(f"Line {number} of the file of anchors is none: it must hold seq and hash.")
        yield chain.Anchor(seq, hash_.lower(), str(said.get("object", f"line {number} of the file of anchors")))
