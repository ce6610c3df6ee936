"""What the database tells Prometheus at the moment of asking: numbers of the whole installation."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from core.audit.queries import end_of_chain
from core.circulation.queue.queries import is_at_work, mails_unfinished, workers
from core.extensions import db

Moment = Mapping[str, tuple[str, float]]
"""Name of a figure -> what it is, and its value."""

REACHED = "roundtable_database_reached"


def figures_of(*, now: datetime) -> Moment:
    """Mails, workers and the trail; that the database cannot be reached is a figure, too."""
    try:
        waiting, failed, oldest = mails_unfinished()
        at_work = sum(is_at_work(worker, now=now) for worker in workers(now=now))
        records = end_of_chain()
    except SQLAlchemyError:
        db.session.rollback()
        return {REACHED: ("Whether the database answers", 0)}
    age = (now - oldest).total_seconds() if oldest is not None else 0.0
    return {
        REACHED: ("Whether the database answers", 1),
        "roundtable_mails_waiting": ("Mails that wait or are being sent", waiting),
        "roundtable_mails_failed": ("Mails that failed for good", failed),
        "roundtable_oldest_mail_seconds": ("How long the oldest waiting mail has waited", age),
        "roundtable_workers_at_work": ("Workers seen of late", at_work),
        "roundtable_audit_records": ("Records in the audit trail", records),
    }
