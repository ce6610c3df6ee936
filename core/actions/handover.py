"""An agency that left: its open actions go to whoever leads their group.

From its last day on its people see nothing of the partnership, so nobody there could settle them. Recording that it
left hands them over at once; where the day lies ahead, and for whatever is found later (an action that was re-opened,
books that were imported), the worker's sweep does it. Nothing is handed over twice: what is with somebody else is not
the agency's any more.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload, raiseload

from core.accounts.models import User
from core.actions import operations
from core.actions.departing import open_by_group, open_of, takers_in
from core.actions.models import IS_OPEN, Action
from core.actions.queries import closed_to
from core.actions.telling import tell_of_handover
from core.dates import in_words
from core.extensions import db
from core.facts import SYSTEM, Actor
from core.partnerships.models import PartnershipAgency

AT_ONCE = 200
"""Actions handed over in one transaction; the next sweep takes those that are left."""


def hand_over_actions_of(actor: Actor, membership: PartnershipAgency, *, now: datetime, on: date) -> int:
    """Hand the open actions of an agency that left to the coordinator of each group; how many.

    Where there is none to the chair, else the deputy chair: one who may open the case, whose agency is a signatory and
    has not left. What nobody can take stays with the agency, and its page says so to the partnership's administrator.
    """
    if membership.left_on is None or membership.left_on > on:
        return 0
    groups = [group.id for group in open_by_group(membership, on=on)]
    takers = takers_in(membership, groups, on=on)
    note = f"{membership.agency.name} left the partnership on {in_words(membership.left_on)}."
    handed: Counter[User] = Counter()
    actions = _actions(membership, list(takers))
    closed = closed_to(actions)
    for action in actions:
        to = next((user for user, _ in takers[action.group_id] if user.id not in closed[action.id]), None)
        if to is not None:
            operations.hand_over(actor, action=action, to=to, note=note, now=now)
            handed[to] += 1
    for user, number in handed.items():
        tell_of_handover(user, membership, number=number, now=now)
    return handed.total()


def hand_over_what_is_left(*, now: datetime, on: date) -> int:
    """The sweep's: the same for every agency that has left by that day and has open actions yet; how many."""
    departed = db.session.scalars(
        select(PartnershipAgency)
        .where(
            PartnershipAgency.left_on <= on,
            exists().where(
                Action.partnership_id == PartnershipAgency.partnership_id,
                Action.owner_agency_id == PartnershipAgency.agency_id,
                IS_OPEN,
            ),
        )
        .order_by(PartnershipAgency.id)
        .options(joinedload(PartnershipAgency.agency), raiseload("*"))
    ).all()
    return sum(hand_over_actions_of(SYSTEM, membership, now=now, on=on) for membership in departed)


def _actions(membership: PartnershipAgency, groups: Sequence[int]) -> Sequence[Action]:
    """Locked: of two workers that sweep at once, one hands them over, and the other finds none."""
    return db.session.scalars(
        select(Action)
        .where(*open_of(membership), Action.group_id.in_(groups))
        .order_by(Action.due_on, Action.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
        .options(raiseload("*"))
    ).all()
