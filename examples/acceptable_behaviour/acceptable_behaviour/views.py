"""Pages of the provider's own staff: the contracts, and the terms and breaches of one."""

from typing import Any

from core.plugin_api import (
    Permission,
    ProviderFacts,
    ReferralAtProvider,
    Refused,
    Stale,
    current_actor,
    disclose,
    invalid,
    open_referrals_at,
    provider_of,
    referral_of,
    render,
    requires,
    saved_first,
    see_other,
    today,
)
from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from acceptable_behaviour import operations, queries
from acceptable_behaviour.forms import TermForm
from acceptable_behaviour.models import Term

bp = Blueprint("acceptable_behaviour", __name__)

_provider = provider_of("acceptable_behaviour")
_referral = referral_of("acceptable_behaviour")


@bp.get("/providers/<int:provider_id>/contracts")
@requires(Permission.KEEP_REGISTER, on=_provider)
def contracts(provider: ProviderFacts) -> ResponseReturnValue:
    """The provider's open referrals, with what was signed and what was breached."""
    referrals = open_referrals_at(provider, actor=current_actor())
    ids = [referral.id for referral in referrals]
    disclose(
        "acceptable_behaviour.contracts",
        object=f"provider:{provider.id}",
        subjects=[referral.person_id for referral in referrals],
    )
    return render(
        "acceptable_behaviour/contracts.html",
        provider=provider,
        referrals=referrals,
        signed=queries.signed_among(ids),
        breaches=queries.breaches_among(ids),
    )


@bp.get("/referrals/<int:referral_id>/contract")
@requires(Permission.KEEP_RECORD, on=_referral)
def contract(referral: ReferralAtProvider) -> ResponseReturnValue:
    """The terms of a contract, and its breaches."""
    _disclose(referral)
    return render(
        "acceptable_behaviour/contract.html",
        referral=referral,
        terms=queries.terms_of(referral.id),
        breaches=queries.breaches_of(referral.id),
        why_not=operations.why_no_term(referral),
    )


@bp.route("/referrals/<int:referral_id>/terms/new", methods=["GET", "POST"])
@requires(Permission.KEEP_RECORD, on=_referral)
def new_term(referral: ReferralAtProvider) -> ResponseReturnValue:
    """Agree a further term."""
    _disclose(referral)
    form = TermForm()
    page: dict[str, Any] = {"form": form, "referral": referral, "heading": "Add a term", "term": None}
    if not form.is_submitted():
        return render("acceptable_behaviour/term.html", **page)
    if not form.validate():
        return invalid("acceptable_behaviour/term.html", **page)
    try:
        operations.add_term(
            current_actor(),
            referral=referral,
            text=form.text.data,
            proposed_by=form.proposed_by.data,
            on=today(),
        )
    except Refused as refused:
        form.form_errors.append(refused.reason)
        return invalid("acceptable_behaviour/term.html", **page)
    flash("The term is in the draft.")
    return see_other("acceptable_behaviour.contract", referral_id=referral.id)


@bp.route("/referrals/<int:referral_id>/terms/<int:term_id>", methods=["GET", "POST"])
@requires(Permission.KEEP_RECORD, on=_referral)
def edit_term(referral: ReferralAtProvider) -> ResponseReturnValue:
    """Change a term of the draft."""
    _disclose(referral)
    term = _term(referral)
    form = TermForm(obj=term)
    page: dict[str, Any] = {"form": form, "referral": referral, "heading": "Change a term", "term": term}
    if not form.is_submitted():
        return render("acceptable_behaviour/term.html", **page)
    if not form.validate():
        return invalid("acceptable_behaviour/term.html", **page)
    try:
        operations.change_term(
            current_actor(),
            referral=referral,
            term=term,
            version=form.version_read,
            text=form.text.data,
            proposed_by=form.proposed_by.data,
        )
    except Stale as stale:
        return saved_first("acceptable_behaviour/term.html", stale=stale, version=term.version, **page)
    except Refused as refused:
        form.form_errors.append(refused.reason)
        return invalid("acceptable_behaviour/term.html", **page)
    flash("The changes were saved.")
    return see_other("acceptable_behaviour.contract", referral_id=referral.id)


@bp.post("/referrals/<int:referral_id>/terms/<int:term_id>/drop")
@requires(Permission.KEEP_RECORD, on=_referral)
def drop_term(referral: ReferralAtProvider) -> ResponseReturnValue:
    """Take a term out of the draft."""
    operations.drop_term(current_actor(), referral=referral, term=_term(referral), on=today())
    flash("The term is no longer in the draft.")
    return see_other("acceptable_behaviour.contract", referral_id=referral.id)


def _term(referral: ReferralAtProvider) -> Term:
    """Through its referral, never by its id alone."""
    return queries.term_of(referral_id=referral.id, term_id=int((request.view_args or {})["term_id"]))


def _disclose(referral: ReferralAtProvider) -> None:
    disclose("acceptable_behaviour.contract", object=f"referral:{referral.id}", subjects=[referral.person_id])
