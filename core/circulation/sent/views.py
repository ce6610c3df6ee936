"""The page of what was sent about a meeting, for those who lead its group, and the buttons on it."""

from collections.abc import Sequence
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue

from core.circulation.blueprint import bp
from core.circulation.sending import send_copy_again
from core.circulation.sent import operations, queries
from core.circulation.sent.forms import ChaseForm
from core.circulation.sent.queries import Sent
from core.errors import NotFound, Refused
from core.facts import MailState
from core.meetings.loading import meeting_of
from core.meetings.models import Meeting
from core.policy import Permission
from core.web import beside, current_actor, invalid, now, render, requires, see_other


def _meeting(meeting_id: int, **_rest: int) -> Meeting:
    """The meeting of an address that names something of it, too."""
    return meeting_of(meeting_id)


@bp.get("/meetings/<int:meeting_id>/sent")
@requires(Permission.SEE_OUTBOX, on=meeting_of)
def sent(meeting: Meeting) -> ResponseReturnValue:
    """What went out about this meeting: how each mail stands, and who has opened what."""
    everything = queries.sent_about(meeting.id)
    form = ChaseForm()
    form.offer(everything)
    return render("circulation/sent.html", **_page(meeting, everything, form))


@bp.post("/meetings/<int:meeting_id>/mails/<int:mail_id>/again")
@requires(Permission.CIRCULATE_MINUTES, on=_meeting)
def send_again(meeting: Meeting) -> ResponseReturnValue:
    """Try a mail that failed once more."""
    mail = _found(queries.mail_of(meeting.id, _named("mail_id")))
    operations.try_again(current_actor(), mail, now=now())
    return see_other("circulation.sent", meeting_id=meeting.id)


@bp.post("/meetings/<int:meeting_id>/mails/again")
@requires(Permission.CIRCULATE_MINUTES, on=meeting_of)
def send_all_again(meeting: Meeting) -> ResponseReturnValue:
    """Try all that failed."""
    number = operations.try_all_again(current_actor(), meeting, now=now())
    flash(f"{number} {'mail is' if number == 1 else 'mails are'} tried again.")
    return see_other("circulation.sent", meeting_id=meeting.id)


@bp.post("/meetings/<int:meeting_id>/copies/<int:copy_id>/again")
@requires(Permission.CIRCULATE_MINUTES, on=_meeting)
def send_copy(meeting: Meeting) -> ResponseReturnValue:
    """Send somebody once more what they were sent before."""
    copy = _found(queries.copy_of(meeting.id, _named("copy_id")))
    send_copy_again(current_actor(), copy, now=now())
    flash(f"It is on its way to {copy.user.name} again.")
    return see_other("circulation.sent", meeting_id=meeting.id)


@bp.post("/meetings/<int:meeting_id>/chase")
@requires(Permission.CIRCULATE_MINUTES, on=meeting_of)
def chase(meeting: Meeting) -> ResponseReturnValue:
    """Write to whoever has not opened theirs."""
    everything = queries.sent_about(meeting.id)
    form = ChaseForm()
    form.offer(everything)
    if not form.validate():
        return invalid("circulation/sent.html", **_page(meeting, everything, form))
    of = next(each for each in everything if each.circulation.id == form.circulation.data)
    try:
        number = operations.chase(current_actor(), meeting, of, days=form.days.data, now=now())
    except Refused as refused:
        beside(form, refused, "days")
        return invalid("circulation/sent.html", **_page(meeting, everything, form))
    flash(f"{number} {'person is' if number == 1 else 'people are'} asked to open theirs.")
    return see_other("circulation.sent", meeting_id=meeting.id)


def _page(meeting: Meeting, everything: Sequence[Sent], form: ChaseForm) -> dict[str, Any]:
    mails = queries.other_mails_of(meeting.id)
    brought = [recipient.mail for each in everything for recipient in each.recipients if recipient.mail is not None]
    return {
        "meeting": meeting,
        "everything": everything,
        "mails": mails,
        "failed": sum(mail.state is MailState.FAILED for mail in (*mails, *brought)),
        "form": form,
    }


def _named(what: str) -> int:
    number: int = (request.view_args or {})[what]
    return number


def _found(row: Any) -> Any:
    if row is None:
        raise NotFound
    return row
