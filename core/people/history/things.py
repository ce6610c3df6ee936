"""What stands now of what belongs to a case and is kept when it changes, and who may read which of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, raiseload

from core.cases.models import Case
from core.extensions import db
from core.facts import Actor
from core.meetings.models import AgendaItem, Nomination, Research
from core.people.history.keeping import as_kept
from core.people.history.models import HeldVersion, Statement
from core.people.history.shown import LABELS, OF_THEIRS, OF_THING, REACH, Change, Difference
from core.policy.cases import open_to
from core.policy.meetings import returns_read_by
from core.standards.models import ContactPlan

_OF: Mapping[Statement, Any] = {
    Statement.RETURN: Research,
    Statement.NOMINATION: Nomination,
    Statement.PLAN: ContactPlan,
}

Thing = tuple[int | None, Statement | None, int | None]


def standing_of(versions: Sequence[HeldVersion]) -> Mapping[Thing, Mapping[str, Any]]:
    """What stands there now of those of which a version is kept. A query for each kind that there is."""
    found: dict[Thing, Mapping[str, Any]] = {}
    for about, kind in _OF.items():
        ids = {each.thing_id for each in versions if each.about is about}
        if not ids:
            continue
        for row in db.session.scalars(select(kind).where(kind.id.in_(ids)).options(raiseload("*"))):
            found[None, about, row.id] = {name: as_kept(getattr(row, name)) for name in OF_THING[about]}
    return found


def as_read_by(actor: Actor, case: Case, changes: Sequence[Change]) -> Sequence[Change]:
    """Those changes, without what of them is not for the actor: returns of other agencies, numbers to ring."""
    returns = _returns_read(actor, _ids(changes, Statement.RETURN))
    plans = _contacts(_ids(changes, Statement.PLAN))
    return [_for(actor, case, each, returns, plans) for each in changes]


def _for(actor: Actor, case: Case, change: Change, returns: Collection[int], plans: Mapping[int, int | None]) -> Change:
    version = change.version
    if version.about is Statement.RETURN and version.thing_id not in returns:
        held_back = [Difference(each.label, OF_THEIRS, OF_THEIRS) for each in change.differences]
        return replace(change, differences=held_back, reason="")
    if version.about is Statement.PLAN:
        if actor.agency_id is not None and actor.agency_id in (case.lead_agency_id, plans.get(version.thing_id or 0)):
            return change
        label = LABELS["reach"]
        kept = [Difference(label, REACH, REACH) if each.label == label else each for each in change.differences]
        hidden = any(each.label == label for each in change.differences)
        return replace(change, differences=kept, reason="" if hidden else change.reason)
    return change


def _ids(changes: Sequence[Change], about: Statement) -> set[int]:
    return {each.version.thing_id or 0 for each in changes if each.version.about is about}


def _returns_read(actor: Actor, ids: Collection[int]) -> frozenset[int]:
    if not ids:
        return frozenset()
    return frozenset(db.session.scalars(select(Research.id).where(Research.id.in_(ids), returns_read_by(actor))))


def _contacts(ids: Collection[int]) -> Mapping[int, int | None]:
    """Plan -> the agency of the named contact."""
    if not ids:
        return {}
    rows = db.session.execute(select(ContactPlan.id, ContactPlan.agency_id).where(ContactPlan.id.in_(ids)))
    return {row.id: row.agency_id for row in rows}


def things_of(actor: Actor, case_ids: Collection[int], person_ids: Collection[int]) -> Sequence[Any]:
    """What of those cases the actor may read and somebody may say is wrong: returns, nominations, and their own plans.

    (kind, case, id, whose it is, the meeting). Three queries.
    """
    returns = db.session.scalars(
        select(Research)
        .join(AgendaItem, AgendaItem.id == Research.item_id)
        .join(Case, Case.id == AgendaItem.case_id)
        .where(
            AgendaItem.case_id.in_(case_ids), open_to(actor), returns_read_by(actor), Research.answered_at.is_not(None)
        )
        .order_by(Research.id)
        .options(joinedload(Research.agency), joinedload(Research.item).joinedload(AgendaItem.meeting), raiseload("*"))
    )
    nominations = db.session.scalars(
        select(Nomination)
        .where(Nomination.case_id.in_(case_ids))
        .order_by(Nomination.id)
        .options(joinedload(Nomination.agency), joinedload(Nomination.meeting), raiseload("*"))
    )
    plans = db.session.scalars(
        select(ContactPlan)
        .where(ContactPlan.case_id.in_(case_ids), ContactPlan.person_id.in_(person_ids))
        .order_by(ContactPlan.id)
        .options(raiseload("*"))
    )
    return [
        *(
            (Statement.RETURN, row.item.case_id, row.id, f"what {row.agency.name} returned for {row.item.meeting.ref}")
            for row in returns
        ),
        *(
            (Statement.NOMINATION, row.case_id, row.id, f"why {row.agency.name} nominated it for {row.meeting.ref}")
            for row in nominations
        ),
        *((Statement.PLAN, row.case_id, row.id, "how they are kept informed") for row in plans),
    ]
