"""The reader's own copy of a meeting's minutes, as PDF: the document that was kept, of the whole or of their part."""

from io import BytesIO

from flask import send_file
from flask.typing import ResponseReturnValue

from core.disclosures.views_exports import disclose_export
from core.minutes.blueprint import bp
from core.minutes.download.operations import keep_own_minutes, own_minutes
from core.minutes.download.queries import minutes_of
from core.minutes.models import Minutes
from core.minutes.queries import persons_of
from core.policy import Permission
from core.references import file_name
from core.web.gate import current_actor, now, requires


@bp.get("/meetings/<int:meeting_id>/minutes.pdf")
@requires(Permission.SEE_MINUTES, on=minutes_of)
def pdf(minutes: Minutes) -> ResponseReturnValue:
    """The reader's own copy: the full one as it was frozen, if nothing in it is closed to them."""
    made = own_minutes(current_actor(), minutes)
    disclose_export(
        "minutes.download",
        object=f"minutes:{minutes.id}",
        subjects=persons_of(made.part),
        about=f"meeting:{minutes.meeting_id}",
    )
    name = file_name("minutes", minutes.meeting.ref, suffix="pdf")
    keep_own_minutes(current_actor(), minutes, made, now=now())
    return send_file(BytesIO(made.content), mimetype="application/pdf", download_name=name)
