"""Pages of nominations."""

from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue

from core.cases.queries import people_named_in
from core.errors import NotFound, Refused, Stale
from core.facts import RECORDING_ROLES, MeetingStatus, NominationStatus
from core.meetings.agenda.queries import case_by_id, papers_of
from core.meetings.blueprint import bp
from core.meetings.loading import group_of, meeting_of, nomination_of
from core.meetings.models import Meeting, Nomination
from core.meetings.nominations import operations, queries
from core.meetings.nominations.forms import AcceptForm, CorrectForm, DeclineForm, NominationForm, SendOnForm, arrives
from core.meetings.over import unless_scheduled
from core.meetings.sections import sections_of
from core.people.history.disputes import disputed_of
from core.policy import Permission
from core.policy.meetings import read_nomination
from core.web import beside, current_actor, disclose, invalid, may, now, render, requires, saved_first, see_other, today
from core.web.addresses import row_id


@bp.get("/<int:meeting_id>/nominations")
@requires(Permission.SEE_MEETING, on=meeting_of)
def nominations(meeting: Meeting) -> ResponseReturnValue:
    """What was nominated for a meeting, and what became of it."""
    actor = current_actor()
    rows = queries.nominations_for(actor, meeting.id)
    named = [row.case_id for row in rows if row.title or row.reason]
    if named:
        disclose("nominations.read", object=f"meeting:{meeting.id}", subjects=people_named_in(named))
    papers = papers_of(actor, meeting.id)
    return render(
        "meetings/nominations.html",
        meeting=meeting,
        nominations=rows,
        sections=sections_of(actor, meeting, papers, active="nominations"),
        leads=actor.leads(meeting.group_id),
        records=actor.groups.get(meeting.group_id) in RECORDING_ROLES,
        may_nominate=may(Permission.NOMINATE, meeting),
        may_decide=bool(may(Permission.EDIT_AGENDA, meeting)),
        still_open=meeting.status is MeetingStatus.SCHEDULED and meeting.starts_at > now(),
        cut_off=operations.cut_off_of(meeting),
        late=today() > operations.cut_off_of(meeting),
    )


@bp.get("/<int:meeting_id>/nominations/new", endpoint="nominate")
@requires(Permission.NOMINATE, on=meeting_of)
def nominate(meeting: Meeting) -> ResponseReturnValue:
    """Choose a case; or, with `case`, say why it is to be heard."""
    if (gone := unless_scheduled(meeting)) is not None:
        return gone
    actor = current_actor()
    if "case" in request.args:
        case = _case(request.args["case"])
        disclose("case.read", object=f"case:{case.id}", subjects=people_named_in([case.id]))
        return render("meetings/nominate.html", **_nominating(meeting, case, NominationForm()))
    words = request.args.get("q", "")[:100]
    found = queries.cases_to_choose(actor, meeting.id, words=words)
    if found:
        disclose("case.search", object=f"meeting:{meeting.id}", subjects=people_named_in([row.id for row in found]))
    return render("meetings/choose_case.html", meeting=meeting, found=found, words=words)


@bp.post("/<int:meeting_id>/nominations/new", endpoint="nominate_submit")
@requires(Permission.NOMINATE, on=meeting_of)
def nominate_submit(meeting: Meeting) -> ResponseReturnValue:
    """Nominate it."""
    case = _case(request.form.get("case", request.args.get("case", "")))
    disclose("case.read", object=f"case:{case.id}", subjects=people_named_in([case.id]))
    page = _nominating(meeting, case, NominationForm())
    form = page["form"]
    if not form.validate():
        return invalid("meetings/nominate.html", **page)
    try:
        operations.nominate(
            current_actor(),
            meeting=meeting,
            case=case,
            reason=form.reason.data,
            asks=form.asks.data,
            late_reason=form.late_reason.data if page["late"] else "",
            now=now(),
        )
    except Refused as refused:
        beside(form, refused, "reason")
        return invalid("meetings/nominate.html", **page)
    flash("The case is nominated. The chair or the coordinator decides.")
    return see_other("meetings.nominations", meeting_id=meeting.id)


