"""Reads for the pages of terms."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import raiseload

from core.errors import NotFound
from core.extensions import db
from core.partnerships.clocks import Clocks
from core.partnerships.models import Group, Partnership
from core.partnerships.terms.lengths import lengths_by, shortest
from core.plugin_api.pathway import Pathway


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

    def of_each(self, group_ids: Iterable[int]) -> Sequence[Clocks]:
        """Those of all these groups; the partnership's where there are none."""
        return [self.of(group_id) for group_id in group_ids] or [self.own]


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


def lengths_of(pathway: Pathway[Any], partnership_id: int, group_ids: Collection[int] = ()) -> Mapping[str, int]:
    """Clock's key -> how long it is, in its unit: by the terms of these groups the shortest, or else the partnership's;
    of nobody's partnership as the pathway says. One query.
    """
    rows = db.session.execute(
        select(Partnership.clocks, Group.id, Group.clocks)
        .outerjoin(Group, and_(Group.partnership_id == Partnership.id, Group.id.in_(group_ids)))
        .where(Partnership.id == partnership_id)
    ).all()
    return shortest(lengths_by([ours, theirs or {}], pathway) for ours, _, theirs in rows) or lengths_by([], pathway)
