"""What was held before, as one reader may see it: every version of a person, a case and what belongs to it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.cases.models import Case, CaseIncident, CasePerson
from core.cases.queries import case_of, incidents_of
from core.clock import local_date
from core.errors import NotFound
from core.extensions import db
from core.facts import Actor
from core.partnerships.models import Agency
from core.people.history.keeping import as_kept
from core.people.history.models import HeldVersion, Why
from core.people.history.shown import (
    GIVEN,
    OF_CASE,
    OF_INCIDENT,
    OF_PERSON,
    TITLES,
    Change,
    Difference,
    Reading,
    difference,
    fields_of,
    labels_of,
    safe,
)
from core.people.history.things import Thing, as_read_by, standing_of
from core.people.merging.queries import ids_of, kept_as
from core.people.models import Person, ProtectedAddress
from core.people.protected.telling import seems_to_hold
from core.people.queries import person_named
from core.policy.cases import all_cases_open, read_incident
from core.policy.rectifying import VersionOf

TOLD_FOR = timedelta(days=365)
"""How long a page tells that what it shows was corrected."""

_ITSELF: Thing = (None, None, None)
"""The person or the case, and nothing that belongs to it."""


def changes_of_person(actor: Actor, person: Person, cases: Sequence[Case]) -> Sequence[Change]:
    """Every change of somebody's details, the latest first, as the actor may see it.

    Each record of theirs has a line of its own. That of one merged into theirs is told to whoever sees all their cases.
    """
    records = [person]
    if all_cases_open(actor, list(cases)):
        records += db.session.scalars(
            select(Person).where(Person.merged_into_id == person.id).order_by(Person.id).options(raiseload("*"))
        )
    reading = _reading(actor, [each.id for each in records], people_of=cases, own=ids_of(person.id))
    changes = [
        replace(change, title=change.title if record is person else f"Recorded as {record.ref}")
        for record in records
        for change in _changes(
            _versions(HeldVersion.person_id == record.id), {_ITSELF: _standing(record, OF_PERSON)}, reading
        )
    ]
    return sorted(changes, key=lambda each: (each.version.until, each.version.id), reverse=True)


def changes_of_case(actor: Actor, case: Case) -> Sequence[Change]:
    """Every change of a case and of what belongs to it, the latest first, as the actor may see it."""
    versions = _versions(HeldVersion.case_id == case.id)
    now: dict[Thing, Mapping[str, Any]] = {_ITSELF: _standing(case, OF_CASE), **standing_of(versions)}
    given: dict[int | None, bool] = {}
    for incident in incidents_of(case.id):
        now[incident.id, None, None] = _standing(incident, OF_INCIDENT)
        given[incident.id] = not read_incident(actor, incident)
    for each in versions:
        if each.complaint_agency_id is not None and each.complaint_agency_id != actor.agency_id:
            given.setdefault(each.incident_id, True)  # removed, and its consent with it
    changes = _changes(versions, now, _reading(actor, [], people_of=[case]))
    shown = [_without_words(each) if given.get(each.version.incident_id) else each for each in changes]
    return as_read_by(actor, case, shown)


def _without_words(change: Change) -> Change:
    """A change of an incident that was told in a complaint, for somebody to whom it does not go."""
    held_back = [Difference(each.label, GIVEN, GIVEN) for each in change.differences]
    return replace(change, differences=held_back, reason="")


def _standing(row: Person | Case | CaseIncident, names: Sequence[str]) -> Mapping[str, Any]:
    """What stands there now."""
    return {name: as_kept(getattr(row, name)) for name in names}


def _versions(which: ColumnElement[bool]) -> Sequence[HeldVersion]:
    return db.session.scalars(
        select(HeldVersion)
        .where(which)
        .order_by(HeldVersion.until, HeldVersion.id)
        .options(joinedload(HeldVersion.changed_by), joinedload(HeldVersion.agency), raiseload("*"))
    ).all()


def _changes(
    versions: Sequence[HeldVersion], now: Mapping[Thing, Mapping[str, Any]], reading: Reading
) -> Sequence[Change]:
    changes = []
    for place, version in enumerate(versions):
        later = [each for each in versions[place + 1 :] if each.thing == version.thing]
        stands = now.get(version.thing, {})
        changes.append(_change(version, later, stands, reading))
    return changes[::-1]


def _change(version: HeldVersion, later: Sequence[HeldVersion], stands: Mapping[str, Any], reading: Reading) -> Change:
    differences: list[Difference] = [
        difference(name, version, later, {} if version.why is Why.REMOVED else stands, reading)
        for name in fields_of(version)
    ]
    return Change(
        version=version,
        title=_title(version),
        differences=differences,
        reason=safe(version.reason, reading),
        by=version.changed_by,
        telling=version.why is not Why.CHANGED,
    )


def _title(version: HeldVersion) -> str:
    if version.incident_id is not None:
        return "An incident"
    return TITLES[version.about] if version.about is not None else ""


def _reading(actor: Actor, people: Collection[int], *, people_of: Sequence[Case], own: Collection[int] = ()) -> Reading:
    """What the actor must not be shown: addresses that are protected from them, of everybody in those cases.

    `own`: the records of whom it is about, where it is about a person.
    """
    case_ids = [case.id for case in people_of]
    named = select(CasePerson.person_id).where(CasePerson.case_id.in_(case_ids))
    kept = db.session.scalars(
        select(ProtectedAddress)
        .where(or_(ProtectedAddress.person_id.in_(people), ProtectedAddress.person_id.in_(named)))
        .options(selectinload(ProtectedAddress.readers), raiseload("*"))
    ).all()
    closed = [each for each in kept if all(reader.agency_id != actor.agency_id for reader in each.readers)]
    is_protected = any(each.person_id in own for each in kept)
    addresses = [(each.address, each.postcode) for each in closed]
    return Reading(
        reads_address=is_protected and all(each.person_id not in own for each in closed),
        is_protected=is_protected,
        hides=lambda text: any(seems_to_hold(text, *each) for each in addresses),
        agencies={row[0]: row[1] for row in db.session.execute(select(Agency.id, Agency.name))},
    )


def version_of(version_id: int) -> VersionOf:
    """One version, with what it was held of. Raises NotFound."""
    version = db.session.scalar(
        select(HeldVersion)
        .where(HeldVersion.id == version_id)
        .options(joinedload(HeldVersion.changed_by), joinedload(HeldVersion.agency), raiseload("*"))
    )
    if version is None:
        raise NotFound
    if version.person_id is not None:
        return VersionOf(version, *person_named(kept_as([version.person_id])[version.person_id]))
    assert version.case_id is not None
    return VersionOf(version, None, [case_of(version.case_id)])


def change_of(actor: Actor, target: VersionOf) -> Change:
    """That version as its history shows it."""
    if target.person is not None:
        changes = changes_of_person(actor, target.person, target.cases)
    else:
        changes = changes_of_case(actor, target.cases[0])
    return next(each for each in changes if each.version.id == target.version.id)


def wrong_since(target: VersionOf) -> datetime | None:
    """From when what was corrected stood there: further back than the version, while its fields were the same.

    None where it stood there from the beginning of what is kept.
    """
    version = target.version
    same = _versions(
        HeldVersion.person_id == version.person_id
        if version.person_id is not None
        else and_(
            HeldVersion.case_id == version.case_id,
            HeldVersion.incident_id == version.incident_id,
            HeldVersion.about == version.about,
            HeldVersion.thing_id == version.thing_id,
        )
    )
    since = version.since
    wrong = {name: version.values.get(name) for name in fields_of(version)}
    for earlier in reversed([each for each in same if each.until < version.until]):
        if any(name in fields_of(earlier) for name in wrong):
            return earlier.until
        since = earlier.since
    return since


def corrected_lately(person_id: int, *, now: datetime) -> Sequence[tuple[date, Sequence[str]]]:
    """When somebody's details were set right, and which: no value. For whoever used what stood there."""
    return _lately(HeldVersion.person_id.in_(ids_of(person_id)), now)


def case_corrected_lately(case_id: int, *, now: datetime) -> Sequence[tuple[date, Sequence[str]]]:
    """The same of a case and its incidents."""
    return _lately(HeldVersion.case_id == case_id, now)


def _lately(which: ColumnElement[bool], now: datetime) -> Sequence[tuple[date, Sequence[str]]]:
    found = db.session.scalars(
        select(HeldVersion)
        .where(which, HeldVersion.why != Why.CHANGED, HeldVersion.until >= now - TOLD_FOR)
        .order_by(HeldVersion.until.desc(), HeldVersion.id.desc())
        .options(raiseload("*"))
    )
    return [
        (local_date(each.until), [title[0].lower() + title[1:]] if (title := _title(each)) else labels_of(each))
        for each in found
    ]
