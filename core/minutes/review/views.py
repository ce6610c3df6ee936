"""The chair's review of minutes: what is new, what is remarked, and then approve or send back."""

from typing import Any

from flask import flash
from flask.typing import ResponseReturnValue

from core.errors import Refused, Stale
from core.facts import MinutesStatus
from core.minutes import operations, queries
from core.minutes.blueprint import bp
from core.minutes.comments.queries import by_place, comments_for, open_ones
from core.minutes.loading import minutes_of
from core.minutes.models import Minutes
from core.minutes.operations import Fair
from core.minutes.review.forms import ApproveForm, SendBackForm
from core.minutes.review.page import review_of
from core.minutes.showing import same_version, shown_part
from core.policy import Permission
from core.web import beside, current_actor, invalid, now, render, requires, saved_first, see_other

PAGE = "minutes/review.html"


@bp.get("/meetings/<int:meeting_id>/minutes/review")
@requires(Permission.APPROVE_MINUTES, on=minutes_of)
def review(minutes: Minutes) -> ResponseReturnValue:
    """Read them through."""
    return render(PAGE, form=SendBackForm(), **_context(minutes))


@bp.post("/meetings/<int:meeting_id>/minutes/send-back")
@requires(Permission.APPROVE_MINUTES, on=minutes_of)
def send_back(minutes: Minutes) -> ResponseReturnValue:
    """Give them back, with comments or a note."""
    form = SendBackForm()
    if not form.validate():
        return invalid(PAGE, form=form, **_context(minutes))
    try:
        same_version(minutes, form)
        operations.send_back(current_actor(), minutes, comment=form.comment.data or "", now=now())
    except Stale as stale:
        return saved_first(PAGE, form, stale, **{**_context(minutes), "version": minutes.version})
    except Refused as refused:
        beside(form, refused, "comment")
        return invalid(PAGE, form=form, **_context(minutes))
    flash("The minutes were sent back.")
    return see_other("minutes.review", meeting_id=minutes.meeting_id)


def _fair_copy(minutes: Minutes) -> Fair | None:
    """The document, unless there is something to be asked first."""
    if _comments_in_the_way(minutes, ApproveForm()):
        return None
    return operations.fair_copy(current_actor(), minutes, now=now())


@bp.post("/meetings/<int:meeting_id>/minutes/approve")
@requires(Permission.APPROVE_MINUTES, on=minutes_of, before_lock=_fair_copy, proved=True)
def approve(minutes: Minutes, fair: Fair | None) -> ResponseReturnValue:
    """Approve them: record, hash, HTML and PDF are frozen. While comments are open, asks whether that is meant."""
    form = ApproveForm()
    same_version(minutes, form)
    if fair is None or _comments_in_the_way(minutes, form):
        return invalid(PAGE, form=SendBackForm(formdata=None), asked=True, **_context(minutes))
    operations.approve(current_actor(), minutes, fair, now=now())
    flash("You approved the minutes. They can be circulated now.")
    return see_other("minutes.show", meeting_id=minutes.meeting_id)


def _comments_in_the_way(minutes: Minutes, form: ApproveForm) -> bool:
    return not form.despite.data and bool(open_ones(comments_for(current_actor(), minutes)))


def _context(minutes: Minutes) -> dict[str, Any]:
    mine = shown_part(current_actor(), minutes, "minutes.review")
    comments = comments_for(current_actor(), minutes)
    found = review_of(minutes, mine, comments)
    return {
        "meeting": minutes.meeting,
        "minutes": minutes,
        "record": mine,
        "review": found,
        "worded": found.worded,
        "comments": by_place(comments),
        "unsettled": open_ones(comments),
        "names": queries.names_of_steps(minutes),
        "reviewing": minutes.status is MinutesStatus.SUBMITTED,
    }
