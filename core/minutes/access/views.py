"""Pages of subject-access copies: begin one, mask and lift, give more time, issue or withdraw, download."""

from io import BytesIO
from typing import Any

from flask import Response, flash, request, send_file
from flask.typing import ResponseReturnValue

from core.answer_by import FURTHER_MONTHS, due_after
from core.cases.models import Case
from core.dates import in_words
from core.documents.queries import document_bytes
from core.errors import Refused, Stale
from core.minutes.access import operations, queries
from core.minutes.access.due import due_on, overdue
from core.minutes.access.forms import DayForm, ExtendForm, IssueForm, LiftForm, MaskForm, StartForm, WithdrawForm
from core.minutes.access.listing import Decision, choices_for, decisions_on, minutes_naming
from core.minutes.access.loading import copy_of, item_of, mask_of
from core.minutes.access.operations import Ready
from core.minutes.access.shown import counts, printed, shown
from core.minutes.blueprint import bp
from core.minutes.loading import minutes_of
from core.minutes.models import Minutes
from core.people.models import Person
from core.people.queries import person_named
from core.policy import Permission
from core.policy.access import ISSUED, WITHDRAWN, CopyAbout
from core.references import file_name
from core.web import beside, current_actor, disclose, invalid, may, now, render, requires, saved_first, see_other, today
from core.web.addresses import row_id
from core.web.forms import held

ADDRESS = "/meetings/<int:meeting_id>/minutes/access"
SHOW = "minutes/access/show.html"


@bp.get("/people/<int:person_id>/access")
@requires(Permission.FIND_ACCESS_COPIES, on=person_named)
def access_find(named: tuple[Person, list[Case]]) -> ResponseReturnValue:
    """In which minutes is this person named, and what was made for them?"""
    person, _ = named
    found, closed = minutes_naming(current_actor(), person.id, today=today())
    disclose("access.find", object=f"person:{person.id}", subjects=[person.id])
    return render("minutes/access/find.html", person=person, found=found, closed=closed)


@bp.get(f"{ADDRESS}/new")
@requires(Permission.START_ACCESS_COPY, on=minutes_of)
def access_new(minutes: Minutes) -> ResponseReturnValue:
    """Who is the copy for, and when did they ask?"""
    page = _start_page(minutes)
    chosen = row_id(request.args.get("person"))
    return render("minutes/access/new.html", form=StartForm(page["people"], today=today(), chosen=chosen), **page)


@bp.post(f"{ADDRESS}/new")
@requires(Permission.START_ACCESS_COPY, on=minutes_of)
def access_begin(minutes: Minutes) -> ResponseReturnValue:
    """Begin it, with what Roundtable proposes to mask."""
    page = _start_page(minutes)
    form = StartForm(page["people"], today=today())
    if not form.validate():
        return invalid("minutes/access/new.html", form=form, **page)
    about = queries.about_person(minutes, held(form.person.data))
    assert about is not None, "only those whom the minutes are about are offered"
    try:
        copy = operations.begin(current_actor(), about, asked_on=held(form.asked_on.data), now=now())
    except Refused as refused:
        beside(form, refused, "person")
        return invalid("minutes/access/new.html", form=form, **page)
    flash("The copy is begun. Read every line: Roundtable finds names and numbers, and does not understand a sentence.")
    return see_other("minutes.access_show", meeting_id=minutes.meeting_id, access_id=copy.id)


@bp.get(f"{ADDRESS}/<int:access_id>")
@requires(Permission.READ_ACCESS_COPY, on=copy_of)
def access_show(target: CopyAbout) -> ResponseReturnValue:
    """The copy with what is masked in it, and why."""
    return render(SHOW, form=IssueForm(version=str(target.copy.version)), **_page(target))


@bp.get(f"{ADDRESS}/<int:access_id>/items/<int:item_id>/mask")
@requires(Permission.MASK_ACCESS_COPY, on=item_of)
def access_mask(target: CopyAbout) -> ResponseReturnValue:
    """Which words of this item are to be masked?"""
    return render("minutes/access/mask.html", form=MaskForm(), **_item_page(target))


@bp.post(f"{ADDRESS}/<int:access_id>/items/<int:item_id>/mask")
@requires(Permission.MASK_ACCESS_COPY, on=item_of)
def access_mask_submit(target: CopyAbout) -> ResponseReturnValue:
    """Mask them wherever they stand in it."""
    form = MaskForm()
    if not form.validate():
        return invalid("minutes/access/mask.html", form=form, **_item_page(target))
    try:
        masked = operations.mask_words(
            current_actor(),
            target,
            words=form.words.data or "",
            reason=held(form.reason.data),
            note=form.note.data or "",
            now=now(),
        )
    except Refused as refused:
        beside(form, refused, "words")
        return invalid("minutes/access/mask.html", form=form, **_item_page(target))
    flash(f"Masked {masked} passage{'s' if masked != 1 else ''}.")
    return _back_to(target, f"item-{target.item_id}")


