"""Pages of corrections: propose one, read it, take it back, and say at the meeting whether it is agreed."""

from dataclasses import replace
from io import BytesIO
from typing import Any

from flask import flash, request, send_file, url_for
from flask.typing import ResponseReturnValue

from core.cases.queries import people_named_in
from core.circulation.copies.views import copy_of
from core.circulation.models import Copy
from core.circulation.operations import part_for
from core.disclosures.views_exports import disclose_export
from core.documents.operations import paper_from
from core.documents.queries import document_bytes, is_there
from core.errors import NotFound, Refused, Stale
from core.facts import CorrectionStatus, MinutesStatus, Visibility
from core.meetings.models import Meeting
from core.minutes.blueprint import bp
from core.minutes.corrections import operations, queries
from core.minutes.corrections.forms import DecideForm, ProposeForm
from core.minutes.corrections.recorded import RecordedCorrection
from core.minutes.loading import minutes_meeting_of, minutes_of
from core.minutes.models import Minutes
from core.minutes.queries import persons_of
from core.minutes.record import MeetingRecord
from core.minutes.render import minutes_html
from core.minutes.showing import own_part, whole_record
from core.policy import Permission
from core.policy.correcting import CorrectionInRoom, CorrectionSeen
from core.recording.answering import form_page, stale_page, written
from core.recording.loading import item_of
from core.references import file_name
from core.web import beside, current_actor, disclose, invalid, may, now, render, requires, see_other

PROPOSE = "minutes/propose_correction.html"
DECIDE = "minutes/decide_correction.html"


def correction_of(meeting_id: int, correction_id: int) -> CorrectionSeen:
    """A correction of that meeting's minutes."""
    correction = queries.correction_of(minutes_of(meeting_id), correction_id)
    if correction is None:
        raise NotFound
    return queries.seen_by(current_actor(), correction)


def correction_at(meeting_id: int, item_id: int, correction_id: int) -> CorrectionInRoom:
    """A correction, under the item of a later meeting at which it stands."""
    here = item_of(meeting_id, item_id)
    found = queries.correction_at(here.item.meeting, correction_id, now=now())
    if found is None or queries.heading_item(meeting_id) != item_id:
        raise NotFound
    return CorrectionInRoom(here, queries.seen_by(current_actor(), found[0]), due_here=found[1])


@bp.get("/meetings/<int:meeting_id>/minutes/corrections/new")
@requires(Permission.PROPOSE_CORRECTION, on=minutes_of)
def propose_correction(minutes: Minutes) -> ResponseReturnValue:
    """What is wrong in the minutes?"""
    part = own_part(current_actor(), whole_record(minutes), minutes.meeting)
    return render(PROPOSE, form=_fresh(part), **_from_minutes(minutes, part))


@bp.post("/meetings/<int:meeting_id>/minutes/corrections/new")
@requires(Permission.PROPOSE_CORRECTION, on=minutes_of)
def propose_correction_submit(minutes: Minutes) -> ResponseReturnValue:
    """Propose it."""
    part = own_part(current_actor(), whole_record(minutes), minutes.meeting)
    return _proposed(minutes, part, _from_minutes(minutes, part))


@bp.get("/copies/<int:copy_id>/corrections/new")
@requires(Permission.PROPOSE_FROM_COPY, on=copy_of)
def propose_from_copy(copy: Copy) -> ResponseReturnValue:
    """What is wrong in the reader's copy?"""
    part = part_for(copy, now=now())
    return render(PROPOSE, form=_fresh(part), **_from_copy(copy, part))


@bp.post("/copies/<int:copy_id>/corrections/new")
@requires(Permission.PROPOSE_FROM_COPY, on=copy_of)
def propose_from_copy_submit(copy: Copy) -> ResponseReturnValue:
    """Propose it."""
    part = part_for(copy, now=now())
    assert copy.circulation.minutes is not None
    return _proposed(copy.circulation.minutes, part, _from_copy(copy, part))


