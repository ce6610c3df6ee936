"""Who may open a case: agencies, and the groups that hear it."""

from flask import flash, request
from flask.typing import ResponseReturnValue

from core.cases import queries, sharing
from core.cases.blueprint import bp
from core.cases.forms import HearForm, ShareForm
from core.cases.models import Case
from core.cases.views_naming import case_of_part
from core.disclosures.lists import Grounds
from core.errors import NotFound, Refused
from core.partnerships import belonging
from core.policy import Permission
from core.web import beside, current_actor, disclose, invalid, may, now, render, requires, see_other, today
from core.web.choices import offered


@bp.get("/<int:case_id>/agencies/add", endpoint="share")
@requires(Permission.EDIT_CASE, on=queries.case_of)
def share_page(case: Case) -> ResponseReturnValue:
    """Open the case to an agency."""
    _disclose(case)
    return render("cases/share.html", case=case, form=_offer_agencies(ShareForm(), case))


@bp.post("/<int:case_id>/agencies/add", endpoint="share_submit")
@requires(Permission.EDIT_CASE, on=queries.case_of)
def share(case: Case) -> ResponseReturnValue:
    """Do it."""
    _disclose(case)
    form = _offer_agencies(ShareForm(), case)
    if not form.validate():
        return invalid("cases/share.html", case=case, form=form)
    try:
        sharing.share_with_agency(
            current_actor(),
            case=case,
            agency_id=form.agency_id.data,
            grounds=Grounds(form.basis.data, form.condition.data, form.purpose.data),
            now=now(),
            on=today(),
        )
    except Refused as refused:
        beside(form, refused, "agency_id")
        return invalid("cases/share.html", case=case, form=form)
    flash("The case is open to the agency.")
    return see_other("cases.show", case_id=case.id)


@bp.post("/<int:case_id>/agencies/<int:agency_id>/remove", endpoint="end_share")
@requires(Permission.EDIT_CASE, on=case_of_part)
def end_share(case: Case) -> ResponseReturnValue:
    """Close it to that agency again."""
    agency_id = _part("agency_id")
    link = next((link for link in case.agencies if link.agency_id == agency_id), None)
    if link is None:
        raise NotFound
    sharing.end_share(current_actor(), case=case, link=link, now=now())
    flash("The case is no longer open to the agency.")
    return see_other("cases.show", case_id=case.id)


@bp.get("/<int:case_id>/groups/add", endpoint="hear")
@requires(Permission.EDIT_CASE, on=queries.case_of)
def hear_page(case: Case) -> ResponseReturnValue:
    """Let a group hear the case."""
    _disclose(case)
    return render("cases/hear.html", case=case, form=_offer_groups(HearForm(), case))


@bp.post("/<int:case_id>/groups/add", endpoint="hear_submit")
@requires(Permission.EDIT_CASE, on=queries.case_of)
def hear(case: Case) -> ResponseReturnValue:
    """Do it."""
    _disclose(case)
    form = _offer_groups(HearForm(), case)
    if not form.validate():
        return invalid("cases/hear.html", case=case, form=form)
    sharing.give_to_group(current_actor(), case=case, group_id=form.group_id.data, now=now(), on=today())
    flash("The group hears the case.")
    return see_other("cases.show", case_id=case.id)


@bp.post("/<int:case_id>/groups/<int:group_id>/remove", endpoint="unhear")
@requires(Permission.EDIT_CASE, on=case_of_part)
def unhear(case: Case) -> ResponseReturnValue:
    """The group hears it no longer."""
    group_id = _part("group_id")
    link = next((link for link in case.groups if link.group_id == group_id), None)
    if link is None:
        raise NotFound
    sharing.take_from_group(current_actor(), case=case, link=link, now=now())
    flash("The group no longer hears the case.")
    if not may(Permission.OPEN_CASE, case):
        return see_other("cases.index")
    return see_other("cases.show", case_id=case.id)


def _part(name: str) -> int:
    """The id of what hangs on the case, from the address."""
    assert request.view_args is not None
    return int(request.view_args[name])


def _offer_agencies(form: ShareForm, case: Case) -> ShareForm:
    """Signatories of today to which the case is not open yet."""
    have = {case.lead_agency_id, *(link.agency_id for link in case.agencies)}
    signed = belonging.signatories_in(case.partnership_id, on=today())
    agencies = belonging.agencies_in(case.partnership_id, on=today())
    form.agency_id.choices = offered(
        ((number, name) for number, name in agencies if number in signed and number not in have),
        first="Choose an agency",
    )
    return form


def _offer_groups(form: HearForm, case: Case) -> HearForm:
    """The groups that the reader leads and that do not hear the case yet."""
    actor = current_actor()
    hear = {link.group_id for link in case.groups}
    form.group_id.choices = offered(
        (number, name)
        for number, name in queries.groups_in(case.partnership_id, on=today())
        if actor.leads(number) and number not in hear
    )
    return form


def _disclose(case: Case) -> None:
    disclose("case.edit", object=f"case:{case.id}", subjects=[part.person_id for part in case.people])
