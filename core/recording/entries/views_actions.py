"""Pages on which attendees record actions: in the form, or in one line that fills it in."""

from datetime import date

from flask import request, url_for
from flask.typing import ResponseReturnValue

from core.actions import operations as action_log
from core.actions.models import Action
from core.clock import local_date
from core.errors import Refused
from core.meetings.diary.queries import next_meeting
from core.meetings.models import AgendaItem, Meeting
from core.policy import Permission
from core.policy.room import ItemInRoom
from core.recording.answering import form_page, written
from core.recording.blueprint import bp
from core.recording.due_words import Moment
from core.recording.entries.forms import ActionForm, LineForm
from core.recording.entries.queries import doers_at
from core.recording.loading import item_of
from core.recording.one_line import Doer, Understood, understand
from core.recording.room.queries import referrals_of
from core.recording.room.usual import usual_at
from core.web import beside, current_actor, now, requires, today


@bp.get("/items/<int:item_id>/action", endpoint="action")
@requires(Permission.WRITE, on=item_of)
def action_page(here: ItemInRoom) -> ResponseReturnValue:
    """What will be done, by whom, until when? With `usual` in the address, one that is usually agreed."""
    item = here.item
    _, open_now = referrals_of(item)
    offered = usual_at(current_actor(), item, referrals=open_now)
    wanted = next((each for each in offered if each.key == request.args.get("usual")), None)
    if wanted is None:
        return action_form_page(ActionForm(), item)
    return action_form_page(ActionForm(text=wanted.text, due=wanted.due(_agreed_on(item.meeting))), item)


@bp.post("/items/<int:item_id>/action/line", endpoint="action_line")
@requires(Permission.WRITE, on=item_of)
def read_line(here: ItemInRoom) -> ResponseReturnValue:
    """The form filled in from one line. A form that posts, although it records nothing: what is typed names people,
    and an address is kept in logs and in the browser's history.
    """
    item = here.item
    line = LineForm().line.data
    if not line:
        return action_form_page(ActionForm(formdata=None), item)
    agencies, members = doers_at(item, on=today())
    people = [Doer(member.name, member.agency_id, member.user_id) for member in members]
    following = next_meeting(item.meeting.group_id, after=item.meeting.starts_at)
    said_on = Moment(_agreed_on(item.meeting), local_date(following.starts_at) if following is not None else None)
    said = understand(line, [*agencies, *people], said_on)
    return action_form_page(_understood(said), item, said=said)


@bp.post("/items/<int:item_id>/action", endpoint="action_submit")
@requires(Permission.WRITE, on=item_of)
def record_action(here: ItemInRoom) -> ResponseReturnValue:
    """Record it."""
    item = here.item
    on = _agreed_on(item.meeting)
    form = ActionForm().due_from(on)
    form.leave_choices_to_the_log()
    if not form.validate() or form.due.data is None:
        return action_form_page(form, item)
    try:
        action = action_log.record_action(
            current_actor(),
            item=item,
            text=form.text.data,
            owner_agency_id=form.owner.data,
            owner_user_id=form.person.data,
            due_on=form.due.data,
            now=now(),
            on=on,
        )
    except Refused as refused:
        beside(form, refused, "owner")
        return action_form_page(form, item)
    again = url_for("recording.action", meeting_id=item.meeting_id, item_id=item.id)
    return written(f"Action {action.ref} is recorded.", meeting=item.meeting, item=item, again=again)


def action_form_page(
    form: ActionForm, item: AgendaItem, *, action: Action | None = None, said: Understood | None = None
) -> ResponseReturnValue:
    """The page of an action: a new one, or that one as it was recorded. `said`: the line that filled it in."""
    offer_owners(form, item)
    return form_page("recording/action.html", form=form, item=item, recorded=action, said=said)


def offer_owners(form: ActionForm, item: AgendaItem) -> None:
    """Fill the lists of agencies and people."""
    agencies, members = doers_at(item, on=today())
    form.offer([(agency.agency_id, agency.name) for agency in agencies], members)


def _understood(said: Understood) -> ActionForm:
    """The form with what a line was understood to say; the line itself is not what is sent next."""
    owner = said.owner
    return ActionForm(
        formdata=None,
        text=said.text,
        owner=owner.agency_id if owner is not None else None,
        person=owner.user_id if owner is not None else None,
        due=said.due,
    )


def _agreed_on(meeting: Meeting) -> date:
    """The day of which an action recorded now is: of what is added to a closed meeting, that of the meeting."""
    return local_date(meeting.closed_at) if meeting.closed_at is not None else today()
