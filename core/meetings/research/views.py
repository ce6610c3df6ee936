"""Pages of research."""

from typing import Any

from flask import flash
from flask.typing import ResponseReturnValue

from core.cases.queries import people_named_in
from core.clock import local_date
from core.errors import Refused, Stale
from core.facts import MeetingStatus
from core.meetings.agenda.queries import papers_of
from core.meetings.blueprint import bp
from core.meetings.loading import item_of, meeting_of, research_of
from core.meetings.models import AgendaItem, Meeting, Research
from core.meetings.research import operations, queries
from core.meetings.research.forms import ReturnForm
from core.meetings.sections import sections_of
from core.people.contact import minded_in
from core.people.history.disputes import disputed_of
from core.policy import Permission
from core.web import beside, current_actor, disclose, invalid, may, now, render, requires, saved_first, see_other, today


@bp.get("/<int:meeting_id>/research")
@requires(Permission.SEE_MEETING, on=meeting_of)
def research(meeting: Meeting) -> ResponseReturnValue:
    """What the reader's agency is asked, and for those who lead the group who has answered."""
    actor = current_actor()
    requests = queries.requests_to(actor, meeting.id)
    named = [row.case_id for row in requests if row.open]
    if named:
        disclose("research.read", object=f"meeting:{meeting.id}", subjects=people_named_in(named))
    leads = actor.leads(meeting.group_id)
    return render(
        "meetings/research.html",
        meeting=meeting,
        requests=requests,
        progress=queries.progress_of(meeting.id) if leads else [],
        leads=leads,
        sections=sections_of(actor, meeting, papers_of(actor, meeting.id), active="research"),
        today=today(),
    )


@bp.get("/<int:meeting_id>/research/<int:research_id>", endpoint="research_request")
@requires(Permission.ANSWER_RESEARCH, on=research_of)
def research_request(research: Research) -> ResponseReturnValue:
    """One request: whom it is about, and the form for the return."""
    return render("meetings/research_request.html", **_asked(research, ReturnForm.of(research)))


@bp.post("/<int:meeting_id>/research/<int:research_id>", endpoint="answer_research")
@requires(Permission.ANSWER_RESEARCH, on=research_of)
def answer_research(research: Research) -> ResponseReturnValue:
    """Keep the answer."""
    form = ReturnForm().over(research.answered_at is not None)
    page = _asked(research, form)
    if not form.validate():
        return invalid("meetings/research_request.html", **page)
    try:
        operations.answer(
            current_actor(),
            research=research,
            nothing_held=form.holds.data == operations.NOTHING,
            text=form.text.data or "",
            version=form.version_read,
            now=now(),
            because=form.because,
        )
    except Stale as stale:
        return saved_first("meetings/research_request.html", stale=stale, version=research.version, **page)
    except Refused as refused:
        beside(form, refused, refused.field or "text")
        return invalid("meetings/research_request.html", **page)
    flash("Your agency’s answer is kept. You can change it until the meeting begins.")
    return see_other("meetings.research", meeting_id=research.item.meeting_id)


@bp.get("/<int:meeting_id>/items/<int:item_id>/research", endpoint="returns")
@requires(Permission.SEE_RESEARCH, on=item_of)
def returns(item: AgendaItem) -> ResponseReturnValue:
    """The returns on one item, as far as the reader may have them."""
    actor = current_actor()
    if item.case_id is not None:
        disclose("research.read", object=f"item:{item.id}", subjects=people_named_in([item.case_id]))
    returns = queries.returns_on(actor, item.id)
    return render(
        "meetings/returns.html",
        meeting=item.meeting,
        item=item,
        returns=returns,
        disputes=disputed_of(item.case_id, returns=[row.id for row in returns if row.readable]),
        leads=actor.leads(item.meeting.group_id),
    )


def _asked(research: Research, form: ReturnForm) -> dict[str, Any]:
    case = research.item.case
    assert case is not None, "research is asked on cases alone"
    people = queries.people_asked_about(case.id)
    disclose("research.read", object=f"research:{research.id}", subjects=[person.id for person, _ in people])
    meeting = research.item.meeting
    return {
        "research": research,
        "form": form,
        "meeting": meeting,
        "case": case,
        "case_open": bool(may(Permission.OPEN_CASE, case)),
        "people": people,
        "disputes": disputed_of(case.id, returns=[research.id]),
        "minded": minded_in([case.id], on=local_date(meeting.starts_at)).get(case.id, ()),
        "still_open": operations.may_be_changed(research),
        "over": meeting.status is not MeetingStatus.SCHEDULED,
        "today": today(),
    }