@bp.get("/<int:meeting_id>/nominations/<int:nomination_id>", endpoint="nomination")
@requires(Permission.DECIDE_NOMINATION, on=nomination_of)
def nomination(nomination: Nomination) -> ResponseReturnValue:
    """One nomination, with the ways to decide on it."""
    return render("meetings/nomination.html", **_deciding(nomination))


@bp.post("/<int:meeting_id>/nominations/<int:nomination_id>/accept", endpoint="accept_nomination")
@requires(Permission.DECIDE_NOMINATION, on=nomination_of)
def accept_nomination(nomination: Nomination) -> ResponseReturnValue:
    """Onto the agenda."""
    form = AcceptForm()
    if not form.validate():
        return invalid("meetings/nomination.html", **_deciding(nomination, accept=form))
    try:
        operations.accept(
            current_actor(),
            nomination=nomination,
            version=form.version_read,
            minutes=form.minutes.data,
            now=now(),
        )
    except Stale as stale:
        page = _deciding(nomination, accept=form)
        return saved_first("meetings/nomination.html", form, stale, version=nomination.version, **page)
    except Refused as refused:
        beside(form, refused, "minutes")
        return invalid("meetings/nomination.html", **_deciding(nomination, accept=form))
    flash("The case is on the agenda, and open to the members of the group.")
    return see_other("meetings.nominations", meeting_id=nomination.meeting_id)


@bp.post("/<int:meeting_id>/nominations/<int:nomination_id>/decline", endpoint="decline_nomination")
@requires(Permission.DECIDE_NOMINATION, on=nomination_of)
def decline_nomination(nomination: Nomination) -> ResponseReturnValue:
    """Not at this meeting."""
    form = DeclineForm()
    if not form.validate():
        return invalid("meetings/nomination.html", **_deciding(nomination, decline=form))
    try:
        operations.decline(
            current_actor(),
            nomination=nomination,
            reason=form.decline_reason.data,
            version=form.version_read,
            now=now(),
        )
    except Stale as stale:
        page = _deciding(nomination, decline=form)
        return saved_first("meetings/nomination.html", form, stale, version=nomination.version, **page)
    except Refused as refused:
        beside(form, refused, "decline_reason")
        return invalid("meetings/nomination.html", **_deciding(nomination, decline=form))
    flash("The nomination is declined. The reason is kept.")
    return see_other("meetings.nominations", meeting_id=nomination.meeting_id)


@bp.post("/<int:meeting_id>/nominations/<int:nomination_id>/send-on", endpoint="send_nomination_on")
@requires(Permission.DECIDE_NOMINATION, on=nomination_of)
def send_nomination_on(nomination: Nomination) -> ResponseReturnValue:
    """To another group's next meeting."""
    form = SendOnForm()
    page = _deciding(nomination, send_on=form)
    if not form.validate():
        return invalid("meetings/nomination.html", **page)
    try:
        sent = operations.send_on(
            current_actor(),
            nomination=nomination,
            group=group_of(form.group.data),
            reason=form.send_reason.data,
            version=form.version_read,
            now=now(),
        )
    except Stale as stale:
        return saved_first("meetings/nomination.html", form, stale, version=nomination.version, **page)
    except Refused as refused:
        beside(form, refused, "group")
        return invalid("meetings/nomination.html", **page)
    cut_off = operations.cut_off_of(sent.meeting)
    flash(f"The nomination was sent on to the {sent.meeting.group.name}. {arrives(sent.meeting, cut_off, on=today())}")
    return see_other("meetings.nominations", meeting_id=nomination.meeting_id)


