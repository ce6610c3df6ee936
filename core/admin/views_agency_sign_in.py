"""Pages of how an agency's people sign in with the accounts that they have there."""

from typing import NamedTuple

from flask import current_app, flash
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import ValidationError

from core.accounts.agency_sign_in import metadata, operations, queries
from core.accounts.agency_sign_in.asking import NoAnswer, fault_in, is_loopback
from core.accounts.agency_sign_in.operations import Details
from core.accounts.agency_sign_in.views import way_back
from core.accounts.models import IdentityProvider
from core.admin.blueprint import bp
from core.errors import NotFound, Refused, Stale
from core.facts import AdminRole
from core.partnerships.models import Agency
from core.policy import Permission
from core.web import beside, current_actor, invalid, now, render, requires, saved_first, see_other
from core.web.forms import Required, VersionedForm, at_most

TEMPLATE = "admin/agency_sign_in.html"


class AgencySignInForm(VersionedForm):
    """How the agency's identity provider is reached."""

    name = StringField(
        "What are the accounts called?",
        [Required("Enter what the accounts are called"), at_most(80, "What the accounts are called")],
        description="Everybody reads it where one signs in, as in “Sign in with your Northbridge Council account”.",
    )
    issuer = StringField(
        "Issuer",
        [Required("Enter the issuer"), at_most(500, "Issuer")],
        description="To the letter as the provider calls itself, like https://login.microsoftonline.com/…/v2.0",
    )
    client_id = StringField(
        "Client ID",
        [Required("Enter the client ID"), at_most(200, "Client ID")],
        description="What Roundtable is called there",
    )
    client_secret = PasswordField(
        "Client secret",
        [at_most(500, "Client secret")],
        description="It is kept encrypted, and not shown again. Leave it empty to keep the one that is there.",
    )
    second_step_counts = BooleanField(
        "Two steps taken there count as two steps here",
        description="If not, whoever must sign in in two steps enters a code of their app as well.",
    )
    acr = StringField(
        "What it says of two steps (optional)",
        [at_most(200, "What it says of two steps")],
        description="An authentication context (“acr”), which it is then asked for. Empty: “mfa” in “amr” says it.",
    )

    def validate_issuer(self, field: StringField) -> None:
        """An address over HTTPS; on a machine that is no service for others, one of its own, too."""
        fault = fault_in(field.data)
        if fault is not None:
            raise ValidationError(f"The issuer {fault}")
        if is_loopback(field.data) and current_app.config["ROUNDTABLE"].secure:
            raise ValidationError("The issuer must not be on this machine")

    def validate_client_id(self, field: StringField) -> None:
        """Characters that can be sent."""
        if not field.data.isascii() or not field.data.isprintable():
            raise ValidationError("The client ID must be plain letters, digits and signs")

    @property
    def details(self) -> Details:
        """What was typed."""
        return Details(
            name=self.name.data,
            issuer=self.issuer.data,
            client_id=self.client_id.data,
            client_secret=self.client_secret.data or "",
            second_step_counts=self.second_step_counts.data,
            acr=self.acr.data or "",
        )


def agency_of(agency_id: int) -> Agency:
    """The agency of the address, with the partnerships that it belongs to."""
    agency = queries.agency_with_memberships(agency_id)
    if agency is None:
        raise NotFound
    return agency


@bp.get("/agency-sign-in", endpoint="agency_sign_ins")
@requires(Permission.CONNECT_SIGN_IN)
def agency_sign_ins() -> ResponseReturnValue:
    """The agencies, and what accounts of theirs open Roundtable."""
    actor = current_actor()
    everywhere = AdminRole.PLATFORM_ADMIN in actor.roles
    rows = queries.agencies_to_connect(None if everywhere else actor.partnership_id)
    return render("admin/agency_sign_ins.html", rows=rows)


@bp.get("/agency-sign-in/<int:agency_id>", endpoint="agency_sign_in")
@requires(Permission.CONNECT_SIGN_IN, on=agency_of)
def agency_sign_in_page(agency: Agency) -> ResponseReturnValue:
    """An agency's provider, or a new one."""
    provider = queries.provider_of(agency.id)
    shown = operations.details_of(provider).shown() if provider is not None else {}
    form = AgencySignInForm(version=str(provider.version if provider else 0), **shown)
    return render(TEMPLATE, form=form, **_beside_the_form(agency, provider))


class Answer(NamedTuple):
    """What the provider says for itself, asked before the write begins."""

    wrong: Refused | None = None
    """Why it cannot be the one that was meant."""
    came: bool = True
    """That none came just now is no reason: whoever sets it up may wait for somebody else."""


def _answer(_: Agency) -> Answer:
    form = AgencySignInForm()
    if not form.validate():
        return Answer()
    try:
        metadata.asked(form.issuer.data, now=now())
    except metadata.NotAsItShould as fault:
        return Answer(wrong=Refused(str(fault), field="issuer"))
    except NoAnswer:
        return Answer(came=False)
    return Answer()


@bp.post("/agency-sign-in/<int:agency_id>", endpoint="change_agency_sign_in")
@requires(Permission.CONNECT_SIGN_IN, on=agency_of, before_lock=_answer, proved=True)
def change_agency_sign_in(agency: Agency, answer: Answer) -> ResponseReturnValue:
    """Save it, unless somebody else saved first."""
    provider = queries.provider_of(agency.id)
    form = AgencySignInForm()
    around = _beside_the_form(agency, provider)
    if not form.validate():
        return invalid(TEMPLATE, form=form, **around)
    try:
        if answer.wrong is not None:
            raise answer.wrong
        gone = operations.connect(
            current_actor(),
            agency=agency,
            provider=provider,
            version=form.version_read,
            details=form.details,
            now=now(),
        )
    except Refused as refused:
        beside(form, refused, "issuer")
        return invalid(TEMPLATE, form=form, **around)
    except Stale as stale:
        return saved_first(TEMPLATE, form, stale, version=provider.version if provider else 0, **around)
    flash("It is saved. Its people link their accounts at “Your account”, “Your agency’s account”.")
    if not answer.came:
        flash("It did not answer just now. Nobody can sign in with it until it does.", "important")
    if gone:
        flash(f"Accounts unlinked, since they were those of another issuer: {gone}. Their owners are told by mail.")
    return see_other("admin.agency_sign_in", agency_id=agency.id)


@bp.post("/agency-sign-in/<int:agency_id>/remove", endpoint="remove_agency_sign_in")
@requires(Permission.CONNECT_SIGN_IN, on=agency_of, proved=True)
def remove_agency_sign_in(agency: Agency) -> ResponseReturnValue:
    """Nobody comes in by it any more."""
    provider = queries.provider_of(agency.id)
    if provider is not None:
        operations.disconnect(current_actor(), provider, now=now())
    flash("Nobody signs in with it any more. Whoever did was told by mail, and goes on with a password.")
    return see_other("admin.agency_sign_ins")


def _beside_the_form(agency: Agency, provider: IdentityProvider | None) -> dict[str, object]:
    return {
        "agency": agency,
        "provider": provider,
        "back": way_back(agency.id),
        "linked": queries.how_many_are_linked(provider) if provider is not None else 0,
    }
