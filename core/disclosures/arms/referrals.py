"""People referred to a provider, and the agencies that have a part in a referral's plan."""

from sqlalchemy import ColumnElement, Date, String, cast, func, literal

from core.cases.models import Case
from core.disclosures.arms.line import BY, Line, Scope, Wanted, line, narrowed
from core.partnerships.models import Agency, Provider
from core.policy.referrals import referrals_seen_by
from core.referrals.models import Referral, ReferralPartner


def referred(scope: Scope, wanted: Wanted) -> Line:
    """People referred to a provider."""
    query = (
        line(
            at=Referral.opened_at,
            number=Referral.id,
            what=Referral.ref,
            on=Referral,
            agency=Agency.name,
            by=BY.name,
            link=literal("referral:") + cast(Referral.id, String),
        )
        .select_from(Referral)
        .join(Case, Case.id == Referral.case_id)
        .join(Provider, Provider.id == Referral.provider_id)
        .join(Agency, Agency.id == Provider.agency_id)
        .join(BY, BY.id == Referral.referrer_agency_id)
        .where(scope.case, scope.told(referrals_seen_by), *_about(scope))
    )
    return narrowed(query, wanted, on=Referral, agency=Provider.agency_id == wanted.agency_id)


def given_part(scope: Scope, wanted: Wanted) -> Line:
    """Agencies that were given a part in a referral's plan."""
    query = (
        line(
            at=ReferralPartner.since,
            number=ReferralPartner.id,
            what=Referral.ref,
            on=Referral,
            agency=Agency.name,
            by=BY.name,
            ended=func.date(ReferralPartner.until, type_=Date),
            link=literal("referral:") + cast(Referral.id, String),
        )
        .select_from(ReferralPartner)
        .join(Referral, Referral.id == ReferralPartner.referral_id)
        .join(Case, Case.id == Referral.case_id)
        .join(Provider, Provider.id == Referral.provider_id)
        .join(BY, BY.id == Provider.agency_id)
        .join(Agency, Agency.id == ReferralPartner.agency_id)
        .where(scope.case, scope.told(referrals_seen_by), *_about(scope))
    )
    return narrowed(query, wanted, on=Referral, agency=ReferralPartner.agency_id == wanted.agency_id)


def _about(scope: Scope) -> list[ColumnElement[bool]]:
    """Of one person's register: not the referral of somebody else in the same case."""
    return [Referral.person_id.in_(scope.people)] if scope.people is not None else []
