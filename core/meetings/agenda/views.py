"""Pages of the agenda: a meeting's own page, and the builder."""

from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue

from core.cases.queries import people_named_in
from core.clock import local_date, minutes_between
from core.dates import in_short
from core.errors import NotFound, Refused, Stale
from core.facts import GroupKind, ItemKind, MeetingStatus
from core.hate.queries import standing_report
from core.meetings.agenda import operations, queries
from core.meetings.agenda.annotations import annotations_for
from core.meetings.agenda.forms import AddCaseForm, AddHeadingForm, ItemForm, TakeOffForm
from core.meetings.agenda.operations import Move
from core.meetings.agenda.proposals import Proposal, Street, proposals_for, streets_for
from core.meetings.agenda_document import CorrectionsProposed
from core.meetings.blueprint import bp
from core.meetings.diary.queries import last_meeting
from core.meetings.loading import item_of, meeting_of
from core.meetings.models import AgendaItem, Meeting
from core.meetings.nominations.queries import cases_to_choose
from core.meetings.over import unless_scheduled
from core.meetings.sections import sections_of
from core.minutes.corrections.queries import heading_item, numbers_waiting, proposed_to
from core.people.contact import minded_in
from core.people.history.disputes import disputed_of
from core.policy import Permission
from core.policy.meetings import sits_in
from core.standards.queries import overdue_in
from core.web import (
    beside,
    current_actor,
    disclose,
    invalid,
    may,
    now,
    render,
    requires,
    save_merged,
    saved_first,
    see_other,
    today,
)
from core.web.addresses import row_id
from core.web.forms import VersionedForm


@bp.get("/<int:meeting_id>", endpoint="meeting")
@requires(Permission.SEE_MEETING, on=meeting_of)
def agenda(meeting: Meeting) -> ResponseReturnValue:
    """A meeting's own page: when, where, and its agenda with every case's open actions."""
    actor = current_actor()
    agenda = queries.agenda_of(actor, meeting)
    notes, silent = annotations_for(actor, meeting, agenda)
    cases, leads = agenda.open_cases, actor.leads(meeting.group_id)
    papers, people = queries.papers_and_people(actor, meeting.id, cases)
    if cases:
        disclose("agenda.read", object=f"meeting:{meeting.id}", subjects=people)
    return render(
        "meetings/meeting.html",
        meeting=meeting,
        goes_on_at=queries.goes_on_at(meeting),
        agenda=agenda,
        notes=notes,
        silent=silent,
        minded=minded_in(cases, on=local_date(meeting.starts_at)),
        owed=overdue_in(actor, cases, on=today()) if cases and leads else {},
        papers=papers,
        available=minutes_between(meeting.starts_at, meeting.ends_at),
        sections=sections_of(actor, meeting, papers, active="agenda"),
        corrections=_corrections(meeting) if papers.corrections else (None, []),
        leads=leads,
        sits_in=sits_in(actor, meeting),
        may_build=bool(may(Permission.EDIT_AGENDA, meeting)) and meeting.status is MeetingStatus.SCHEDULED,
        today=today(),
        days={due: in_short(due) for line in agenda.lines for *_, due in line.actions},
        hate=standing_report(meeting, on=today()) if _steers(meeting) and actor.signatory else None,
    )


@bp.get("/<int:meeting_id>/agenda", endpoint="build")
@requires(Permission.EDIT_AGENDA, on=meeting_of)
def build(meeting: Meeting) -> ResponseReturnValue:
    """The builder: order, minutes against the meeting's length, and what the software proposes."""
    if (gone := unless_scheduled(meeting)) is not None:
        return gone
    actor = current_actor()
    agenda = queries.outline_of(actor, meeting)
    proposals = proposals_for(actor, meeting, last_meeting(meeting.group_id, before=meeting.starts_at))
    corrections = proposed_to(actor, meeting, now=now())
    shown = [*agenda.open_cases, *corrections.cases, *(each.case_id for each in proposals)]
    if shown:
        disclose("agenda.read", object=f"meeting:{meeting.id}", subjects=people_named_in(shown))
    return render(
        "meetings/build.html",
        meeting=meeting,
        agenda=agenda,
        taken_off=queries.items_taken_off(actor, meeting.id),
        proposals=proposals,
        streets=_streets(meeting, agenda),
        papers=queries.papers_of(actor, meeting.id),
        available=minutes_between(meeting.starts_at, meeting.ends_at),
        form=VersionedForm(version=str(meeting.version)),
        moved=_moved(agenda),
        corrections=corrections,
        hate=standing_report(meeting, on=today()) if _steers(meeting) else None,
    )