@bp.get("/<int:meeting_id>/nominations/<int:nomination_id>/correct", endpoint="correct_nomination")
@requires(Permission.CORRECT_NOMINATION, on=nomination_of)
def correct_page(nomination: Nomination) -> ResponseReturnValue:
    """Put right what it said."""
    form = CorrectForm(version=str(nomination.version), **operations.as_it_stands(nomination))
    return render("meetings/correct_nomination.html", **_correcting(nomination, form))


@bp.post("/<int:meeting_id>/nominations/<int:nomination_id>/correct", endpoint="correct_nomination_submit")
@requires(Permission.CORRECT_NOMINATION, on=nomination_of)
def correct(nomination: Nomination) -> ResponseReturnValue:
    """Keep it, and what stood there."""
    form = CorrectForm()
    page = _correcting(nomination, form)
    if not form.validate():
        return invalid("meetings/correct_nomination.html", **page)
    try:
        operations.correct(
            current_actor(),
            nomination=nomination,
            reason=form.reason.data,
            asks=form.asks.data,
            late_reason=form.late_reason.data if form.late_reason else "",
            was_wrong=form.was_wrong.data,
            version=form.version_read,
            now=now(),
        )
    except Stale as stale:
        return saved_first("meetings/correct_nomination.html", stale=stale, version=nomination.version, **page)
    except Refused as refused:
        beside(form, refused, "reason")
        return invalid("meetings/correct_nomination.html", **page)
    flash("The nomination is corrected. What stood there is kept with the case.")
    return see_other("meetings.nominations", meeting_id=nomination.meeting_id)


def _correcting(nomination: Nomination, form: CorrectForm) -> dict[str, Any]:
    subjects = people_named_in([nomination.case_id])
    disclose("nomination.read", object=f"nomination:{nomination.id}", subjects=subjects)
    form.for_time(late=bool(nomination.late_reason))
    return {
        "meeting": nomination.meeting,
        "nomination": nomination,
        "title": nomination.case.title if may(Permission.OPEN_CASE, nomination.case) else "",
        "form": form,
        "disputes": disputed_of(nomination.case_id) if may(Permission.OPEN_CASE, nomination.case) else (),
    }


def _case(case_id: str) -> Any:
    """A case that the nominator may open; any other does not exist for them."""
    number = row_id(case_id)
    case = case_by_id(number) if number is not None else None
    if case is None or not may(Permission.OPEN_CASE, case):
        raise NotFound
    return case


def _nominating(meeting: Meeting, case: Any, form: NominationForm) -> dict[str, Any]:
    cut_off = operations.cut_off_of(meeting)
    late = today() > cut_off
    return {
        "meeting": meeting,
        "case": case,
        "form": form.for_time(late=late),
        "cut_off": cut_off,
        "late": late,
    }


def _deciding(
    nomination: Nomination,
    *,
    accept: AcceptForm | None = None,
    decline: DeclineForm | None = None,
    send_on: SendOnForm | None = None,
) -> dict[str, Any]:
    """What the page of one nomination shows; a form that was sent keeps what was typed."""
    actor = current_actor()
    readable = bool(read_nomination(actor, nomination))
    if readable:
        subjects = people_named_in([nomination.case_id])
        disclose("nomination.read", object=f"nomination:{nomination.id}", subjects=subjects)
    version = str(nomination.version)
    others = queries.next_meetings_of_others(
        nomination.meeting.group.partnership_id, but=nomination.meeting.group_id, after=now()
    )
    send_on = send_on or SendOnForm(formdata=None, version=version)
    send_on.offer([(meeting, operations.cut_off_of(meeting)) for meeting in others], on=today())
    return {
        "meeting": nomination.meeting,
        "nomination": nomination,
        "readable": readable,
        "title": nomination.case.title if may(Permission.OPEN_CASE, nomination.case) else "",
        "maker": queries.maker_of(nomination),
        "waiting": nomination.status is NominationStatus.PROPOSED,
        "accept": accept or AcceptForm(formdata=None, version=version),
        "decline": decline or DeclineForm(formdata=None, version=version),
        "send_on": send_on,
        "others": others,
    }
