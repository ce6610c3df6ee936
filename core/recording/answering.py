"""How the pages of the room answer: whole, or with htmx the fragment alone."""

from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue

from core.cases.queries import people_named_in
from core.errors import Stale
from core.facts import MeetingStatus
from core.meetings.models import AgendaItem, Meeting
from core.recording import queries
from core.web import disclose, invalid, render, saved_first, see_other
from core.web.forms import VersionedForm


def by_htmx() -> bool:
    """Whether the page's own script asks, and wants a fragment."""
    return "HX-Request" in request.headers


def frame() -> str:
    """What a form's page extends."""
    return "recording/_fragment.html" if by_htmx() else "base.html"


def form_page(template: str, **context: Any) -> ResponseReturnValue:
    """A form's page; 422 when it was sent and holds mistakes."""
    form, item = context["form"], context.get("item")
    if item is not None:
        disclose_item(item)
    answer = invalid if form.errors else render
    return answer(template, frame=frame(), **context)


def stale_page(
    template: str,
    form: VersionedForm,
    stale: Stale,
    *,
    version: int,
    item: AgendaItem,
    place: str = "#writing",
    **context: Any,
) -> ResponseReturnValue:
    """A form's page where somebody else saved first: both values, and what was typed still in its field. 409.

    `place`: where in the live page the form stands.
    """
    disclose_item(item)
    answer = saved_first(template, form, stale, version=version, item=item, frame=frame(), **context)
    answer.headers["HX-Retarget"] = place  # an error goes elsewhere, else, and takes the form away
    return answer


def disclose_item(item: AgendaItem) -> None:
    """Note whom a page names that is headed by its item."""
    if item.case_id is not None:
        subjects = people_named_in([item.case_id])
        disclose("meeting.item", object=f"item:{item.id}", subjects=subjects, purpose=f"meeting:{item.meeting_id}")


def written(sentence: str, *, meeting: Meeting, item: AgendaItem | None = None, again: str = "") -> ResponseReturnValue:
    """After a write: a line in the place of the form, or back to the live page. `again` is the form's address.

    Of a closed meeting, back to its minutes. Where the meeting is at another item by now, it says under which one this
    was saved, and where the meeting is.
    """
    if meeting.status is MeetingStatus.CLOSED and not by_htmx():
        flash(sentence)
        place = {"_anchor": f"item-{item.position}"} if item is not None else {}
        return see_other("minutes.show", meeting_id=meeting.id, **place)
    elsewhere = item is not None and item.id != meeting.current_item_id
    if not by_htmx():
        flash(sentence)
        where = {"item": item.id, "saved": 1} if item is not None and elsewhere else {}
        return see_other("recording.live", meeting_id=meeting.id, **where)
    under: dict[str, Any] = {}
    if item is not None and elsewhere:
        disclose_item(item)
        at = queries.item_of(meeting, meeting.current_item_id) if meeting.current_item_id is not None else None
        title = item.case.title if item.case is not None else item.heading
        under = {"meeting": meeting, "item": item, "title": title, "at": at.position if at is not None else None}
    return render("recording/_written.html", sentence=sentence, again=again, **{"item": None, **under})


def moved(meeting: Meeting) -> ResponseReturnValue:
    """After a step of the chair: the feed refreshes the page, and a question that stood open is answered; without
    scripts, back to the page.
    """
    return "" if by_htmx() else see_other("recording.live", meeting_id=meeting.id)


def gone_on(sentence: str, meeting: Meeting) -> ResponseReturnValue:
    """The same after the chair was asked for something first: says what was saved, and where the meeting is."""
    if by_htmx():
        return render("recording/_written.html", sentence=sentence, again="", item=None)
    flash(sentence)
    return see_other("recording.live", meeting_id=meeting.id)
