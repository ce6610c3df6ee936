"""Reads for the pages of terms."""

from sqlalchemy import select
from sqlalchemy.orm import raiseload

from core.errors import NotFound
from core.extensions import db
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
