"""Pages of a pack: put together, read by agency, decided on mask by mask, seen as it will be given, released."""

from dataclasses import replace
from io import BytesIO
from typing import Any

from flask import Response, flash, request, send_file, url_for
from flask.typing import ResponseReturnValue

from core.errors import Refused, Stale
from core.facts import MaskReason
from core.masking.reasons import REASONS
from core.policy import Permission
from core.policy.subject_access import IS_ANSWERED, RequestAbout
from core.references import file_name
from core.subject_access import packing, queries, releasing
from core.subject_access.blueprint import bp
from core.subject_access.deciding import Alike, alike, given_words
from core.subject_access.forms import BackForm, DecideForm, MaskForm, ReleaseForm
from core.subject_access.lists import LiftReason
from core.subject_access.loading import part_of, request_of
from core.subject_access.models import AccessPack
from core.subject_access.operations import purpose_of
from core.subject_access.pack import OF_SCHEME
from core.subject_access.releasing import JSON, PDF, Ready
from core.subject_access.shown import counts, printed, shown
from core.subject_access.views_closed import closed_to_reader, read_address
from core.web import beside, current_actor, disclose, invalid, may, now, render, requires, saved_first, see_other
from core.web.addresses import row_id
from core.web.choices import offered
from core.web.forms import held

HOLDS_ADDRESS = (
    "This holds a protected address, which your agency is not named for. A data protection lead gives it to the person."
)

ENTRIES, GROUPS = 40, 20
"""Things of an agency's part, and passages to decide on, that one page shows."""


@bp.post("/<int:request_id>/draw")
@requires(Permission.PREPARE_ACCESS_PACK, on=request_of)
def draw(target: RequestAbout) -> ResponseReturnValue:
    """Put together what is held, as of now."""
    left = packing.draw(current_actor(), target, now=now())
    flash(
        f"What is held is put together. {left} passage{'s' if left != 1 else ''} wait for a decision."
        if left
        else "What is held is put together. There is nothing to decide on."
    )
    return see_other("subject_access.pack", request_id=target.request.id)


@bp.get("/<int:request_id>/pack")
@requires(Permission.READ_ACCESS_PACK, on=request_of)
def pack(target: RequestAbout) -> ResponseReturnValue:
    """What is held, by agency: how much, and how much of it waits for a decision."""
    stored = _disclose(target, "access_request.pack")
    drawn = queries.answered_pack(stored)
    schemes = queries.schemes_of(target.request.id)
    masks = [mask for mask in queries.masks_of(target.request.id) if not mask.place.startswith(OF_SCHEME)]
    waiting = {mask.place for mask in masks if mask.kept is None}
    parts = [(part, sum(text.place in waiting for text in part.texts())) for part in drawn.parts]
    return render(
        "subject_access/pack.html",
        asked=target.request,
        drawn=drawn,
        parts=parts,
        schemes=schemes,
        undecided=sum(mask.kept is None for mask in masks),
        masked=sum(mask.kept is not False for mask in masks),
        may_decide=may(Permission.MASK_ACCESS_PACK, target),
        may_release=target.request.released_at is None and may(Permission.RELEASE_ACCESS_PACK, target),
    )


@bp.get("/<int:request_id>/pack/<int:agency_id>")
@requires(Permission.READ_ACCESS_PACK, on=part_of)
def part(target: RequestAbout) -> ResponseReturnValue:
    """What comes from one agency, with what is masked in it."""
    drawn = queries.answered_pack(_disclose(target, "access_request.pack"))
    chosen = next(part for part in drawn.parts if part.agency_id == target.agency_id)
    masks = queries.spans_in_force(queries.masks_of(target.request.id))
    closed = closed_to_reader(target, drawn)
    given = printed(replace(drawn, parts=(chosen,)), masks, closed)
    # Whoever releases it and answers for no such request reads what is given: what is masked may be closed to them.
    reads_masked = may(Permission.KEEP_ACCESS_REQUESTS)
    whole = shown(chosen, masks, closed) if reads_masked else given[0]
    page = max(1, row_id(request.args.get("page")) or 1)
    first, n = (page - 1) * ENTRIES, 0
    sections = []
    for section in whole.sections:
        entries = [entry for at, entry in enumerate(section.entries, start=n) if first <= at < first + ENTRIES]
        n += len(section.entries)
        if entries:
            sections.append((section.heading, entries))
    address: dict[str, Any] = {"request_id": target.request.id, "agency_id": target.agency_id}
    return render(
        "subject_access/part.html",
        asked=target.request,
        part=chosen,
        sections=sections,
        previous=url_for("subject_access.part", page=page - 1, **address) if page > 1 and sections else "",
        following=url_for("subject_access.part", page=page + 1, **address) if first + ENTRIES < n else "",
        may_decide=may(Permission.MASK_ACCESS_PACK, target),
        reads_masked=reads_masked,
        counts=counts(given),
    )


