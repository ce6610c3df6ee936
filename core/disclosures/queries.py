"""Reads of who was told what: one register out of the rows in which each disclosure is kept."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from core.accounts.models import User
from core.audit.models import AuditRecord, AuditSubject
from core.cases.models import Case, CasePerson
from core.clock import at_local, local_date
from core.disclosures.arms import ARMS
from core.disclosures.arms.line import Scope, Wanted, between
from core.disclosures.exporting import ANSWERING, begins_with, out_of_trail
from core.disclosures.lists import NOT_RECORDED, Grounds, Kind
from core.disclosures.models import ComplaintConsent
from core.extensions import db
from core.facts import Actor, Visibility
from core.partnerships.models import Agency, PartnershipAgency
from core.people.merging.queries import ids_of
from core.policy.cases import open_to
from core.recording.models import EntryAgency
from core.referrals.models import ReferralConsent

AGENCY = "ag_"
"""Begins what the trail calls an agency."""

PAGE = 50
MOST_PAGES = 200
"""Further back the days narrow it down."""

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
"""Of those, what is made for somebody who asked for their own data."""

REQUESTS = tuple(action for action in EXPORTS if action.startswith("access_request."))
"""Of those, what only the data protection lead is told of: that somebody asked is in nobody else's register."""

TO_WHOEVER_ASKED: Mapping[str, str] = {
    "access.issue": "whoever asked",
    "access_request.release": "whoever asked",
    "access_request.give": "whoever asked",
}


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Somebody was told something: when, by what, on what grounds, to whom and by whom. It names nobody of a case."""

    at: datetime | date
    kind: Kind
    number: int
    what: str
    case_id: int | None
    case_ref: str
    grounds: Grounds
    recipients: str
    by: str
    ended_on: date | None
    notes: tuple[str, ...]
    link: str

    @property
    def basis(self) -> str:
        """The lawful basis, or that none was kept."""
        return self.grounds.basis or NOT_RECORDED

    @property
    def on(self) -> date:
        """The day."""
        return local_date(self.at) if isinstance(self.at, datetime) else self.at


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the register, the latest first."""

    lines: Sequence[Disclosure]
    number: int
    further: bool


def of_case(actor: Actor, case_id: int) -> Scope:
    """For somebody to whom the case is open."""
    return Scope(actor, Case.id == case_id)


def of_person(actor: Actor, person_id: int) -> Scope:
    """For somebody to whom the person is open: of all that are this person, in the cases that are open to the actor."""
    ids = ids_of(person_id)
    part = aliased(CasePerson)  # some of the lines are of people in cases themselves
    named = exists().where(part.case_id == Case.id, part.person_id.in_(ids))
    return Scope(actor, named & open_to(actor), people=ids)


def of_partnership(actor: Actor) -> Scope:
    """For its data protection lead."""
    return Scope(actor, Case.partnership_id == actor.partnership_id, whole=True)


def page_of(scope: Scope, wanted: Wanted, *, number: int = 1) -> Page:
    """One page. As many queries for a thousand lines as for one: one for each kind, and what stands by them."""
    number = max(1, min(number, MOST_PAGES))
    lines = _lines(scope, wanted, most=number * PAGE + 1)
    shown = lines[(number - 1) * PAGE : number * PAGE]
    return Page(_completed(scope, shown), number, len(lines) > number * PAGE and number < MOST_PAGES)


def all_of(scope: Scope, wanted: Wanted) -> Sequence[Disclosure]:
    """Everything that fits, the latest first."""
    return _completed(scope, _lines(scope, wanted, most=None))


def _lines(scope: Scope, wanted: Wanted, *, most: int | None) -> list[Disclosure]:
    lines: list[Disclosure] = []
    for kind, arm, at in ARMS:
        if wanted.kinds and kind not in wanted.kinds:
            continue
        by_day = kind in (Kind.CASE, Kind.GROUP)
        since, until = _bounds(wanted, by_day=by_day)
        query = between(arm(scope, wanted), at, since=since, until=until).order_by(at.desc(), "number")
        lines += (_disclosure(kind, row) for row in db.session.execute(query.limit(most)))
    if not wanted.kinds or Kind.EXPORT in wanted.kinds:
        lines += _exports(scope, wanted, most=most)
    lines.sort(key=_latest_first, reverse=True)
    return lines[:most]


def _bounds(wanted: Wanted, *, by_day: bool) -> tuple[date | datetime | None, date | datetime | None]:
    """From the first moment of a day to the last of another."""
    after = wanted.until + timedelta(days=1) if wanted.until is not None and wanted.until < date.max else None
    if by_day:
        return wanted.since, after
    return tuple(at_local(day, time()) if day is not None else None for day in (wanted.since, after))  # type: ignore[return-value]  # two of them


def _latest_first(line: Disclosure) -> tuple[date, datetime, str, int]:
    moment = line.at if isinstance(line.at, datetime) else at_local(line.at, time())
    return line.on, moment, line.kind.value, line.number


def _disclosure(kind: Kind, row: Any) -> Disclosure:
    return Disclosure(
        at=row.at,
        kind=kind,
        number=row.number,
        what=row.what,
        case_id=row.case_id,
        case_ref=row.case_ref,
        grounds=Grounds(row.basis, row.condition, row.purpose),
        recipients=row.recipients,
        by=row.by,
        ended_on=row.ended_on,
        notes=(row.note,) if row.note else (),
        link=row.link,
    )


