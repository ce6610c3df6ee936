"""Pages of a meeting's minutes: compose, read, submit, send back, approve, download."""

from dataclasses import replace
from io import BytesIO

from flask import Blueprint, Response, flash, send_file
from flask.typing import ResponseReturnValue

from core.documents.queries import document_bytes
from core.documents.readers import reader_of
from core.errors import NotFound, Refused, Stale
from core.facts import MinutesStatus
from core.meetings.loading import meeting_of
from core.meetings.models import Meeting
from core.minutes import operations, queries
from core.minutes.build import build
from core.minutes.changes import changes_since_closing
from core.minutes.forms import ApproveForm, SendBackForm, SubmitForm
from core.minutes.models import Minutes
from core.minutes.operations import Fair
from core.minutes.record import MeetingRecord
from core.policy import Permission
from core.policy.minutes import approve_minutes
from core.policy.recording import may_mend
from core.recording import queries as recording
from core.references import file_name
from core.web import Form, beside, current_actor, disclose, invalid, may, now, render, requires, saved_first, see_other
from core.web.forms import VersionedForm

bp = Blueprint("minutes", __name__)


def minutes_of(meeting_id: int) -> Minutes:
    """Its minutes."""
    minutes = queries.minutes_of(meeting_id)
    if minutes is None:
        raise NotFound
    return minutes


def minutes_meeting_of(meeting_id: int) -> Meeting:
    """The meeting of minutes that were composed."""
    return minutes_of(meeting_id).meeting


@bp.get("/meetings/<int:meeting_id>/minutes")
@requires(Permission.SEE_MINUTES, on=meeting_of)
def show(meeting: Meeting) -> ResponseReturnValue:
    """The minutes as they stand, less what is closed to the reader themselves."""
    return _page(meeting)


@bp.post("/meetings/<int:meeting_id>/minutes")
@requires(Permission.COMPOSE_MINUTES, on=meeting_of)
def compose(meeting: Meeting) -> ResponseReturnValue:
    """Begin them. Begun already: go and look."""
    if queries.minutes_of(meeting.id) is None:
        operations.compose(current_actor(), meeting, now=now())
    return see_other("minutes.show", meeting_id=meeting.id)


@bp.post("/meetings/<int:meeting_id>/minutes/submit")
@requires(Permission.COMPOSE_MINUTES, on=minutes_meeting_of)
def submit(meeting: Meeting) -> ResponseReturnValue:
    """Put them before the chair. Sent back and nothing mended since: asks whether that is meant."""
    minutes, form = minutes_of(meeting.id), SubmitForm()
    _same_version(minutes, form)
    if operations.is_unchanged(minutes) and not form.unchanged.data:
        return invalid("minutes/show.html", **_context(meeting), send_back_form=SendBackForm(formdata=None), asked=True)
    operations.submit(current_actor(), minutes, now=now())
    flash("The minutes are with the chair.")
    return see_other("minutes.show", meeting_id=meeting.id)


@bp.post("/meetings/<int:meeting_id>/minutes/send-back")
@requires(Permission.APPROVE_MINUTES, on=minutes_of)
def send_back(minutes: Minutes) -> ResponseReturnValue:
    """Give them back with a comment."""
    form = SendBackForm()
    page = {**_context(minutes.meeting), "send_back_form": form}
    if not form.validate():
        return invalid("minutes/show.html", **page)
    try:
        _same_version(minutes, form)
        operations.send_back(current_actor(), minutes, comment=form.comment.data or "", now=now())
    except Stale as stale:
        return saved_first("minutes/show.html", form, stale, version=minutes.version, **page)
    except Refused as refused:
        beside(form, refused, "comment")
        return invalid("minutes/show.html", **page)
    flash("The minutes were sent back with your comment.")
    return see_other("minutes.show", meeting_id=minutes.meeting_id)


def _fair_copy(minutes: Minutes) -> Fair:
    return operations.fair_copy(current_actor(), minutes, now=now())


