"""Who may refer, who works a referral, and who sees which of its rows."""

from typing import Protocol

from sqlalchemy import BindParameter, ColumnElement, and_, false, or_, select, true

from core.cases.models import Case
from core.facts import RECORDING_ROLES, Actor, Audience, Verdict
from core.policy import cases
from core.policy.permissions import Permission
from core.policy.standing import member_of_partnership, same_partnership
from core.referrals.models import Referral, ReferralPartner


def refer(actor: Actor, case: Case) -> Verdict:
    """Whoever may open the case and is not merely an observer."""
    verdict = cases.open_case(actor, case)
    if not verdict:
        return verdict
    if actor.groups and not any(role in RECORDING_ROLES for role in actor.groups.values()):
        return Verdict.no("Observers cannot refer somebody.")
    return Verdict.yes()


def is_provider(actor: Actor, referral: Referral) -> bool:
    """Of the staff of the provider that was referred to: to be of its agency is not enough."""
    return referral.provider_id in actor.staff_of


def has_part(actor: Actor, referral: Referral) -> bool:
    """Of an agency with a part in the plan now."""
    return actor.agency_id is not None and any(
        part.agency_id == actor.agency_id and part.until is None for part in referral.partners
    )


def partly_of(agency_id: int | BindParameter[int] | None) -> ColumnElement[bool]:
    """The SQL twin of `has_part`."""
    return (
        select(ReferralPartner.id)
        .where(
            ReferralPartner.referral_id == Referral.id,
            ReferralPartner.agency_id == agency_id,
            ReferralPartner.until.is_(None),
        )
        .correlate(Referral)
        .exists()
    )


def see_referral(actor: Actor, referral: Referral) -> Verdict:
    """The provider, the referrer's agency, those with a part in the plan, and whoever may open the case.

    Which rows each sees is the audience's.
    """
    if not same_partnership(actor, referral.partnership_id):
        return Verdict.hidden()
    own = is_provider(actor, referral) or _is_referrer(actor, referral) or has_part(actor, referral)
    by_case = cases.open_case(actor, referral.case)
    if not (own or by_case.known):
        return Verdict.hidden()
    if not actor.signatory:
        return Verdict.no(actor.standing)
    if referral.case_id in actor.recused_cases:
        return Verdict.no(cases.RECUSED)
    return Verdict.yes() if own else by_case


def referrals_seen_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `see_referral`."""
    if not (actor.in_partnership and actor.signatory):
        return false()
    return and_(
        Referral.partnership_id == actor.partnership_id,
        or_(
            Referral.referrer_agency_id == actor.agency_id,
            Referral.provider_id.in_(actor.staff_of),
            partly_of(actor.agency_id),
            # Asked for each referral: a list of all open cases would be read for one.
            select(Case.id).where(Case.id == Referral.case_id, cases.open_to(actor)).correlate(Referral).exists(),
        ),
        Referral.case_id.not_in(actor.recused_cases) if actor.recused_cases else true(),
    )


def be_cautioned(actor: Actor, referral: Referral) -> Verdict:
    """How somebody is contacted safely is for all who are let in to where that person can be reached.

    It stands by the person and not by the case: the gate of the page that shows the person decides who that is, and
    neither another case's restriction nor an interest declared there makes a call any safer
    (docs/adr/0014-safe-contact-by-person.md).
    """
    if not same_partnership(actor, referral.partnership_id):
        return Verdict.hidden()
    return Verdict.yes() if actor.signatory else Verdict.no(actor.standing)


def cautions_told_to(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `be_cautioned`."""
    if not (actor.in_partnership and actor.signatory):
        return false()
    return Referral.partnership_id == actor.partnership_id


def work_referral(actor: Actor, referral: Referral) -> Verdict:
    """Whoever has a part in it. Which moves are theirs, the pathway says and core.referrals.machine keeps."""
    seen = see_referral(actor, referral)
    if not seen:
        return seen
    if is_provider(actor, referral) or _is_referrer(actor, referral) or _leads_case(actor, referral):
        return Verdict.yes()
    return Verdict.no("Only the provider, the agency that referred and the chair may move this referral on.")


def run_referral(actor: Actor, referral: Referral) -> Verdict:
    """The provider's own staff: whether it pauses, goes elsewhere or is opened again is theirs, on any pathway."""
    seen = see_referral(actor, referral)
    if not seen or is_provider(actor, referral):
        return seen
    return Verdict.no("Only the provider may do this.")


def audiences(actor: Actor, referral: Referral) -> frozenset[Audience]:
    """What the actor is to the referral: core shows the rows that are for one of these. For whoever may see it."""
    found = {Audience.ATTENDEES} if cases.open_case(actor, referral.case) else set()
    if is_provider(actor, referral):
        found.add(Audience.PROVIDER)
    if _is_referrer(actor, referral):
        found.add(Audience.REFERRER)
    if has_part(actor, referral):
        found.add(Audience.PLAN)
    if _leads_case(actor, referral):
        found.add(Audience.CHAIR)
    return frozenset(found)


def _is_referrer(actor: Actor, referral: Referral) -> bool:
    return actor.agency_id is not None and referral.referrer_agency_id == actor.agency_id


def _leads_case(actor: Actor, referral: Referral) -> bool:
    return any(actor.leads(link.group_id) for link in referral.case.groups)


def record_consent(actor: Actor, referral: Referral) -> Verdict:
    """The referrer's agency and the provider: whoever is in touch with the person."""
    seen = see_referral(actor, referral)
    if not seen:
        return seen
    if is_provider(actor, referral) or _is_referrer(actor, referral):
        return Verdict.yes()
    return Verdict.no("Only the provider or the agency that referred may record consent.")


class OfProvider(Protocol):
    """A provider, or an entry of its own register."""

    @property
    def partnership_id(self) -> int:
        """The provider's partnership."""

    @property
    def provider_id(self) -> int:
        """The provider whose it is."""


def keep_register(actor: Actor, entry: OfProvider) -> Verdict:
    """A provider's own register and its entries, kept by its plugin: its own staff, of a signatory agency."""
    if not same_partnership(actor, entry.partnership_id) or entry.provider_id not in actor.staff_of:
        return Verdict.hidden()
    return Verdict.yes() if actor.signatory else Verdict.no(actor.standing)


class OfReferral(OfProvider, Protocol):
    """What a provider keeps of one referral."""

    @property
    def case_id(self) -> int:
        """The case from which it came."""


def keep_record(actor: Actor, entry: OfReferral) -> Verdict:
    """What a provider's plugin keeps of one referral: its own staff, save those with a conflict of interest."""
    verdict = keep_register(actor, entry)
    if verdict and entry.case_id in actor.recused_cases:
        return Verdict.no(cases.RECUSED)
    return verdict


RULES = {
    Permission.LIST_REFERRALS: member_of_partnership,
    Permission.REFER: refer,
    Permission.SEE_REFERRAL: see_referral,
    Permission.WORK_REFERRAL: work_referral,
    Permission.RUN_REFERRAL: run_referral,
    Permission.RECORD_CONSENT: record_consent,
    Permission.KEEP_REGISTER: keep_register,
    Permission.KEEP_RECORD: keep_record,
}
