"""Who looked at what is held of somebody: agency, day and what it was, from the audit trail. No officer is named."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from core.admin.trail_words import operation
from core.audit.models import AuditRecord, AuditSubject
from core.audit.reading import SEEN
from core.clock import local_date
from core.dates import in_words
from core.extensions import db
from core.subject_access.gathering.shelf import Kind, Shelf, facts
from core.subject_access.pack import Entry


def put_looks(shelf: Shelf, person_ids: Collection[int], *, until: int) -> None:
    """A line for each agency and day, up to that record of the trail. One query."""
    rows = db.session.execute(
        select(AuditRecord.seq, AuditRecord.at, AuditRecord.action, AuditRecord.body)
        .join(AuditSubject, AuditSubject.seq == AuditRecord.seq)
        .where(
            AuditSubject.subject.in_([f"p_{each}" for each in person_ids]),
            AuditRecord.seq <= until,
            AuditRecord.outcome == "allow",
            AuditRecord.category.in_(SEEN),
        )
        .order_by(AuditRecord.seq)
        .distinct()
    )
    days: defaultdict[tuple[int | None, date], Counter[str]] = defaultdict(Counter)
    for _, at, action, body in rows:
        agency = json.loads(body).get("agency")
        days[int(agency.removeprefix("ag_")) if agency else None, local_date(at)][operation(action, "allow")] += 1
    for (agency_id, day), looks in days.items():
        what = "; ".join(f"{each} ({number} times)" if number > 1 else each for each, number in looks.items())
        shelf.put(agency_id, Kind.LOOKED, Entry(title=in_words(day), facts=facts(("What was done", what))))
