"""Pages of one action, and the steps that it takes. The log and what is made of it: core.actions.views_log."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue

from core.actions import operations, queries, views_log
from core.actions.blueprint import bp
from core.actions.forms import CompleteForm, DueForm, NotDoneForm, ProgressForm, ReassignForm, ReopenForm
from core.actions.history import history_of
from core.actions.models import Action
from core.dates import in_words
from core.errors import NotFound, Refused, Stale
from core.facts import ActionStatus, NotDoneReason
from core.partnerships.belonging import agencies_in
from core.people.contact import Minded, minded_in
from core.people.history.disputes import disputed_of
from core.policy import Permission
from core.recording.queries import members_of
from core.web import beside, current_actor, disclose, invalid, may, now, render, requires, saved_first, see_other, today
from core.web.forms import VersionedForm

__all__ = ["bp", "views_log"]


def action_of(action_id: int) -> Action:
    """The action that an address names."""
    action = queries.action(action_id)
    if action is None:
        raise NotFound
    return action


@bp.get("/<int:action_id>")
@requires(Permission.SEE_ACTION, on=action_of)
def show(action: Action) -> ResponseReturnValue:
    """One action with its history."""
    disclose("action.read", object=f"action:{action.id}", subjects=queries.subjects_of(action))
    may_open_case = action.case is not None and may(Permission.OPEN_CASE, action.case)
    return render(
        "actions/show.html",
        action=action,
        history=history_of(action),
        today=today(),
        overdue=action.status is ActionStatus.OPEN and action.due_on < today(),
        may_update=may(Permission.UPDATE_ACTION, action),
        may_open_case=may_open_case,
        minded=_minded(action) if may_open_case else (),
        disputes=disputed_of(action.case_id) if may_open_case else (),
    )


@bp.route("/<int:action_id>/progress", methods=["GET", "POST"])
@requires(Permission.UPDATE_ACTION, on=action_of)
def progress(action: Action) -> ResponseReturnValue:
    """Note progress."""
    form = ProgressForm(version=str(action.version))
    return _step(
        action,
        form,
        "Note progress",
        "The progress is noted.",
        lambda: operations.note_progress(
            current_actor(), action=action, version=form.version_read, note=form.note.data, now=now()
        ),
    )


@bp.route("/<int:action_id>/complete", methods=["GET", "POST"])
@requires(Permission.UPDATE_ACTION, on=action_of)
def complete(action: Action) -> ResponseReturnValue:
    """It was done."""
    form = CompleteForm(version=str(action.version))
    return _step(
        action,
        form,
        "Complete the action",
        "The action is done.",
        lambda: operations.complete(
            current_actor(), action=action, version=form.version_read, outcome=form.outcome.data, now=now()
        ),
    )


@bp.route("/<int:action_id>/not-done", methods=["GET", "POST"])
@requires(Permission.UPDATE_ACTION, on=action_of)
def not_done(action: Action) -> ResponseReturnValue:
    """It was not done."""
    form = NotDoneForm(version=str(action.version))
    return _step(
        action,
        form,
        "The action was not done",
        "The action is marked as not done.",
        lambda: operations.give_up(
            current_actor(),
            action=action,
            version=form.version_read,
            reason=NotDoneReason(form.reason.data),
            note=form.note.data,
            now=now(),
        ),
    )


@bp.route("/<int:action_id>/reopen", methods=["GET", "POST"])
@requires(Permission.UPDATE_ACTION, on=action_of)
def reopen(action: Action) -> ResponseReturnValue:
    """Open it again."""
    form = ReopenForm(version=str(action.version))
    return _step(
        action,
        form,
        "Re-open the action",
        "The action is open again.",
        lambda: operations.reopen(
            current_actor(), action=action, version=form.version_read, note=form.note.data, now=now()
        ),
    )


@bp.route("/<int:action_id>/owner", methods=["GET", "POST"])
@requires(Permission.UPDATE_ACTION, on=action_of)
def owner(action: Action) -> ResponseReturnValue:
    """Give it to somebody else: within the agency, or for chair and coordinator to another agency."""
    form = ReassignForm(version=str(action.version), owner=action.owner_agency_id, person=action.owner_user_id)
    agencies = agencies_in(action.partnership_id, on=today())
    members = members_of(action.group_id, on=today())
    if not may(Permission.REASSIGN_ACTION, action):
        agencies = [agency for agency in agencies if agency[0] == action.owner_agency_id]
        members = [member for member in members if member.agency_id == action.owner_agency_id]
    form.offer(agencies, members)
    return _step(
        action,
        form,
        "Give the action to somebody else",
        "The action has a new owner.",
        lambda: operations.reassign(
            current_actor(),
            action=action,
            version=form.version_read,
            owner_agency_id=form.owner.data,
            owner_user_id=form.person.data,
            note=form.note.data,
            now=now(),
            on=today(),
        ),
    )


@bp.route("/<int:action_id>/due", methods=["GET", "POST"])
@requires(Permission.UPDATE_ACTION, on=action_of)
def due(action: Action) -> ResponseReturnValue:
    """Another due date."""
    form = DueForm(version=str(action.version)).as_of(today())
    form.due.description = f"It is due on {in_words(action.due_on)} now"
    return _step(
        action,
        form,
        "Change the due date",
        "The due date is changed.",
        lambda: operations.change_due_date(
            current_actor(),
            action=action,
            version=form.version_read,
            due_on=form.due.data or action.due_on,
            note=form.note.data,
            now=now(),
            on=today(),
        ),
    )


def _minded(action: Action) -> Sequence[Minded]:
    """Whom in its case whoever does it minds, while there is something to do; as of today."""
    if action.case_id is None or action.status is not ActionStatus.OPEN:
        return ()
    return minded_in([action.case_id], on=today()).get(action.case_id, ())


def _step(
    action: Action,
    form: VersionedForm,
    heading: str,
    done: str,
    do: Callable[[], None],
) -> ResponseReturnValue:
    """A form's page, and the step that it takes."""
    context: dict[str, Any] = {"action": action, "form": form, "heading": heading}
    disclose("action.read", object=f"action:{action.id}", subjects=queries.subjects_of(action))
    if request.method == "GET":
        return render("actions/step.html", **context)
    if not form.validate():
        return invalid("actions/step.html", **context)
    try:
        do()
    except Refused as refused:
        if refused.field not in form:
            return invalid("actions/step.html", refusal=refused.reason, **context)
        beside(form, refused, refused.field)
        return invalid("actions/step.html", **context)
    except Stale as stale:
        return saved_first("actions/step.html", form, stale, version=action.version, action=action, heading=heading)
    flash(done)
    return see_other("actions.show", action_id=action.id)
