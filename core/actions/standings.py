"""How an action stood at a moment: each line of its history keeps what it replaced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import inspect, select

from core.actions.models import Action, ActionUpdate
from core.canonical import Frozen
from core.extensions import db
from core.facts import ActionStatus, NotDoneReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing(Frozen):
    """What of an action changes in its life."""

    owner_agency_id: int
    owner_user_id: int | None = None
    due_on: date
    status: ActionStatus
    not_done_reason: NotDoneReason | None = None
    outcome: str = ""
    settled_at: datetime | None = None


def standing_of(action: Action) -> Standing:
    """As it stands now."""
    return Standing(**{name: getattr(action, name) for name in Standing.__dataclass_fields__})


def replaced_in(action: Action) -> dict[str, Any]:
    """What a change that is not flushed yet replaces, as a line of the history keeps it."""
    attributes = inspect(action).attrs
    before = {name: attributes[name].history.deleted for name in Standing.__dataclass_fields__}
    now = standing_of(action)
    return Standing(**{name: gone[0] if gone else getattr(now, name) for name, gone in before.items()}).to_plain()


def standings_at(actions: Sequence[Action], moment: datetime) -> Mapping[int, Standing]:
    """Action id -> how it stood at that moment. One query."""
    since = db.session.execute(
        select(ActionUpdate.action_id, ActionUpdate.before)
        .where(ActionUpdate.action_id.in_([action.id for action in actions]), ActionUpdate.at > moment)
        .order_by(ActionUpdate.id.desc())
    ).all()
    replaced = {action_id: before for action_id, before in since if before is not None}
    return {
        action.id: Standing.from_plain(replaced[action.id]) if action.id in replaced else standing_of(action)
        for action in actions
    }
