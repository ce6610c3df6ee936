"""Pages of the circulated agenda: sending it out, its versions, each reader's PDF."""

from datetime import date
from io import BytesIO

from flask import flash, send_file
from flask.typing import ResponseReturnValue

from core.cases.queries import people_named_in
from core.clock import local_date, minutes_between
from core.disclosures.views_exports import disclose_export
from core.facts import MeetingStatus
from core.meetings.agenda import queries as agendas
from core.meetings.blueprint import bp
from core.meetings.circulated import operations
from core.meetings.circulated.copies import agenda_copy, keep_agenda_copy
from core.meetings.diary.queries import clocks_of, people_of
from core.meetings.loading import meeting_of, version_of
from core.meetings.models import AgendaVersion, Meeting
from core.meetings.over import unless_scheduled
from core.meetings.research.operations import due_on
from core.meetings.sections import sections_of
from core.partnerships.belonging import signatories_in
from core.partnerships.clocks import agenda_due
from core.policy import Permission
from core.policy.meetings import sits_in
from core.web import current_actor, may, now, render, requires, see_other, today
from core.web.forms import VersionedForm


@bp.get("/<int:meeting_id>/papers")
@requires(Permission.SEE_MEETING, on=meeting_of)
def papers(meeting: Meeting) -> ResponseReturnValue:
    """The versions that went out, each with the reader's own copy."""
    actor = current_actor()
    return render(
        "meetings/papers.html",
        meeting=meeting,
        versions=agendas.versions_of(meeting.id),
        sections=sections_of(actor, meeting, agendas.papers_of(actor, meeting.id), active="papers"),
        may_circulate=bool(may(Permission.CIRCULATE_AGENDA, meeting)) and _still_ahead(meeting),
        sits_in=sits_in(actor, meeting),
        due=agenda_due(local_date(meeting.starts_at), clocks_of(meeting.group)),
    )


@bp.get("/<int:meeting_id>/agenda/circulate")
@requires(Permission.CIRCULATE_AGENDA, on=meeting_of)
def circulate(meeting: Meeting) -> ResponseReturnValue:
    """What goes out, to whom, and what is asked of them."""
    if (gone := unless_scheduled(meeting)) is not None:
        return gone
    actor = current_actor()
    last = agendas.latest_version(meeting.id)
    agenda = agendas.outline_of(actor, meeting)
    day: date = local_date(meeting.starts_at)
    return render(
        "meetings/circulate.html",
        meeting=meeting,
        form=VersionedForm(version=str(meeting.version)),
        number=last.number + 1 if last is not None else 1,
        last=last,
        changed=operations.has_changed(meeting, last, now=now()),
        still_ahead=_still_ahead(meeting),
        agenda=agenda,
        available=minutes_between(meeting.starts_at, meeting.ends_at),
        people=people_of(meeting.group_id, on=today()),
        signed=signatories_in(meeting.group.partnership_id, on=today()),
        research_due=due_on(meeting, on=today()),
        due=agenda_due(day, clocks_of(meeting.group)),
        today=today(),
    )


@bp.post("/<int:meeting_id>/agenda/circulate", endpoint="circulate_submit")
@requires(Permission.CIRCULATE_AGENDA, on=meeting_of)
def circulate_submit(meeting: Meeting) -> ResponseReturnValue:
    """Send it out."""
    form = VersionedForm()
    sent = operations.circulate(current_actor(), meeting=meeting, version=form.version_read, now=now())
    flash(f"Version {sent.number} of the agenda is out. The group’s members are being told.")
    return see_other("meetings.papers", meeting_id=meeting.id)


@bp.get("/<int:meeting_id>/agenda/<int:number>.pdf")
@requires(Permission.DOWNLOAD_AGENDA, on=version_of)
def agenda_pdf(version: AgendaVersion) -> ResponseReturnValue:
    """The reader's own copy: what they may not open today prints as "Restricted"."""
    actor = current_actor()
    copy = agenda_copy(actor, version)
    if copy.cases:
        disclose_export(
            "agenda.download",
            object=f"agenda:{version.meeting_id}:{version.number}",
            subjects=people_named_in(copy.cases),
        )
    keep_agenda_copy(actor, version, copy, now=now())
    return send_file(BytesIO(copy.paper.content), "application/pdf", download_name=copy.name)


def _still_ahead(meeting: Meeting) -> bool:
    return meeting.status is MeetingStatus.SCHEDULED and meeting.starts_at > now()
