"""Approved minutes that tell of a case and have come of age: somebody looks at them again (docs/domain.md, "Clocks").

That it was done is a record of the trail and nothing else: it says who and when, and outlives the minutes' words.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import String, and_, cast, exists, func, literal, or_, select

from core import audit
from core.audit.models import AuditRecord
from core.cases.models import Case
from core.clock import at_local, local_date
from core.dates import in_words
from core.errors import NotFound, Refused
from core.extensions import db
from core.facts import Actor, MinutesStatus
from core.meetings.models import AgendaItem, Meeting
from core.minutes.models import Minutes
from core.partnerships.models import Group
from core.partnerships.terms.queries import clocks_in
from core.policy import Permission, require
from core.working_days import add_months

REVIEW = "retention.review"

SHOWN = 25
"""Minutes that the page names, the oldest first; once they are looked at, the next come."""

NOT_YET = "These minutes are looked at again on {day}, and not before."
DONE = "It was recorded before that these minutes were looked at again."


@dataclass(frozen=True, slots=True)
class OldMinutes:
    """Minutes of a meeting that heard cases of which something is held still."""

    minutes_id: int
    partnership_id: int
    group_id: int
    reference: str
    held_on: date
    cases: int


def to_review(partnership_id: int, *, on: date) -> Sequence[OldMinutes]:
    """Those that are due, the oldest first, up to one more than `SHOWN`. By each group's own clock."""
    clocks = clocks_in(partnership_id)
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for group_id in db.session.scalars(select(Group.id).where(Group.partnership_id == partnership_id)):
        groups[clocks.of(group_id).minutes_review].append(group_id)
    came_of_age = (
        and_(
            Meeting.group_id.in_(ids),
            Meeting.starts_at < at_local(add_months(on, -months) + timedelta(days=1), time(0)),
        )
        for months, ids in groups.items()
    )
    reviewed = exists().where(
        AuditRecord.object == literal("minutes:") + cast(Minutes.id, String), AuditRecord.action == REVIEW
    )
    asked = _minutes().where(or_(*came_of_age), ~reviewed).order_by(Meeting.starts_at, Minutes.id).limit(SHOWN + 1)
    return [_old(row) for row in db.session.execute(asked)] if groups else []


def minutes_of(partnership_id: int, minutes_id: int) -> OldMinutes:
    """Approved minutes of that partnership that tell of a case, due or not. Raises NotFound."""
    asked = _minutes().where(Minutes.id == minutes_id, Group.partnership_id == partnership_id)
    row = db.session.execute(asked).first()
    if row is None:
        raise NotFound
    return _old(row)


def review(actor: Actor, *, minutes: OldMinutes, on: date) -> None:
    """Record that somebody looked at them again. Raises Refused before their day, and the second time."""
    require(actor, Permission.REVIEW_MINUTES, minutes)
    months = clocks_in(minutes.partnership_id).of(minutes.group_id).minutes_review
    due = add_months(minutes.held_on, months)
    if on < due:
        raise Refused(NOT_YET.format(day=in_words(due)))
    about = f"minutes:{minutes.minutes_id}"
    db.session.execute(select(Minutes.id).where(Minutes.id == minutes.minutes_id).with_for_update())
    before = exists().where(AuditRecord.object == about, AuditRecord.action == REVIEW)
    if db.session.scalar(select(before)):
        raise Refused(DONE)
    audit.record(actor, audit.Category.ADMIN, REVIEW, object=about)


def _minutes() -> Any:
    return (
        select(
            Minutes.id,
            Group.partnership_id,
            Meeting.group_id,
            Meeting.ref,
            Meeting.starts_at,
            func.count(Case.id.distinct()),
        )
        .join(Meeting, Meeting.id == Minutes.meeting_id)
        .join(Group, Group.id == Meeting.group_id)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .join(Case, Case.id == AgendaItem.case_id)
        .where(Minutes.status == MinutesStatus.APPROVED, Case.erased_on.is_(None))
        .group_by(Minutes.id, Group.partnership_id, Meeting.group_id, Meeting.ref, Meeting.starts_at)
    )


def _old(row: Any) -> OldMinutes:
    minutes_id, partnership_id, group_id, reference, starts_at, cases = row
    return OldMinutes(minutes_id, partnership_id, group_id, reference, local_date(starts_at), cases)
