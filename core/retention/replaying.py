"""Erasing again, after a restore from an older backup, what was erased since it was made.

A line of which the database knows nothing though nothing was restored was cut off before the database committed. What
it tells of may be on hold by now, or somebody in it waits for an answer: then a person says what becomes of it.

A line that was struck stays void: the trail keeps how often it was, so that an older copy of the file, which has it and
not yet that it is void, erases nothing by it. What such a copy lacks is written down in it again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path

from core import audit
from core.audit.models import AuditRecord
from core.backup.operations import PUT_BACK, WITHOUT_ERASURES
from core.cases.models import Case
from core.clock import at_local
from core.extensions import db
from core.facts import SYSTEM
from core.retention.erasing import erase, lock, reference_of
from core.retention.gone import make_sure_it_is_gone
from core.retention.in_the_way import in_the_way
from core.retention.kinds import Kind
from core.retention.models import Erasure
from core.retention.register import Line, check_of, missing_in, not_done, strikes, write_down
from core.web.transaction import begin_write

FIRST = (Kind.CASE, Kind.PERSON, Kind.ACCESS, Kind.EMERGENCY, Kind.MEETING, Kind.ACCOUNT)
"""Their order: a case goes with most of its people, and those who were erased besides go then."""


STRIKE = "retention.strike"

STRUCK_BEFORE = "It was struck out of a newer copy of this file: put the newest one in its place"


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a line of the file."""

    line: Line
    found: bool
    """The record is there, and now is erased; else there was nothing to erase in this backup."""
    held_up: Sequence[str] = ()
    """Why it was left as it is: a person decides."""


class Held(StrEnum):
    """What becomes of a line whose record is held up."""

    ASKED = "a person is asked"
    ERASED = "erased all the same"
    KEPT = "kept: the line is struck out of the file"


def replay(file: Path, *, now: datetime, held: Held = Held.ASKED) -> Iterator[Replayed]:
    """Do every erasure of the file that this database does not know of, each in a transaction of its own.

    May be interrupted and run again. A line whose record is another's (its reference does not fit) erases nothing.
    """
    waiting = sorted(not_done(file), key=lambda line: (FIRST.index(line.kind), line.record_id))
    db.session.rollback()  # what only read must not be what writes
    left: dict[int, Sequence[str]] = {}
    for line in waiting:
        begin_write()
        lock(line.kind, line.record_id)
        if times := _struck_before(line, file):
            write_down(file, [], strike_again={line.uid: times})
            db.session.commit()
            yield Replayed(line, False, (STRUCK_BEFORE,))
            continue
        why = left.get(line.entry_id or 0, ()) or (_held_up(line) if held is not Held.ERASED else ())
        if why:
            if line.entry_id is not None:
                left[line.entry_id] = why  # of a case that stays nobody goes
            if held is Held.KEPT:
                _strike(line, file)
            db.session.commit()
            yield Replayed(line, False, why)
            continue
        found = _again(line, file, now)
        db.session.commit()
        yield Replayed(line, found)
    if waiting:
        make_sure_it_is_gone(db.engine)


def complete(file: Path) -> int:
    """Write down in the file what this database knows was erased, and the file does not; how many lines that was."""
    missing = missing_in(file, reference_of)
    db.session.rollback()
    if missing:
        write_down(file, missing)
    return len(missing)


def _struck_before(line: Line, file: Path) -> int:
    """How often the trail has it that the line was struck, where that is more often than the file has it; else 0."""
    times = (
        db.session.query(AuditRecord.seq)
        .filter(AuditRecord.action == STRIKE, AuditRecord.object == f"{line.kind.value}:{line.record_id}")
        .count()
    )
    return times if times > strikes(file)[line.uid] else 0


def _held_up(line: Line) -> Sequence[str]:
    """What holds it up now; nothing after a restore, for what was on hold in the backup was erased since."""
    reference = reference_of(line.kind, line.record_id)
    if reference is None or check_of(line.kind, line.record_id, reference) != line.check or _restored_since(line.on):
        return ()
    if line.kind is Kind.CASE:
        erased = db.session.query(Case.id).filter(Case.id == line.record_id, Case.erased_on.is_not(None)).first()
        if erased is not None:
            return ()
    return in_the_way(line.kind, [line.record_id]).get(line.record_id, ())


def _restored_since(on: date) -> bool:
    put_back = AuditRecord.action.in_((PUT_BACK, WITHOUT_ERASURES))
    return (
        db.session.query(AuditRecord.seq).filter(put_back, AuditRecord.at >= at_local(on, time(0))).first() is not None
    )


def _strike(line: Line, file: Path) -> None:
    audit.record(
        SYSTEM,
        audit.Category.ERASURE,
        STRIKE,
        object=f"{line.kind.value}:{line.record_id}",
        subjects=[line.record_id] if line.kind is Kind.PERSON else [],
    )
    write_down(file, [], strike=[line])


def _again(line: Line, file: Path, now: datetime) -> bool:
    if db.session.query(Erasure.id).filter_by(uid=line.uid).first() is not None:
        return True  # went with the case
    reference = reference_of(line.kind, line.record_id)
    fits = reference is not None and check_of(line.kind, line.record_id, reference) == line.check
    if fits:
        erase(SYSTEM, line.kind, line.record_id, file=file, on=line.on, now=now, entry_id=line.entry_id, replays=line)
    if db.session.query(Erasure.id).filter_by(uid=line.uid).first() is None:
        _note_nothing(line, now)
    return fits


def _note_nothing(line: Line, now: datetime) -> None:
    """It is known from now on that there was nothing to erase: a later record under that number is another one."""
    db.session.add(
        Erasure(
            uid=line.uid,
            kind=line.kind,
            record_id=line.record_id,
            on=line.on,
            entry_id=line.entry_id,
            replayed_at=now,
        )
    )
    audit.record(
        SYSTEM,
        audit.Category.ERASURE,
        "retention.replay",
        object=f"{line.kind.value}:{line.record_id}",
        outcome="nothing there",
    )
