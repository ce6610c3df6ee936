"""Pages of circulating minutes, each reader's own copy, and the outbox."""

from io import BytesIO

from flask import Blueprint, current_app, flash, request, send_file
from flask.typing import ResponseReturnValue

from core.circulation import operations, queries
from core.circulation.forms import CaughtFilter, CirculateForm
from core.circulation.models import Copy, Mail
from core.circulation.queries import Proposal
from core.documents.queries import document_bytes
from core.errors import NotFound, Refused
from core.extensions import db
from core.facts import CAME
from core.meetings.loading import meeting_of
from core.meetings.models import Meeting
from core.minutes.queries import frozen_record, minutes_of
from core.minutes.record import MeetingRecord
from core.policy import Permission, require
from core.references import file_name
from core.web import (
    begin_write,
    current_actor,
    disclose,
    invalid,
    now,
    render,
    requires,
    see_other,
)
from core.web.addresses import row_id

bp = Blueprint("circulation", __name__)


def copy_of(copy_id: int) -> Copy:
    """A reader's copy."""
    copy = queries.copy_by_id(copy_id)
    if copy is None:
        raise NotFound
    return copy


@bp.get("/meetings/<int:meeting_id>/circulate")
@requires(Permission.CIRCULATE_MINUTES, on=meeting_of)
def prepare(meeting: Meeting) -> ResponseReturnValue:
    """Who is proposed, and for each what their copy holds and lacks, before anything goes."""
    form = CirculateForm()
    proposals = _proposals(meeting)
    form.readers.data = [
        proposal.candidate.user.id
        for proposal in proposals
        if proposal.candidate.presence in CAME and not proposal.refusal
    ]
    return render("circulation/prepare.html", meeting=meeting, form=form, proposals=proposals)


@bp.post("/meetings/<int:meeting_id>/circulate")
@requires(Permission.CIRCULATE_MINUTES, on=meeting_of)
def circulate(meeting: Meeting) -> ResponseReturnValue:
    """Queue a mail for each reader."""
    form = CirculateForm()
    proposals = _proposals(meeting)
    form.readers.choices = [(proposal.candidate.user.id, proposal.candidate.user.name) for proposal in proposals]
    minutes = minutes_of(meeting.id)
    if not form.validate() or minutes is None:
        return invalid("circulation/prepare.html", meeting=meeting, form=form, proposals=proposals)
    withheld = {proposal.candidate.user.id: {item for item, _, _ in proposal.withheld} for proposal in proposals}
    readers = {
        user_id: frozenset(_granted(user_id) & withheld[user_id]) for user_id in dict.fromkeys(form.readers.data or ())
    }
    operations.circulate_minutes(current_actor(), minutes, readers=readers, now=now())
    flash(f"The minutes are on their way to {len(readers)} people.")
    return see_other("circulation.sent", meeting_id=meeting.id)


@bp.get("/meetings/<int:meeting_id>/sent")
@requires(Permission.SEE_OUTBOX, on=meeting_of)
def sent(meeting: Meeting) -> ResponseReturnValue:
    """What went out about this meeting: each mail's state, each copy's openings."""
    return render(
        "circulation/sent.html",
        meeting=meeting,
        circulations=queries.circulations_of(meeting.id),
        mails=queries.mails_of(meeting.id),
    )


@bp.post("/meetings/<int:meeting_id>/mails/<int:mail_id>/again")
@requires(Permission.CIRCULATE_MINUTES, on=lambda meeting_id, mail_id: meeting_of(meeting_id))
def send_again(meeting: Meeting) -> ResponseReturnValue:
    """Try a mail that failed once more."""
    operations.send_again(current_actor(), _mail(meeting), now=now())
    return see_other("circulation.sent", meeting_id=meeting.id)


@bp.get("/copies/<int:copy_id>")
@requires(Permission.READ_COPY, on=copy_of)
def copy(copy: Copy) -> ResponseReturnValue:
    """Where a mail's link leads: says what this is and gives the PDF."""
    return render("circulation/copy.html", copy=copy, meeting=copy.circulation.meeting)


@bp.get("/copies/<int:copy_id>/minutes.pdf")
@requires(Permission.READ_COPY, on=copy_of)
def copy_pdf(copy: Copy) -> ResponseReturnValue:
    """The reader's own copy, as their rights are now. The opening is kept before the first byte goes out."""
    part = operations.part_for(copy, now=now())
    paper = _stored(copy, part) or operations.paper_for(copy, part)
    name = file_name("minutes", copy.circulation.meeting.ref, suffix="pdf")
    db.session.rollback()
    begin_write()
    copy = copy_of(copy.id)
    require(current_actor(), Permission.READ_COPY, copy)
    if isinstance(paper, operations.Issue):
        operations.keep_copy(copy, paper, now=now())
    operations.note_opening(current_actor(), copy, part, now=now())
    db.session.commit()
    content = paper.stamped.content if isinstance(paper, operations.Issue) else paper
    return send_file(BytesIO(content), mimetype="application/pdf", download_name=name)


@bp.get("/demo/mail")
@requires(Permission.SEE_CAUGHT_MAIL)
def caught() -> ResponseReturnValue:
    """The mails that a demonstration caught. There is no such page elsewhere."""
    if not current_app.config["ROUNDTABLE"].demo:
        raise NotFound
    form = CaughtFilter(request.args, meta={"csrf": False})
    form.to.choices = [("", "Anybody"), *((each, each) for each in queries.caught_recipients())]
    to = form.to.data or ""
    mails, following = queries.caught_mails(to=to, before=row_id(request.args.get("before")))
    return render("circulation/caught.html", form=form, mails=mails, following=following, to=to)


def _stored(copy: Copy, part: MeetingRecord) -> bytes | None:
    """The document as it was issued, unless the reader's part has changed since."""
    if copy.document_id is None or copy.part_sha256 != part.sha256():
        return None
    return document_bytes(copy.document_id).content


def _proposals(meeting: Meeting) -> list[Proposal]:
    minutes = minutes_of(meeting.id)
    if minutes is None or minutes.document_id is None:
        raise Refused("Minutes are circulated once the chair has approved them.")
    disclose("circulation.prepare", object=f"minutes:{minutes.id}", purpose=f"meeting:{meeting.id}")
    return list(operations.proposals_for(meeting, frozen_record(minutes), now=now()))


def _granted(user_id: int) -> set[int]:
    chosen = map(row_id, request.form.getlist(f"grant-{user_id}"))
    return {item for item in chosen if item is not None}


def _mail(meeting: Meeting) -> Mail:
    mail_id = (request.view_args or {})["mail_id"]
    mail = queries.mail_of(meeting.id, mail_id)
    if mail is None:
        raise NotFound
    return mail