@bp.get(f"{ADDRESS}/<int:access_id>/masks/<int:mask_id>/lift")
@requires(Permission.MASK_ACCESS_COPY, on=mask_of)
def access_lift(target: CopyAbout) -> ResponseReturnValue:
    """Why can it be shown?"""
    return render("minutes/access/lift.html", form=LiftForm(), **_mask_page(target))


@bp.post(f"{ADDRESS}/<int:access_id>/masks/<int:mask_id>/lift")
@requires(Permission.MASK_ACCESS_COPY, on=mask_of)
def access_lift_submit(target: CopyAbout) -> ResponseReturnValue:
    """Show it."""
    form = LiftForm()
    if not form.validate():
        return invalid("minutes/access/lift.html", form=form, **_mask_page(target))
    still = operations.lift(current_actor(), target, reason=form.reason.data or "", now=now())
    rest = " What the text holds of other people stays masked." if still else ""
    flash(f"The mask is lifted. Your reason is kept with it.{rest}")
    return _back_to(target, "decisions")


@bp.post(f"{ADDRESS}/<int:access_id>/look-again")
@requires(Permission.MASK_ACCESS_COPY, on=copy_of)
def access_look_again(target: CopyAbout) -> ResponseReturnValue:
    """Mask what there is to be masked besides."""
    masked = operations.look_again(current_actor(), target, now=now())
    flash(f"Masked {masked} more passage{'s' if masked != 1 else ''}." if masked else "There is nothing more to mask.")
    return _back_to(target)


@bp.get(f"{ADDRESS}/<int:access_id>/day")
@requires(Permission.MASK_ACCESS_COPY, on=copy_of)
def access_day(target: CopyAbout) -> ResponseReturnValue:
    """When did they ask?"""
    copy = target.copy
    form = DayForm(today=today(), asked_on=copy.asked_on, version=str(copy.version))
    return render("minutes/access/day.html", form=form, **_request_page(target))


@bp.post(f"{ADDRESS}/<int:access_id>/day")
@requires(Permission.MASK_ACCESS_COPY, on=copy_of)
def access_day_submit(target: CopyAbout) -> ResponseReturnValue:
    """Put it right."""
    form, page = DayForm(today=today()), "minutes/access/day.html"
    if not form.validate():
        return invalid(page, form=form, **_request_page(target))
    try:
        operations.change_day(current_actor(), target, version=form.version_read, asked_on=held(form.asked_on.data))
    except Stale as stale:
        return saved_first(page, form, stale, version=target.copy.version, **_request_page(target))
    except Refused as refused:
        beside(form, refused, "asked_on")
        return invalid(page, form=form, **_request_page(target))
    flash(f"The day is changed. The copy is due by {in_words(due_on(target.copy))}.")
    return _back_to(target)


@bp.get(f"{ADDRESS}/<int:access_id>/extend")
@requires(Permission.MASK_ACCESS_COPY, on=copy_of)
def access_extend(target: CopyAbout) -> ResponseReturnValue:
    """Why does it take two months longer, and when was the person told?"""
    return render("minutes/access/extend.html", form=ExtendForm(today=today()), **_request_page(target))


@bp.post(f"{ADDRESS}/<int:access_id>/extend")
@requires(Permission.MASK_ACCESS_COPY, on=copy_of)
def access_extend_submit(target: CopyAbout) -> ResponseReturnValue:
    """Record it: the day on which it is due moves."""
    form, page = ExtendForm(today=today()), "minutes/access/extend.html"
    if not form.validate():
        return invalid(page, form=form, **_request_page(target))
    try:
        operations.extend(
            current_actor(), target, reason=form.reason.data or "", told_on=held(form.told_on.data), now=now()
        )
    except Refused as refused:
        beside(form, refused, "reason")
        return invalid(page, form=form, **_request_page(target))
    flash(f"The copy is due two months later, by {in_words(due_on(target.copy))}.")
    return _back_to(target)


@bp.get(f"{ADDRESS}/<int:access_id>/withdraw")
@requires(Permission.MASK_ACCESS_COPY, on=copy_of)
def access_withdraw(target: CopyAbout) -> ResponseReturnValue:
    """Why does nobody go on with it?"""
    return render("minutes/access/withdraw.html", form=WithdrawForm(), **_request_page(target))


# Whoever reads it, as for issuing it.
@bp.post(f"{ADDRESS}/<int:access_id>/withdraw")
@requires(Permission.READ_ACCESS_COPY, on=copy_of)
def access_withdraw_submit(target: CopyAbout) -> ResponseReturnValue:
    """Give it up. It stays, with the reason."""
    form = WithdrawForm()
    if not form.validate():
        return invalid("minutes/access/withdraw.html", form=form, **_request_page(target))
    operations.withdraw(current_actor(), target, reason=form.reason.data or "", now=now())
    flash("The copy is withdrawn. It is kept with your reason; if the person still asks, start another one.")
    return _back_to(target)


