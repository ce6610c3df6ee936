"""An action's history in words: who did what when, and what changed from what to what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, raiseload

from core.accounts.models import User
from core.actions.models import HANDED_OVER, Action, ActionUpdate
from core.actions.standings import Standing, standing_of
from core.dates import in_words
from core.extensions import db
from core.partnerships.models import Agency


@dataclass(frozen=True, slots=True)
class Change:
    """What a step changed: `what` as in "Due"."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One step. `by` is its author, and their agency as of then; `note` is what they wrote."""

    kind: str
    at: datetime
    by: str
    note: str
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class _Names:
    agencies: Mapping[int, str]
    people: Mapping[int, str]

    def owner(self, standing: Standing) -> str:
        agency = self.agencies[standing.owner_agency_id]
        return agency if standing.owner_user_id is None else f"{self.people[standing.owner_user_id]}, {agency}"


def history_of(action: Action) -> Sequence[Line]:
    """What happened to an action, the latest first. Three queries."""
    steps = db.session.scalars(
        select(ActionUpdate)
        .where(ActionUpdate.action_id == action.id)
        .order_by(ActionUpdate.id.desc())
        .options(joinedload(ActionUpdate.user), joinedload(ActionUpdate.agency), raiseload("*", sql_only=True))
    ).all()
    standings = [standing_of(action)]
    for step in steps:
        standings.append(Standing.from_plain(step.before) if step.before is not None else standings[-1])
    names = _names(standings)
    return [
        Line(step.kind, step.at, _by(step), step.note, _changes(step, before, after, names))
        for step, after, before in zip(steps, standings, standings[1:], strict=False)
    ]


def _by(step: ActionUpdate) -> str:
    if step.user is None:
        return "Roundtable"
    return f"{step.user.name}, {step.agency.name}" if step.agency is not None else step.user.name


def _changes(step: ActionUpdate, before: Standing, after: Standing, names: _Names) -> Sequence[Change]:
    """What that kind of step changes, where it did: what was corrected in between belongs to no other step."""
    found = []
    if step.kind in ("reassigned", HANDED_OVER):
        found.append(Change("Owner", names.owner(before), names.owner(after)))
    elif step.kind == "due date changed":
        found.append(Change("Due", in_words(before.due_on), in_words(after.due_on)))
    elif step.kind in ("completed", "not done", "re-opened"):
        found.append(Change("Status", _status(before), _status(after)))
    return [change for change in found if change.before != change.after]


def _status(standing: Standing) -> str:
    status = standing.status.value.capitalize()
    return f"{status} ({standing.not_done_reason})" if standing.not_done_reason is not None else status


def _names(standings: Iterable[Standing]) -> _Names:
    agencies = {each.owner_agency_id for each in standings}
    people = {each.owner_user_id for each in standings}
    return _Names(
        dict(db.session.execute(select(Agency.id, Agency.name).where(Agency.id.in_(agencies))).all()),
        dict(db.session.execute(select(User.id, User.name).where(User.id.in_(people))).all()),
    )
