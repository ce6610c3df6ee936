"""Contact plans of two records in one case, where somebody has one (docs/adr/0016-one-person-two-records.md)."""

from typing import cast

from sqlalchemy import Table, exists, select
from sqlalchemy.orm import aliased, raiseload

from core.extensions import db
from core.people.merging.ledger import Ledger
from core.standards.models import ContactEntry, ContactPlan

_PLANS, _ENTRIES = cast(Table, ContactPlan.__table__), cast(Table, ContactEntry.__table__)


def put_together(ledger: Ledger, *, kept_id: int, gone_id: int) -> None:
    """Where both have a plan in a case: one that was only begun gives way; else the kept one goes on with both logs.

    How somebody is contacted safely is told of both, and the earlier promise holds.
    """
    other = aliased(ContactPlan)
    both = db.session.execute(
        select(ContactPlan, other)
        .join(other, other.case_id == ContactPlan.case_id)
        .where(ContactPlan.person_id == kept_id, other.person_id == gone_id)
        .order_by(ContactPlan.id)
        .options(raiseload("*"))
    ).all()
    for kept, gone in both:
        if _only_begun(gone):
            _keep_the_earlier(ledger, kept, gone)
            ledger.take_out(_PLANS, (gone.id,))
        elif _only_begun(kept):
            _keep_the_earlier(ledger, gone, kept)
            ledger.take_out(_PLANS, (kept.id,))
        else:
            _join(ledger, kept, gone)


def _only_begun(plan: ContactPlan) -> bool:
    """Whether nothing but the clock is in it."""
    said = (plan.agreed_on, plan.support_offered_on, plan.complaint_given_on, plan.instruction, plan.reach)
    logged = exists().where(ContactEntry.plan_id == plan.id)
    return not any(said) and not db.session.scalar(select(logged))


def _keep_the_earlier(ledger: Ledger, stays: ContactPlan, goes: ContactPlan) -> None:
    if stays.begin_by is not None and goes.begin_by is not None:
        ledger.change(_PLANS, (stays.id,), {"begin_by": min(stays.begin_by, goes.begin_by)})


def _join(ledger: Ledger, kept: ContactPlan, gone: ContactPlan) -> None:
    entries = select(ContactEntry.id).where(ContactEntry.plan_id == gone.id).order_by(ContactEntry.id)
    for entry_id in db.session.scalars(entries).all():
        ledger.change(_ENTRIES, (entry_id,), {"plan_id": kept.id})
    days = [day for day in (kept.due_on, gone.due_on) if day is not None]
    told = [words for words in dict.fromkeys((kept.instruction, gone.instruction)) if words]
    ledger.change(_PLANS, (kept.id,), {"instruction": "\n".join(told), "due_on": min(days, default=None)})
    ledger.change(_PLANS, (gone.id,), {"begin_by": None, "due_on": None})