@bp.get("/meetings/<int:meeting_id>/minutes/corrections/<int:correction_id>")
@requires(Permission.READ_CORRECTION, on=correction_of)
def correction(seen: CorrectionSeen) -> ResponseReturnValue:
    """What was proposed, where it stands, and where both documents are."""
    of, actor = seen.correction, current_actor()
    shown = queries.recorded(of)
    _disclose(of.minutes, shown.case_id)
    meeting = of.minutes.meeting
    waiting = of.status is CorrectionStatus.PROPOSED
    return render(
        "minutes/correction.html",
        meeting=meeting,
        correction=of,
        recorded=shown,
        readers=_readers(shown),
        following=queries.next_meeting(meeting.group_id, now=now()) if waiting else None,
        may_withdraw=bool(may(Permission.WITHDRAW_CORRECTION, seen)),
        may_see_minutes=bool(may(Permission.SEE_MINUTES, meeting)),
        may_see_decided=of.decided_item is not None and bool(may(Permission.SEE_MINUTES, of.decided_item.meeting)),
        copies=queries.own_copies(actor, [meeting.id, *([of.decided_item.meeting_id] if of.decided_item else [])]),
    )


@bp.get("/meetings/<int:meeting_id>/minutes/corrected.pdf")
@requires(Permission.SEE_MINUTES, on=minutes_meeting_of)
def corrected_pdf(meeting: Meeting) -> ResponseReturnValue:
    """The reader's part of the minutes with the notes of what was corrected; the kept document, if all of it is theirs.

    Raises NotFound while nothing was corrected that is theirs.
    """
    minutes = minutes_of(meeting.id)
    if minutes.status is not MinutesStatus.APPROVED:
        raise NotFound
    whole, agreed = whole_record(minutes), queries.in_effect(minutes.id)
    mine = own_part(current_actor(), whole, meeting)
    notes = queries.notes_for(minutes, queries.reader_in(current_actor(), minutes))
    if not notes:
        raise NotFound
    disclose_export(
        "minutes.download",
        object=f"minutes:{minutes.id}",
        subjects=persons_of(mine),
        about=f"meeting:{meeting.id}",
    )
    newest = max(each.document_id or 0 for each in agreed)
    complete = len(notes) == len(agreed) and replace(mine, whole_sha256=whole.whole_sha256) == whole
    if complete and is_there(newest):
        content = document_bytes(newest).content
    else:
        content = paper_from(minutes_html(mine, notes)).content
    name = file_name("minutes", meeting.ref, "corrected", suffix="pdf")
    return send_file(BytesIO(content), mimetype="application/pdf", download_name=name)


@bp.post("/meetings/<int:meeting_id>/minutes/corrections/<int:correction_id>/withdraw")
@requires(Permission.WITHDRAW_CORRECTION, on=correction_of)
def withdraw_correction(seen: CorrectionSeen) -> ResponseReturnValue:
    """Take it back."""
    operations.withdraw(current_actor(), seen)
    flash("You have taken the correction back. It is not on the agenda any more.")
    return _to(seen.correction.minutes, seen.correction.id)


@bp.get("/meetings/<int:meeting_id>/live/items/<int:item_id>/corrections/<int:correction_id>")
@requires(Permission.DECIDE_CORRECTION, on=correction_at)
def decide_correction(target: CorrectionInRoom) -> ResponseReturnValue:
    """Did the meeting agree? Nothing is chosen for whoever says it first."""
    of = target.seen.correction
    chosen = of.status.value if of.status is not CorrectionStatus.PROPOSED else None
    form = DecideForm(status=chosen, note=of.decision_note, version=str(of.version))
    return form_page(DECIDE, form=form, **_under(target))


