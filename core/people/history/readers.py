"""Who read a mistake while it stood there, and which documents went out with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, false, func, literal, or_, select, true
from sqlalchemy.orm import joinedload, raiseload

from core.accounts.models import User
from core.audit.models import AuditRecord, AuditSubject
from core.audit.reading import SEEN
from core.cases.models import Case
from core.circulation.models import Circulation, Copy
from core.documents.models import Document
from core.extensions import db
from core.facts import LEADING_ROLES
from core.meetings.models import AgendaItem, Meeting, Nomination, Research
from core.minutes.models import Minutes, SubjectAccessCopy
from core.partnerships.models import Agency, GroupMember
from core.people.history.models import HeldVersion, Statement, ToldReader
from core.people.history.shown import fields_of
from core.people.history.versions import wrong_since
from core.people.merging.queries import ids_of
from core.policy.rectifying import VersionOf
from core.standards.models import ContactPlan

ON_OTHER_PAGES = frozenset({"contact_name", "agency_id", "interval", "instruction"})
"""Fields of a contact plan that the page of the case or of the person shows, too."""


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
    then. Of a research return, of those its own agency and whoever leads the group alone. Whoever corrected it is not
    among them.
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
        .where(User.id.in_({*reads, *sent} - {version.changed_by_id}), _could_read(target))
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
    if target.version.about is Statement.NOMINATION:
        return sorted(found, key=lambda each: each.at, reverse=True)
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
    """Of an AuditRecord: the person was among its subjects, or it was about the case or a meeting that heard it.

    Of a research return or a nomination: it was about that, or its meeting. Of a contact plan: about that person's.
    """
    if target.person is not None:
        subjects = [f"p_{person_id}" for person_id in ids_of(target.person.id)]
        return exists().where(AuditSubject.seq == AuditRecord.seq, AuditSubject.subject.in_(subjects))
    case, version = target.cases[0], target.version
    if version.about is Statement.PLAN:
        return _is_about_plan(case, version)
    meetings = db.session.scalars(_meetings_of(target)).all()
    objects = [f"meeting:{meeting_id}" for meeting_id in meetings]
    if version.about is Statement.RETURN:
        return AuditRecord.object.in_([*objects, f"research:{version.thing_id}", *_item_of(version)])
    objects.append(f"nomination:{version.thing_id}" if version.about is Statement.NOMINATION else f"case:{case.id}")
    subjects = [f"p_{part.person_id}" for part in case.people]
    minutes = db.session.scalars(select(Minutes.id).where(Minutes.meeting_id.in_(meetings))).all()
    objects += [f"minutes:{minutes_id}" for minutes_id in minutes]
    of_its_people = exists().where(AuditSubject.seq == AuditRecord.seq, AuditSubject.subject.in_(subjects))
    paper = or_(AuditRecord.object.like("copy:%"), AuditRecord.object.like("agenda:%"))
    return or_(AuditRecord.object.in_(objects), and_(paper, of_its_people))


def _is_about_plan(case: Case, version: HeldVersion) -> ColumnElement[bool]:
    """Some of a plan stands on the page of the case and of the person; the rest on its own page alone."""
    whose = db.session.scalar(select(ContactPlan.person_id).where(ContactPlan.id == version.thing_id))
    people = ids_of(whose) if whose is not None else frozenset()
    if ON_OTHER_PAGES.intersection(fields_of(version)):
        return AuditRecord.object.in_([f"case:{case.id}", *(f"person:{each}" for each in people)])
    of_them = exists().where(
        AuditSubject.seq == AuditRecord.seq, AuditSubject.subject.in_([f"p_{each}" for each in people])
    )
    return and_(AuditRecord.object == f"case:{case.id}", AuditRecord.action.like("contact.%"), of_them)


def _item_of(version: HeldVersion) -> Sequence[str]:
    found = db.session.scalars(select(Research.item_id).where(Research.id == version.thing_id))
    return [f"item:{item_id}" for item_id in found]


def _could_read(target: VersionOf) -> ColumnElement[bool]:
    """Of a User. The meeting's other members are shown that a return came, and not a word of it; a number to ring is
    for the lead agency and the named contact's.
    """
    version = target.version
    if set(fields_of(version)) == {"reach"}:
        contact = select(ContactPlan.agency_id).where(ContactPlan.id == version.thing_id)
        return or_(User.agency_id == target.cases[0].lead_agency_id, User.agency_id.in_(contact))
    if version.about is not Statement.RETURN:
        return true()
    asked = (
        select(Research.agency_id, Meeting.group_id)
        .join(AgendaItem, AgendaItem.id == Research.item_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(Research.id == version.thing_id)
        .subquery()
    )
    leads = select(GroupMember.user_id).where(
        GroupMember.group_id.in_(select(asked.c.group_id)), GroupMember.role.in_(LEADING_ROLES)
    )
    return or_(User.agency_id.in_(select(asked.c.agency_id)), User.id.in_(leads))


def _meetings_of(target: VersionOf) -> Any:
    """Those whose papers may have it: that hear the case; of a return or a nomination, the one that it was for."""
    version = target.version
    if version.about is Statement.RETURN:
        return (
            select(AgendaItem.meeting_id)
            .join(Research, Research.item_id == AgendaItem.id)
            .where(Research.id == version.thing_id)
        )
    if version.about is Statement.NOMINATION:
        return select(Nomination.meeting_id).where(Nomination.id == version.thing_id)
    if version.about is Statement.PLAN:
        return select(Meeting.id).where(false())
    cases = [case.id for case in target.cases]
    return select(AgendaItem.meeting_id).where(AgendaItem.case_id.in_(cases), AgendaItem.taken_off_at.is_(None))


def _circulated_between(target: VersionOf, since: datetime | None) -> ColumnElement[bool]:
    if target.version.about is Statement.RETURN:
        return false()  # a pack has it, and neither agenda nor minutes
    within = [Circulation.at <= target.version.until, *([Circulation.at >= since] if since is not None else [])]
    return and_(Circulation.meeting_id.in_(_meetings_of(target)), *within)


def _number(opaque: str) -> int:
    """The id of an account, from what the trail calls it."""
    number = opaque.removeprefix("u_")
    return int(number) if number.isdecimal() else 0