def _exports(scope: Scope, wanted: Wanted, *, most: int | None) -> list[Disclosure]:
    """What was downloaded, from the trail: of a partnership by its people, of cases and people by whom it is about."""
    query: Select[*tuple[Any, ...]] = select(
        AuditRecord.seq, AuditRecord.at, AuditRecord.action, AuditRecord.body
    ).where(AuditRecord.action.in_(EXPORTS), AuditRecord.outcome == "allow")
    if scope.whole:
        query = query.where(AuditRecord.actor.in_(_accounts_of(scope.actor.partnership_id)))
    else:
        people = scope.people or frozenset(
            db.session.scalars(
                select(CasePerson.person_id).join(Case, Case.id == CasePerson.case_id).where(scope.case).distinct()
            )
        )
        subjects = [f"p_{number}" for number in people]
        query = query.where(AuditRecord.action.not_in(REQUESTS))
        query = query.where(exists().where(AuditSubject.seq == AuditRecord.seq, AuditSubject.subject.in_(subjects)))
    since, until = _bounds(wanted, by_day=False)
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


def _accounts_of(partnership_id: int | None) -> Sequence[str]:
    """The accounts of the partnership's agencies, as the trail calls them."""
    rows = db.session.scalars(
        select(User.id)
        .join(PartnershipAgency, PartnershipAgency.agency_id == User.agency_id)
        .where(PartnershipAgency.partnership_id == partnership_id)
    )
    return [f"u_{number}" for number in rows]


def _completed(scope: Scope, lines: Iterable[Disclosure]) -> Sequence[Disclosure]:
    """With the agencies that information was shared with, and names for opaque ids; how many consents a referral has,
    for the partnership alone: of one case or person a number can tell who withdrew.
    """
    lines = list(lines)
    named = _named([line.number for line in lines if line.kind is Kind.SHARED])
    consents = _consents([line.number for line in lines if line.kind is Kind.REFERRAL]) if scope.whole else {}
    agencies = _agencies([line.recipients for line in lines if line.kind is Kind.EXPORT])
    withdrawn = _withdrawn([line.number for line in lines if line.kind is Kind.SHARED and line.ended_on is not None])
    return [_complete(line, named, withdrawn, consents, agencies) for line in lines]


def _complete(
    line: Disclosure,
    named: Mapping[int, list[str]],
    withdrawn: Mapping[int, str],
    consents: Mapping[int, str],
    agencies: Mapping[str, str],
) -> Disclosure:
    recipients, notes = line.recipients, line.notes
    ended = line.ended_on is not None
    match line.kind:
        case Kind.SHARED:
            notes = ("Consent was withdrawn",) if ended else ()
            if ended:
                recipients = withdrawn.get(line.number, "")
            elif recipients in (Visibility.NAMED.value, Visibility.AGREED.value):
                recipients = ", ".join(named.get(line.number, ())) or "its source alone"
        case Kind.REFERRAL:
            notes = (consents[line.number],) if line.number in consents else ()
        case Kind.PAPERS:
            what, _, count = line.notes[0].rpartition(":")
            notes = (f"{what.capitalize()}: {count} {'copy' if count == '1' else 'copies'}",)
        case Kind.EXPORT:
            recipients = agencies.get(recipients, "") if recipients.startswith(AGENCY) else recipients
        case _:
            pass
    return replace(line, recipients=recipients, notes=notes)


def _named(entry_ids: Collection[int]) -> Mapping[int, list[str]]:
    rows = db.session.execute(
        select(EntryAgency.entry_id, Agency.name)
        .join(Agency, Agency.id == EntryAgency.agency_id)
        .where(EntryAgency.entry_id.in_(entry_ids))
        .order_by(Agency.name)
    )
    named: dict[int, list[str]] = {}
    for entry_id, name in rows:
        named.setdefault(entry_id, []).append(name)
    return named


def _withdrawn(entry_ids: Collection[int]) -> Mapping[int, str]:
    """Whom those entries had been shared with, of which the consent was withdrawn."""
    rows = db.session.execute(
        select(ComplaintConsent.entry_id, ComplaintConsent.shared_with).where(ComplaintConsent.entry_id.in_(entry_ids))
    )
    return {entry_id: shared_with for entry_id, shared_with in rows if entry_id is not None}


def _consents(referral_ids: Collection[int]) -> Mapping[int, str]:
    """How many consents each referral was given, and how many of them were withdrawn: never whose."""
    rows = db.session.execute(
        select(
            ReferralConsent.referral_id,
            func.count(ReferralConsent.given_on),
            func.count(case((ReferralConsent.given_on.is_not(None), ReferralConsent.withdrawn_on))),
        )
        .where(ReferralConsent.referral_id.in_(referral_ids))
        .group_by(ReferralConsent.referral_id)
    )
    return {
        referral_id: f"{given} {'consent' if given == 1 else 'consents'} given, {withdrawn} withdrawn"
        for referral_id, given, withdrawn in rows
    }


def _agencies(opaque: Collection[str]) -> Mapping[str, str]:
    """Names of agencies by what the trail calls them."""
    ids = [int(each.removeprefix(AGENCY)) for each in set(opaque) if each.startswith(AGENCY)]
    rows = db.session.execute(select(Agency.id, Agency.name).where(Agency.id.in_(ids)))
    return {f"ag_{number}": name for number, name in rows}


def agencies_of(partnership_id: int) -> Sequence[tuple[int, str]]:
    """Every agency that is or was of the partnership, by name, to filter by."""
    condition: ColumnElement[bool] = PartnershipAgency.partnership_id == partnership_id
    rows = db.session.execute(
        select(Agency.id, Agency.name)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(condition)
        .order_by(Agency.name, Agency.id)
    )
    return [(number, name) for number, name in rows]
