"""Pages on which an action is put right as it was recorded, or struck out, before the minutes are approved."""

from flask.typing import ResponseReturnValue

from core.actions import operations as action_log
from core.actions.models import Action
from core.errors import Refused, Stale
from core.policy import Permission
from core.policy.room import ActionAtItem
from core.recording.answering import stale_page, written
from core.recording.blueprint import bp
from core.recording.entries.forms import CorrectionForm
from core.recording.entries.views_actions import action_form_page, offer_owners
from core.recording.loading import action_of
from core.web import beside, current_actor, now, requires, save_merged


@bp.get("/items/<int:item_id>/actions/<int:action_id>", endpoint="correct_action")
@requires(Permission.CORRECT_ACTION, on=action_of)
def correct_page(here: ActionAtItem) -> ResponseReturnValue:
    """The action as it was recorded."""
    return action_form_page(_form(here.action), here.item, action=here.action)


@bp.post("/items/<int:item_id>/actions/<int:action_id>", endpoint="correct_action_submit")
@requires(Permission.CORRECT_ACTION, on=action_of)
def correct_action(here: ActionAtItem) -> ResponseReturnValue:
    """Put it right, beside what somebody else changed meanwhile."""
    item, action = here.item, here.action
    form = _form(action)
    form.leave_choices_to_the_log()
    if not form.validate() or form.due.data is None:
        return action_form_page(form, item, action=action)

    def save() -> None:
        action_log.correct(
            current_actor(),
            action=action,
            item=item,
            version=form.version_read,
            text=form.text.data,
            owner_agency_id=form.owner.data,
            owner_user_id=form.person.data,
            due_on=form.due.data or action.due_on,
            now=now(),
        )

    try:
        save_merged(form, save, version=lambda: action.version)
    except Refused as refused:
        beside(form, refused, "owner")
        return action_form_page(form, item, action=action)
    except Stale as stale:
        offer_owners(form, item)
        return stale_page("recording/action.html", form, stale, version=action.version, item=item, recorded=action)
    return written(f"Action {action.ref} is corrected.", meeting=item.meeting, item=item)


@bp.post("/items/<int:item_id>/actions/<int:action_id>/strike", endpoint="strike_action")
@requires(Permission.CORRECT_ACTION, on=action_of)
def strike(here: ActionAtItem) -> ResponseReturnValue:
    """Strike it out."""
    action_log.strike(current_actor(), action=here.action, item=here.item, now=now())
    return written(f"Action {here.action.ref} is struck out.", meeting=here.item.meeting, item=here.item)


@bp.post("/items/<int:item_id>/actions/<int:action_id>/restore", endpoint="restore_action")
@requires(Permission.CORRECT_ACTION, on=action_of)
def restore(here: ActionAtItem) -> ResponseReturnValue:
    """Take the striking out back."""
    action_log.restore(current_actor(), action=here.action, item=here.item, now=now())
    return written(f"Action {here.action.ref} stands again.", meeting=here.item.meeting, item=here.item)


def _form(action: Action) -> CorrectionForm:
    form = CorrectionForm(
        text=action.text,
        owner=action.owner_agency_id,
        person=action.owner_user_id,
        due=action.due_on,
        version=str(action.version),
    )
    # What was recorded stays possible: the wording alone can be put right.
    return form.due_from(min(action.agreed_on, action.due_on))
