"""The page for the room's screen."""

from flask.typing import ResponseReturnValue

from core.cases.queries import people_named_in
from core.policy import Permission
from core.policy.room import Room
from core.recording import queries
from core.recording.answering import by_htmx
from core.recording.blueprint import bp
from core.recording.loading import room_of
from core.recording.projector.screen import screen_of
from core.recording.room.timing import time_of, time_of_meeting
from core.web import current_actor, disclose, now, render, requires, today


@bp.get("/screen", endpoint="screen")
@requires(Permission.PROJECT, on=room_of)
def screen(room: Room) -> ResponseReturnValue:
    """The current item in large type, without controls. A page that refreshes itself is given what changes alone."""
    meeting, moment = room.meeting, now()
    shown = screen_of(current_actor(), meeting, on=today())
    if shown is not None and shown.open and shown.item.case_id is not None:
        subjects = people_named_in([shown.item.case_id])
        disclose("meeting.project", object=f"item:{shown.item.id}", subjects=subjects, purpose=f"meeting:{meeting.id}")
    return render(
        "recording/_screen.html" if by_htmx() else "recording/screen.html",
        meeting=meeting,
        shown=shown,
        item_time=time_of(shown.item, now=moment) if shown is not None else None,
        time=time_of_meeting(meeting, queries.agenda_items(meeting.id), now=moment),
        moment=moment,
    )
