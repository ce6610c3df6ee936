"""Keeping what stood there before it is changed: called by the operations that change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import exists, func, select

from core.cases.models import Case, CaseIncident
from core.extensions import db
from core.facts import Actor
from core.people.history.models import HeldVersion, Statement, Why
from core.people.models import Person, ProtectedAddress

ADDRESS = ("address", "postcode")


@dataclass(frozen=True, slots=True)
class Because:
    """Why a change is made: was it wrong, or has it changed since; and in words."""

    why: Why
    reason: str = ""


CHANGED_SINCE = Because(Why.CHANGED)
"""Where nobody said that what stood there was wrong."""


def keep_person(
    actor: Actor,
    person: Person,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    because: Because,
    now: datetime,
    was_protected: bool = False,
) -> HeldVersion | None:
    """Keep a person's details as they stood. `was_protected`: the address before was one that named agencies read.

    While it is protected, no address stands among the details: it has pages of its own.
    """
    if not was_protected and db.session.scalar(select(exists().where(ProtectedAddress.person_id == person.id))):
        before = {name: value for name, value in before.items() if name not in ADDRESS}
    return _keep(
        actor, person.partnership_id, {"person_id": person.id}, before, after, because, now, was_protected=was_protected
    )


def keep_case(
    actor: Actor, case: Case, *, before: Mapping[str, Any], after: Mapping[str, Any], because: Because, now: datetime
) -> HeldVersion | None:
    """Keep what was written about a case as it stood."""
    return _keep(actor, case.partnership_id, {"case_id": case.id}, before, after, because, now)


def keep_incident(
    actor: Actor,
    incident: CaseIncident,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    because: Because,
    now: datetime,
) -> HeldVersion | None:
    """Keep an incident as it stood; `after` is empty where it is taken out of its case."""
    what = {"case_id": incident.case_id, "incident_id": incident.id}
    version = _keep(actor, incident.case.partnership_id, what, before, after, because, now)
    if version is not None and incident.consent is not None:
        version.complaint_agency_id = incident.consent.agency_id
    return version


def keep_thing(
    actor: Actor,
    about: Statement,
    thing_id: int,
    case: Case,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    because: Because,
    now: datetime,
) -> HeldVersion | None:
    """Keep a research return, a nomination or a contact plan of that case as it stood."""
    what = {"case_id": case.id, "about": about, "thing_id": thing_id}
    return _keep(actor, case.partnership_id, what, before, after, because, now)


def _keep(
    actor: Actor,
    partnership_id: int,
    what: Mapping[str, Any],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    because: Because,
    now: datetime,
    *,
    was_protected: bool = False,
) -> HeldVersion | None:
    """None where nothing that was held is different."""
    changed = [name for name in before if name not in after or before[name] != after[name]]
    if not changed:
        return None
    version = HeldVersion(
        partnership_id=partnership_id,
        **what,
        values={name: as_kept(value) for name, value in before.items()},
        changed={"fields": changed},
        address_was_protected=was_protected,
        since=_last_changed(what),
        until=now,
        why=because.why,
        reason=because.reason,
        changed_by_id=actor.user_id or None,
        agency_id=actor.agency_id,
    )
    db.session.add(version)
    db.session.flush()
    return version


def _last_changed(what: Mapping[str, Any]) -> datetime | None:
    """Since when what is changed now has stood there; None where it is the first change that is kept."""
    found: datetime | None = db.session.scalar(
        select(func.max(HeldVersion.until)).where(
            HeldVersion.person_id == what.get("person_id"),
            HeldVersion.case_id == what.get("case_id"),
            HeldVersion.incident_id == what.get("incident_id"),
            HeldVersion.about == what.get("about"),
            HeldVersion.thing_id == what.get("thing_id"),
        )
    )
    return found


def as_kept(value: Any) -> Any:
    """A value as JSON has it: a day as 2026-03-03, one of a closed list as its readable value."""
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value
