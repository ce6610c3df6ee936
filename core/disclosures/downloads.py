"""Downloads of named lists and documents, which the audit trail keeps, as lines of the register."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, exists, literal, or_, select, union, union_all

from core.accounts.models import User
from core.audit.models import AuditRecord, AuditSubject
from core.cases.models import Case, CaseAgency, CaseGroup, CasePerson
from core.disclosures.arms.line import Scope, Wanted, between, moments_of
from core.disclosures.disclosure import Disclosure
from core.disclosures.exporting import ANSWERING, begins_with, out_of_trail
from core.disclosures.lists import Kind
from core.extensions import db
from core.meetings.models import AgendaItem, AgendaVersion, Meeting
from core.minutes.models import Minutes
from core.partnerships.models import GroupMember, PartnershipAgency

EXPORTS: Mapping[str, str] = {
    "actions.export": "Action log",
    "agenda.download": "Agenda",
    "minutes.download": "Minutes",
    "research.download": "Research pack",
    "access.issue": "Subject-access copy of minutes",
    "access.download": "Subject-access copy of minutes, downloaded",
    "access_request.release": "Answer to a request for one’s own data, released",
    "access_request.pdf": "Answer to a request for one’s own data, downloaded",
    "access_request.json": "Answer to a request for one’s own data, downloaded as JSON",
    "access_request.give": "Answer to a request for one’s own data, given",
    "statistics.export": "Statistics (depersonalised)",
    "disclosures.export": "Register of disclosures",
}
"""What the trail calls a download, and what was taken: its record is where this disclosure is kept."""

ANSWERS = tuple(action for action in EXPORTS if action.startswith(("access.", "access_request.")))
"""Of those, what is made for somebody who asked for their own data: the data protection lead alone is told of it."""

LISTS = "actions"
"""What the trail calls a list that is of no meeting: the action log."""

TO_WHOEVER_ASKED: Mapping[str, str] = {
    "access.issue": "whoever asked",
    "access_request.release": "whoever asked",
    "access_request.give": "whoever asked",
}


def downloads(scope: Scope, wanted: Wanted, *, most: int | None) -> list[Disclosure]:
    """What was downloaded, by the trail: a partnership's, or what concerns cases and people. `most` None: all of it."""
    query: Select[*tuple[Any, ...]] = select(
        AuditRecord.seq, AuditRecord.at, AuditRecord.action, AuditRecord.body
    ).where(AuditRecord.action.in_(EXPORTS), AuditRecord.outcome == "allow")
    query = query.where(*(_in_partnership(scope.actor.partnership_id) if scope.whole else _told_of(scope)))
    since, until = moments_of(wanted)
    query = between(query, AuditRecord.at, since=since, until=until).order_by(AuditRecord.seq.desc())
    if wanted.agency_id is not None:
        query = query.where(
            AuditRecord.body.like(f'%"agency":"ag_{wanted.agency_id}"%'), AuditRecord.action.not_in(TO_WHOEVER_ASKED)
        )
    if wanted.basis is not None:
        stood_on: ColumnElement[bool] = AuditRecord.body.like(f'%"purpose":"{begins_with(wanted.basis)}%')
        answers = AuditRecord.action.in_(ANSWERS)
        if wanted.basis == ANSWERING.basis:
            stood_on = or_(stood_on, answers)
        query = query.where(stood_on if wanted.basis else ~or_(stood_on, answers))
    return [_export(row) for row in db.session.execute(query.limit(most))]


def _export(row: Any) -> Disclosure:
    body = json.loads(row.body)
    return Disclosure(
        at=row.at,
        kind=Kind.EXPORT,
        number=row.seq,
        what=EXPORTS[row.action],
        case_id=None,
        case_ref="",
        grounds=ANSWERING if row.action in ANSWERS else out_of_trail(body.get("purpose")),
        recipients=TO_WHOEVER_ASKED.get(row.action) or body.get("agency") or "",
        by="",
        ended_on=None,
        notes=(f"{len(body.get('subjects', ()))} people",),
        link="",
    )


def _in_partnership(partnership_id: int | None) -> list[ColumnElement[bool]]:
    """Downloads of the partnership's. A record of before the trail said of which is its if its account has no other."""
    here = _accounts_of(PartnershipAgency.partnership_id == partnership_id)
    elsewhere = _accounts_of(PartnershipAgency.partnership_id != partnership_id)
    says = AuditRecord.body.like(f'%"partnership":"ps_{partnership_id}"%')
    says_nothing = AuditRecord.body.not_like('%"partnership":%')
    return [or_(says, says_nothing & AuditRecord.actor.in_(here) & AuditRecord.actor.not_in(elsewhere))]


def _accounts_of(where: ColumnElement[bool]) -> Select[str]:
    """The accounts of agencies of a partnership, as the trail calls them."""
    account = literal("u_").concat(cast(User.id, String))
    return select(account).join(PartnershipAgency, PartnershipAgency.agency_id == User.agency_id).where(where)


def _told_of(scope: Scope) -> list[ColumnElement[bool]]:
    """Downloads that concern the people in scope: of papers in which their cases in scope are, and of lists, by people
    of agencies that have these cases anyhow. Any other tells of a meeting or a case that may be closed to the reader.
    """
    return [
        AuditRecord.action.not_in(ANSWERS),
        exists().where(AuditSubject.seq == AuditRecord.seq, AuditSubject.subject.in_(_subjects(scope))),
        or_(
            AuditRecord.object.in_(_papers(scope)),
            (AuditRecord.object == LISTS) & AuditRecord.actor.in_(_accounts_that_have(scope)),
        ),
    ]


def _subjects(scope: Scope) -> Any:
    """The people in scope, as the trail calls them."""
    if scope.people is not None:
        return [f"p_{number}" for number in scope.people]
    subject = literal("p_").concat(cast(CasePerson.person_id, String))
    return select(subject).join(Case, Case.id == CasePerson.case_id).where(scope.case)


def _papers(scope: Scope) -> Any:
    """Agendas, research packs and minutes of the meetings that heard the cases in scope, as the trail calls them."""
    heard = select(AgendaItem.meeting_id).join(Case, Case.id == AgendaItem.case_id).where(scope.case)
    agenda = literal("agenda:").concat(cast(AgendaVersion.meeting_id, String)).concat(":")
    return union_all(
        select(literal("meeting:").concat(cast(Meeting.id, String))).where(Meeting.id.in_(heard)),
        select(agenda.concat(cast(AgendaVersion.number, String))).where(AgendaVersion.meeting_id.in_(heard)),
        select(literal("minutes:").concat(cast(Minutes.id, String))).where(Minutes.meeting_id.in_(heard)),
    )


def _accounts_that_have(scope: Scope) -> Any:
    """People of the agencies that lead the cases in scope, to which these were opened, or in groups that hear them."""
    cases = select(Case.id).where(scope.case)
    agencies: Any = union(
        select(Case.lead_agency_id).where(scope.case),
        select(CaseAgency.agency_id).where(CaseAgency.case_id.in_(cases)),
        select(User.agency_id)
        .join(GroupMember, GroupMember.user_id == User.id)
        .join(CaseGroup, CaseGroup.group_id == GroupMember.group_id)
        .where(CaseGroup.case_id.in_(cases)),
    )
    return select(literal("u_").concat(cast(User.id, String))).where(User.agency_id.in_(agencies))