def _steers(meeting: Meeting) -> bool:
    """Whether it is a steering group's, which is told of hate incidents in counts."""
    return meeting.group.kind is GroupKind.STEERING


@bp.post("/<int:meeting_id>/agenda/order", endpoint="reorder")
@requires(Permission.EDIT_AGENDA, on=meeting_of)
def reorder(meeting: Meeting) -> ResponseReturnValue:
    """Move one item. Every button of the list carries its item and where to: `move=12:up`."""
    form = VersionedForm()
    typed, _, where = request.form.get("move", "").partition(":")
    item_id = row_id(typed)
    if item_id is None or where not in {move.value for move in Move}:
        raise Refused("Choose an item and where to move it.")
    operations.move_item(current_actor(), meeting=meeting, item_id=item_id, to=Move(where), version=form.version_read)
    button = f"move-{item_id}-{where}"
    # The fragment is the button: without scripts, too, the browser gives it the focus back.
    return see_other("meetings.build", meeting_id=meeting.id, moved=item_id, _anchor=button)


@bp.post("/<int:meeting_id>/agenda/proposals", endpoint="add_proposal")
@requires(Permission.EDIT_AGENDA, on=meeting_of)
def add_proposal(meeting: Meeting) -> ResponseReturnValue:
    """Take up a proposal. It is worked out anew: what is added is what the software says now."""
    actor = current_actor()
    if "street" in request.form:
        street = _street(meeting, request.form["street"])
        operations.add_heading(
            actor, meeting=meeting, kind=ItemKind.LOCATION, heading=street.name, reason=street.reason
        )
        return see_other("meetings.build", meeting_id=meeting.id)
    proposal = _proposal(meeting, request.form.get("case", ""))
    case = queries.case_by_id(proposal.case_id)
    if case is None:
        raise NotFound
    item = operations.add_case(
        actor,
        meeting=meeting,
        case=case,
        reason=proposal.reason,
        carried_from_id=proposal.carried_from,
        times_carried=proposal.times_carried,
        now=now(),
    )
    return see_other("meetings.build", meeting_id=meeting.id, _anchor=f"item-{item.id}")


@bp.get("/<int:meeting_id>/agenda/add", endpoint="add")
@requires(Permission.EDIT_AGENDA, on=meeting_of)
def add(meeting: Meeting) -> ResponseReturnValue:
    """Choose a case to add; or, with `case`, say why."""
    if (gone := unless_scheduled(meeting)) is not None:
        return gone
    actor = current_actor()
    if "case" in request.args:
        case = _case_to_add(request.args["case"])
        form = AddCaseForm(presenter=case.lead_agency_id)
        form.offer(queries.member_agencies(meeting.group_id, on=today()))
        disclose("case.read", object=f"case:{case.id}", subjects=people_named_in([case.id]))
        return render("meetings/add_case.html", form=form, meeting=meeting, case=case)
    words = request.args.get("q", "")[:100]
    found = cases_to_choose(actor, meeting.id, words=words)
    if found:
        people = people_named_in([row.id for row in found])
        disclose("case.search", object=f"meeting:{meeting.id}", subjects=people)
    return render("meetings/add.html", meeting=meeting, found=found, words=words)


