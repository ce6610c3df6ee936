"""Pages of a reader's own copy: what it is, and on to the document."""

from collections.abc import Collection
from io import BytesIO

from flask import send_file
from flask.typing import ResponseReturnValue

from core.cases.queries import people_named_in
from core.circulation import queries
from core.circulation.actions_out.queries import of_agency
from core.circulation.blueprint import bp
from core.circulation.copies.operations import keep_minutes_copy, minutes_copy, note_opening
from core.circulation.corrected.operations import noted_for
from core.circulation.models import Copy
from core.circulation.operations import part_for
from core.errors import NotFound
from core.extensions import db
from core.facts import CirculationKind
from core.meetings.circulated.copies import agenda_copy, cases_shown, keep_agenda_copy
from core.minutes.corrections.queries import Proposals, proposed_for
from core.minutes.queries import persons_of
from core.policy import Permission, require
from core.references import file_name
from core.web import begin_write, current_actor, disclose, may, now, render, requires
from core.web.transaction import end_read

LEADS_TO = {
    CirculationKind.AGENDA: "circulation.copy_agenda",
    CirculationKind.ACTIONS: "circulation.copy_actions",
    CirculationKind.CORRECTION: "circulation.copy_corrected",
    CirculationKind.CORRECTED_EXTRACT: "circulation.copy_corrected",
}
"""Where the document of a copy is; elsewhere it is minutes, or a part of them."""


def copy_of(copy_id: int) -> Copy:
    """A reader's copy."""
    copy = queries.copy_by_id(copy_id)
    if copy is None:
        raise NotFound
    return copy


@bp.get("/copies/<int:copy_id>")
@requires(Permission.READ_COPY, on=copy_of)
def copy(copy: Copy) -> ResponseReturnValue:
    """Where a mail's link leads: says what this is and leads on."""
    return render(
        "circulation/copy.html",
        copy=copy,
        meeting=copy.circulation.meeting,
        kind=copy.circulation.kind,
        leads_to=LEADS_TO.get(copy.circulation.kind, "circulation.copy_pdf"),
        corrections=_corrections(copy),
        extract_corrected=copy.circulation.kind is CirculationKind.EXTRACT and bool(noted_for(copy, now=now())),
    )


def _corrections(copy: Copy) -> Proposals | None:
    """Of a copy of minutes, what was proposed for them and became of it, as far as its reader may have it."""
    if copy.circulation.minutes is None or not may(Permission.PROPOSE_FROM_COPY, copy):
        return None
    found = proposed_for(current_actor(), copy.circulation.minutes.id)
    if found.cases:
        disclose(
            "correction.read",
            object=f"copy:{copy.id}",
            subjects=people_named_in(found.cases),
            purpose=f"meeting:{copy.circulation.meeting_id}",
        )
    return found


@bp.get("/copies/<int:copy_id>/minutes.pdf")
@requires(Permission.READ_COPY, on=copy_of)
def copy_pdf(copy: Copy) -> ResponseReturnValue:
    """The reader's own copy, as their rights are now. The opening is kept before the first byte goes out."""
    if copy.circulation.minutes is None:
        raise NotFound
    made = minutes_copy(copy, now=now(), asking=current_actor())
    name = file_name(copy.circulation.kind, copy.circulation.meeting.ref, suffix="pdf")
    subjects = persons_of(made.part)
    if made.new is not None:
        copy = _under_the_lock(copy)
        keep_minutes_copy(copy, made, now=now())
    else:  # nothing took long since the right was asked, and nothing is kept by it
        end_read()
        begin_write()
    note_opening(current_actor(), copy, subjects=subjects, now=now())
    db.session.commit()
    return send_file(BytesIO(made.paper.content), mimetype="application/pdf", download_name=name)


@bp.get("/copies/<int:copy_id>/agenda.pdf")
@requires(Permission.READ_COPY, on=copy_of)
def copy_agenda(copy: Copy) -> ResponseReturnValue:
    """That version of the agenda as the reader may have it today."""
    version = copy.circulation.agenda_version
    if version is None:
        raise NotFound
    issued = agenda_copy(current_actor(), version)
    keep_agenda_copy(current_actor(), version, issued, now=now())
    _opened(copy, people_named_in(issued.cases))
    return send_file(BytesIO(issued.paper.content), mimetype="application/pdf", download_name=issued.name)


@bp.get("/copies/<int:copy_id>/actions")
@requires(Permission.READ_COPY, on=copy_of)
def copy_actions(copy: Copy) -> ResponseReturnValue:
    """What the reader's agency undertook at that meeting."""
    if copy.circulation.kind is not CirculationKind.ACTIONS:
        raise NotFound
    meeting_id = copy.circulation.meeting_id
    cases = [action.case_id for action in of_agency(current_actor(), meeting_id) if action.case_id is not None]
    _opened(copy, people_named_in(cases))
    return render(
        "circulation/copy_actions.html",
        meeting=copy_of(copy.id).circulation.meeting,
        actions=of_agency(current_actor(), meeting_id),
    )


@bp.get("/copies/<int:copy_id>/password")
@requires(Permission.READ_COPY, on=copy_of)
def copy_password(copy: Copy) -> ResponseReturnValue:
    """What opens the file that came with the mail: whoever asks for it opens their copy."""
    if not copy.password:
        raise NotFound
    _opened(copy, _persons_in(copy))
    copy = copy_of(copy.id)
    return render("circulation/copy_password.html", copy=copy, meeting=copy.circulation.meeting, password=copy.password)


def _persons_in(copy: Copy) -> Collection[int]:
    """Whom the file is about, as far as its reader may have it today."""
    version = copy.circulation.agenda_version
    if version is not None:
        return people_named_in(cases_shown(current_actor(), version))
    return persons_of(part_for(copy, now=now()))


def _opened(copy: Copy, subjects: Collection[int]) -> None:
    """Keep the opening before the first byte goes out."""
    copy = _under_the_lock(copy)
    note_opening(current_actor(), copy, subjects=subjects, now=now())
    db.session.commit()


def _under_the_lock(copy: Copy) -> Copy:
    """The copy again, to be written to, its reader's right asked again."""
    copy_id = copy.id
    db.session.rollback()
    begin_write()
    copy = copy_of(copy_id)
    require(current_actor(), Permission.READ_COPY, copy)
    return copy
