"""The page from which the actions of a meeting go out."""

from flask import flash
from flask.typing import ResponseReturnValue

from core.cases.queries import people_named_in
from core.circulation.actions_out import operations, queries
from core.circulation.blueprint import bp
from core.facts import MeetingStatus
from core.meetings.loading import meeting_of
from core.meetings.models import Meeting
from core.policy import Permission
from core.web import current_actor, disclose, now, render, requires, see_other, today


@bp.get("/meetings/<int:meeting_id>/actions/send", endpoint="actions_out")
@requires(Permission.SEND_ACTIONS, on=meeting_of)
def page(meeting: Meeting) -> ResponseReturnValue:
    """What goes to whom, before it goes."""
    parcels = queries.parcels_of(meeting, on=today())
    actions = [action for parcel in parcels for action in parcel.actions]
    readable = queries.readable_by(current_actor(), actions)
    cases = {action.case_id for action in actions if action.id in readable and action.case_id is not None}
    if readable:
        disclose(
            "actions.prepare",
            object=f"meeting:{meeting.id}",
            subjects=people_named_in(cases),
            purpose=f"meeting:{meeting.id}",
        )
    new = queries.addressees_of(meeting.id, parcels)
    return render(
        "circulation/actions_out.html",
        meeting=meeting,
        parcels=parcels,
        readable=readable,
        told=queries.last_told(meeting.id),
        new=new,
        over=meeting.status is MeetingStatus.CLOSED,
    )


@bp.post("/meetings/<int:meeting_id>/actions/send", endpoint="send_actions")
@requires(Permission.SEND_ACTIONS, on=meeting_of)
def send(meeting: Meeting) -> ResponseReturnValue:
    """Send them."""
    circulation = operations.send_actions(current_actor(), meeting=meeting, now=now())
    number = len(circulation.copies)
    flash(f"The actions are on their way to {number} {'person' if number == 1 else 'people'}.")
    return see_other("circulation.sent", meeting_id=meeting.id)
