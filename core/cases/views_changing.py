"""Opening a case, changing it, and where it stands: monitoring, closed, open again."""

from collections.abc import Callable
from typing import Any

from flask import flash
from flask.typing import ResponseReturnValue

from core.cases import operations, queries
from core.cases.blueprint import bp
from core.cases.forms import ChangeCaseForm, CloseForm, NewCaseForm, ReasonForm
from core.cases.models import Case
from core.errors import Refused, Stale
from core.facts import CaseStatus, Risk
from core.partnerships import belonging
from core.policy import Permission
from core.standards.lists import PROMISED_TO, UpdateInterval
from core.standards.queries import plans_of
from core.standards.within import told_within
from core.web import (
    beside,
    current_actor,
    disclose,
    invalid,
    may,
    now,
    render,
    requires,
    save_merged,
    saved_first,
    see_other,
    today,
)
from core.web.choices import offered
from core.web.forms import VersionedForm

NO_GROUP = "No group for now"


@bp.get("/new", endpoint="new")
@requires(Permission.CREATE_CASE)
def new_page() -> ResponseReturnValue:
    """Open a case."""
    actor = current_actor()
    form = NewCaseForm(lead_agency_id=actor.agency_id, opened_on=today(), risk=Risk.STANDARD)
    return render("cases/new.html", form=_offer_groups(form))


@bp.post("/new", endpoint="create")
@requires(Permission.CREATE_CASE)
def create() -> ResponseReturnValue:
    """Open it, then name the people in it."""
    actor = current_actor()
    assert actor.partnership_id is not None
    form = _offer_groups(NewCaseForm().as_of(today()))
    if not form.validate():
        return invalid("cases/new.html", form=form)
    try:
        case = operations.open_case(
            actor,
            partnership_id=actor.partnership_id,
            details=form.details,
            group_id=form.group_id.data,
            now=now(),
            on=today(),
        )
    except Refused as refused:
        beside(form, refused, "lead_agency_id")
        return invalid("cases/new.html", form=form)
    flash(f"Case {case.ref} is open. Name the people in it next.")
    return see_other("cases.show", case_id=case.id)


@bp.get("/<int:case_id>/edit", endpoint="edit")
@requires(Permission.EDIT_CASE, on=queries.case_of)
def edit_page(case: Case) -> ResponseReturnValue:
    """Change what is written about a case."""
    _disclose(case)
    return render("cases/edit.html", case=case, form=_offer_agencies(ChangeCaseForm(obj=case), case))


@bp.post("/<int:case_id>/edit", endpoint="edit_submit")
@requires(Permission.EDIT_CASE, on=queries.case_of)
def edit(case: Case) -> ResponseReturnValue:
    """Save it, beside what somebody else changed meanwhile. Of the same field both are shown, and what was typed is
    kept.
    """
    _disclose(case)
    form = _offer_agencies(ChangeCaseForm().as_of(today()), case)
    if not form.validate():
        return invalid("cases/edit.html", case=case, form=form)

    def save() -> None:
        operations.change_case(
            current_actor(),
            case=case,
            version=form.version_read,
            details=form.details,
            because=form.because,
            now=now(),
        )

    try:
        save_merged(form, save, version=lambda: case.version)
    except Stale as stale:
        return saved_first("cases/edit.html", form, stale, version=case.version, case=case)
    except Refused as refused:
        beside(form, refused, "lead_agency_id")
        return invalid("cases/edit.html", case=case, form=form)
    flash("The changes were saved.")
    if not may(Permission.OPEN_CASE, case):
        return see_other("cases.index")
    return see_other("cases.show", case_id=case.id)


@bp.get("/<int:case_id>/monitor", endpoint="monitor")
@requires(Permission.EDIT_CASE, on=queries.case_of)
def monitor_page(case: Case) -> ResponseReturnValue:
    """Put an open case under monitoring."""
    _disclose(case)
    return render("cases/monitor.html", case=case, form=ReasonForm(version=str(case.version)))


@bp.post("/<int:case_id>/monitor", endpoint="monitor_submit")
@requires(Permission.EDIT_CASE, on=queries.case_of)
def monitor(case: Case) -> ResponseReturnValue:
    """Do it."""
    form = ReasonForm()

    def watch() -> None:
        operations.watch(current_actor(), case=case, version=form.version_read, reason=form.reason.data, now=now())

    return _move(case, form, "cases/monitor.html", watch, "The case is under monitoring.")


