"""Reads of what was held before, of who read it, and of requests to set it right."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, literal, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.accounts.models import User
from core.actions.models import Action
from core.audit.models import AuditRecord, AuditSubject
from core.audit.reading import SEEN
from core.cases.models import Case, CaseIncident, CasePerson
from core.cases.queries import case_of, incidents_of
from core.circulation.models import Circulation, Copy
from core.clock import local_date
from core.dates import in_words
from core.documents.models import Document
from core.errors import NotFound
from core.extensions import db
from core.facts import Actor
from core.meetings.models import AgendaItem, Meeting
from core.minutes.models import Minutes, SubjectAccessCopy
from core.partnerships.models import Agency
from core.people.history.keeping import as_kept
from core.people.history.models import HeldVersion, Rectification, Statement, ToldReader, Why
from core.people.history.shown import (
    GIVEN,
    OF_CASE,
    OF_INCIDENT,
    OF_PERSON,
    Change,
    Difference,
    Reading,
    difference,
    fields_of,
    labels_of,
    safe,
)
from core.people.merging.queries import ids_of, kept_as
from core.people.models import Person, ProtectedAddress
from core.people.protected.telling import seems_to_hold
from core.people.queries import person_named
from core.policy.cases import all_cases_open, open_to, read_incident
from core.policy.rectifying import RequestOf, VersionOf, requests_seen_by
from core.referrals.models import Referral

MOST = 200
"""Lines of a list."""

TOLD_FOR = timedelta(days=365)
"""How long a page tells that what it shows was corrected."""


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
            _versions(HeldVersion.person_id == record.id), {None: _standing(record, OF_PERSON)}, reading
        )
    ]
    return sorted(changes, key=lambda each: (each.version.until, each.version.id), reverse=True)


def changes_of_case(actor: Actor, case: Case) -> Sequence[Change]:
    """Every change of a case and its incidents, the latest first, as the actor may see it."""
    versions = _versions(HeldVersion.case_id == case.id)
    now: dict[int | None, Mapping[str, Any]] = {None: _standing(case, OF_CASE)}
    given: dict[int | None, bool] = {}
    for incident in incidents_of(case.id):
        now[incident.id] = _standing(incident, OF_INCIDENT)
        given[incident.id] = not read_incident(actor, incident)
    for each in versions:
        if each.complaint_agency_id is not None and each.complaint_agency_id != actor.agency_id:
            given.setdefault(each.incident_id, True)  # removed, and its consent with it
    changes = _changes(versions, now, _reading(actor, [], people_of=[case]))
    return [_without_words(each) if given.get(each.version.incident_id) else each for each in changes]


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
    versions: Sequence[HeldVersion], now: Mapping[int | None, Mapping[str, Any]], reading: Reading
) -> Sequence[Change]:
    changes = []
    for place, version in enumerate(versions):
        later = [each for each in versions[place + 1 :] if each.incident_id == version.incident_id]
        stands = now.get(version.incident_id, {})
        changes.append(_change(version, later, stands, reading))
    return changes[::-1]


def _change(version: HeldVersion, later: Sequence[HeldVersion], stands: Mapping[str, Any], reading: Reading) -> Change:
    differences: list[Difference] = [
        difference(name, version, later, {} if version.why is Why.REMOVED else stands, reading)
        for name in fields_of(version)
    ]
    return Change(
        version=version,
        title="An incident" if version.incident_id is not None else "",
        differences=differences,
        reason=safe(version.reason, reading),
        by=version.changed_by,
        telling=version.why is not Why.CHANGED,
    )


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
        else and_(HeldVersion.case_id == version.case_id, HeldVersion.incident_id == version.incident_id)
    )
    since = version.since
    wrong = {name: version.values.get(name) for name in fields_of(version)}
    for earlier in reversed([each for each in same if each.until < version.until]):
        if any(name in fields_of(earlier) for name in wrong):
            return earlier.until
        since = earlier.since
    return since


@dataclass(frozen=True, slots=True)
class Reader:
    """An account that came to read the mistake, or was sent a document of that time; told, if it was."""

    user_id: int
    name: str
    agency: str
    reads: int
    last: datetime | None
    documents: int
    mail_state: str = ""
    why_not: str = ""
    """Of a mail that was withdrawn or failed."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A document that went out while the mistake stood there. It stays as it was issued."""

    kind: str
    ref: str
    at: datetime
    copies: int