@bp.post("/meetings/<int:meeting_id>/minutes/approve")
@requires(Permission.APPROVE_MINUTES, on=minutes_of, before_lock=_fair_copy)
def approve(minutes: Minutes, fair: Fair) -> ResponseReturnValue:
    """Approve them: record, hash and PDF are frozen."""
    _same_version(minutes, ApproveForm())
    operations.approve(current_actor(), minutes, fair, now=now())
    flash("You approved the minutes. They can be circulated now.")
    return see_other("minutes.show", meeting_id=minutes.meeting_id)


@bp.get("/meetings/<int:meeting_id>/minutes.pdf")
@requires(Permission.SEE_MINUTES, on=minutes_meeting_of)
def pdf(meeting: Meeting) -> ResponseReturnValue:
    """The reader's own copy: the full one as it was frozen, if nothing in it is closed to them."""
    minutes = minutes_of(meeting.id)
    record = _record(minutes, meeting)
    mine = _mine(record, meeting)
    disclose(
        "minutes.download",
        object=f"minutes:{minutes.id}",
        subjects=queries.persons_of(mine),
        purpose=f"meeting:{meeting.id}",
    )
    if minutes.document_id is not None and replace(mine, whole_sha256=record.whole_sha256) == record:
        document = document_bytes(minutes.document_id)
        return _send(document.content, document.file_name)
    return _send(operations.paper_of(mine).content, file_name("minutes", meeting.ref, suffix="pdf"))


def _page(meeting: Meeting) -> ResponseReturnValue:
    return render("minutes/show.html", **_context(meeting), send_back_form=SendBackForm())


def _context(meeting: Meeting) -> dict[str, object]:
    minutes = queries.minutes_of(meeting.id)
    if minutes is None:
        return {"meeting": meeting, "minutes": None, "compose_form": Form(formdata=None)}
    mine = _mine(_record(minutes, meeting), meeting)
    disclose(
        "minutes.read",
        object=f"minutes:{minutes.id}",
        subjects=queries.persons_of(mine),
        purpose=f"meeting:{meeting.id}",
    )
    return {
        "meeting": meeting,
        "minutes": minutes,
        "record": mine,
        "names": queries.names_of_steps(minutes),
        "submit_form": SubmitForm(formdata=None, version=str(minutes.version)),
        "approve_form": ApproveForm(formdata=None, version=str(minutes.version)),
        "verdict": approve_minutes(current_actor(), minutes),
        "returned": minutes.steps[-1] if minutes.status is MinutesStatus.SENT_BACK else None,
        "mending": _may_mend(minutes, meeting),
        "changes": changes_since_closing(meeting) if meeting.frozen_at is None else (),
        "may_circulate": bool(may(Permission.CIRCULATE_MINUTES, meeting)),
        "MinutesStatus": MinutesStatus,
    }


def _may_mend(minutes: Minutes, meeting: Meeting) -> bool:
    """Whether the reader is asked to mend the record: they keep it, and it is not with the chair."""
    room = recording.room(meeting.id, user_id=current_actor().user_id)
    return (
        minutes.status in (MinutesStatus.DRAFT, MinutesStatus.SENT_BACK)
        and room is not None
        and may_mend(current_actor(), meeting)
        and bool(may(Permission.ENTER_ROOM, room))
    )


def _record(minutes: Minutes, meeting: Meeting) -> MeetingRecord:
    """Frozen once they are approved; until then made of the tables anew."""
    if meeting.frozen_at is None:
        return build(meeting.id)
    # Its hash is known: a reader's part need not be told it anew.
    return replace(queries.frozen_record(minutes), whole_sha256=minutes.record_sha256)


def _mine(record: MeetingRecord, meeting: Meeting) -> MeetingRecord:
    reader = reader_of(current_actor(), group_id=meeting.group_id, cases=(item.case_id for item in record.items))
    return record.only(reader)


def _same_version(minutes: Minutes, form: VersionedForm) -> None:
    if form.version_read != minutes.version:
        raise Stale(told={"Minutes": minutes.status.value.capitalize()})


def _send(content: bytes, name: str) -> Response:
    return send_file(BytesIO(content), mimetype="application/pdf", download_name=name)