@bp.post("/<int:meeting_id>/agenda/add", endpoint="add_submit")
@requires(Permission.EDIT_AGENDA, on=meeting_of)
def add_submit(meeting: Meeting) -> ResponseReturnValue:
    """Add the case."""
    case = _case_to_add(request.form.get("case", request.args.get("case", "")))
    disclose("case.read", object=f"case:{case.id}", subjects=people_named_in([case.id]))
    form = AddCaseForm()
    form.offer(queries.member_agencies(meeting.group_id, on=today()))
    if not form.validate():
        return invalid("meetings/add_case.html", form=form, meeting=meeting, case=case)
    try:
        item = operations.add_case(
            current_actor(),
            meeting=meeting,
            case=case,
            reason=form.reason.data,
            minutes=form.minutes.data,
            presenter_id=form.presenter.data or None,
            now=now(),
        )
    except Refused as refused:
        beside(form, refused, "reason")
        return invalid("meetings/add_case.html", form=form, meeting=meeting, case=case)
    return see_other("meetings.build", meeting_id=meeting.id, _anchor=f"item-{item.id}")


@bp.get("/<int:meeting_id>/agenda/add-heading", endpoint="add_heading")
@requires(Permission.EDIT_AGENDA, on=meeting_of)
def add_heading(meeting: Meeting) -> ResponseReturnValue:
    """The form for a place or another item without a case."""
    if (gone := unless_scheduled(meeting)) is not None:
        return gone
    form = AddHeadingForm()
    form.offer(queries.member_agencies(meeting.group_id, on=today()))
    return render("meetings/add_heading.html", form=form, meeting=meeting)


@bp.post("/<int:meeting_id>/agenda/add-heading", endpoint="add_heading_submit")
@requires(Permission.EDIT_AGENDA, on=meeting_of)
def add_heading_submit(meeting: Meeting) -> ResponseReturnValue:
    """Add it."""
    form = AddHeadingForm()
    form.offer(queries.member_agencies(meeting.group_id, on=today()))
    if not form.validate():
        return invalid("meetings/add_heading.html", form=form, meeting=meeting)
    item = operations.add_heading(
        current_actor(),
        meeting=meeting,
        kind=ItemKind(form.kind.data),
        heading=form.heading.data,
        reason=form.reason.data or "",
        minutes=form.minutes.data,
        presenter_id=form.presenter.data or None,
    )
    return see_other("meetings.build", meeting_id=meeting.id, _anchor=f"item-{item.id}")


@bp.get("/<int:meeting_id>/items/<int:item_id>/edit", endpoint="edit_item")
@requires(Permission.EDIT_ITEM, on=item_of)
def edit_item(item: AgendaItem) -> ResponseReturnValue:
    """The form for an item's minutes, presenter and reason."""
    if (gone := unless_scheduled(item.meeting)) is not None:
        return gone
    form = ItemForm.of(item)
    form.offer(queries.member_agencies(item.meeting.group_id, on=today()))
    _disclose_item(item)
    disputes = disputed_of(item.case_id)
    return render("meetings/edit_item.html", form=form, item=item, meeting=item.meeting, disputes=disputes)


@bp.post("/<int:meeting_id>/items/<int:item_id>/edit", endpoint="edit_item_submit")
@requires(Permission.EDIT_ITEM, on=item_of)
def edit_item_submit(item: AgendaItem) -> ResponseReturnValue:
    """Change them, beside what somebody else changed meanwhile. Of the same field both are shown: 409."""
    _disclose_item(item)
    form = ItemForm().without_heading(item)
    agencies = queries.member_agencies(item.meeting.group_id, on=today())
    form.offer(agencies)
    page: dict[str, Any] = {"item": item, "meeting": item.meeting, "disputes": disputed_of(item.case_id)}
    if not form.validate():
        return invalid("meetings/edit_item.html", form=form, **page)

    def save() -> None:
        operations.change_item(
            current_actor(),
            meeting=item.meeting,
            item=item,
            heading=form.heading.data if "heading" in form else "",
            minutes=form.minutes.data,
            presenter=next((each for each in agencies if each.id == form.presenter.data), None),
            reason=form.reason.data or "",
            version=form.version_read,
        )

    try:
        save_merged(form, save, version=lambda: item.version)
    except Stale as stale:
        return saved_first("meetings/edit_item.html", form, stale, version=item.version, **page)
    except Refused as refused:
        beside(form, refused, "reason")
        return invalid("meetings/edit_item.html", form=form, **page)
    return see_other("meetings.build", meeting_id=item.meeting_id, _anchor=f"item-{item.id}")


