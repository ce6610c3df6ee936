"""A holder's own copy of corrected minutes."""

from io import BytesIO

from flask import send_file
from flask.typing import ResponseReturnValue

from core.circulation.blueprint import bp
from core.circulation.copies.operations import note_opening
from core.circulation.copies.views import copy_of
from core.circulation.corrected.operations import corrected_copy, keep_corrected_copy
from core.circulation.models import Copy
from core.errors import NotFound
from core.extensions import db
from core.minutes.queries import persons_of
from core.policy import Permission, require
from core.references import file_name
from core.web import begin_write, current_actor, now, requires


@bp.get("/copies/<int:copy_id>/corrected.pdf")
@requires(Permission.READ_COPY, on=copy_of)
def copy_corrected(copy: Copy) -> ResponseReturnValue:
    """The reader's part with the notes of what was corrected. The opening is kept before the first byte goes out."""
    made = corrected_copy(copy, now=now())
    if made is None:
        raise NotFound
    name = file_name("minutes", copy.circulation.meeting.ref, "corrected", suffix="pdf")
    copy_id = copy.id
    db.session.rollback()
    begin_write()
    copy = copy_of(copy_id)
    require(current_actor(), Permission.READ_COPY, copy)
    keep_corrected_copy(copy, made, now=now())
    note_opening(current_actor(), copy, subjects=persons_of(made.part), now=now())
    db.session.commit()
    return send_file(BytesIO(made.paper.content), mimetype="application/pdf", download_name=name)
