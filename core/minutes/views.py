"""Pages of a meeting's minutes: compose, read, submit, download."""

from flask import flash
from flask.typing import ResponseReturnValue

from core.circulation.full.operations import full_copy_open_to
from core.facts import MinutesStatus, Verdict
from core.meetings.loading import meeting_of
from core.meetings.models import Meeting
from core.minutes import operations, queries
from core.minutes.access import views as access
from core.minutes.access.listing import copies_for
from core.minutes.blueprint import bp
from core.minutes.changes import changes_since_closing
from core.minutes.comments import views as comments
from core.minutes.comments.queries import by_place, comments_for, open_ones
from core.minutes.corrections import views as corrections
from core.minutes.corrections.queries import Proposals, proposed_for
from core.minutes.download import views as download
from core.minutes.forms import SubmitForm
from core.minutes.loading import minutes_meeting_of, minutes_of
from core.minutes.models import Minutes
from core.minutes.record import MeetingRecord
from core.minutes.review import views as review
from core.minutes.review.page import last_return
from core.minutes.showing import mends, same_version, shown_part
from core.minutes.wording import views as wording
from core.minutes.wording.queries import worded_in
from core.policy import Permission
from core.policy.composing import work_on
from core.policy.minutes import approve_minutes
from core.web import current_actor, invalid, may, now, render, requires, see_other, today

__all__ = ["access", "bp", "comments", "corrections", "download", "review", "wording"]

PAGE = "minutes/show.html"


@bp.get("/meetings/<int:meeting_id>/minutes")
@requires(Permission.SEE_MINUTES, on=meeting_of)
def show(meeting: Meeting) -> ResponseReturnValue:
    """The minutes as they stand, less what is closed to the reader themselves."""
    minutes = queries.minutes_of(meeting.id)
    if minutes is None:
        return render(PAGE, meeting=meeting, minutes=None)
    return render(PAGE, **_context(minutes))


@bp.post("/meetings/<int:meeting_id>/minutes")
@requires(Permission.COMPOSE_MINUTES, on=meeting_of)
def compose(meeting: Meeting) -> ResponseReturnValue:
    """Begin them. Begun already: go and look."""
    if queries.minutes_of(meeting.id) is None:
        operations.compose(current_actor(), meeting, now=now())
    return see_other("minutes.show", meeting_id=meeting.id)


@bp.post("/meetings/<int:meeting_id>/minutes/submit")
@requires(Permission.COMPOSE_MINUTES, on=minutes_meeting_of)
def submit(meeting: Meeting) -> ResponseReturnValue:
    """Put them before the chair. With comments that are open, or nothing mended since, asks whether that is meant."""
    minutes, form = minutes_of(meeting.id), SubmitForm()
    same_version(minutes, form)
    asked = [] if form.sure.data else _doubts(minutes)
    if asked:
        return invalid(PAGE, **_context(minutes), asked=asked)
    operations.submit(current_actor(), minutes, now=now())
    flash("The minutes are with the chair.")
    return see_other("minutes.show", meeting_id=meeting.id)


def _doubts(minutes: Minutes) -> list[str]:
    """What speaks against putting them before the chair now, each in a sentence."""
    unsettled = len(open_ones(comments_for(current_actor(), minutes)))
    if unsettled:
        return [f"{unsettled} comment{' is' if unsettled == 1 else 's are'} not settled."]
    if operations.is_unchanged(minutes):
        return ["Nothing was changed since these minutes were sent back."]
    return []


def _context(minutes: Minutes) -> dict[str, object]:
    actor, meeting = current_actor(), minutes.meeting
    mine = shown_part(current_actor(), minutes, "minutes.read")
    remarks = comments_for(actor, minutes)
    being_written = bool(work_on(minutes))
    return {
        "meeting": meeting,
        "minutes": minutes,
        "record": mine,
        "names": queries.names_of_steps(minutes),
        "verdict": approve_minutes(actor, minutes),
        "returned": last_return(minutes) if minutes.status is MinutesStatus.SENT_BACK else None,
        "mending": being_written and mends(actor, meeting),
        "wording": being_written,
        "worded": worded_in(meeting.id, since=now()) if meeting.frozen_at is None else {},
        "comments": by_place(remarks),
        "unsettled": open_ones(remarks),
        "changes": changes_since_closing(meeting) if meeting.frozen_at is None else (),
        "corrections": _corrections(minutes),
        "may_circulate": bool(may(Permission.CIRCULATE_MINUTES, meeting)),
        "full_copy": _full_copy(minutes, mine),
        "access": _access(minutes),
    }


def _corrections(minutes: Minutes) -> Proposals | None:
    """What was proposed for approved minutes, as far as the reader may have it."""
    if minutes.status is not MinutesStatus.APPROVED:
        return None
    return proposed_for(current_actor(), minutes.id)


def _full_copy(minutes: Minutes, mine: MeetingRecord) -> Verdict | None:
    """Whether the reader may take the full copy of approved minutes."""
    with_items = queries.minutes_with_items(minutes.meeting_id) if minutes.status is MinutesStatus.APPROVED else None
    return full_copy_open_to(current_actor(), with_items, mine) if with_items is not None else None


def _access(minutes: Minutes) -> dict[str, object] | None:
    """The copies for people whom approved minutes are about, and whether the reader may start one."""
    if minutes.status is not MinutesStatus.APPROVED:
        return None
    verdict = may(Permission.START_ACCESS_COPY, minutes)
    return {"verdict": verdict, "copies": copies_for(current_actor(), minutes, today=today()) if verdict else ()}
