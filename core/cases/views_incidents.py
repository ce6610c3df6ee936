"""What happened in a case: recording it, putting it right, taking it out."""

from typing import TypeVar

from flask import flash
from flask.typing import ResponseReturnValue

from core.cases import operations, queries
from core.cases.blueprint import bp
from core.cases.forms import ChangeIncidentForm, IncidentFields, IncidentForm, RemoveIncidentForm
from core.cases.models import Case, CaseIncident
from core.disclosures.consents import keep_for_incident
from core.errors import Stale
from core.hate.forms import FlagForm
from core.hate.operations import flag_incident
from core.hate.queries import reports_of_case
from core.partnerships import belonging
from core.policy import Permission
from core.web import current_actor, disclose, invalid, now, render, requires, save_merged, saved_first, see_other, today
from core.web.choices import offered

F = TypeVar("F", bound=IncidentFields)


@bp.get("/<int:case_id>/incidents/new", endpoint="new_incident")
@requires(Permission.ADD_INCIDENT, on=queries.case_of)
def new_incident(case: Case) -> ResponseReturnValue:
    """Record something that happened."""
    form = _offer_agreed(_offer_agencies(IncidentForm(reported_to_id=current_actor().agency_id), case))
    _disclose(case)
    return render("cases/incident.html", case=case, form=form)


@bp.post("/<int:case_id>/incidents/new", endpoint="add_incident")
@requires(Permission.ADD_INCIDENT, on=queries.case_of)
def add_incident(case: Case) -> ResponseReturnValue:
    """Record it."""
    _disclose(case)
    form = _offer_agreed(_offer_agencies(IncidentForm().as_of(today()), case))
    if not form.validate():
        return invalid("cases/incident.html", case=case, form=form)
    assert form.happened_on.data is not None
    incident = operations.add_incident(
        current_actor(),
        case=case,
        happened_on=form.happened_on.data,
        what=form.what.data,
        reported_to_id=form.reported_to_id.data,
        hate=form.hate.data,
        strands=form.strands.data or (),
        perceived_by=form.perceived_by.data,
        now=now(),
    )
    if form.said is not None:
        keep_for_incident(current_actor(), incident=incident, said=form.said, now=now())
    flash("The incident was recorded.")
    return see_other("cases.show", case_id=case.id)


@bp.get("/<int:case_id>/incidents/<int:incident_id>/change", endpoint="change_incident")
@requires(Permission.CHANGE_INCIDENT, on=queries.incident_of)
def change_page(incident: CaseIncident) -> ResponseReturnValue:
    """Put right what was recorded."""
    _disclose(incident.case)
    form = _offer_agencies(ChangeIncidentForm(obj=incident), incident.case, incident)
    return render("cases/incident_change.html", case=incident.case, incident=incident, form=form)


@bp.post("/<int:case_id>/incidents/<int:incident_id>/change", endpoint="change_incident_submit")
@requires(Permission.CHANGE_INCIDENT, on=queries.incident_of)
def change(incident: CaseIncident) -> ResponseReturnValue:
    """Save it, beside what somebody else changed meanwhile. Of the same field both are shown, and what was typed is
    kept.
    """
    case = incident.case
    _disclose(case)
    form = _offer_agencies(ChangeIncidentForm().as_of(today()), case, incident)
    if not form.validate():
        return invalid("cases/incident_change.html", case=case, incident=incident, form=form)

    def save() -> None:
        assert form.happened_on.data is not None
        operations.change_incident(
            current_actor(),
            incident=incident,
            version=form.version_read,
            happened_on=form.happened_on.data,
            what=form.what.data,
            reported_to_id=form.reported_to_id.data,
            hate=form.hate.data,
            reason=form.reason.data,
            now=now(),
        )

    try:
        save_merged(form, save, version=lambda: incident.version)
    except Stale as stale:
        page = "cases/incident_change.html"
        return saved_first(page, form, stale, version=incident.version, case=incident.case, incident=incident)
    flash("The incident was corrected.")
    return see_other("cases.show", case_id=case.id)


@bp.get("/<int:case_id>/incidents/<int:incident_id>/remove", endpoint="remove_incident")
@requires(Permission.CHANGE_INCIDENT, on=queries.incident_of)
def remove_page(incident: CaseIncident) -> ResponseReturnValue:
    """Ask for the reason."""
    _disclose(incident.case)
    form = RemoveIncidentForm(version=str(incident.version))
    return render("cases/incident_remove.html", case=incident.case, incident=incident, form=form)


@bp.post("/<int:case_id>/incidents/<int:incident_id>/remove", endpoint="remove_incident_submit")
@requires(Permission.CHANGE_INCIDENT, on=queries.incident_of)
def remove(incident: CaseIncident) -> ResponseReturnValue:
    """Take it out of the case."""
    case = incident.case
    _disclose(case)
    form = RemoveIncidentForm()
    if not form.validate():
        return invalid("cases/incident_remove.html", case=case, incident=incident, form=form)
    try:
        operations.remove_incident(
            current_actor(), incident=incident, version=form.version_read, reason=form.reason.data, now=now()
        )
    except Stale as stale:
        page = "cases/incident_remove.html"
        return saved_first(page, form, stale, version=incident.version, case=case, incident=incident)
    flash("The incident was removed from the case.")
    return see_other("cases.show", case_id=case.id)


@bp.get("/<int:case_id>/incidents/<int:incident_id>/hate", endpoint="flag_incident")
@requires(Permission.FLAG_HATE, on=queries.incident_of)
def flag_page(incident: CaseIncident) -> ResponseReturnValue:
    """Flag an incident as hate, or say more of one that is."""
    _disclose(incident.case)
    kept = next(
        (each for each in reports_of_case(incident.case_id).get(incident.id, ()) if not each.unflagged_at), None
    )
    known = {"strands": kept.strands, "perceived_by": kept.perceived_by} if kept is not None else {}
    return render("cases/incident_flag.html", case=incident.case, incident=incident, form=FlagForm(**known))


@bp.post("/<int:case_id>/incidents/<int:incident_id>/hate", endpoint="flag_incident_submit")
@requires(Permission.FLAG_HATE, on=queries.incident_of)
def flag(incident: CaseIncident) -> ResponseReturnValue:
    """Do it."""
    case = incident.case
    _disclose(case)
    form = FlagForm()
    if not form.validate():
        return invalid("cases/incident_flag.html", case=case, incident=incident, form=form)
    flag_incident(
        current_actor(),
        incident=incident,
        strands=form.strands.data or (),
        perceived_by=form.perceived_by.data,
        now=now(),
    )
    flash("The incident is flagged, and reported to whoever answers for hate incidents.")
    return see_other("cases.show", case_id=case.id)


def _offer_agencies(form: F, case: Case, incident: CaseIncident | None = None) -> F:
    """Agencies that can be told: today's, and the one that an incident was reported to, if it has left since."""
    agencies = list(belonging.agencies_in(case.partnership_id, on=today()))
    if incident is not None and incident.reported_to_id not in dict(agencies):
        agencies.append((incident.reported_to_id, incident.reported_to.name))
    form.reported_to_id.choices = offered(agencies, first="Choose an agency")
    return form


def _offer_agreed(form: IncidentForm) -> IncidentForm:
    """The agencies that somebody who told of it in a complaint can agree to: those that can be told."""
    form.agreed_agencies.offer(choice for choice in form.reported_to_id.choices if choice.value)
    return form


def _disclose(case: Case) -> None:
    disclose("case.edit", object=f"case:{case.id}", subjects=[part.person_id for part in case.people])
