"""The mediators' register and their casework of a referral: their own staff alone may open them."""

from typing import Any

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from core.plugin_api import (
    Permission,
    ProviderFacts,
    ReferralAtProvider,
    Refused,
    Stale,
    current_actor,
    disclose,
    invalid,
    page_of_open_referrals,
    provider_of,
    referral_of,
    render,
    requires,
    saved_first,
    see_other,
    today,
)
from plugins.mediation import operations, queries
from plugins.mediation.dispute import KINDS, Kind, Party
from plugins.mediation.forms import SittingForm, TermForm
from plugins.mediation.models import Session

bp = Blueprint("mediation", __name__)

_provider = provider_of("mediation")
_referral = referral_of("mediation")


@bp.get("/providers/<int:provider_id>/mediations")
@requires(Permission.KEEP_REGISTER, on=_provider)
def mediations(provider: ProviderFacts) -> ResponseReturnValue:
    """All that are under way: between whom, where each is, what is due, and when the parties were last met."""
    page = page_of_open_referrals(provider, actor=current_actor(), after=request.args.get("after", ""))
    referrals = page.rows
    disputes = queries.disputes_of(referral.id for referral in referrals)
    met = queries.last_sittings_of(disputes)
    subjects = [referral.person_id for referral in referrals] + [each.other_id for each in disputes.values()]
    disclose("mediation.mediations", object=f"provider:{provider.id}", subjects=subjects)
    return render(
        "mediation/mediations.html",
        provider=provider,
        page=page,
        under_way=[(referral, disputes[referral.id], met.get(referral.id)) for referral in referrals],
        today=today(),
    )


@bp.get("/referrals/<int:referral_id>/casework")
@requires(Permission.KEEP_RECORD, on=_referral)
def casework(referral: ReferralAtProvider) -> ResponseReturnValue:
    """Visits, sessions and terms: what nobody but the mediators reads."""
    names = _parties(referral)
    return render(
        "mediation/casework.html",
        referral=referral,
        names=names,
        sittings=[(sitting, _what(sitting, names)) for sitting in queries.sittings_of(referral.id)],
        terms=queries.terms_of(referral.id),
    )


@bp.route("/referrals/<int:referral_id>/sessions/new", methods=["GET", "POST"])
@requires(Permission.KEEP_RECORD, on=_referral)
def new_session(referral: ReferralAtProvider) -> ResponseReturnValue:
    """Record a further visit or session."""
    form = SittingForm().between(referral.opened_on, today())
    form.offer(_parties(referral))
    page: dict[str, Any] = {"form": form, "referral": referral, "heading": "Record a visit or session"}
    if not form.is_submitted():
        return render("mediation/session.html", **page)
    if not form.validate():
        return invalid("mediation/session.html", **page)
    try:
        operations.record_sitting(current_actor(), referral=referral, **form.details())
    except Refused as refused:
        form.form_errors.append(refused.reason)
        return invalid("mediation/session.html", **page)
    flash("The session is recorded.")
    return see_other("mediation.casework", referral_id=referral.id)


@bp.route("/referrals/<int:referral_id>/sessions/<int:sitting_id>", methods=["GET", "POST"])
@requires(Permission.KEEP_RECORD, on=_referral)
def edit_session(referral: ReferralAtProvider) -> ResponseReturnValue:
    """Change what is kept of a visit or session: its notes, above all."""
    sitting = queries.sitting_of(referral_id=referral.id, sitting_id=_part("sitting_id"))
    form = SittingForm(obj=sitting).between(referral.opened_on, today())
    form.offer(_parties(referral))
    page: dict[str, Any] = {"form": form, "referral": referral, "heading": "Change a visit or session"}
    if not form.is_submitted():
        return render("mediation/session.html", **page)
    if not form.validate():
        return invalid("mediation/session.html", **page)
    try:
        operations.change_sitting(
            current_actor(), referral=referral, sitting=sitting, version=form.version_read, **form.details()
        )
    except Stale as stale:
        return saved_first("mediation/session.html", stale=stale, version=sitting.version, **page)
    flash("The changes were saved.")
    return see_other("mediation.casework", referral_id=referral.id)


@bp.route("/referrals/<int:referral_id>/terms/new", methods=["GET", "POST"])
@requires(Permission.KEEP_RECORD, on=_referral)
def new_term(referral: ReferralAtProvider) -> ResponseReturnValue:
    """Add a term that the parties agreed."""
    form = TermForm().between(referral.opened_on, today())
    _parties(referral)
    page: dict[str, Any] = {"form": form, "referral": referral, "heading": "Add a term"}
    if not form.is_submitted():
        return render("mediation/term.html", **page)
    if not form.validate():
        return invalid("mediation/term.html", **page)
    try:
        operations.add_term(current_actor(), referral=referral, **form.details())
    except Refused as refused:
        form.form_errors.append(refused.reason)
        return invalid("mediation/term.html", **page)
    flash("The term is kept.")
    return see_other("mediation.casework", referral_id=referral.id)


@bp.route("/referrals/<int:referral_id>/terms/<int:term_id>", methods=["GET", "POST"])
@requires(Permission.KEEP_RECORD, on=_referral)
def edit_term(referral: ReferralAtProvider) -> ResponseReturnValue:
    """Change a term, or say since when it no longer holds."""
    term = queries.term_of(referral_id=referral.id, term_id=_part("term_id"))
    form = TermForm(obj=term).between(referral.opened_on, today())
    _parties(referral)
    page: dict[str, Any] = {"form": form, "referral": referral, "heading": "Change a term"}
    if not form.is_submitted():
        return render("mediation/term.html", **page)
    if not form.validate():
        return invalid("mediation/term.html", **page)
    try:
        operations.change_term(
            current_actor(), referral=referral, term=term, version=form.version_read, **form.details()
        )
    except Stale as stale:
        return saved_first("mediation/term.html", stale=stale, version=term.version, **page)
    flash("The changes were saved.")
    return see_other("mediation.casework", referral_id=referral.id)


def _parties(referral: ReferralAtProvider) -> dict[str, str]:
    """The two by name. That their mediators' page was read is kept under both."""
    dispute = queries.dispute_of(referral.id)
    disclose("mediation.casework", object=f"referral:{referral.id}", subjects=[referral.person_id, dispute.other_id])
    return {Party.REFERRED.value: referral.person_name, Party.OTHER.value: dispute.other_name}


def _what(sitting: Session, names: dict[str, str]) -> str:
    """A sitting in words: of a visit, to whom."""
    kind = Kind(sitting.kind)
    return f"Visit to {names[sitting.party]}" if kind is Kind.VISIT else KINDS[kind]


def _part(name: str) -> int:
    return int((request.view_args or {})[name])
