"""Reads for the pages of terms."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import raiseload

from core.errors import NotFound
from core.extensions import db
from core.partnerships.clocks import Clocks
from core.partnerships.models import Group, Partnership


def partnership(partnership_id: int | None) -> Partnership:
    """A partnership. Raises NotFound."""
    row = db.session.get(Partnership, partnership_id) if partnership_id is not None else None
    if row is None:
        raise NotFound
    return row


def groups_with_terms(partnership_id: int) -> list[Group]:
    """The partnership's open groups that have terms of their own, by name."""
    rows = db.session.scalars(
        select(Group)
        .where(Group.partnership_id == partnership_id, Group.closed_on.is_(None))
        .order_by(Group.name)
        .options(raiseload("*"))
    ).all()
    return [row for row in rows if row.clocks]


@dataclass(frozen=True, slots=True)
class ClocksInForce:
    """The clocks of a partnership, and those of each of its groups."""

    own: Clocks
    of_groups: Mapping[int, Clocks]

    def of(self, group_id: int) -> Clocks:
        """A group's: its own terms over the partnership's."""
        return self.of_groups.get(group_id, self.own)


def clocks_in(partnership_id: int) -> ClocksInForce:
    """Every clock of a partnership. One query, however many groups there are."""
    rows = db.session.execute(
        select(Partnership.clocks, Group.id, Group.clocks)
        .outerjoin(Group, Group.partnership_id == Partnership.id)
        .where(Partnership.id == partnership_id)
    ).all()
    if not rows:
        raise NotFound
    own = Clocks.from_settings(rows[0][0])
    return ClocksInForce(
        own=own,
        of_groups={
            group_id: Clocks.from_settings({**partnerships, **groups})
            for partnerships, group_id, groups in rows
            if group_id is not None and groups
        },
    )
