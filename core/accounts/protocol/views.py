"""The page on which somebody countersigns, and reads later what they put their name to."""

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from core.accounts.blueprint import bp
from core.accounts.coming_in import own_address
from core.accounts.protocol import operations, queries
from core.accounts.protocol.forms import CountersignForm
from core.errors import Refused
from core.policy import Permission
from core.web import beside, current_actor, invalid, render, requires, today


@bp.get("/account/protocol", endpoint="protocol")
@requires(Permission.COUNTERSIGN)
def protocol_page() -> ResponseReturnValue:
    """What the protocol asks of whoever reads named information, and their name under it."""
    actor = current_actor()
    return render("accounts/protocol.html", form=CountersignForm(document=actor.to_countersign), **_context())


@bp.post("/account/protocol", endpoint="countersign")
@requires(Permission.COUNTERSIGN)
def countersign() -> ResponseReturnValue:
    """Keep it, and go on to where they were going."""
    actor, form = current_actor(), CountersignForm()
    if not form.validate():
        return _again(form)
    try:
        operations.countersign(actor, document=form.document.data or "", on=today())
    except Refused as refused:
        beside(form, refused, "accepted")
        return _again(form)
    flash("You have countersigned the Information Sharing Protocol.")
    return redirect(own_address(request.args.get("next", "")), 303)


def _again(form: CountersignForm) -> Response:
    """The page with what is wrong, and the version that is in force by now."""
    form.document.data = current_actor().to_countersign or ""
    return invalid("accounts/protocol.html", form=form, **_context())


def _context() -> dict[str, object]:
    actor = current_actor()
    return {
        "signature": queries.signature_in_force(actor.partnership_id, actor.agency_id, on=today()),
        "contact": queries.contact_of(actor),
        "countersigned": queries.countersignatures_of(actor),
        "next": request.args.get("next") or None,
    }
