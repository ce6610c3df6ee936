"""The chair's steps: which item is current, what became of it, and cases added in the meeting."""

from flask import request
from flask.typing import ResponseReturnValue

from core.cases.queries import people_named_in
from core.errors import Refused, Stale
from core.facts import ItemOutcome
from core.meetings.models import AgendaItem
from core.meetings.nominations.queries import cases_to_add_as_urgent
from core.policy import Permission
from core.policy.room import ItemInRoom, Room
from core.recording import queries
from core.recording.answering import form_page, gone_on, moved, stale_page, written
from core.recording.blueprint import bp
from core.recording.chairing.operations import must_hand_over
from core.recording.items import operations
from core.recording.items.forms import AttendedForm, OutcomeForm, UrgentForm
from core.recording.loading import item_of, room_of
from core.web import beside, current_actor, disclose, may, now, requires, see_other

NO_SUCH_CASE = "There is no case with that reference that is open to you"


@bp.post("/items/<int:item_id>/current", endpoint="take_up")
@requires(Permission.TAKE_UP_ITEM, on=item_of)
def take_up(here: ItemInRoom) -> ResponseReturnValue:
    """Make it the current item. What the meeting leaves wants an outcome first, unless the chair goes on without; what
    the chair has an interest in wants somebody else in the chair.
    """
    meeting, item = here.item.meeting, here.item
    left = _left_undecided(here)
    if left is not None and "anyway" not in request.form:
        return see_other("recording.outcome", meeting_id=meeting.id, item_id=left.id, then=item.id)
    if meeting.current_item_id != item.id and must_hand_over(item):
        return see_other("recording.chair", meeting_id=meeting.id, item_id=item.id)
    operations.take_up(current_actor(), meeting=meeting, item=item, now=now())
    return moved(meeting)


def _left_undecided(here: ItemInRoom) -> AgendaItem | None:
    """The item that the meeting would leave, if the actor could say what became of it and nobody has."""
    meeting = here.item.meeting
    if meeting.current_item_id is None or meeting.current_item_id == here.item.id:
        return None
    left = queries.item_of(meeting, meeting.current_item_id)
    if left is None or not operations.is_undecided(left):
        return None
    return left if may(Permission.SETTLE_ITEM, ItemInRoom(left, here.attendance, missed=here.missed)) else None


@bp.get("/items/<int:item_id>/outcome", endpoint="outcome")
@requires(Permission.SETTLE_ITEM, on=item_of)
def outcome_page(here: ItemInRoom) -> ResponseReturnValue:
    """What became of it? Nothing is chosen for whoever says it first, unless they pressed what it was."""
    item, pressed = here.item, request.args.get("outcome")
    chosen = item.outcome.value if item.outcome is not ItemOutcome.PENDING else pressed
    version = str(operations.version_of_outcome(item))
    form = OutcomeForm(outcome=chosen, reason=item.outcome_reason, then=request.args.get("then", ""), version=version)
    return _outcome_page(form.about(item), item)


@bp.post("/items/<int:item_id>/outcome", endpoint="outcome_submit")
@requires(Permission.SETTLE_ITEM, on=item_of)
def settle(here: ItemInRoom) -> ResponseReturnValue:
    """Say it, and go on to where the chair was going: to the next item, or to close the meeting.

    When somebody else said it first, both are shown and the own text is kept: 409.
    """
    item, meeting = here.item, here.item.meeting
    form = OutcomeForm().about(item)
    if not form.validate():
        return _outcome_page(form, item)
    outcome = ItemOutcome(form.outcome.data)
    following = _following(form, item)
    try:
        operations.settle(
            current_actor(),
            item=item,
            version=form.version_read,
            outcome=outcome,
            reason=form.reason.data or "",
            now=now(),
        )
    except Stale as stale:
        return stale_page(
            "recording/outcome.html",
            form,
            stale,
            version=operations.version_of_outcome(item),
            item=item,
            place="#step" if form.next_item_id is not None else "#writing",
            following=following,
        )
    if following is not None and must_hand_over(following):
        return see_other("recording.chair", meeting_id=meeting.id, item_id=following.id)
    if following is not None:
        operations.take_up(current_actor(), meeting=meeting, item=following, now=now())
        return gone_on(f"Item {item.position}: {outcome.value}. The meeting is at item {following.position}.", meeting)
    if form.then.data == "close":
        return see_other("recording.close", meeting_id=meeting.id)
    return written(f"Item {item.position}: {outcome.value}.", meeting=meeting, item=item)


