"""Pages before anything goes: every recipient, the list of one, a preview of theirs, what the chair grants them."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import flash, request, send_file
from flask.typing import ResponseReturnValue

from core.circulation import grants, operations
from core.circulation.blueprint import bp
from core.circulation.proposals import Proposal, proposals_for, sent_to
from core.circulation.recipients.contents import contents_of
from core.circulation.recipients.forms import AGENCY, CirculateForm, GrantForm
from core.circulation.sight import Sight, sight_of
from core.documents.operations import laid_out, stamped_as_preview
from core.errors import NotFound
from core.facts import CAME, CirculationKind
from core.meetings.loading import meeting_of
from core.meetings.models import Meeting
from core.minutes.models import Grant
from core.minutes.queries import persons_of
from core.minutes.record import MeetingRecord
from core.minutes.render import minutes_html
from core.policy import Permission
from core.references import file_name
from core.web import current_actor, disclose, invalid, now, render, requires, see_other
from core.web.choices import offered


@dataclass(frozen=True, slots=True)
class Preview:
    """A recipient's copy as far as whoever previews it may see it, and what is left out for that reason."""

    proposal: Proposal
    part: MeetingRecord
    closed: tuple[int, ...]
    """Numbers of items in the recipient's copy that are closed to whoever previews it."""
    less: bool
    """Whether anything else is left out or cut for them."""


@bp.get("/meetings/<int:meeting_id>/circulate")
@requires(Permission.CIRCULATE_MINUTES, on=meeting_of)
def prepare(meeting: Meeting) -> ResponseReturnValue:
    """Every recipient in a row each: what goes in, what stays out, whether they may be sent anything."""
    sight, proposals = _all(meeting)
    page = _context(meeting, sight, proposals)
    form = CirculateForm()
    form.readers.data = [
        each.candidate.user.id
        for each in proposals
        if (each.candidate.presence in CAME or each.grants)
        and not each.refusal
        and each.candidate.user.id not in page["sent"]
    ]
    return render("circulation/prepare.html", form=form, **page)


@bp.post("/meetings/<int:meeting_id>/circulate")
@requires(Permission.CIRCULATE_MINUTES, on=meeting_of)
def circulate(meeting: Meeting) -> ResponseReturnValue:
    """Queue a mail for each reader."""
    form = CirculateForm()
    sight, proposals = _all(meeting)
    form.readers.offer(offered((each.candidate.user.id, each.candidate.user.name) for each in proposals))
    if not form.validate():
        return invalid("circulation/prepare.html", form=form, **_context(meeting, sight, proposals))
    readers = dict.fromkeys(form.readers.data or ())
    sent = len(operations.circulate_minutes(current_actor(), sight.minutes, readers=readers, now=now()).copies)
    flash(f"The minutes are on their way to {sent} {'person' if sent == 1 else 'people'}.")
    return see_other("circulation.sent", meeting_id=meeting.id)


@bp.get("/meetings/<int:meeting_id>/readers/<int:user_id>")
@requires(Permission.PREVIEW_COPY, on=lambda meeting_id, user_id: meeting_of(meeting_id))
def reader(meeting: Meeting) -> ResponseReturnValue:
    """One recipient's whole list, item by item, and what may be granted to them."""
    sight, proposals = _all(meeting)
    return _reader_page(meeting, sight, _theirs(proposals), GrantForm())


@bp.post("/meetings/<int:meeting_id>/readers/<int:user_id>")
@requires(Permission.GRANT_ITEM, on=lambda meeting_id, user_id: meeting_of(meeting_id))
def grant(meeting: Meeting) -> ResponseReturnValue:
    """Grant them items that they were not there for."""
    sight, proposals = _all(meeting)
    proposal, form = _theirs(proposals), GrantForm()
    _offer(form, sight, proposal)
    if not form.validate():
        return invalid("circulation/reader.html", **_reader_context(meeting, sight, proposal), form=form)
    user = proposal.candidate.user
    to = grants.Grantee(agency_id=user.agency_id) if form.to.data == AGENCY else grants.Grantee(user_id=user.id)
    grants.grant_items(
        current_actor(),
        sight.minutes,
        items=set(form.items.data or ()),
        to=to,
        reason=form.reason.data or "",
        now=now(),
    )
    flash("Granted. It holds for every copy that is made from now on.")
    return see_other("circulation.reader", meeting_id=meeting.id, user_id=user.id)


