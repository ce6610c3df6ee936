"""What the worker does with an approved list: erase line by line, each in a transaction of its own.

Killed in the middle, it goes on where it was: a line is erased and marked as erased in one transaction, and what
stands in the way by now is asked once more just before.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select, update

from core.clock import local_date
from core.extensions import db
from core.facts import SYSTEM
from core.retention.due import why_not
from core.retention.erasing import erase, lock
from core.retention.gone import make_sure_it_is_gone
from core.retention.models import Decision, RetentionEntry, RetentionList
from core.retention.operations import make_lists, tidy
from core.web.transaction import begin_write


def look_after(*, file: Path, now: datetime) -> int:
    """The worker's round: make the month's lists, erase what was approved, tidy the rest. How many were erased."""
    make_lists(now=now)
    begin_write()
    tidy(now=now)
    db.session.commit()
    return erase_approved(file=file, now=now)


def erase_approved(*, file: Path, now: datetime) -> int:
    """Erase the lines of approved lists that nothing holds up; how many. Commits each.

    What is held up or not due any more stays, with the reason, and is on a later list again when it is due. A list is
    finished when what it erased is physically gone.
    """
    lists = db.session.scalars(
        select(RetentionList.id).where(RetentionList.approved_at.is_not(None), RetentionList.finished_at.is_(None))
    ).all()
    done = 0
    for list_id in lists:
        entries = db.session.scalars(
            select(RetentionEntry.id)
            .where(RetentionEntry.list_id == list_id, RetentionEntry.decision == Decision.DUE)
            .order_by(RetentionEntry.due_since, RetentionEntry.id)
        ).all()
        db.session.rollback()
        for entry_id in entries:
            begin_write()
            done += _erase(entry_id, file, now)
            db.session.commit()
    db.session.rollback()
    if lists:
        make_sure_it_is_gone(db.engine)  # where it fails, the lists are not finished, and it is tried again
        begin_write()
        db.session.execute(update(RetentionList).where(RetentionList.id.in_(lists)).values(finished_at=now))
        db.session.commit()
    return done


def _erase(entry_id: int, file: Path, now: datetime) -> bool:
    """Whether it was. Asked behind a lock: is it still due, by today's periods, and does nothing hold it up by now?"""
    entry = db.session.get(RetentionEntry, entry_id, populate_existing=True)
    assert entry is not None
    lock(entry.kind, entry.record_id)
    if entry.decision is not Decision.DUE:
        return False
    on = local_date(now)
    if why := why_not(entry.of_list.partnership_id, entry.kind, entry.record_id, on=on):
        entry.reason = "; ".join(why)
        return False
    erase(SYSTEM, entry.kind, entry.record_id, file=file, on=on, now=now, entry_id=entry.id)
    entry = db.session.get(RetentionEntry, entry_id, populate_existing=True)
    assert entry is not None
    entry.decision = Decision.ERASED
    return True
