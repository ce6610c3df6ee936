"""Pages of agencies and their signatures."""

from typing import Any, TypeVar

from flask import flash
from flask.typing import ResponseReturnValue

from core.accounts.protocol.queries import NOTHING, countersigned_at
from core.errors import NotFound, Refused, Stale
from core.partnerships.agencies import operations, queries
from core.partnerships.agencies.forms import (
    AgencyForm,
    EndSignatureForm,
    LeaveForm,
    NewAgencyForm,
    SignatureForm,
)
from core.partnerships.agencies.leaving import left_open_by
from core.partnerships.blueprint import bp
from core.partnerships.models import PartnershipAgency, Signature
from core.partnerships.providers.queries import providers_of_agency
from core.partnerships.signatures import status_on
from core.policy import Permission
from core.web import beside, current_actor, invalid, may, now, render, requires, saved_first, see_other, today
from core.web.forms import held

AnAgencyForm = TypeVar("AnAgencyForm", bound=AgencyForm)


def _offered(form: AnAgencyForm) -> AnAgencyForm:
    """The form with the kinds of agency that the partnership knows."""
    form.kinds = queries.kinds_in(current_actor().partnership_id or 0)
    return form


def agency_of(agency_id: int) -> PartnershipAgency:
    """The agency of the address, as a member of the reader's partnership."""
    membership = queries.membership_of(current_actor().partnership_id, agency_id)
    if membership is None:
        raise NotFound
    return membership


def signature_of(agency_id: int, signature_id: int) -> Signature:
    """A signature of the agency of the address."""
    signature = queries.signature_of(agency_of(agency_id), signature_id)
    if signature is None:
        raise NotFound
    return signature


@bp.get("")
@requires(Permission.SEE_PARTNERSHIP)
def index() -> ResponseReturnValue:
    """The partnership's agencies, and how their signatures stand today."""
    actor = current_actor()
    assert actor.partnership_id is not None
    agencies = queries.agencies_in(actor.partnership_id, on=today())
    return render("partnerships/index.html", agencies=agencies, manages=may(Permission.MANAGE_AGENCIES))


@bp.get("/agencies/new", endpoint="new_agency")
@requires(Permission.MANAGE_AGENCIES)
def new_agency_page() -> ResponseReturnValue:
    """Take an agency in."""
    return render("partnerships/agency_new.html", form=_offered(NewAgencyForm(joined_on=today())))


@bp.post("/agencies/new", endpoint="add_agency")
@requires(Permission.MANAGE_AGENCIES)
def add_agency() -> ResponseReturnValue:
    """Take it in."""
    actor = current_actor()
    assert actor.partnership_id is not None
    form = _offered(NewAgencyForm())
    if not form.validate():
        return invalid("partnerships/agency_new.html", form=form)
    try:
        agency = operations.add_agency(
            actor,
            partnership_id=actor.partnership_id,
            key=form.key.data,
            details=form.details,
            on=today(),
        )
    except Refused as refused:
        beside(form, refused, "name")
        return invalid("partnerships/agency_new.html", form=form)
    flash("The agency is in the partnership. It sees names once its signature is recorded.")
    return see_other("partnerships.agency", agency_id=agency.id)


@bp.get("/agencies/<int:agency_id>")
@requires(Permission.SEE_AGENCY, on=agency_of)
def agency(membership: PartnershipAgency) -> ResponseReturnValue:
    """An agency: signatures, people, what it provides."""
    signatures = queries.signatures_of(membership)
    return render(
        "partnerships/agency.html",
        membership=membership,
        agency=membership.agency,
        signature=status_on(
            today(), left_on=membership.left_on, periods=[(each.signed_on, each.expires_on) for each in signatures]
        ),
        signatures=signatures,
        people=queries.people_of(membership, on=today()),
        countersigned=countersigned_at(membership, on=today())
        if may(Permission.SEE_COUNTERSIGNATURES, membership)
        else None,
        not_yet=NOTHING,
        providers=providers_of_agency(membership.partnership_id, membership.agency_id),
        left=left_open_by(membership, on=today()) if membership.left_on is not None else None,
        today=today(),
        manages=may(Permission.MANAGE_AGENCIES, membership),
    )


@bp.get("/agencies/<int:agency_id>/edit", endpoint="edit_agency")
@requires(Permission.MANAGE_AGENCIES, on=agency_of)
def edit_agency_page(membership: PartnershipAgency) -> ResponseReturnValue:
    """Change what is written about an agency."""
    form = _offered(AgencyForm(obj=operations.details_of(membership), version=str(operations.version_of(membership))))
    return render("partnerships/agency_edit.html", membership=membership, form=form)


@bp.post("/agencies/<int:agency_id>/edit", endpoint="change_agency")
@requires(Permission.MANAGE_AGENCIES, on=agency_of)
def change_agency(membership: PartnershipAgency) -> ResponseReturnValue:
    """Save it, unless somebody else saved first."""
    form = _offered(AgencyForm())
    if not form.validate():
        return invalid("partnerships/agency_edit.html", membership=membership, form=form)
    try:
        operations.change_agency(
            current_actor(), membership=membership, version=form.version_read, details=form.details, on=today()
        )
    except Refused as refused:
        beside(form, refused, "name")
        return invalid("partnerships/agency_edit.html", membership=membership, form=form)
    except Stale as stale:
        version = operations.version_of(membership)
        return saved_first("partnerships/agency_edit.html", form, stale, version=version, membership=membership)
    flash("The changes were saved.")
    return see_other("partnerships.agency", agency_id=membership.agency_id)


