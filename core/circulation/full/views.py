"""The full copy of approved minutes, for the chair and the coordinator: as PDF and as HTML, kept, and noted."""

from io import BytesIO

from flask import send_file
from flask.typing import ResponseReturnValue

from core.circulation.blueprint import bp
from core.circulation.full.operations import full_copy, full_copy_open_to, full_text, keep_full_copy, keep_full_text
from core.circulation.sight import Sight, sight_of
from core.errors import NotFound
from core.extensions import db
from core.minutes.models import Minutes
from core.minutes.queries import minutes_with_items
from core.policy import Permission, require
from core.references import file_name
from core.web import begin_write, current_actor, now, requires
from core.web.gate import Forbidden


def minutes_of(meeting_id: int) -> Minutes:
    """Its minutes, with the items of the meeting."""
    minutes = minutes_with_items(meeting_id)
    if minutes is None:
        raise NotFound
    return minutes


@bp.get("/meetings/<int:meeting_id>/minutes/full.pdf", endpoint="full_copy")
@requires(Permission.TAKE_FULL_COPY, on=minutes_of, proved=True)
def as_pdf(minutes: Minutes) -> ResponseReturnValue:
    """All that the chair and the coordinator may read, in one document. What a pathway keeps from them stays out."""
    sight = _sight_of(minutes)
    copy = full_copy(current_actor(), sight)
    minutes = _under_the_lock(minutes)
    keep_full_copy(current_actor(), minutes, copy, now=now())
    db.session.commit()
    name = file_name("minutes", minutes.meeting.ref, "full", suffix="pdf")
    return send_file(BytesIO(copy.paper.content), mimetype="application/pdf", download_name=name)


@bp.get("/meetings/<int:meeting_id>/minutes/full.html", endpoint="full_html")
@requires(Permission.TAKE_FULL_COPY, on=minutes_of, proved=True)
def as_html(minutes: Minutes) -> ResponseReturnValue:
    """The same as the HTML that was frozen. A file to keep: a browser is not given it to show."""
    sight = _sight_of(minutes)
    text = full_text(sight)
    minutes = _under_the_lock(minutes)
    keep_full_text(current_actor(), minutes, text, now=now())
    db.session.commit()
    name = file_name("minutes", minutes.meeting.ref, "full", suffix="html")
    return send_file(BytesIO(text.content), mimetype="text/html", download_name=name, as_attachment=True)


def _sight_of(minutes: Minutes) -> Sight:
    sight = sight_of(current_actor(), minutes.meeting)
    verdict = full_copy_open_to(current_actor(), minutes, sight.mine)
    if not verdict:
        raise Forbidden(verdict.reason)
    return sight


def _under_the_lock(minutes: Minutes) -> Minutes:
    """The minutes again, to keep what is taken of them; the right is asked again."""
    meeting_id = minutes.meeting_id
    db.session.rollback()
    begin_write()
    minutes = minutes_of(meeting_id)
    require(current_actor(), Permission.TAKE_FULL_COPY, minutes)
    return minutes
