"""Pages of comments on minutes: the chair remarks, whoever takes the minutes says what was done."""

from typing import Any

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from core.cases.queries import people_named_in
from core.errors import Stale
from core.minutes.blueprint import bp
from core.minutes.comments import operations
from core.minutes.comments.forms import CommentForm, SettleForm
from core.minutes.loading import comment_of, item_of, whole_of
from core.policy import Permission
from core.policy.composing import CommentInMinutes, InMinutes, work_on
from core.web import current_actor, disclose, invalid, now, render, requires, saved_first, see_other


@bp.get("/meetings/<int:meeting_id>/minutes/comment")
@requires(Permission.COMMENT_ON_MINUTES, on=whole_of)
def comment(here: InMinutes) -> ResponseReturnValue:
    """What needs to be put right in the minutes as a whole?"""
    return render("minutes/comment.html", form=CommentForm(), **_page(here))


@bp.post("/meetings/<int:meeting_id>/minutes/comment")
@requires(Permission.COMMENT_ON_MINUTES, on=whole_of)
def comment_submit(here: InMinutes) -> ResponseReturnValue:
    """Keep the comment."""
    return _keep(here)


@bp.get("/meetings/<int:meeting_id>/minutes/items/<int:item_id>/comment")
@requires(Permission.COMMENT_ON_MINUTES, on=item_of)
def comment_on_item(here: InMinutes) -> ResponseReturnValue:
    """What needs to be put right in this item?"""
    return render("minutes/comment.html", form=CommentForm(), **_page(here))


@bp.post("/meetings/<int:meeting_id>/minutes/items/<int:item_id>/comment")
@requires(Permission.COMMENT_ON_MINUTES, on=item_of)
def comment_on_item_submit(here: InMinutes) -> ResponseReturnValue:
    """Keep the comment."""
    return _keep(here)


@bp.get("/meetings/<int:meeting_id>/minutes/comments/<int:comment_id>")
@requires(Permission.SETTLE_COMMENT, on=comment_of)
def settle(target: CommentInMinutes) -> ResponseReturnValue:
    """What was done about it?"""
    said = target.comment
    form = SettleForm(note=said.settled_note, version=str(said.version))
    return render("minutes/settle.html", form=form, comment=said, **_page(target.here))


@bp.post("/meetings/<int:meeting_id>/minutes/comments/<int:comment_id>")
@requires(Permission.SETTLE_COMMENT, on=comment_of)
def settle_submit(target: CommentInMinutes) -> ResponseReturnValue:
    """Keep what was done. When somebody else said so first, both are shown and the own words are kept: 409."""
    form = SettleForm()
    if not form.validate():
        return invalid("minutes/settle.html", form=form, comment=target.comment, **_page(target.here))
    try:
        operations.settle(current_actor(), target, version=form.version_read, note=form.note.data or "", now=now())
    except Stale as stale:
        said = target.comment
        return saved_first("minutes/settle.html", form, stale, version=said.version, comment=said, **_page(target.here))
    flash("The comment is settled.")
    return _back_to(target.here)


def _keep(here: InMinutes) -> ResponseReturnValue:
    form = CommentForm()
    if not form.validate():
        return invalid("minutes/comment.html", form=form, **_page(here))
    operations.comment(current_actor(), here, text=form.text.data or "", now=now())
    flash("Your comment is saved. Send the minutes back when you have read them through.")
    return see_other("minutes.review", meeting_id=here.minutes.meeting_id, **_place(here))


def _page(here: InMinutes) -> dict[str, Any]:
    """What a form's page says besides the form. Of an item it names the case."""
    item = here.item
    if item is not None and item.case_id is not None:
        disclose(
            "minutes.comments",
            object=f"item:{item.id}",
            subjects=people_named_in([item.case_id]),
            purpose=f"meeting:{item.meeting_id}",
        )
    meeting = here.minutes.meeting
    return {"meeting": meeting, "item": item, "back": url_for(_way_back(here), meeting_id=meeting.id, **_place(here))}


def _back_to(here: InMinutes) -> ResponseReturnValue:
    return see_other(_way_back(here), meeting_id=here.minutes.meeting_id, **_place(here))


def _way_back(here: InMinutes) -> str:
    """While the minutes are with the chair it is the chair who is here, and came from the review."""
    return "minutes.show" if work_on(here.minutes) else "minutes.review"


def _place(here: InMinutes) -> dict[str, Any]:
    return {"_anchor": f"item-{here.item.position}"} if here.item is not None else {}
