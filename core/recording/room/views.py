"""The live page of a meeting, its feed, and the steps of the room: opening and accepting."""

from collections.abc import Collection, Sequence
from typing import Any

from flask import Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from core.cases.queries import people_named_in
from core.clock import local_date
from core.errors import NotFound, Refused
from core.extensions import db
from core.facts import Actor, GroupRole, MeetingStatus
from core.meetings.models import AgendaItem
from core.minutes.corrections.queries import Proposals, corrections_under
from core.people.history.disputes import disputed_of
from core.people.history.models import Rectification
from core.policy import Permission
from core.policy.room import ItemInRoom, Room, keeps_record, may_mend
from core.recording import choices, queries
from core.recording.blueprint import bp
from core.recording.feed import Stream, feed
from core.recording.hearing import listening
from core.recording.loading import room_of
from core.recording.room import board, operations
from core.recording.room.forms import AcceptForm, OpenForm
from core.recording.room.members import who_may_run
from core.recording.room.timing import time_of
from core.standards.queries import overdue_in
from core.web import beside, current_actor, disclose, invalid, may, now, render, requires, see_other, today
from core.web.addresses import row_id

_FIRST = {role: place for place, role in enumerate((GroupRole.CHAIR, GroupRole.DEPUTY_CHAIR, GroupRole.COORDINATOR))}
"""Who is offered first for the chair."""


@bp.get("", endpoint="live")
@requires(Permission.JOIN_MEETING, on=room_of)
def live(room: Room) -> ResponseReturnValue:
    """The meeting as it stands. No name before the confidentiality statement was accepted."""
    if room.meeting.status in (MeetingStatus.SCHEDULED, MeetingStatus.CANCELLED):
        return render("recording/waiting.html", meeting=room.meeting, may_open=may(Permission.RUN_MEETING, room))
    if not may(Permission.ENTER_ROOM, room):
        over, left = board.is_over(room), board.has_left(room)
        form = None if over or left else AcceptForm()
        return render("recording/accept.html", meeting=room.meeting, form=form, left=left and not over)
    agenda = board.agenda(current_actor(), room, now=now())
    item = _item(room)
    _disclose(room, {*agenda.subjects, *_people_of(item)})
    item["saved"] = item["page"] is not None and "saved" in request.args
    return render(
        "recording/live.html",
        agenda=agenda,
        ahead=board.item_to_write_in(current_actor(), room, agenda),
        time=agenda.time,
        people=board.people(room.meeting, now=now()),
        may_mend=may_mend(current_actor(), room.meeting),
        may_reopen=item["over"] and bool(may(Permission.REOPEN_MEETING, room)),
        may_see_minutes=item["over"] and may(Permission.SEE_MINUTES, room.meeting),
        **item,
    )


@bp.get("/agenda", endpoint="agenda")
@requires(Permission.ENTER_ROOM, on=room_of)
def agenda_fragment(room: Room) -> ResponseReturnValue:
    """The list of items, for a page that is refreshing it."""
    agenda = board.agenda(current_actor(), room, now=now())
    _disclose(room, agenda.subjects)
    return render(
        "recording/_agenda_again.html", meeting=room.meeting, agenda=agenda, time=agenda.time, pinned=_pinned()
    )


@bp.get("/item", endpoint="item")
@requires(Permission.ENTER_ROOM, on=room_of)
def item_fragment(room: Room) -> ResponseReturnValue:
    """The current item, or the chosen one, for a page that is refreshing it."""
    item = _item(room)
    _disclose(room, _people_of(item))
    return render("recording/_item.html", **item)


@bp.get("/people", endpoint="people")
@requires(Permission.ENTER_ROOM, on=room_of)
def people_fragment(room: Room) -> ResponseReturnValue:
    """Who is there, for a page that is refreshing it."""
    return render(
        "recording/_people_again.html",
        meeting=room.meeting,
        people=board.people(room.meeting, now=now()),
        may_run=may(Permission.RUN_MEETING, room),
    )


@bp.get("/now", endpoint="now")
@requires(Permission.ENTER_ROOM, on=room_of)
def newest(room: Room) -> ResponseReturnValue:
    """The feed's newest number, for pages that ask again and again: 304 while nothing changed."""
    answer = jsonify(number=room.meeting.revision)
    answer.set_etag(str(room.meeting.revision))
    return answer.make_conditional(request)


@bp.get("/stream", endpoint="stream")
@requires(Permission.ENTER_ROOM, on=room_of)
def stream(room: Room) -> ResponseReturnValue:
    """The feed as server-sent events: hints without personal data. 503 when there are too many: the page asks then."""
    meeting = room.meeting
    if not feed.join(meeting.id, meeting.revision):
        return Response("Too many live pages are open; this one asks instead.", 503, mimetype="text/plain")
    numbers_of = queries.watcher()
    feed.look_after(numbers_of, listening(db.engine) if current_app.config["ROUNDTABLE"].listens else None)
    feed.tell_numbers(numbers_of([meeting.id]))  # what was saved between the page's number and the joining
    answer = Response(Stream(meeting.id, meeting.revision), mimetype="text/event-stream")
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