def readers_of(target: VersionOf) -> Sequence[Reader]:
    """Who read the mistake between when it was written and its correction, by agency and name.

    From the trail: whoever was shown the person, or the case, on any page or document; and whoever was sent a document
    then. Whoever corrected it is not among them.
    """
    version, since = target.version, wrong_since(target)
    seen = [AuditRecord.category.in_(SEEN), AuditRecord.outcome == "allow", AuditRecord.at <= version.until]
    if since is not None:
        seen.append(AuditRecord.at >= since)
    rows = db.session.execute(
        select(AuditRecord.actor, func.count(), func.max(AuditRecord.at))
        .where(*seen, _is_about(target))
        .group_by(AuditRecord.actor)
    ).all()
    reads = {_number(row[0]): (row[1], row[2]) for row in rows}
    copies = db.session.execute(
        select(Copy.user_id, func.count())
        .join(Circulation, Circulation.id == Copy.circulation_id)
        .where(_circulated_between(target, since), Copy.document_id.is_not(None))
        .group_by(Copy.user_id)
    )
    sent = {row[0]: row[1] for row in copies}
    people = db.session.execute(
        select(User.id, User.name, Agency.name)
        .outerjoin(Agency, Agency.id == User.agency_id)
        .where(User.id.in_({*reads, *sent} - {version.changed_by_id}))
        .order_by(Agency.name, User.name, User.id)
    ).all()
    told = {
        each.user_id: each.mail
        for each in db.session.scalars(
            select(ToldReader)
            .where(ToldReader.version_id == version.id)
            .options(joinedload(ToldReader.mail), raiseload("*"))
        )
    }
    return [
        Reader(
            user_id=user_id,
            name=name,
            agency=agency or "No agency",
            reads=reads.get(user_id, (0, None))[0],
            last=reads.get(user_id, (0, None))[1],
            documents=sent.get(user_id, 0),
            mail_state=told[user_id].state.value if user_id in told else "",
            why_not=told[user_id].failure if user_id in told else "",
        )
        for user_id, name, agency in people
    ]


def documents_of(target: VersionOf) -> Sequence[Issued]:
    """What was issued while the mistake stood there, of meetings that heard the case; the latest first."""
    since = wrong_since(target)
    rows = db.session.execute(
        select(Circulation.kind, Meeting.ref, Circulation.at, func.count(Copy.id))
        .join(Meeting, Meeting.id == Circulation.meeting_id)
        .outerjoin(Copy, Copy.circulation_id == Circulation.id)
        .where(_circulated_between(target, since))
        .group_by(Circulation.id, Circulation.kind, Meeting.ref, Circulation.at)
    ).all()
    found = [Issued(kind.value.capitalize(), ref, at, copies) for kind, ref, at, copies in rows]
    when = [Document.made_at <= target.version.until, *([Document.made_at >= since] if since is not None else [])]
    if target.person is not None:
        given = db.session.execute(
            select(Meeting.ref, SubjectAccessCopy.issued_at)
            .join(Minutes, Minutes.id == SubjectAccessCopy.minutes_id)
            .join(Meeting, Meeting.id == Minutes.meeting_id)
            .join(Document, Document.id == SubjectAccessCopy.document_id)
            .where(SubjectAccessCopy.person_id == target.person.id, SubjectAccessCopy.issued_at.is_not(None), *when)
        )
        found += [Issued("Subject-access copy", ref, at, 1) for ref, at in given if at is not None]
    packs = db.session.execute(
        select(Meeting.ref, func.min(AuditRecord.at), func.count())
        .join(AuditRecord, AuditRecord.object == literal("meeting:").concat(cast(Meeting.id, String)))
        .where(
            AuditRecord.action == "research.download",
            AuditRecord.at <= target.version.until,
            *([AuditRecord.at >= since] if since is not None else []),
            Meeting.id.in_(_meetings_of(target)),
        )
        .group_by(Meeting.ref)
    )
    found += [Issued("Research pack", ref, at, number) for ref, at, number in packs]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _is_about(target: VersionOf) -> ColumnElement[bool]:
    """Of an AuditRecord: the person was among its subjects, or it was about the case or a meeting that heard it."""
    if target.person is not None:
        subjects = [f"p_{person_id}" for person_id in ids_of(target.person.id)]
        return exists().where(AuditSubject.seq == AuditRecord.seq, AuditSubject.subject.in_(subjects))
    case = target.cases[0]
    meetings = db.session.scalars(_meetings_of(target)).all()
    objects = [f"case:{case.id}", *(f"meeting:{meeting_id}" for meeting_id in meetings)]
    subjects = [f"p_{part.person_id}" for part in case.people]
    minutes = db.session.scalars(select(Minutes.id).where(Minutes.meeting_id.in_(meetings))).all()
    objects += [f"minutes:{minutes_id}" for minutes_id in minutes]
    of_its_people = exists().where(AuditSubject.seq == AuditRecord.seq, AuditSubject.subject.in_(subjects))
    paper = or_(AuditRecord.object.like("copy:%"), AuditRecord.object.like("agenda:%"))
    return or_(AuditRecord.object.in_(objects), and_(paper, of_its_people))


def _meetings_of(target: VersionOf) -> Any:
    cases = [case.id for case in target.cases]
    return select(AgendaItem.meeting_id).where(AgendaItem.case_id.in_(cases), AgendaItem.taken_off_at.is_(None))


