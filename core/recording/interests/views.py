"""Pages of declared interests."""

from flask import flash
from flask.typing import ResponseReturnValue

from core.facts import MeetingStatus
from core.policy import Permission
from core.policy.room import ItemInRoom, RecusalInRoom
from core.recording import choices
from core.recording.answering import disclose_item
from core.recording.blueprint import bp
from core.recording.chairing.operations import who_may_chair
from core.recording.interests import operations
from core.recording.interests.forms import InterestForm
from core.recording.loading import item_of, recusal_of
from core.web import current_actor, invalid, now, render, requires, see_other, today


@bp.get("/items/<int:item_id>/conflict", endpoint="conflict")
@requires(Permission.DECLARE_CONFLICT, on=item_of)
def interest_page(here: ItemInRoom) -> ResponseReturnValue:
    """Declare it?"""
    disclose_item(here.item)
    return render("recording/interest.html", form=_form(here), item=here.item)


@bp.post("/items/<int:item_id>/conflict", endpoint="conflict_submit")
@requires(Permission.DECLARE_CONFLICT, on=item_of)
def declare(here: ItemInRoom) -> ResponseReturnValue:
    """Declare it. A whole page is the answer, so that nothing of the item stays on screen."""
    form = _form(here)
    if not form.validate():
        disclose_item(here.item)
        return invalid("recording/interest.html", form=form, item=here.item)
    chair_id = form.chair.data if "chair" in form else None
    operations.declare_interest(
        current_actor(), item=here.item, reason=form.reason.data or "", chair_id=chair_id, now=now()
    )
    flash(f"You declared a conflict of interest. Item {here.item.position} is closed to you.")
    meeting = here.item.meeting
    if meeting.status is MeetingStatus.SCHEDULED:
        return see_other("meetings.meeting", meeting_id=meeting.id)
    return see_other("recording.live", meeting_id=meeting.id)


def _form(here: ItemInRoom) -> InterestForm:
    """Whoever is in the chair for the item is asked who takes it, if anybody could."""
    form = InterestForm()
    people = who_may_chair(here.item, on=today()) if operations.is_chairing(current_actor(), here.item) else ()
    if not people:
        return form.without_the_chair()
    form.chair.offer(choices.in_this_order(people))
    return form


@bp.post("/items/<int:item_id>/conflicts/<int:recusal_id>/lift", endpoint="lift_conflict")
@requires(Permission.LIFT_CONFLICT, on=recusal_of)
def lift(here: RecusalInRoom) -> ResponseReturnValue:
    """Open the case to that person again."""
    operations.lift_interest(current_actor(), recusal=here.recusal, now=now())
    return see_other("recording.live", meeting_id=here.recusal.item.meeting_id, item=here.recusal.item_id)
