"""The register and what is kept of one referral: the provider's own staff alone may open them."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from core.plugin_api import (
    NotFound,
    Permission,
    ProviderFacts,
    ReferralAtProvider,
    current_actor,
    disclose,
    page_of_open_referrals,
    provider_of,
    referral_of,
    render,
    requires,
    today,
)
from plugins.victim_support import queries
from plugins.victim_support.contact import INTERVALS, KINDS, LEVELS, NEEDS, WAYS

bp = Blueprint("victim_support", __name__)

_provider = provider_of("victim_support")
_referral = referral_of("victim_support")

WORDS = {"ways": WAYS, "intervals": INTERVALS, "kinds": KINDS, "levels": LEVELS, "needs": NEEDS}


@bp.get("/providers/<int:provider_id>/people")
@requires(Permission.KEEP_REGISTER, on=_provider)
def people(provider: ProviderFacts) -> ResponseReturnValue:
    """Everybody who is supported or is to be contacted: how safely, by whom, and what is due."""
    page = page_of_open_referrals(provider, actor=current_actor(), after=request.args.get("after", ""))
    referrals = page.rows
    subjects = [referral.person_id for referral in referrals]
    disclose("victim_support.people", object=f"provider:{provider.id}", subjects=subjects)
    entries = queries.entries_of(referral.id for referral in referrals)
    return render(
        "victim_support/people.html",
        provider=provider,
        page=page,
        supported=[(referral, entries[referral.id]) for referral in referrals],
        today=today(),
        **WORDS,
    )


@bp.get("/referrals/<int:referral_id>/person")
@requires(Permission.KEEP_RECORD, on=_referral)
def person(referral: ReferralAtProvider) -> ResponseReturnValue:
    """How one of them is contacted, what they chose, their needs, and the contact log."""
    entry = queries.entry_of(referral.id)
    if entry is None:
        raise NotFound
    disclose("victim_support.person", object=f"referral:{referral.id}", subjects=[referral.person_id])
    return render(
        "victim_support/person.html",
        referral=referral,
        entry=entry,
        contacts=queries.contacts_of(entry.id),
        assessments=queries.assessments_of(entry.id),
        **WORDS,
    )