@bp.post("/meetings/<int:meeting_id>/live/items/<int:item_id>/corrections/<int:correction_id>")
@requires(Permission.DECIDE_CORRECTION, on=correction_at)
def decide_correction_submit(target: CorrectionInRoom) -> ResponseReturnValue:
    """Say it. When somebody else said it first, both are shown and the own note is kept: 409."""
    of, item = target.seen.correction, target.here.item
    form = DecideForm()
    if not form.validate():
        return form_page(DECIDE, form=form, **_under(target))
    try:
        operations.decide(
            current_actor(),
            target,
            version=form.version_read,
            status=CorrectionStatus(form.status.data),
            note=form.note.data or "",
            now=now(),
        )
    except Stale as stale:
        return stale_page(DECIDE, form, stale, version=of.version, **_under(target))
    return written(f"The correction of {of.minutes.meeting.ref} is {of.status.value}.", meeting=item.meeting, item=item)


def _fresh(part: MeetingRecord) -> ProposeForm:
    return ProposeForm(item=request.args.get("item", "")[:20]).offer(part)


def _proposed(minutes: Minutes, part: MeetingRecord, page: dict[str, Any]) -> ResponseReturnValue:
    form = ProposeForm().offer(part)
    if not form.validate():
        return invalid(PROPOSE, form=form, **page)
    try:
        made = operations.propose(
            current_actor(),
            minutes,
            part,
            item_id=form.item_id,
            passage=form.passage.data or "",
            proposed=form.proposed.data or "",
            reason=form.reason.data or "",
            now=now(),
        )
    except Refused as refused:
        beside(form, refused, "item")
        return invalid(PROPOSE, form=form, **page)
    flash("Your correction is proposed. The next meeting of the group decides.")
    return _to(minutes, made.id)


def _from_minutes(minutes: Minutes, part: MeetingRecord) -> dict[str, Any]:
    back = url_for("minutes.show", meeting_id=minutes.meeting_id)
    return _proposing(minutes, part, back, "The minutes")


def _from_copy(copy: Copy, part: MeetingRecord) -> dict[str, Any]:
    assert copy.circulation.minutes is not None
    return _proposing(
        copy.circulation.minutes, part, url_for("circulation.copy", copy_id=copy.id), "Your copy of the minutes"
    )


def _proposing(minutes: Minutes, part: MeetingRecord, back: str, back_to: str) -> dict[str, Any]:
    """The page's list names the cases of the reader's part."""
    disclose(
        "correction.form",
        object=f"minutes:{minutes.id}",
        subjects=persons_of(part),
        purpose=f"meeting:{minutes.meeting_id}",
    )
    following = queries.next_meeting(minutes.meeting.group_id, now=now())
    return {"meeting": minutes.meeting, "back": back, "back_to": back_to, "following": following}


def _under(target: CorrectionInRoom) -> dict[str, Any]:
    of = target.seen.correction
    recorded = queries.recorded(of)
    _disclose(of.minutes, recorded.case_id)
    return {"item": target.here.item, "correction": of, "recorded": recorded}


def _readers(recorded: RecordedCorrection) -> str:
    """Who may read it, in words."""
    place = "these minutes" if recorded.item_number is None else f"item {recorded.item_number}"
    match recorded.visibility:
        case Visibility.EVERYONE:
            return f"Everybody who has {place}"
        case Visibility.NAMED:
            return f"Of those who have {place}: whom the words that it quotes were for, the chair and the coordinator"
        case Visibility.AGREED:
            return f"Of those who have {place}: the agencies that the person agreed to who gave it in a complaint"
        case _:
            return f"Of those who have {place}: the chair, the coordinator and the agency that it is from"


def _disclose(minutes: Minutes, case_id: int | None) -> None:
    if case_id is not None:
        disclose(
            "correction.read",
            object=f"minutes:{minutes.id}",
            subjects=people_named_in([case_id]),
            purpose=f"meeting:{minutes.meeting_id}",
        )


def _to(minutes: Minutes, correction_id: int) -> ResponseReturnValue:
    return see_other("minutes.correction", meeting_id=minutes.meeting_id, correction_id=correction_id)
