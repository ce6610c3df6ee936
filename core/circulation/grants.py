"""What the chair grants: items of the minutes for somebody who was not there for them (docs/domain.md, step 8)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, or_, select

from core import audit
from core.accounts.models import User
from core.audit import Category
from core.cases.queries import people_named_in
from core.errors import Refused
from core.extensions import db, directly
from core.facts import Actor
from core.meetings.models import AgendaItem
from core.minutes.models import Grant, Minutes
from core.minutes.record import MeetingRecord
from core.policy import Permission, require

TAKEN_BACK = "This grant was taken back already."

# Made once: every opening of a copy asks it.
_THEIRS = select(Grant.item_id, Grant.withdrawn_at).where(
    Grant.minutes_id == bindparam("minutes"),
    or_(Grant.user_id == bindparam("user"), Grant.agency_id == bindparam("agency")),
)


@dataclass(frozen=True, slots=True)
class Grantee:
    """Whom a grant is for: one person, or everybody of an agency. Exactly one of the two is given."""

    user_id: int | None = None
    agency_id: int | None = None

    @property
    def opaque(self) -> str:
        """In the trail: an id, never a name."""
        return f"u_{self.user_id}" if self.user_id is not None else f"ag_{self.agency_id}"


@dataclass(frozen=True, slots=True)
class GrantMade:
    """A grant that holds, and who made it."""

    id: int
    item_id: int
    to: Grantee
    reason: str
    at: datetime
    by: str


def grants_of(meeting_id: int) -> Sequence[GrantMade]:
    """The grants of a meeting's minutes that hold, oldest first. One query."""
    return _holding(Minutes.meeting_id == meeting_id)


def grants_corrected_in(record: MeetingRecord) -> Sequence[GrantMade]:
    """The grants of earlier items of which this record has corrections: whoever has the item has what became of it.

    One query; none where it has no such correction.
    """
    items = {each.item_id for item in record.items for each in item.corrections if each.item_id is not None}
    return _holding(Grant.item_id.in_(items)) if items else ()


def _holding(which: ColumnElement[bool]) -> Sequence[GrantMade]:
    rows = db.session.execute(
        select(Grant.id, Grant.item_id, Grant.user_id, Grant.agency_id, Grant.reason, Grant.at, User.name)
        .join(Minutes, Minutes.id == Grant.minutes_id)
        .join(User, User.id == Grant.by_id)
        .where(which, Grant.withdrawn_at.is_(None))
        .order_by(Grant.id)
    )
    return [
        GrantMade(number, item_id, Grantee(user_id, agency_id), reason, at, by)
        for number, item_id, user_id, agency_id, reason, at, by in rows
    ]


def granted_to(actor: Actor, grants: Iterable[GrantMade]) -> tuple[GrantMade, ...]:
    """Those of them that are for this person, or for their agency as it is now."""
    return tuple(
        each
        for each in grants
        if each.to.user_id == actor.user_id or (each.to.agency_id is not None and each.to.agency_id == actor.agency_id)
    )


def items_granted_to(actor: Actor, grants: Iterable[GrantMade]) -> frozenset[int]:
    """Ids of the items that these grants give to this person."""
    return frozenset(each.item_id for each in granted_to(actor, grants))


def items_taken_back(minutes_id: int, actor: Actor) -> frozenset[int]:
    """Ids of items that were granted to this person or their agency, and are not any more."""
    rows = directly(_THEIRS, {"minutes": minutes_id, "user": actor.user_id, "agency": actor.agency_id}).all()
    still = {item_id for item_id, withdrawn_at in rows if withdrawn_at is None}
    return frozenset(item_id for item_id, _ in rows if item_id not in still)


def grant_items(
    actor: Actor, minutes: Minutes, *, items: Collection[int], to: Grantee, reason: str, now: datetime
) -> Sequence[Grant]:
    """Grant these items of the minutes. The caller has asked that each is one that may be granted.

    Raises Refused unless the actor leads the group.
    """
    require(actor, Permission.GRANT_ITEM, minutes.meeting)
    made = [
        Grant(
            minutes_id=minutes.id,
            item_id=item_id,
            user_id=to.user_id,
            agency_id=to.agency_id,
            reason=reason,
            at=now,
            by_id=actor.user_id,
        )
        for item_id in sorted(items)
    ]
    db.session.add_all(made)
    _note(actor, "minutes.grant", minutes, items, to, reason=reason)
    return made


def take_back(actor: Actor, minutes: Minutes, grant: Grant, *, now: datetime) -> None:
    """Withdraw a grant: copies are made without the item from now on.

    Raises Refused unless the actor leads the group, and when it was withdrawn already.
    """
    require(actor, Permission.GRANT_ITEM, minutes.meeting)
    if grant.withdrawn_at is not None:
        raise Refused(TAKEN_BACK)
    grant.withdrawn_at, grant.withdrawn_by_id = now, actor.user_id
    _note(actor, "minutes.take_back_grant", minutes, (grant.item_id,), Grantee(grant.user_id, grant.agency_id))


def grant_by_id(meeting_id: int, grant_id: int) -> Grant | None:
    """A grant of that meeting's minutes."""
    return db.session.scalars(
        select(Grant).join(Minutes).where(Grant.id == grant_id, Minutes.meeting_id == meeting_id)
    ).first()


def _note(actor: Actor, action: str, minutes: Minutes, items: Collection[int], to: Grantee, reason: str = "") -> None:
    cases = db.session.scalars(
        select(AgendaItem.case_id).where(AgendaItem.id.in_(items), AgendaItem.case_id.is_not(None))
    ).all()
    audit.record(
        actor,
        Category.ALTERATION,
        action,
        object=f"minutes:{minutes.id}",
        subjects=people_named_in([case_id for case_id in cases if case_id is not None]),
        purpose=f"meeting:{minutes.meeting_id}",
        recipient=to.opaque,
        payload={"items": sorted(items), "reason": reason},
    )