@bp.get("/<int:case_id>/close", endpoint="close")
@requires(Permission.EDIT_CASE, on=queries.case_of)
def close_page(case: Case) -> ResponseReturnValue:
    """Close a case. Closed already: back to it."""
    if case.status is CaseStatus.CLOSED:
        flash("This case is closed already.")
        return see_other("cases.show", case_id=case.id)
    _disclose(case)
    form = CloseForm(version=str(case.version), closed_on=today(), outcome=case.outcome)
    return render("cases/close.html", case=case, form=form, **_left_open(case))


@bp.post("/<int:case_id>/close", endpoint="close_submit")
@requires(Permission.EDIT_CASE, on=queries.case_of)
def close(case: Case) -> ResponseReturnValue:
    """Do it."""
    form = CloseForm().between(case.opened_on, today())

    def end() -> None:
        assert form.closed_on.data is not None
        operations.close(
            current_actor(),
            case=case,
            version=form.version_read,
            closed_on=form.closed_on.data,
            reason=form.closing_reason.data,
            outcome=form.outcome.data,
            now=now(),
            on=today(),
        )

    return _move(case, form, "cases/close.html", end, "The case is closed.", **_left_open(case))


@bp.get("/<int:case_id>/reopen", endpoint="reopen")
@requires(Permission.EDIT_CASE, on=queries.case_of)
def reopen_page(case: Case) -> ResponseReturnValue:
    """Open a case again."""
    _disclose(case)
    return render("cases/reopen.html", case=case, form=ReasonForm(version=str(case.version)))


@bp.post("/<int:case_id>/reopen", endpoint="reopen_submit")
@requires(Permission.EDIT_CASE, on=queries.case_of)
def reopen(case: Case) -> ResponseReturnValue:
    """Do it."""
    form = ReasonForm()

    def again() -> None:
        operations.reopen(current_actor(), case=case, version=form.version_read, reason=form.reason.data, now=now())

    return _move(case, form, "cases/reopen.html", again, "The case is open again.")


def _move(
    case: Case, form: VersionedForm, template: str, change: Callable[[], None], done: str, **context: Any
) -> ResponseReturnValue:
    """Change where a case stands, by the form of one page; or that page again, with what is wrong."""
    _disclose(case)
    if not form.validate():
        return invalid(template, case=case, form=form, **context)
    try:
        change()
    except Refused as refused:
        form.form_errors.append(refused.reason)
        return invalid(template, case=case, form=form, **context)
    except Stale as stale:
        return saved_first(template, form, stale, version=case.version, case=case, **context)
    flash(done)
    return see_other("cases.show", case_id=case.id)


def _left_open(case: Case) -> dict[str, int]:
    """What whoever closes a case is told: how many actions stay open, and how many people are to hear by when how it
    ended.
    """
    actions, plans = queries.actions_of(current_actor(), case.id), plans_of(case.id)
    named = {part.person_id for part in case.people if part.role in PROMISED_TO}
    wanting = [each for each, plan in plans.items() if each in named and plan.interval is not UpdateInterval.NONE]
    return {
        "open_actions": sum(1 for a in actions if a.status == "open"),
        "to_tell": len(wanting),
        "tell_within": told_within(case),
    }


def _offer_groups(form: NewCaseForm) -> NewCaseForm:
    """Lead agencies, and the groups that whoever opens the case leads."""
    actor = current_actor()
    assert actor.partnership_id is not None
    agencies = belonging.agencies_in(actor.partnership_id, on=today())
    form.lead_agency_id.choices = offered(
        (number, name) for number, name in agencies if actor.led_groups or number == actor.agency_id
    )
    led = [
        (number, name) for number, name in queries.groups_in(actor.partnership_id, on=today()) if actor.leads(number)
    ]
    form.group_id.choices = [("", NO_GROUP), *led]
    return form


def _offer_agencies(form: ChangeCaseForm, case: Case) -> ChangeCaseForm:
    """Lead agencies: today's, and the one that leads it now."""
    agencies = list(belonging.agencies_in(case.partnership_id, on=today()))
    if case.lead_agency_id not in dict(agencies):
        agencies.append((case.lead_agency_id, case.lead_agency.name))
    form.lead_agency_id.choices = offered(agencies)
    return form.of(case)


def _disclose(case: Case) -> None:
    disclose("case.edit", object=f"case:{case.id}", subjects=[part.person_id for part in case.people])