@bp.post("/meetings/<int:meeting_id>/readers/<int:user_id>/grants/<int:grant_id>/take-back")
@requires(Permission.GRANT_ITEM, on=lambda meeting_id, user_id, grant_id: meeting_of(meeting_id))
def take_back(meeting: Meeting) -> ResponseReturnValue:
    """Take a grant back."""
    found = grants.grant_by_id(meeting.id, _asked("grant_id"))
    if found is None:
        raise NotFound
    sight, proposals = _all(meeting)
    proposal = _theirs(proposals)
    if found.item_id not in {item.id for item in sight.mine.items} or not _is_for(found, proposal):
        raise NotFound
    grants.take_back(current_actor(), sight.minutes, found, now=now())
    flash("Taken back. Copies are made without it from now on.")
    return see_other("circulation.reader", meeting_id=meeting.id, user_id=proposal.candidate.user.id)


@bp.get("/meetings/<int:meeting_id>/readers/<int:user_id>/preview")
@requires(Permission.PREVIEW_COPY, on=lambda meeting_id, user_id: meeting_of(meeting_id))
def preview(meeting: Meeting) -> ResponseReturnValue:
    """The minutes as they would be in the recipient's copy."""
    sight, proposals = _all(meeting)
    shown = _previewed(meeting, sight, _theirs(proposals))
    return render("circulation/preview.html", meeting=meeting, minutes=sight.minutes, preview=shown, record=shown.part)


@bp.get("/meetings/<int:meeting_id>/readers/<int:user_id>/preview.pdf")
@requires(Permission.PREVIEW_COPY, on=lambda meeting_id, user_id: meeting_of(meeting_id))
def preview_pdf(meeting: Meeting) -> ResponseReturnValue:
    """The same as PDF, marked PREVIEW on every page. It is not kept: nobody was sent it."""
    sight, proposals = _all(meeting)
    shown = _previewed(meeting, sight, _theirs(proposals))
    reader = shown.proposal.reader
    paper = stamped_as_preview(
        laid_out(minutes_html(shown.part)).paper,
        name=reader.name,
        agency=reader.agency_name,
        seen_by=current_actor().name,
    )
    name = file_name("preview", meeting.ref, f"reader {reader.user_id}", suffix="pdf")
    return send_file(BytesIO(paper.content), mimetype="application/pdf", download_name=name)


def _all(meeting: Meeting) -> tuple[Sight, Sequence[Proposal]]:
    sight = sight_of(current_actor(), meeting)
    disclose(
        "circulation.prepare",
        object=f"minutes:{sight.minutes.id}",
        subjects=persons_of(sight.mine),
        purpose=f"meeting:{meeting.id}",
    )
    return sight, proposals_for(meeting, sight.record, now=now())


def _asked(name: str) -> int:
    number: int = (request.view_args or {})[name]
    return number


def _theirs(proposals: Sequence[Proposal]) -> Proposal:
    """That of whom the address names. Raises NotFound for somebody who is no recipient."""
    user_id = _asked("user_id")
    found = next((each for each in proposals if each.candidate.user.id == user_id), None)
    if found is None:
        raise NotFound
    return found


def _is_for(grant: Grant, proposal: Proposal) -> bool:
    user = proposal.candidate.user
    return grant.user_id == user.id or (grant.agency_id is not None and grant.agency_id == user.agency_id)


def _context(meeting: Meeting, sight: Sight, proposals: Sequence[Proposal]) -> dict[str, Any]:
    return {
        "meeting": meeting,
        "rows": [(each, contents_of(each, sight)) for each in proposals],
        "closed": sight.closed,
        "approved": sight.approved,
        "sent": sent_to(meeting.id, CirculationKind.MINUTES),
    }


def _reader_context(meeting: Meeting, sight: Sight, proposal: Proposal) -> dict[str, object]:
    return {
        "meeting": meeting,
        "proposal": proposal,
        "user": proposal.candidate.user,
        "contents": contents_of(proposal, sight),
        "closed": sight.closed,
    }


def _reader_page(meeting: Meeting, sight: Sight, proposal: Proposal, form: GrantForm) -> ResponseReturnValue:
    _offer(form, sight, proposal)
    return render("circulation/reader.html", form=form, **_reader_context(meeting, sight, proposal))


def _offer(form: GrantForm, sight: Sight, proposal: Proposal) -> None:
    """The items that may be granted to them, by somebody to whom these are not closed."""
    lines = contents_of(proposal, sight).lines
    form.items.offer(offered((line.item_id, f"{line.number}. {line.what}") for line in lines if line.grantable))
    reader = proposal.reader
    form.offer_grantees(reader.name, reader.agency_name)


def _previewed(meeting: Meeting, sight: Sight, proposal: Proposal) -> Preview:
    part, cut = proposal.part.cut(sight.me)
    disclose(
        "minutes.preview",
        object=f"minutes:{sight.minutes.id}",
        subjects=persons_of(part),
        purpose=f"copy-of:u_{proposal.reader.user_id}",
    )
    whole = {item.number for item in part.items}
    closed = tuple(item.number for item in proposal.part.items if item.number not in whole)
    return Preview(proposal, part, closed, less=any(each.item not in closed for each in cut))
