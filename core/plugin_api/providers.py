"""What a plugin's page works on, for `requires`: a provider's register, or what it keeps of one referral."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, raiseload

from core.cases.models import Case
from core.clock import local_date
from core.errors import NotFound
from core.extensions import db
from core.facts import AT_WORK, Actor
from core.partnerships.belonging import agencies_in, signatories_in
from core.partnerships.models import Provider
from core.plugin_api.facts import ProviderFacts, ReferralAtProvider, ReferralsPage
from core.policy.referrals import referrals_seen_by
from core.referrals import listing
from core.referrals.models import Referral


def provider_of(pathway: str) -> Callable[..., ProviderFacts]:
    """A loader of the provider that a URL names in `provider_id`, for `requires(Permission.KEEP_REGISTER, on=…)`.

    It raises NotFound for an id that is missing, of another pathway, or of an agency that was never
    approved for it. A suspended one is there: it goes on with the referrals that it has.
    """

    def load(provider_id: int, **_other: Any) -> ProviderFacts:
        row = db.session.scalar(
            select(Provider)
            .where(
                Provider.id == provider_id,
                Provider.pathway_key == pathway,
                Provider.status.in_(AT_WORK),
            )
            .options(joinedload(Provider.agency))
        )
        if row is None:
            raise NotFound
        return ProviderFacts(row.id, row.partnership_id, row.agency_id, row.agency.name, row.pathway_key)

    return load


def referral_of(pathway: str) -> Callable[..., ReferralAtProvider]:
    """A loader of the referral that a URL names in `referral_id`, for `requires(Permission.KEEP_RECORD, on=…)`.

    It raises NotFound for an id that is missing or of another pathway.
    """

    def load(referral_id: int, **_other: Any) -> ReferralAtProvider:
        row = db.session.scalar(
            select(Referral)
            .where(Referral.id == referral_id, Referral.pathway_key == pathway)
            .options(joinedload(Referral.person), joinedload(Referral.provider))
        )
        if row is None:
            raise NotFound
        return _at_provider(row)

    return load


def open_referrals_at(provider: ProviderFacts, *, actor: Actor) -> Sequence[ReferralAtProvider]:
    """The provider's open referrals that the actor may see, what is due first coming first. One query.

    For a register that says something of people: cases in which the actor declared an interest are left out.
    """
    return [_at_provider(row) for row in db.session.scalars(_open_at(provider, actor))]


def page_of_open_referrals(provider: ProviderFacts, *, actor: Actor, after: str = "") -> ReferralsPage:
    """A page of `open_referrals_at`. `after` is the `next` of the page before, as its address has it. One query."""
    place = listing.Place.read(after)
    query = _open_at(provider, actor)
    if place is not None:
        query = query.where(listing.due_after(place))
    found = db.session.scalars(query.limit(listing.PAGE + 1)).all()
    rows = tuple(_at_provider(row) for row in found[: listing.PAGE])
    more = len(found) > listing.PAGE
    return ReferralsPage(rows, str(listing.place_by_due(found[listing.PAGE - 1])) if more else "", place is not None)


def _open_at(provider: ProviderFacts, actor: Actor) -> Select[Referral]:
    return (
        select(Referral)
        .where(Referral.provider_id == provider.id, Referral.closed_at.is_(None), referrals_seen_by(actor))
        .order_by(Referral.stage_due.is_(None), Referral.stage_due, Referral.id)
        .options(joinedload(Referral.person), joinedload(Referral.provider), raiseload("*"))
    )


def signatories_beside(case_id: int, *, on: date) -> Mapping[int, str]:
    """Id -> name of the agencies that may have a part in a plan for people of that case, by name.

    Those of the case's partnership that belong to it and have signed on that day. Two queries.
    """
    partnership_id = db.session.scalars(select(Case.partnership_id).where(Case.id == case_id)).one()
    signed = signatories_in(partnership_id, on=on)
    return {number: name for number, name in agencies_in(partnership_id, on=on) if number in signed}


def _at_provider(row: Referral) -> ReferralAtProvider:
    return ReferralAtProvider(
        id=row.id,
        ref=row.ref,
        person_id=row.person_id,
        person_name=row.person.name,
        case_id=row.case_id,
        provider_id=row.provider_id,
        partnership_id=row.partnership_id,
        agency_id=row.provider.agency_id,
        stage=row.stage,
        opened_on=local_date(row.opened_at),
        closed=row.closed_at is not None,
        due=row.stage_due,
        paused=row.paused_on is not None,
        stage_title=row.stage_title,
    )