@bp.get("/open", endpoint="open")
@requires(Permission.RUN_MEETING, on=room_of)
def open_page(room: Room) -> ResponseReturnValue:
    """Who takes the chair, and who the minutes."""
    return render("recording/open.html", meeting=room.meeting, form=_open_form(room))


@bp.post("/open", endpoint="open_submit")
@requires(Permission.RUN_MEETING, on=room_of)
def open_meeting(room: Room) -> ResponseReturnValue:
    """Open the meeting."""
    form = _open_form(room)
    if not form.validate():
        return invalid("recording/open.html", meeting=room.meeting, form=form)
    try:
        operations.open_meeting(
            current_actor(),
            meeting=room.meeting,
            chair_id=form.chair.data,
            minute_taker_id=form.minute_taker.data,
            now=now(),
            on=today(),
        )
    except Refused as refused:
        beside(form, refused, "minute_taker")
        return invalid("recording/open.html", meeting=room.meeting, form=form)
    return see_other("recording.live", meeting_id=room.meeting.id)


@bp.post("/accept", endpoint="accept")
@requires(Permission.JOIN_MEETING, on=room_of)
def accept(room: Room) -> ResponseReturnValue:
    """Accept the confidentiality statement."""
    form = AcceptForm()
    if not form.validate():
        return invalid("recording/accept.html", meeting=room.meeting, form=form)
    operations.accept(current_actor(), meeting=room.meeting, line=room.attendance, now=now())
    return see_other("recording.live", meeting_id=room.meeting.id)


def _open_form(room: Room) -> OpenForm:
    """Those who may take the chair, the chair and the deputies first; and those who may take the minutes.

    What is chosen to begin with is the group's own chair and coordinator.
    """
    meeting = room.meeting
    members = sorted(who_may_run(meeting, on=today()), key=lambda each: _FIRST.get(each.role, len(_FIRST)))
    of = {role: next((each.user_id for each in members if each.role is role), None) for role in _FIRST}
    chair = of[GroupRole.CHAIR] or of[GroupRole.DEPUTY_CHAIR]
    form = OpenForm(chair=chair, minute_taker=of[GroupRole.COORDINATOR])
    form.chair.offer(choices.in_this_order(members))
    form.minute_taker.offer(choices.people(sorted(members, key=lambda each: each.agency_name)))
    return form.on_its_day() if local_date(meeting.starts_at) == today() else form


def _disclose(room: Room, subjects: Collection[int]) -> None:
    """One record for what the page, or the part that is refreshed, shows of whom."""
    if subjects:
        meeting = f"meeting:{room.meeting.id}"
        disclose("meeting.follow", object=meeting, subjects=subjects, purpose=meeting)


def _people_of(item: dict[str, Any]) -> set[int]:
    page: board.ItemPage | None = item["page"]
    corrections: Proposals | None = item["corrections"]
    named = people_named_in(corrections.cases) if corrections is not None and corrections.cases else ()
    return {*named, *((each.person_id for each in page.people) if page is not None else ())}


def _pinned() -> int | None:
    """The item that the reader has chosen instead of following the chair."""
    return row_id(request.args.get("item"))


def _owed(actor: Actor, item: AgendaItem) -> int:
    """How many of the item's complainants and victims are owed something that is overdue: for those who lead the group,
    and the lead agency of the case.
    """
    case = item.case
    if case is None or not (actor.leads(item.meeting.group_id) or case.lead_agency_id == actor.agency_id):
        return 0
    return overdue_in(actor, [case.id], on=today()).get(case.id, 0)


def _disputes(page: board.ItemPage | None) -> Sequence[Rectification]:
    """What is disputed of the item's case, of the people in it, and of the returns that this reader may read."""
    if page is None or page.line.item.case_id is None:
        return ()
    read = [each.research.id for each in page.returns if each.readable]
    return disputed_of(page.line.item.case_id, returns=read)


def _item(room: Room) -> dict[str, Any]:
    """What the item's part of the page needs: the chosen item, else the current one, else none."""
    actor, meeting, pinned = current_actor(), room.meeting, _pinned()
    wanted = pinned or meeting.current_item_id
    line = board.line(actor, room, wanted) if wanted is not None else None
    if pinned is not None and line is None:
        raise NotFound
    page = None
    if line is not None and line.open:
        page = board.item_page(actor, ItemInRoom(line.item, room.attendance, missed=room.missed), line)
    corrections = corrections_under(actor, line.item, now=now()) if line is not None and line.open else None
    return {
        "corrections": corrections,
        "disputes": _disputes(page),
        "owed": _owed(actor, line.item) if page is not None and line is not None else 0,
        "may_decide": page is not None and (bool(page.may_settle) or may_mend(actor, meeting)),
        "meeting": meeting,
        "over": board.is_over(room),
        "may_run": may(Permission.RUN_MEETING, room),
        "may_hand_over": may(Permission.HAND_OVER_FOR_THE_REST, room),
        "keeps_record": keeps_record(actor, meeting),
        "chair_is_out": board.chair_is_out(meeting),
        # Whoever chose the item at which the meeting is, or comes to be, follows the chair from there.
        "pinned": pinned if pinned != meeting.current_item_id else None,
        "saved": False,
        "line": line,
        "page": page,
        "round": board.neighbours(meeting),
        "moment": now(),
        "item_time": time_of(line.item, now=now()) if line is not None else None,
        "today": today(),
    }
