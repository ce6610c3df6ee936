"""Pages of somebody's protected address."""

from collections.abc import Sequence

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from core.errors import Stale
from core.partnerships import belonging
from core.people.protected import operations
from core.people.protected.forms import EndForm, ProtectForm
from core.people.protected.queries import address_of
from core.policy import Permission
from core.policy.protecting import AddressOf
from core.web import current_actor, disclose, invalid, may, now, render, requires, saved_first, see_other, today

bp = Blueprint("protected", __name__, url_prefix="/people/<int:person_id>/address")


@bp.get("")
@requires(Permission.READ_PROTECTED_ADDRESS, on=address_of)
def show(of: AddressOf) -> ResponseReturnValue:
    """The address, on a page of its own, for the agencies that are named for it."""
    _disclose(of, "address.read")
    assert of.protected is not None
    named = {reader.agency_id for reader in of.protected.readers}
    return render(
        "people/address.html",
        person=of.person,
        address=of.protected.address,
        postcode=of.protected.postcode,
        agencies=[name for agency_id, name in _agencies() if agency_id in named],
        changeable=may(Permission.PROTECT_ADDRESS, of),
    )


@bp.get("/protect", endpoint="protect")
@requires(Permission.PROTECT_ADDRESS, on=address_of)
def protect_page(of: AddressOf) -> ResponseReturnValue:
    """Protect an address, or change who reads it."""
    _disclose(of, "address.edit")
    own = {"agencies": [current_actor().agency_id]} if of.protected is None else {}
    form = _offer(ProtectForm(data=operations.stored(of) | own | {"version": str(_version(of))}))
    return render("people/protect.html", person=of.person, form=form, protected=of.protected)


@bp.post("/protect", endpoint="protect_submit")
@requires(Permission.PROTECT_ADDRESS, on=address_of)
def protect(of: AddressOf) -> ResponseReturnValue:
    """Do it."""
    _disclose(of, "address.edit")
    form, page = _offer(ProtectForm()), {"person": of.person, "protected": of.protected}
    if not form.validate():
        return invalid("people/protect.html", form=form, **page)
    try:
        operations.protect(
            current_actor(),
            of=of,
            version=form.version_read,
            address=form.address.data or "",
            postcode=form.postcode.data or "",
            agencies=form.agencies.data or [],
            now=now(),
        )
    except Stale as stale:
        return saved_first("people/protect.html", form, stale, version=_version(of), **page)
    flash("The address is protected.")
    return see_other("people.show", person_id=of.person.id)


@bp.get("/end", endpoint="end")
@requires(Permission.END_PROTECTION, on=address_of)
def end_page(of: AddressOf) -> ResponseReturnValue:
    """Ask whether it need not be protected any more."""
    _disclose(of, "address.read")
    return render("people/end_protection.html", form=EndForm(version=str(_version(of))), **_ending(of))


@bp.post("/end", endpoint="end_submit")
@requires(Permission.END_PROTECTION, on=address_of)
def end(of: AddressOf) -> ResponseReturnValue:
    """Write it among the person's details again."""
    form = EndForm()
    try:
        operations.end_protection(current_actor(), of=of, version=form.version_read)
    except Stale as stale:
        _disclose(of, "address.read")
        return saved_first("people/end_protection.html", form, stale, version=_version(of), **_ending(of))
    flash("The address is not protected any more.")
    return see_other("people.show", person_id=of.person.id)


def _ending(of: AddressOf) -> dict[str, object]:
    return {"person": of.person, "protected": of.protected}


def _version(of: AddressOf) -> int:
    return of.protected.version if of.protected is not None else 0


def _agencies() -> Sequence[tuple[int, str]]:
    return belonging.agencies_in(current_actor().partnership_id or 0, on=today())


def _offer(form: ProtectForm) -> ProtectForm:
    form.agencies.offer(SelectChoice(*agency) for agency in _agencies())
    return form


def _disclose(of: AddressOf, action: str) -> None:
    disclose(action, object=f"person:{of.person.id}", subjects=[of.person.id])
