"""Pages of a provider's own staff, kept by its agency's administrator."""

from collections.abc import Callable

from flask import flash, request
from flask.typing import ResponseReturnValue

from core.errors import NotFound, Refused
from core.partnerships.blueprint import bp
from core.partnerships.models import Provider, ProviderStaff
from core.partnerships.providers import queries, staff
from core.partnerships.providers.forms import StaffForm
from core.partnerships.providers.views import provider_of
from core.policy import Permission
from core.web import beside, current_actor, invalid, render, requires, see_other, today
from core.web.choices import offered


def provider_of_staff(provider_id: int, staff_id: int) -> Provider:
    """The registration of the address, if that line is one of its list of staff."""
    row = provider_of(provider_id)
    if queries.staff_row(row, staff_id) is None:
        raise NotFound
    return row


@bp.get("/providers/<int:provider_id>/staff", endpoint="provider_staff")
@requires(Permission.MANAGE_PROVIDER, on=provider_of)
def staff_page(row: Provider) -> ResponseReturnValue:
    """Who is of its staff, who was, and somebody to add."""
    return _page(row, _offered(StaffForm(), row))


@bp.post("/providers/<int:provider_id>/staff", endpoint="add_provider_staff")
@requires(Permission.MANAGE_PROVIDER, on=provider_of, proved=True)
def add(row: Provider) -> ResponseReturnValue:
    """Put a colleague on the list."""
    form = _offered(StaffForm(), row)
    if not form.validate():
        return _page(row, form, answer=invalid)
    try:
        staff.add(current_actor(), provider=row, user_id=form.user_id.data, on=today())
    except Refused as refused:
        beside(form, refused, "user_id")
        return _page(row, form, answer=invalid)
    flash(f"{dict(queries.colleagues_of(row))[form.user_id.data]} is on the list of staff.")
    return see_other("partnerships.provider_staff", provider_id=row.id)


@bp.post("/providers/<int:provider_id>/staff/<int:staff_id>/end", endpoint="end_provider_staff")
@requires(Permission.MANAGE_PROVIDER, on=provider_of_staff)
def end(row: Provider) -> ResponseReturnValue:
    """Take somebody off it."""
    member = queries.staff_row(row, (request.view_args or {})["staff_id"])
    assert member is not None  # the gate found it
    staff.end(current_actor(), provider=row, member=member, on=today())
    flash(f"{_name_of(row, member)} is not on the list of staff any longer.")
    return see_other("partnerships.provider_staff", provider_id=row.id)


def _offered(form: StaffForm, row: Provider) -> StaffForm:
    """With the colleagues who are not on the list yet."""
    there = {each.user_id for each in queries.all_staff_of(row) if each.until is None}
    others = ((number, name) for number, name in queries.colleagues_of(row) if number not in there)
    form.user_id.choices = offered(others, first="Choose somebody")
    return form


def _page(
    row: Provider, form: StaffForm, *, answer: Callable[..., ResponseReturnValue] = render
) -> ResponseReturnValue:
    everybody = queries.all_staff_of(row)
    at_work = [each for each in everybody if each.until is None]
    return answer(
        "partnerships/provider_staff.html",
        provider=row,
        form=form,
        at_work=at_work,
        before=[each for each in everybody if each.until is not None],
        alone=sum(each.can_sign_in for each in at_work) < 2,
    )


def _name_of(row: Provider, member: ProviderStaff) -> str:
    return next(each.name for each in queries.all_staff_of(row) if each.id == member.id)