@bp.get("/<int:meeting_id>/items/<int:item_id>/take-off", endpoint="take_off")
@requires(Permission.EDIT_ITEM, on=item_of)
def take_off(item: AgendaItem) -> ResponseReturnValue:
    """Ask for the reason."""
    if (gone := unless_scheduled(item.meeting)) is not None:
        return gone
    _disclose_item(item)
    form = TakeOffForm(version=str(item.version))
    return render("meetings/take_off.html", form=form, item=item, meeting=item.meeting)


@bp.post("/<int:meeting_id>/items/<int:item_id>/take-off", endpoint="take_off_submit")
@requires(Permission.EDIT_ITEM, on=item_of)
def take_off_submit(item: AgendaItem) -> ResponseReturnValue:
    """Take it off."""
    _disclose_item(item)
    form = TakeOffForm()
    page = {"item": item, "meeting": item.meeting}
    if not form.validate():
        return invalid("meetings/take_off.html", form=form, **page)
    try:
        operations.take_off(
            current_actor(),
            meeting=item.meeting,
            item=item,
            reason=form.reason.data,
            version=form.version_read,
            now=now(),
        )
    except Stale as stale:
        return saved_first("meetings/take_off.html", form, stale, version=item.version, **page)
    except Refused as refused:
        beside(form, refused, "reason")
        return invalid("meetings/take_off.html", form=form, **page)
    flash("The item was taken off the agenda. It is kept below, with the reason.")
    return see_other("meetings.build", meeting_id=item.meeting_id)


def _corrections(meeting: Meeting) -> tuple[int | None, list[str]]:
    """The item under which corrections stand, and how many wait for that meeting: a sentence for each minutes."""
    if meeting.status not in (MeetingStatus.SCHEDULED, MeetingStatus.IN_SESSION):
        return None, []
    waiting = numbers_waiting(meeting, now=now())
    words = [CorrectionsProposed(reference=ref, number=number).sentence for ref, number in waiting]
    return (heading_item(meeting.id), words) if words else (None, [])


def _streets(meeting: Meeting, agenda: queries.Agenda) -> list[Street]:
    """Streets of the area, for a group that deals with places."""
    if meeting.group.kind is not GroupKind.JAG:
        return []
    return streets_for(meeting.group, [line.title for line in agenda.lines if line.kind is ItemKind.LOCATION])


def _street(meeting: Meeting, name: str) -> Street:
    agenda = queries.outline_of(current_actor(), meeting)
    for street in _streets(meeting, agenda):
        if street.name == name:
            return street
    raise Refused("This street is on the agenda already, or no longer proposed.")


def _proposal(meeting: Meeting, case_id: str) -> Proposal:
    last = last_meeting(meeting.group_id, before=meeting.starts_at)
    for proposal in proposals_for(current_actor(), meeting, last):
        if str(proposal.case_id) == case_id:
            return proposal
    raise Refused("This case is on the agenda already, or no longer proposed.")


def _case_to_add(case_id: str) -> Any:
    number = row_id(case_id)
    case = queries.case_by_id(number) if number is not None else None
    if case is None or not may(Permission.OPEN_CASE, case):
        raise NotFound
    return case


def _disclose_item(item: AgendaItem) -> None:
    if item.case_id is not None:
        disclose("agenda.read", object=f"item:{item.id}", subjects=people_named_in([item.case_id]))


def _moved(agenda: queries.Agenda) -> dict[str, Any]:
    """What was moved just now, so that the page can say so."""
    moved = request.args.get("moved", "")
    line = next((line for line in agenda.lines if str(line.id) == moved), None)
    return {"place": line.number, "of": len(agenda.lines)} if line is not None else {}