def _outcome_page(form: OutcomeForm, item: AgendaItem) -> ResponseReturnValue:
    return form_page("recording/outcome.html", form=form, item=item, following=_following(form, item))


def _following(form: OutcomeForm, item: AgendaItem) -> AgendaItem | None:
    """The item to go on to; none when another has been taken up meanwhile."""
    meeting = item.meeting
    if form.next_item_id is None or meeting.current_item_id != item.id:
        return None
    return queries.item_of(meeting, form.next_item_id)


@bp.get("/items/<int:item_id>/attended", endpoint="attended")
@requires(Permission.KEEP_ITEM_ATTENDANCE, on=item_of)
def attended_page(here: ItemInRoom) -> ResponseReturnValue:
    """Who was there for it?"""
    return _attended_page(AttendedForm(), here.item)


@bp.post("/items/<int:item_id>/attended", endpoint="attended_submit")
@requires(Permission.KEEP_ITEM_ATTENDANCE, on=item_of)
def correct_attendance(here: ItemInRoom) -> ResponseReturnValue:
    """Set it right: what was changed on the page, and nothing else."""
    item, form = here.item, AttendedForm()
    form.offer(queries.at_item(item))
    if not form.validate():
        return _attended_page(form, item)
    there, shown = set(form.there.data or ()), form.was_ticked
    operations.correct_attendance(current_actor(), item=item, came=there - shown, went=shown - there)
    return written(f"Who was there for item {item.position} is saved.", meeting=item.meeting, item=item)


def _attended_page(form: AttendedForm, item: AgendaItem) -> ResponseReturnValue:
    everybody = queries.at_item(item)
    form.offer(everybody)
    recused = [each.line for each in everybody if each.recused]
    return form_page("recording/attended.html", form=form, item=item, recused=recused)


@bp.get("/urgent", endpoint="urgent")
@requires(Permission.ADD_URGENT, on=room_of)
def urgent_page(room: Room) -> ResponseReturnValue:
    """Which case, and why? With `q`, cases to choose from; with `ref`, the one that was chosen."""
    actor, words = current_actor(), request.args.get("q", "").replace("\0", "")[:100]
    found = cases_to_add_as_urgent(actor, room.meeting.id, words=words) if words.strip() else ()
    if found:
        subjects = people_named_in([row.id for row in found])
        disclose("case.search", object=f"meeting:{room.meeting.id}", subjects=subjects)
    form = UrgentForm(ref=request.args.get("ref", "")[:40])
    return form_page("recording/urgent.html", form=form, meeting=room.meeting, words=words, found=found)


@bp.post("/urgent", endpoint="urgent_submit")
@requires(Permission.ADD_URGENT, on=room_of)
def add_urgent(room: Room) -> ResponseReturnValue:
    """Add it."""
    form = UrgentForm()
    if not form.validate():
        return form_page("recording/urgent.html", form=form, meeting=room.meeting)
    case = queries.case_by_ref(room.meeting.group.partnership_id, form.ref.data.upper())
    if case is None:
        form.ref.errors = [NO_SUCH_CASE]
        return form_page("recording/urgent.html", form=form, meeting=room.meeting)
    try:
        item = operations.add_urgent_case(
            current_actor(),
            meeting=room.meeting,
            case=case,
            reason=form.reason.data,
            minutes=form.minutes.data,
            now=now(),
        )
    except Refused as refused:
        beside(form, refused, "ref")
        return form_page("recording/urgent.html", form=form, meeting=room.meeting)
    return written(f"{case.ref} is on the agenda as item {item.position}.", meeting=room.meeting)