def _circulated_between(target: VersionOf, since: datetime | None) -> ColumnElement[bool]:
    within = [Circulation.at <= target.version.until, *([Circulation.at >= since] if since is not None else [])]
    return and_(Circulation.meeting_id.in_(_meetings_of(target)), *within)


def _number(opaque: str) -> int:
    """The id of an account, from what the trail calls it."""
    number = opaque.removeprefix("u_")
    return int(number) if number.isdecimal() else 0


def request_of(rectification_id: int) -> RequestOf:
    """A request with whom it is about. Raises NotFound."""
    request = db.session.scalar(
        select(Rectification)
        .where(Rectification.id == rectification_id)
        .options(
            joinedload(Rectification.case).options(selectinload(Case.agencies), selectinload(Case.groups)),
            joinedload(Rectification.agency),
            joinedload(Rectification.recorded_by),
            joinedload(Rectification.answered_by),
            raiseload("*"),
        )
    )
    if request is None:
        raise NotFound
    return RequestOf(request, *person_named(request.person_id))


def requests_for(actor: Actor) -> Sequence[Rectification]:
    """The requests that the actor may see: what is open first, by the day on which it is due."""
    return db.session.scalars(
        select(Rectification)
        .join(Person, Person.id == Rectification.person_id)
        .where(requests_seen_by(actor))
        .order_by(Rectification.answered_at.is_not(None), Rectification.due_on, Rectification.id)
        .limit(MOST)
        .options(joinedload(Rectification.person), joinedload(Rectification.agency), raiseload("*"))
    ).all()


def is_corrected_since(request: Rectification) -> bool:
    """Whether what is asked about was set right after it was asked: the answer "rectified" needs that."""
    where = [HeldVersion.until >= request.recorded_at, HeldVersion.why != Why.CHANGED]
    if request.about is Statement.PERSON:
        where.append(HeldVersion.person_id.in_(ids_of(request.person_id)))
    else:
        where.append(HeldVersion.case_id == request.case_id)
        where.append(
            HeldVersion.incident_id.is_(None)
            if request.about is Statement.CASE
            else HeldVersion.incident_id == request.thing_id
        )
    return bool(db.session.scalar(select(exists().where(*where))))


@dataclass(frozen=True, slots=True)
class Askable:
    """Something held of somebody that they may say is wrong: the value of a form, and its words."""

    value: str
    words: str


def askable(actor: Actor, person: Person) -> Sequence[Askable]:
    """What can be asked about of somebody: their details, and what their cases that are open to the actor hold."""
    found = [Askable("person", "Their details: names, date of birth, address, tenure, support needs")]
    cases = db.session.execute(
        select(Case.id, Case.ref)
        .where(
            Case.id.in_(select(CasePerson.case_id).where(CasePerson.person_id.in_(ids_of(person.id)))), open_to(actor)
        )
        .order_by(Case.opened_on.desc(), Case.id.desc())
    ).all()
    for case_id, ref in cases:
        found.append(Askable(f"case:{case_id}", f"{ref}: title, summary, risk or another detail of the case"))
        incidents = db.session.execute(
            select(CaseIncident.id, CaseIncident.happened_on)
            .where(CaseIncident.case_id == case_id)
            .order_by(CaseIncident.happened_on.desc(), CaseIncident.id.desc())
        )
        found += [
            Askable(f"incident:{case_id}:{id_}", f"{ref}: the incident of {in_words(day)}") for id_, day in incidents
        ]
        actions = db.session.execute(select(Action.id, Action.ref).where(Action.case_id == case_id).order_by(Action.id))
        found += [Askable(f"action:{case_id}:{id_}", f"{ref}: action {number}") for id_, number in actions]
        referrals = db.session.execute(
            select(Referral.id, Referral.ref)
            .where(Referral.case_id == case_id, Referral.person_id.in_(ids_of(person.id)))
            .order_by(Referral.id)
        )
        found += [Askable(f"referral:{case_id}:{id_}", f"{ref}: referral {number}") for id_, number in referrals]
        found.append(Askable(f"entry:{case_id}", f"{ref}: what a meeting was told of it"))
    return found


def disputed(person_ids: Collection[int], case_id: int | None = None) -> Sequence[Rectification]:
    """What stands on a page beside a statement: that it is disputed, and the person's own words beside one that stayed.

    Of the person's details where there is no case, else of that case and of the details of those people.
    """
    details = and_(Rectification.person_id.in_(person_ids), Rectification.about == Statement.PERSON)
    which = details if case_id is None else or_(details, Rectification.case_id == case_id)
    found = db.session.scalars(
        select(Rectification)
        .where(which)
        .order_by(Rectification.id)
        .options(joinedload(Rectification.person), raiseload("*"))
    )
    return [each for each in found if (each.answered_at is None and each.restricted) or each.own_statement]


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
        (local_date(each.until), ["an incident"] if each.incident_id is not None else labels_of(each)) for each in found
    ]
