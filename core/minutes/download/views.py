"""The reader's own copy of a meeting's minutes, as PDF: the document that was kept, where nothing of it is closed."""

from io import BytesIO

from flask import send_file
from flask.typing import ResponseReturnValue

from core.documents.readers import reader_of
from core.minutes.blueprint import bp
from core.minutes.download.queries import kept_pdf, minutes_of
from core.minutes.models import Minutes
from core.minutes.operations import paper_of
from core.minutes.queries import frozen_part, frozen_record, persons_of
from core.minutes.record import MeetingRecord
from core.minutes.showing import own_part, whole_record
from core.policy import Permission
from core.references import file_name
from core.web.gate import current_actor, disclose, requires


@bp.get("/meetings/<int:meeting_id>/minutes.pdf")
@requires(Permission.SEE_MINUTES, on=minutes_of)
def pdf(minutes: Minutes) -> ResponseReturnValue:
    """The reader's own copy: the full one as it was frozen, if nothing in it is closed to them."""
    mine, complete = _own(minutes)
    disclose(
        "minutes.download",
        object=f"minutes:{minutes.id}",
        subjects=persons_of(mine),
        purpose=f"meeting:{minutes.meeting_id}",
    )
    if minutes.document_id is not None and complete:
        content, name = kept_pdf(minutes.document_id)
    else:
        content, name = paper_of(mine).content, file_name("minutes", minutes.meeting.ref, suffix="pdf")
    return send_file(BytesIO(content), mimetype="application/pdf", download_name=name)


def _own(minutes: Minutes) -> tuple[MeetingRecord, bool]:
    """The part of whoever asks, by their rights as of now, and whether that is all there is."""
    if minutes.meeting.frozen_at is None:
        return own_part(current_actor(), whole_record(minutes), minutes.meeting), False
    cases = frozen_record(minutes).case_ids
    return frozen_part(minutes, reader_of(current_actor(), group_id=minutes.meeting.group_id, cases=cases))