@bp.get("/<int:request_id>/masks", endpoint="masks")
@requires(Permission.MASK_ACCESS_PACK, on=request_of)
def masks_page(target: RequestAbout) -> ResponseReturnValue:
    """What is to be decided on, the same words once."""
    return render("subject_access/masks.html", form=DecideForm(), **_masks_page(target))


@bp.post("/<int:request_id>/masks", endpoint="decide")
@requires(Permission.MASK_ACCESS_PACK, on=request_of)
def decide(target: RequestAbout) -> ResponseReturnValue:
    """Keep what is ticked masked, or show it, with a reason."""
    page, form = _masks_page(target), DecideForm()
    every: list[Alike] = page["every"]
    by_first = {each.first: each for each in every}
    form.masks.offer(offered((each.first, each.words) for each in every))
    if not form.validate():
        return invalid("subject_access/masks.html", form=form, **page)
    chosen = {mask for first in form.masks.data or () if first in by_first for mask in by_first[first].masks}
    try:
        new = packing.decide(
            current_actor(), target, masks=chosen, decision=_decision_of(form), why=form.why.data or "", now=now()
        )
    except Refused as refused:
        beside(form, refused, "decision")
        return invalid("subject_access/masks.html", form=form, **page)
    more = f" What they hold of others waits for a decision now: {new}." if new else ""
    flash(f"Decided on {len(chosen)} passage{'s' if len(chosen) != 1 else ''}.{more}")
    decided: dict[str, Any] = {"decided": 1} if request.args.get("decided") else {}
    return see_other("subject_access.masks", request_id=target.request.id, **decided)


@bp.get("/<int:request_id>/mask", endpoint="mask")
@requires(Permission.MASK_ACCESS_PACK, on=request_of)
def mask_page(target: RequestAbout) -> ResponseReturnValue:
    """Which words are to be masked besides?"""
    _disclose(target, "access_request.pack")
    return render("subject_access/mask.html", form=MaskForm(), asked=target.request, reasons=REASONS)


@bp.post("/<int:request_id>/mask", endpoint="mask_submit")
@requires(Permission.MASK_ACCESS_PACK, on=request_of)
def mask(target: RequestAbout) -> ResponseReturnValue:
    """Mask them wherever they stand."""
    form, page = MaskForm(), {"asked": target.request, "reasons": REASONS}
    _disclose(target, "access_request.pack")
    if not form.validate():
        return invalid("subject_access/mask.html", form=form, **page)
    try:
        masked = packing.mask_words(
            current_actor(),
            target,
            words=form.words.data or "",
            reason=held(form.reason.data),
            why=form.why.data or "",
            now=now(),
        )
    except Refused as refused:
        beside(form, refused, "words")
        return invalid("subject_access/mask.html", form=form, **page)
    flash(f"Masked {masked} passage{'s' if masked != 1 else ''}.")
    return see_other("subject_access.pack", request_id=target.request.id)


@bp.post("/<int:request_id>/ready")
@requires(Permission.MASK_ACCESS_PACK, on=request_of)
def ready(target: RequestAbout) -> ResponseReturnValue:
    """Put it before a second person."""
    packing.put_before(current_actor(), target, now=now())
    flash("The pack waits for a second person, who reads and releases it.")
    return see_other("subject_access.show", request_id=target.request.id)


@bp.get("/<int:request_id>/back", endpoint="back")
@requires(Permission.TAKE_ACCESS_PACK_BACK, on=request_of)
def back_page(target: RequestAbout) -> ResponseReturnValue:
    """What is to be changed?"""
    _disclose(target, "access_request.pack")
    return render("subject_access/back.html", form=BackForm(), asked=target.request)


@bp.post("/<int:request_id>/back", endpoint="back_submit")
@requires(Permission.TAKE_ACCESS_PACK_BACK, on=request_of)
def back(target: RequestAbout) -> ResponseReturnValue:
    """Have it changed before it is released."""
    form = BackForm()
    _disclose(target, "access_request.pack")
    if not form.validate():
        return invalid("subject_access/back.html", form=form, asked=target.request)
    packing.take_back(current_actor(), target, reason=form.reason.data or "", now=now())
    flash("The pack is in preparation again.")
    return see_other("subject_access.show", request_id=target.request.id)


@bp.get("/<int:request_id>/preview.pdf")
@requires(Permission.READ_ACCESS_PACK, on=request_of)
def preview(target: RequestAbout) -> ResponseReturnValue:
    """What the person would be given, as its masks stand."""
    closed = closed_to_reader(target, queries.pack_in(_disclose(target, "access_request.preview")))
    name = file_name("draft of subject access", target.request.ref, suffix=PDF)
    return _send(releasing.preview(target.request, closed).content, name, "application/pdf")


def _made(target: RequestAbout) -> Ready | None:
    return releasing.ready(target, now=now()) if target.request.released_at is None else None