@bp.get("/agencies/<int:agency_id>/sign", endpoint="sign")
@requires(Permission.MANAGE_AGENCIES, on=agency_of)
def sign_page(membership: PartnershipAgency) -> ResponseReturnValue:
    """Record a signature."""
    form = SignatureForm(signed_on=today())
    return render("partnerships/agency_sign.html", membership=membership, form=form)


@bp.post("/agencies/<int:agency_id>/sign", endpoint="record_signature")
@requires(Permission.MANAGE_AGENCIES, on=agency_of)
def record_signature(membership: PartnershipAgency) -> ResponseReturnValue:
    """Keep it."""
    form = SignatureForm()
    if not form.validate():
        return invalid("partnerships/agency_sign.html", membership=membership, form=form)
    try:
        operations.sign(
            current_actor(),
            membership=membership,
            document=form.document.data,
            signed_by=form.signed_by.data,
            signed_on=held(form.signed_on.data),
            expires_on=form.expires_on.data,
        )
    except Refused as refused:
        beside(form, refused, "signed_on")
        return invalid("partnerships/agency_sign.html", membership=membership, form=form)
    flash("The signature is recorded.")
    return see_other("partnerships.agency", agency_id=membership.agency_id)


@bp.get("/agencies/<int:agency_id>/signatures/<int:signature_id>/end", endpoint="end_signature")
@requires(Permission.MANAGE_AGENCIES, on=signature_of)
def end_signature_page(signature: Signature) -> ResponseReturnValue:
    """Set the last day of a signature."""
    return render(
        "partnerships/signature_end.html",
        membership=agency_of(signature.agency_id),
        signature=signature,
        form=EndSignatureForm(last_day=signature.expires_on or today()),
    )


@bp.post("/agencies/<int:agency_id>/signatures/<int:signature_id>/end", endpoint="end_signature_submit")
@requires(Permission.MANAGE_AGENCIES, on=signature_of)
def end_signature(signature: Signature) -> ResponseReturnValue:
    """Save it."""
    form, membership = EndSignatureForm(), agency_of(signature.agency_id)
    page: dict[str, Any] = {"membership": membership, "signature": signature, "form": form}
    if not form.validate():
        return invalid("partnerships/signature_end.html", **page)
    try:
        operations.end_signature(
            current_actor(), membership=membership, signature=signature, last_day=held(form.last_day.data)
        )
    except Refused as refused:
        beside(form, refused, "last_day")
        return invalid("partnerships/signature_end.html", **page)
    flash("The last day of the signature is saved.")
    return see_other("partnerships.agency", agency_id=membership.agency_id)


@bp.get("/agencies/<int:agency_id>/leave", endpoint="leave")
@requires(Permission.MANAGE_AGENCIES, on=agency_of)
def leave_page(membership: PartnershipAgency) -> ResponseReturnValue:
    """Record that an agency left: what it leaves open."""
    form = LeaveForm(left_on=today(), version=str(operations.version_of(membership)))
    return render("partnerships/agency_leave.html", membership=membership, form=form, **_left_open(membership))


@bp.post("/agencies/<int:agency_id>/leave", endpoint="record_left")
@requires(Permission.MANAGE_AGENCIES, on=agency_of)
def record_left(membership: PartnershipAgency) -> ResponseReturnValue:
    """Save it."""
    form = LeaveForm()
    page = "partnerships/agency_leave.html"
    if not form.validate():
        return invalid(page, membership=membership, form=form, **_left_open(membership))
    try:
        handed = operations.record_left(
            current_actor(),
            membership=membership,
            version=form.version_read,
            left_on=held(form.left_on.data),
            now=now(),
            on=today(),
        )
    except Refused as refused:
        beside(form, refused, "left_on")
        return invalid(page, membership=membership, form=form, **_left_open(membership))
    except Stale as stale:
        version = operations.version_of(membership)
        return saved_first(page, form, stale, version=version, membership=membership, **_left_open(membership))
    flash(f"It is recorded that the agency left.{_handed(handed)}")
    return see_other("partnerships.agency", agency_id=membership.agency_id)


@bp.post("/agencies/<int:agency_id>/return", endpoint="record_return")
@requires(Permission.MANAGE_AGENCIES, on=agency_of)
def record_return(membership: PartnershipAgency) -> ResponseReturnValue:
    """It is back, or never left."""
    operations.record_return(current_actor(), membership=membership, now=now(), on=today())
    flash("The agency is in the partnership again.")
    return see_other("partnerships.agency", agency_id=membership.agency_id)


def _left_open(membership: PartnershipAgency) -> dict[str, Any]:
    return {"left": left_open_by(membership, on=today())}


def _handed(number: int) -> str:
    if not number:
        return ""
    return f" {'1 open action was' if number == 1 else f'{number:,} open actions were'} handed over."
