"""Pages of the attendance."""

from datetime import datetime, time

from flask import flash
from flask.typing import ResponseReturnValue

from core.clock import at_local, local_date
from core.errors import Refused, Stale
from core.facts import Presence
from core.meetings.models import Meeting
from core.policy import Permission
from core.policy.room import LineInRoom, Room
from core.recording import choices, queries
from core.recording.attendance import operations
from core.recording.attendance.forms import AttendanceForm, DeputyForm, GuestForm, MarkForm
from core.recording.blueprint import bp
from core.recording.loading import line_of, room_of
from core.recording.queries import Member
from core.recording.room import board
from core.web import (
    beside,
    current_actor,
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


@bp.get("/attendance", endpoint="attendance")
@requires(Permission.KEEP_ATTENDANCE, on=room_of)
def attendance(room: Room) -> ResponseReturnValue:
    """Everybody's line, to be set right."""
    return render(
        "recording/attendance.html",
        meeting=room.meeting,
        people=board.people(room.meeting, now=now()),
        over=board.is_over(room),
        may_hand_over=may(Permission.HAND_OVER_FOR_THE_REST, room),
    )


@bp.get("/attendance/guest", endpoint="guest")
@requires(Permission.KEEP_ATTENDANCE, on=room_of)
def guest_page(room: Room) -> ResponseReturnValue:
    """Add a guest."""
    return render("recording/guest.html", expected=_expected(room.meeting), meeting=room.meeting, form=GuestForm())


@bp.post("/attendance/guest", endpoint="guest_submit")
@requires(Permission.KEEP_ATTENDANCE, on=room_of)
def add_guest(room: Room) -> ResponseReturnValue:
    """Add them."""
    form = GuestForm()
    if not form.validate():
        return invalid("recording/guest.html", expected=_expected(room.meeting), meeting=room.meeting, form=form)
    operations.add_guest(
        current_actor(),
        meeting=room.meeting,
        name=form.name.data,
        agency_name=form.agency_name.data,
        deputy_for=form.deputy_for.data or "",
        now=now(),
    )
    return see_other("recording.attendance", meeting_id=room.meeting.id)


@bp.get("/attendance/deputy", endpoint="deputy")
@requires(Permission.KEEP_ATTENDANCE, on=room_of)
def deputy_page(room: Room) -> ResponseReturnValue:
    """Let somebody from outside the group sit in for a member."""
    form, _ = _deputy_form(room.meeting)
    return render("recording/deputy.html", expected=_expected(room.meeting), meeting=room.meeting, form=form)


@bp.post("/attendance/deputy", endpoint="deputy_submit")
@requires(Permission.KEEP_ATTENDANCE, on=room_of)
def seat_deputy(room: Room) -> ResponseReturnValue:
    """Seat them."""
    form, people = _deputy_form(room.meeting)
    if not form.validate():
        return invalid("recording/deputy.html", expected=_expected(room.meeting), meeting=room.meeting, form=form)
    operations.seat_deputy(
        current_actor(),
        meeting=room.meeting,
        user=people[form.person.data],
        deputy_for=form.deputy_for.data,
    )
    return see_other("recording.attendance", meeting_id=room.meeting.id)


def _expected(meeting: Meeting) -> list[str]:
    """Those who did not come, or not yet: somebody may deputise for them."""
    away = (Presence.EXPECTED, Presence.APOLOGIES)
    return [line.name for line in queries.attendance_of(meeting.id) if line.presence in away and line.user_id]


def _deputy_form(meeting: Meeting) -> tuple[DeputyForm, dict[int, Member]]:
    people = queries.who_could_deputise(meeting, on=today())
    form = DeputyForm()
    form.person.offer(choices.people(people))
    return form, {person.user_id: person for person in people}


@bp.get("/attendance/<int:line_id>", endpoint="line")
@requires(Permission.KEEP_ATTENDANCE, on=line_of)
def line_page(here: LineInRoom) -> ResponseReturnValue:
    """One line."""
    line = here.line
    form = AttendanceForm(version=str(line.version), **operations.as_it_stands(line))
    return render("recording/line.html", expected=_expected(here.meeting), meeting=here.meeting, line=line, form=form)


@bp.post("/attendance/<int:line_id>", endpoint="line_submit")
@requires(Permission.KEEP_ATTENDANCE, on=line_of)
def correct(here: LineInRoom) -> ResponseReturnValue:
    """Set it right."""
    form = AttendanceForm()
    if not form.validate():
        return invalid(
            "recording/line.html", expected=_expected(here.meeting), meeting=here.meeting, line=here.line, form=form
        )

    def save() -> None:
        operations.correct_attendance(
            current_actor(),
            meeting=here.meeting,
            line=here.line,
            version=form.version_read,
            presence=Presence(form.presence.data),
            deputy_for=form.deputy_for.data or "",
            information_sent=form.information_sent.data,
            arrived_at=_on_the_day(here.meeting, form.arrived_at.data),
            left_at=_on_the_day(here.meeting, form.left_at.data),
            now=now(),
        )

    try:
        save_merged(form, save, version=lambda: here.line.version)
    except Refused as refused:
        beside(form, refused, "left_at")
        return invalid(
            "recording/line.html", expected=_expected(here.meeting), meeting=here.meeting, line=here.line, form=form
        )
    except Stale as stale:
        page = "recording/line.html"
        return saved_first(
            page,
            form,
            stale,
            version=here.line.version,
            expected=_expected(here.meeting),
            meeting=here.meeting,
            line=here.line,
        )
    return see_other("recording.attendance", meeting_id=here.meeting.id)


@bp.post("/attendance/<int:line_id>/presence", endpoint="mark")
@requires(Permission.KEEP_ATTENDANCE, on=line_of)
def mark(here: LineInRoom) -> ResponseReturnValue:
    """Say with one press who is there. What cannot be said so is asked on the line's own page."""
    form = MarkForm()
    if not form.validate():
        return see_other("recording.line", meeting_id=here.meeting.id, line_id=here.line.id)
    try:
        operations.mark(
            current_actor(),
            meeting=here.meeting,
            line=here.line,
            version=form.version_read,
            presence=Presence(form.presence.data),
            now=now(),
        )
    except operations.InTheChair:
        address = {"meeting_id": here.meeting.id, "then": "attendance"}
        if here.line.user_id == here.meeting.chair_id:
            return see_other("recording.chair_for_the_rest", **address)
        return see_other("recording.chair", item_id=here.meeting.current_item_id, **address)
    except Stale as stale:
        flash(f"Somebody else changed this line meanwhile: it now says “{stale.current['presence']}”.", "important")
    return see_other("recording.attendance", meeting_id=here.meeting.id)


def _on_the_day(meeting: Meeting, hour: time | None) -> datetime | None:
    return at_local(local_date(meeting.opened_at or meeting.starts_at), hour) if hour is not None else None
