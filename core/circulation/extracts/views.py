"""Pages of the extracts for providers: who would get what, a preview, and sending."""

from collections.abc import Sequence
from io import BytesIO
from itertools import groupby

from flask import flash, request, send_file
from flask.typing import ResponseReturnValue

from core.circulation.blueprint import bp
from core.circulation.extracts.operations import Extract, extracts_for, send_extracts
from core.circulation.proposals import sent_to
from core.circulation.recipients.forms import ExtractForm
from core.circulation.sight import Sight, sight_of
from core.documents.operations import laid_out, stamped_as_preview
from core.errors import NotFound
from core.facts import CirculationKind
from core.meetings.loading import meeting_of
from core.meetings.models import Meeting
from core.minutes.queries import persons_of
from core.minutes.render import minutes_html
from core.policy import Permission
from core.references import file_name
from core.web import current_actor, disclose, invalid, now, render, requires, see_other
from core.web.choices import offered


@bp.get("/meetings/<int:meeting_id>/extracts")
@requires(Permission.CIRCULATE_MINUTES, on=meeting_of)
def extracts(meeting: Meeting) -> ResponseReturnValue:
    """Each provider whose referrals were made or heard, its people, and what their extract would hold."""
    sight = sight_of(current_actor(), meeting)
    return render("circulation/extracts.html", form=ExtractForm(), **_context(meeting, sight, _all(meeting, sight)))


@bp.post("/meetings/<int:meeting_id>/extracts")
@requires(Permission.CIRCULATE_MINUTES, on=meeting_of)
def circulate_extracts(meeting: Meeting) -> ResponseReturnValue:
    """Queue a mail for each of those who were chosen."""
    sight = sight_of(current_actor(), meeting)
    everybody, form = _all(meeting, sight), ExtractForm()
    form.readers.offer(offered((each.user.id, each.user.name) for each in everybody))
    if not form.validate():
        return invalid("circulation/extracts.html", form=form, **_context(meeting, sight, everybody))
    readers = dict.fromkeys(form.readers.data or ())
    sent = len(send_extracts(current_actor(), sight.minutes, readers=readers, now=now()).copies)
    flash(f"The extract is on its way to {sent} {'person' if sent == 1 else 'people'}.")
    return see_other("circulation.sent", meeting_id=meeting.id)


@bp.get("/meetings/<int:meeting_id>/extracts/<int:user_id>/preview.pdf")
@requires(Permission.PREVIEW_COPY, on=lambda meeting_id, user_id: meeting_of(meeting_id))
def preview_extract(meeting: Meeting) -> ResponseReturnValue:
    """The extract as somebody of the provider would get it, less what is closed to whoever looks. It is not kept."""
    sight = sight_of(current_actor(), meeting)
    user_id: int = (request.view_args or {})["user_id"]
    found = next((each for each in extracts_for(meeting, sight.record, now=now()) if each.user.id == user_id), None)
    if found is None:
        raise NotFound
    part = found.part.only(sight.me)
    disclose(
        "minutes.preview",
        object=f"minutes:{sight.minutes.id}",
        subjects=persons_of(part),
        purpose=f"extract-of:u_{user_id}",
    )
    paper = stamped_as_preview(
        laid_out(minutes_html(part)).paper,
        name=found.reader.name,
        agency=found.reader.agency_name,
        seen_by=current_actor().name,
    )
    name = file_name("preview", meeting.ref, f"extract {user_id}", suffix="pdf")
    return send_file(BytesIO(paper.content), mimetype="application/pdf", download_name=name)


def _all(meeting: Meeting, sight: Sight) -> Sequence[Extract]:
    disclose(
        "circulation.prepare",
        object=f"minutes:{sight.minutes.id}",
        subjects=persons_of(sight.mine),
        purpose=f"meeting:{meeting.id}",
    )
    return extracts_for(meeting, sight.record, now=now())


def _context(meeting: Meeting, sight: Sight, everybody: Sequence[Extract]) -> dict[str, object]:
    by_provider = groupby(everybody, key=lambda each: each.reader.agency_name)
    return {
        "meeting": meeting,
        "sight": sight,
        "sent": sent_to(meeting.id, CirculationKind.EXTRACT),
        "providers": [(name, list(people)) for name, people in by_provider],
    }