def _ready(target: CopyAbout) -> Ready | None:
    return operations.ready(target, now=now()) if target.copy.is_draft else None


# Whoever reads it: a form sent twice is answered as it was, though nobody may mask by then. The operation asks that.
@bp.post(f"{ADDRESS}/<int:access_id>/issue")
@requires(Permission.READ_ACCESS_COPY, on=copy_of, before_lock=_ready)
def access_issue(target: CopyAbout, made: Ready | None) -> ResponseReturnValue:
    """Keep the document as it was read. It goes to nobody by itself."""
    if made is None:
        raise Refused(WITHDRAWN if target.copy.withdrawn_at is not None else ISSUED)
    form = IssueForm()
    if not form.validate():
        return invalid(SHOW, form=form, **_page(target))
    try:
        operations.issue(current_actor(), target, made, version=form.version_read, now=now())
    except Stale as stale:
        form.read.data = False
        return saved_first(SHOW, form, stale, version=target.copy.version, **_page(target))
    flash("The copy is issued. Download it and hand it to the person in the way that they asked for.")
    return _back_to(target)


@bp.get(f"{ADDRESS}/<int:access_id>/copy.pdf")
@requires(Permission.READ_ACCESS_COPY, on=copy_of, proved=True)
def access_pdf(target: CopyAbout) -> ResponseReturnValue:
    """The copy as it was issued; before that, a draft of it that says so on every page."""
    copy = target.copy
    if copy.withdrawn_at is not None:
        raise Refused(WITHDRAWN)
    _disclose(target, "access.download")
    if copy.document_id is not None:
        kept = document_bytes(copy.document_id)
        return _send(kept.content, kept.file_name)
    name = file_name("draft of subject access copy", target.about.minutes.meeting.ref, str(copy.id), suffix="pdf")
    return _send(operations.paper_of(target, issued_at=None).content, name)


def _start_page(minutes: Minutes) -> dict[str, Any]:
    offered, closed = choices_for(current_actor(), minutes)
    disclose(
        "access.choose",
        object=f"minutes:{minutes.id}",
        subjects=[person_id for person_id, _ in offered],
        purpose=f"meeting:{minutes.meeting_id}",
    )
    return {"meeting": minutes.meeting, "people": offered, "closed": closed}


def _page(target: CopyAbout) -> dict[str, Any]:
    """What the pages of a copy say besides their form."""
    copy, minutes = target.copy, target.about.minutes
    contents = queries.contents_of(minutes, copy.person_id)
    masks = queries.spans_by_place(queries.in_force(copy.masks))
    disclose(
        "access.read", object=f"access:{copy.id}", subjects=contents.person_ids, purpose=f"meeting:{minutes.meeting_id}"
    )
    return {
        **_due_of(target),
        "items": shown(contents.items, masks),
        "counts": counts(printed(contents.items, masks)),
        "decisions": decisions_on(copy, contents),
        "unseen": contents.unseen(copy.masks) if copy.is_draft else (),
        "masking": bool(may(Permission.MASK_ACCESS_COPY, target)),
        "names": queries.names_of((copy.made_by_id, copy.issued_by_id, copy.extended_by_id, copy.withdrawn_by_id)),
    }


def _request_page(target: CopyAbout) -> dict[str, Any]:
    """What the pages say that are about the request, and not about what is masked."""
    _disclose(target, "access.read")
    return {**_due_of(target), "names": queries.names_of((target.copy.extended_by_id,))}


def _due_of(target: CopyAbout) -> dict[str, Any]:
    copy = target.copy
    return {
        "meeting": target.about.minutes.meeting,
        "copy": copy,
        "due": due_on(copy),
        "first_due": due_after(copy.asked_on),
        "longest": due_after(copy.asked_on, further_months=FURTHER_MONTHS),
        "overdue": overdue(copy, today=today()),
    }


def _item_page(target: CopyAbout) -> dict[str, Any]:
    page = _page(target)
    return {**page, "item": next(item for item in page["items"] if item.id == target.item_id)}


def _mask_page(target: CopyAbout) -> dict[str, Any]:
    page = _page(target)
    chosen = target.mask
    assert chosen is not None
    decisions: list[Decision] = page["decisions"]
    return {**page, "mask": next(each for each in decisions if each.id == chosen.id)}


def _disclose(target: CopyAbout, operation: str) -> None:
    copy, minutes = target.copy, target.about.minutes
    contents = queries.contents_of(minutes, copy.person_id)
    disclose(
        operation, object=f"access:{copy.id}", subjects=contents.person_ids, purpose=f"meeting:{minutes.meeting_id}"
    )


def _back_to(target: CopyAbout, anchor: str = "") -> ResponseReturnValue:
    place = {"_anchor": anchor} if anchor else {}
    return see_other(
        "minutes.access_show", meeting_id=target.about.minutes.meeting_id, access_id=target.copy.id, **place
    )


def _send(content: bytes, name: str) -> Response:
    return send_file(BytesIO(content), mimetype="application/pdf", download_name=name)
