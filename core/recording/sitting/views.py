"""The steps that stop a meeting and let it go on: pause, adjourn, close, open again."""

from typing import Any

from flask import flash
from flask.typing import ResponseReturnValue

from core.errors import Refused
from core.facts import ItemOutcome
from core.meetings.diary.adjourning import GoesOn
from core.meetings.diary.notices import when
from core.policy import Permission
from core.policy.room import Room
from core.recording import queries
from core.recording.blueprint import bp
from core.recording.items.operations import is_undecided
from core.recording.loading import room_of
from core.recording.sitting import operations
from core.recording.sitting.forms import AdjournForm, CloseForm, PauseForm, ReopenForm
from core.web import beside, current_actor, invalid, now, render, requires, see_other


@bp.get("/pause", endpoint="pause")
@requires(Permission.PAUSE_MEETING, on=room_of)
def pause_page(room: Room) -> ResponseReturnValue:
    """Pause the meeting, or go on with it."""
    return render("recording/pause.html", meeting=room.meeting, form=_pause_form(room))


@bp.post("/pause", endpoint="pause_submit")
@requires(Permission.PAUSE_MEETING, on=room_of)
def pause(room: Room) -> ResponseReturnValue:
    """Do it."""
    form = PauseForm()
    if not form.validate():
        return invalid("recording/pause.html", meeting=room.meeting, form=form)
    if form.paused.data == "yes":
        operations.pause(current_actor(), meeting=room.meeting, reason=form.reason.data or "", now=now())
    else:
        operations.resume(current_actor(), meeting=room.meeting, now=now())
    return see_other("recording.live", meeting_id=room.meeting.id)


def _pause_form(room: Room) -> PauseForm:
    form: PauseForm = PauseForm(paused="no" if room.meeting.paused_at is not None else "yes")
    return form


@bp.get("/adjourn", endpoint="adjourn")
@requires(Permission.ADJOURN_MEETING, on=room_of)
def adjourn_page(room: Room) -> ResponseReturnValue:
    """When and where does it go on, and what is heard there?"""
    return render("recording/adjourn.html", form=AdjournForm.of(room.meeting), **_leaving(room))


@bp.post("/adjourn", endpoint="adjourn_submit")
@requires(Permission.ADJOURN_MEETING, on=room_of)
def adjourn(room: Room) -> ResponseReturnValue:
    """Adjourn it."""
    form = AdjournForm().as_of(now())
    if not form.validate():
        return invalid("recording/adjourn.html", form=form, **_leaving(room))
    to = GoesOn(form.starts_at, form.ends_at, form.venue.data or "", form.online_link.data or "")
    try:
        other = operations.adjourn(current_actor(), meeting=room.meeting, to=to, now=now())
    except Refused as refused:
        beside(form, refused, "day")
        return invalid("recording/adjourn.html", form=form, **_leaving(room))
    flash(f"The meeting is adjourned until {when(other.starts_at)}. The group’s members are being told.")
    return see_other("recording.live", meeting_id=room.meeting.id)


def _leaving(room: Room) -> dict[str, Any]:
    return {"meeting": room.meeting, "left": operations.left_to_hear(queries.agenda_items(room.meeting.id))}


@bp.get("/reopen", endpoint="reopen")
@requires(Permission.REOPEN_MEETING, on=room_of)
def reopen_page(room: Room) -> ResponseReturnValue:
    """Why does it go on?"""
    return render("recording/reopen.html", meeting=room.meeting, form=ReopenForm())


@bp.post("/reopen", endpoint="reopen_submit")
@requires(Permission.REOPEN_MEETING, on=room_of)
def reopen(room: Room) -> ResponseReturnValue:
    """Go on."""
    form = ReopenForm()
    if not form.validate():
        return invalid("recording/reopen.html", meeting=room.meeting, form=form)
    operations.reopen(current_actor(), meeting=room.meeting, reason=form.reason.data or "", now=now())
    flash("The meeting is open again. Close it when you are done.")
    return see_other("recording.live", meeting_id=room.meeting.id)


@bp.get("/close", endpoint="close")
@requires(Permission.RUN_MEETING, on=room_of)
def close_page(room: Room) -> ResponseReturnValue:
    """What closing means, and which items have no outcome yet."""
    return render("recording/close.html", **_closing(room))


@bp.post("/close", endpoint="close_submit")
@requires(Permission.RUN_MEETING, on=room_of)
def close_meeting(room: Room) -> ResponseReturnValue:
    """Close the meeting."""
    page = _closing(room)
    form: CloseForm = page["form"]
    if not form.validate():
        return invalid("recording/close.html", **page)
    chosen = ItemOutcome(form.recorded.data) if "recorded" in form else None
    operations.close_meeting(current_actor(), meeting=room.meeting, of_the_recorded=chosen, now=now())
    flash("The meeting is closed.")
    return see_other("recording.live", meeting_id=room.meeting.id)


def _closing(room: Room) -> dict[str, Any]:
    """What the page of closing needs: the undecided items, those that were recorded under apart."""
    without = [item for item in queries.agenda_items(room.meeting.id) if is_undecided(item)]
    recorded = queries.recorded_under([item.id for item in without])
    form = CloseForm()
    return {
        "meeting": room.meeting,
        "recorded": [item for item in without if item.id in recorded],
        "without": [item for item in without if item.id not in recorded],
        "form": form if recorded else form.asking_nothing(),
    }