@bp.get("/<int:request_id>/release", endpoint="release")
@requires(Permission.RELEASE_ACCESS_PACK, on=request_of)
def release_page(target: RequestAbout) -> ResponseReturnValue:
    """Is it what the person is to be given?"""
    if target.request.released_at is not None:
        raise Refused(IS_ANSWERED)
    form = ReleaseForm(version=str(target.request.version))
    return render("subject_access/release.html", form=form, **_release_page(target))


@bp.post("/<int:request_id>/release", endpoint="release_submit")
@requires(Permission.RELEASE_ACCESS_PACK, on=request_of, before_lock=_made)
def release(target: RequestAbout, made: Ready | None) -> ResponseReturnValue:
    """Keep what was read, as it is given. It goes to nobody by itself."""
    if made is None:
        raise Refused(IS_ANSWERED)
    form = ReleaseForm()
    if not form.validate():
        return invalid("subject_access/release.html", form=form, **_release_page(target))
    try:
        releasing.release(current_actor(), target, made, version=form.version_read, now=now())
    except Stale as stale:
        form.read.data = False
        version = target.request.version
        return saved_first("subject_access/release.html", form, stale, version=version, **_release_page(target))
    except Refused as refused:
        beside(form, refused, "read")
        return invalid("subject_access/release.html", form=form, **_release_page(target))
    flash("The pack is released. Download it, give it in the way that was asked for, and record how.")
    return see_other("subject_access.show", request_id=target.request.id)


@bp.get("/<int:request_id>/pack.pdf")
@requires(Permission.DOWNLOAD_ACCESS_PACK, on=request_of, proved=True)
def pdf(target: RequestAbout) -> ResponseReturnValue:
    """What was released."""
    return _released(target, PDF, "application/pdf")


@bp.get("/<int:request_id>/pack.json")
@requires(Permission.DOWNLOAD_ACCESS_PACK, on=request_of, proved=True)
def data(target: RequestAbout) -> ResponseReturnValue:
    """The same for a program."""
    return _released(target, JSON, "application/json")


def _released(target: RequestAbout, kind: str, type_: str) -> Response:
    closed = closed_to_reader(target, queries.pack_in(_disclose(target, f"access_request.{kind}")))
    if closed and not may(Permission.KEEP_ACCESS_REQUESTS):
        raise Refused(HOLDS_ADDRESS)
    if closed:
        # Whoever gives it to the person carries the address: that is a reading of it like any other.
        read_address(target)
    paper = queries.paper_of(target.request.id, kind)
    return _send(paper.content, paper.file_name, type_)


def _decision_of(form: DecideForm) -> MaskReason | LiftReason:
    decided = form.decided
    assert decided is not None, "asked of a form that is not valid"
    return decided


def _masks_page(target: RequestAbout) -> dict[str, Any]:
    drawn = queries.pack_in(_disclose(target, "access_request.pack"))
    decided = bool(request.args.get("decided"))
    standing = [mask for mask in queries.masks_of(target.request.id) if (mask.kept is not None) is decided]
    every = alike(standing, drawn, closed_to_reader(target, drawn))
    page = max(1, row_id(request.args.get("page")) or 1)
    first = (page - 1) * GROUPS
    address: dict[str, Any] = {"request_id": target.request.id, **({"decided": 1} if decided else {})}
    same_page: dict[str, Any] = {"page": page} if page > 1 else {}
    return {
        "asked": target.request,
        "every": every,
        "groups": every[first : first + GROUPS],
        "decided": decided,
        "left": 0 if decided else sum(each.number for each in every),
        "reasons": REASONS,
        "previous": url_for("subject_access.masks", page=page - 1, **address) if page > 1 else "",
        "following": url_for("subject_access.masks", page=page + 1, **address) if first + GROUPS < len(every) else "",
        "here": url_for("subject_access.decide", **address, **same_page),
    }


def _release_page(target: RequestAbout) -> dict[str, Any]:
    drawn = queries.answered_pack(_disclose(target, "access_request.pack"))
    masks = queries.masks_of(target.request.id)
    in_force = queries.spans_in_force(masks)
    closed = closed_to_reader(target, drawn)
    parts = printed(drawn, in_force, closed)
    return {
        "asked": target.request,
        "drawn": drawn,
        "parts": parts,
        "counts": counts(parts),
        "lifted": given_words(masks, drawn, in_force, closed),
        "reasons": REASONS,
    }


def _disclose(target: RequestAbout, operation: str) -> AccessPack:
    stored = queries.stored_pack(target.request.id)
    disclose(
        operation,
        object=f"access-request:{target.request.id}",
        subjects=stored.subjects,
        purpose=purpose_of(target.request),
    )
    return stored


def _send(content: bytes, name: str, type_: str) -> Response:
    return send_file(BytesIO(content), mimetype=type_, download_name=name)
