"""How long the clocks of a referral are: by the terms of the groups that it is about (docs/domain.md, "Clocks")."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import select

from core.cases.queries import groups_hearing
from core.extensions import db
from core.meetings.models import AgendaItem, Meeting
from core.partnerships.terms.queries import lengths_of
from core.plugin_api.pathway import Pathway


def lengths_for(pathway: Pathway[Any], partnership_id: int, *, case_id: int, item_id: int | None) -> Mapping[str, int]:
    """Clock's key -> how long it is for a referral out of that case, made in that item of a meeting if it was in one.

    Two queries, three outside a meeting.
    """
    return lengths_of(pathway, partnership_id, _groups(case_id, item_id))


def _groups(case_id: int, item_id: int | None) -> Collection[int]:
    """The group in whose meeting it was made, or else those that hear the case."""
    if item_id is not None:
        of_item = select(Meeting.group_id).join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        return db.session.scalars(of_item.where(AgendaItem.id == item_id)).all()
    return groups_hearing({case_id})[case_id]


def groups_of_referrals(referrals: Iterable[tuple[int, int, int | None]]) -> Mapping[int, frozenset[int]]:
    """Referral -> the groups by whose terms it counts, of many: id, case and item of each. Two queries."""
    known = list(referrals)
    wanted = {item for _, _, item in known if item is not None}
    rows = db.session.execute(
        select(AgendaItem.id, Meeting.group_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(AgendaItem.id.in_(wanted))
    )
    of_items = {row.id: row.group_id for row in rows}
    of_cases = groups_hearing({case for _, case, item in known if item is None})
    return {id_: of_cases[case] if item is None else frozenset({of_items[item]}) for id_, case, item in known}
