"""Pages of declared interests."""

from flask import flash
from flask.typing import ResponseReturnValue

from core.facts import MeetingStatus
from core.policy import Permission
from core.policy.recording import ItemInRoom, RecusalInRoom
from core.recording.answering import disclose_item
from core.recording.blueprint import bp
from core.recording.interests import operations
from core.recording.interests.forms import InterestForm
from core.recording.loading import item_of, recusal_of
from core.web import current_actor, invalid, now, render, requires, see_other


@bp.get("/items/<int:item_id>/conflict", endpoint="conflict")
@requires(Permission.DECLARE_CONFLICT, on=item_of)
def interest_page(here: ItemInRoom) -> ResponseReturnValue:
    """Declare it?"""
    disclose_item(here.item)
    return render("recording/interest.html", form=InterestForm(), item=here.item)


@bp.post("/items/<int:item_id>/conflict", endpoint="conflict_submit")
@requires(Permission.DECLARE_CONFLICT, on=item_of)
def declare(here: ItemInRoom) -> ResponseReturnValue:
    """Declare it. A whole page is the answer, so that nothing of the item stays on screen."""
    form = InterestForm()
    if not form.validate():
        return invalid("recording/interest.html", form=form, item=here.item)
    operations.declare_interest(current_actor(), item=here.item, reason=form.reason.data or "", now=now())
    flash(f"You declared a conflict of interest. Item {here.item.position} is closed to you.")
    meeting = here.item.meeting
    if meeting.status is MeetingStatus.SCHEDULED:
        return see_other("meetings.meeting", meeting_id=meeting.id)
    return see_other("recording.live", meeting_id=meeting.id)


@bp.post("/items/<int:item_id>/conflicts/<int:recusal_id>/lift", endpoint="lift_conflict")
@requires(Permission.LIFT_CONFLICT, on=recusal_of)
def lift(here: RecusalInRoom) -> ResponseReturnValue:
    """Open the case to that person again."""
    operations.lift_interest(current_actor(), recusal=here.recusal, now=now())
    return see_other("recording.live", meeting_id=here.recusal.item.meeting_id, item=here.recusal.item_id)
