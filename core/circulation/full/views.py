"""The full copy of approved minutes, for the chair and the coordinator: stamped with who took it, kept, and noted."""

from io import BytesIO

from flask import send_file
from flask.typing import ResponseReturnValue

from core import audit
from core.audit import Category
from core.circulation.blueprint import bp
from core.circulation.sight import sight_of
from core.documents.operations import Subject, keep_layout, keep_once, laid_out, stamped_as_full
from core.errors import NotFound
from core.extensions import db
from core.minutes.models import Minutes
from core.minutes.queries import minutes_with_items, persons_of
from core.minutes.render import minutes_html
from core.policy import Permission, require
from core.policy.minutes import PART_IS_CLOSED
from core.references import file_name
from core.web import begin_write, current_actor, now, requires
from core.web.gate import Forbidden


def minutes_of(meeting_id: int) -> Minutes:
    """Its minutes, with the items of the meeting."""
    minutes = minutes_with_items(meeting_id)
    if minutes is None:
        raise NotFound
    return minutes


@bp.get("/meetings/<int:meeting_id>/minutes/full.pdf")
@requires(Permission.TAKE_FULL_COPY, on=minutes_of)
def full_copy(minutes: Minutes) -> ResponseReturnValue:
    """All that the chair and the coordinator may read, in one document. What a pathway keeps from them stays out."""
    actor, meeting = current_actor(), minutes.meeting
    sight = sight_of(actor, meeting)
    if sight.closed or any(item.by_reference for item in sight.mine.items):
        raise Forbidden(PART_IS_CLOSED)
    layout = laid_out(minutes_html(sight.mine))
    paper = stamped_as_full(layout.paper, name=actor.name, agency=actor.agency_name)
    meeting_id, ref, part = meeting.id, meeting.ref, sight.mine
    db.session.rollback()
    begin_write()
    require(actor, Permission.TAKE_FULL_COPY, minutes_of(meeting_id))
    keep_layout(layout, "minutes", ref, now=now())
    keep_once(paper, "full", "minutes", ref, f"full {actor.user_id}", now=now(), of=Subject(meeting_id, actor.user_id))
    audit.record(
        actor,
        Category.DISCLOSURE,
        "minutes.full_copy",
        object=f"minutes:{minutes.id}",
        subjects=persons_of(part),
        purpose=f"meeting:{meeting_id}",
        recipient=actor.opaque,
    )
    db.session.commit()
    name = file_name("minutes", ref, "full", suffix="pdf")
    return send_file(BytesIO(paper.content), mimetype="application/pdf", download_name=name)
