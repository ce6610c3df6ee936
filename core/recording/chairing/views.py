"""The chair is handed over: for an item, or for the rest of the meeting."""

from flask import flash, request
from flask.typing import ResponseReturnValue

from core.errors import Refused
from core.policy import Permission
from core.policy.room import ItemInRoom, Room
from core.recording import choices
from core.recording.answering import frame, gone_on
from core.recording.blueprint import bp
from core.recording.chairing import operations
from core.recording.chairing.forms import ChairForm, ChairForTheRestForm
from core.recording.items.operations import take_up
from core.recording.loading import item_of, room_of
from core.web import beside, current_actor, invalid, may, now, render, requires, see_other, today


@bp.get("/items/<int:item_id>/chair", endpoint="chair")
@requires(Permission.HAND_OVER_CHAIR, on=item_of)
def chair_page(here: ItemInRoom) -> ResponseReturnValue:
    """Who takes the chair for it? Of an item that is not being heard, whoever takes it up is asked."""
    return _page(here, _form(here))


@bp.post("/items/<int:item_id>/chair", endpoint="chair_submit")
@requires(Permission.HAND_OVER_CHAIR, on=item_of)
def hand_over(here: ItemInRoom) -> ResponseReturnValue:
    """Hand it over; the item is taken up if it is not current yet."""
    item, form = here.item, _form(here)
    if not form.validate():
        return _page(here, form)
    chosen, at = form.chair.data, now()
    try:
        if item.meeting.current_item_id == item.id:
            operations.hand_over(current_actor(), item=item, chair_id=chosen, now=at, on=today())
        else:
            take_up(current_actor(), meeting=item.meeting, item=item, chair_id=chosen, now=at)
    except Refused as refused:
        beside(form, refused, "chair")
        return _page(here, form)
    return gone_on(f"The chair for item {item.position} is set.", item.meeting)


def _form(here: ItemInRoom) -> ChairForm:
    form = ChairForm()
    form.chair.offer(choices.in_this_order(operations.who_may_chair(here.item, on=today())))
    return form


def _page(here: ItemInRoom, form: ChairForm) -> ResponseReturnValue:
    """It names the item by its number and its reference alone: it need not be open to whoever goes on to it."""
    answer, item = invalid if form.errors else render, here.item
    forced = operations.must_hand_over(item)
    return answer(
        "recording/chair.html",
        frame=_frame(),
        form=form,
        item=item,
        meeting=item.meeting,
        forced=forced,
        may_for_the_rest=may(Permission.HAND_OVER_FOR_THE_REST, here.room),
    )


@bp.get("/chair", endpoint="chair_for_the_rest")
@requires(Permission.HAND_OVER_FOR_THE_REST, on=room_of)
def chair_for_the_rest_page(room: Room) -> ResponseReturnValue:
    """Who takes the chair until the meeting ends?"""
    form = ChairForTheRestForm(then=request.args.get("then", ""))
    return _page_for_the_rest(room, _offering(form, room))


@bp.post("/chair", endpoint="chair_for_the_rest_submit")
@requires(Permission.HAND_OVER_FOR_THE_REST, on=room_of)
def hand_over_the_rest(room: Room) -> ResponseReturnValue:
    """Hand it over."""
    meeting, form = room.meeting, _offering(ChairForTheRestForm(), room)
    if not form.validate():
        return _page_for_the_rest(room, form)
    before = meeting.chair.name if meeting.chair is not None else ""
    try:
        operations.hand_over_the_rest(current_actor(), meeting=meeting, chair_id=form.chair.data, now=now(), on=today())
    except Refused as refused:
        beside(form, refused, "chair")
        return _page_for_the_rest(room, form)
    if form.then.data == "attendance":
        flash(f"The chair is handed over. If {before} leaves, mark it here now.")
        return see_other("recording.attendance", meeting_id=meeting.id)
    return gone_on("The chair is handed over for the rest of the meeting.", meeting)


def _offering(form: ChairForTheRestForm, room: Room) -> ChairForTheRestForm:
    form.chair.offer(choices.in_this_order(operations.who_may_chair_the_rest(room.meeting, on=today())))
    return form


def _page_for_the_rest(room: Room, form: ChairForTheRestForm) -> ResponseReturnValue:
    answer = invalid if form.errors else render
    return answer("recording/chair_for_the_rest.html", frame=_frame(), form=form, meeting=room.meeting)


def _frame() -> str:
    """From the page of the attendance, which takes whole pages, it is one."""
    return "base.html" if request.args.get("then") == "attendance" else frame()
