"""Reads of who was told what: one register out of the rows in which each disclosure is kept."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.orm import aliased

from core.cases.models import Case, CasePerson
from core.clock import at_local
from core.disclosures.arms import ARMS
from core.disclosures.arms.line import Scope, Wanted, between, days_of, moments_of
from core.disclosures.disclosure import Disclosure
from core.disclosures.downloads import downloads
from core.disclosures.lists import Grounds, Kind
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
        since, until = days_of(wanted) if kind in (Kind.CASE, Kind.GROUP) else moments_of(wanted)
        query = between(arm(scope, wanted), at, since=since, until=until).order_by(at.desc(), "number")
        lines += (_disclosure(kind, row) for row in db.session.execute(query.limit(most)))
    if not wanted.kinds or Kind.EXPORT in wanted.kinds:
        lines += downloads(scope, wanted, most=most)
    lines.sort(key=_latest_first, reverse=True)
    return lines[:most]


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
