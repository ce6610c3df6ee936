"""The research pack as a document."""

from io import BytesIO

from flask import send_file
from flask.typing import ResponseReturnValue

from core.cases.queries import people_named_in
from core.disclosures.views_exports import disclose_export
from core.documents.operations import paper_from, stamped_as_made_for
from core.meetings.blueprint import bp
from core.meetings.loading import meeting_of
from core.meetings.models import Meeting
from core.meetings.pack.document import pack_html
from core.meetings.pack.queries import pack_for
from core.policy import Permission
from core.references import file_name
from core.web import current_actor, now, requires


@bp.get("/<int:meeting_id>/research.pdf")
@requires(Permission.SEE_MEETING, on=meeting_of)
def research_pack(meeting: Meeting) -> ResponseReturnValue:
    """What the reader's agency is asked; for those who lead the group, what everybody said and who has not."""
    actor = current_actor()
    pack, cases = pack_for(actor, meeting, now=now())
    paper = stamped_as_made_for(paper_from(pack_html(pack)), name=actor.name, agency=actor.agency_name)
    if cases:
        disclose_export("research.download", object=f"meeting:{meeting.id}", subjects=people_named_in(cases))
    name = file_name("research", meeting.ref, suffix="pdf")
    return send_file(BytesIO(paper.content), "application/pdf", download_name=name)
