"""Pages of what a scheme keeps for its own staff: read and answered for by them; or left out by a data lead."""

from typing import Any

from flask import flash
from flask.typing import ResponseReturnValue

from core.errors import Refused
from core.masking.reasons import REASONS
from core.policy import Permission
from core.policy.subject_access import RequestAbout
from core.subject_access import queries, schemes
from core.subject_access.blueprint import bp
from core.subject_access.deciding import Alike, alike
from core.subject_access.forms import LOOK_AGAIN, SchemeForm, SettleForm
from core.subject_access.loading import scheme_of
from core.subject_access.operations import purpose_of
from core.subject_access.pack import Pack, Scheme
from core.subject_access.schemes import Decided
from core.subject_access.shown import shown_to_scheme
from core.subject_access.views_closed import closed_to_reader
from core.web import beside, current_actor, disclose, invalid, now, render, requires, see_other
from core.web.choices import offered


@bp.get("/<int:request_id>/schemes/<int:scheme_id>", endpoint="scheme")
@requires(Permission.ANSWER_ACCESS_SCHEME, on=scheme_of)
def scheme_page(target: RequestAbout) -> ResponseReturnValue:
    """What does the scheme hold, and what of it is given?"""
    page = _scheme_page(target)
    every: list[Alike] = page["every"]
    form = SchemeForm(data={"shown": [each.first for each in every if page["lifted"][each.first]], "sha": page["sha"]})
    form.shown.offer(offered((each.first, each.words) for each in every))
    return render("subject_access/scheme.html", form=form, **page)


@bp.post("/<int:request_id>/schemes/<int:scheme_id>", endpoint="scheme_submit")
@requires(Permission.ANSWER_ACCESS_SCHEME, on=scheme_of)
def answer(target: RequestAbout) -> ResponseReturnValue:
    """Give it, less what stays masked."""
    page, form = _scheme_page(target), SchemeForm()
    by_first: dict[int, Alike] = {each.first: each for each in page["every"]}
    form.shown.offer(offered((each.first, each.words) for each in page["every"]))
    if not form.validate():
        return invalid("subject_access/scheme.html", form=form, **page)
    # What is not in the list is refused below.
    ticked = {mask for n in form.shown.data or () for mask in (by_first[n].masks if n in by_first else (n,))}
    decided = Decided(ticked, form.lifts, form.why.data or "", form.lines, form.ground)
    try:
        masked = schemes.answer(current_actor(), target, decided, sha=form.sha.data or "", now=now())
    except Refused as refused:
        beside(form, refused, "read")
        return invalid("subject_access/scheme.html", form=form, **page)
    flash(f"Your answer is kept. {masked} passage{'s stay' if masked != 1 else ' stays'} masked.")
    return see_other("home.index")


@bp.get("/<int:request_id>/schemes/<int:scheme_id>/settle", endpoint="settle")
@requires(Permission.SETTLE_ACCESS_SCHEME, on=scheme_of)
def settle_page(target: RequestAbout) -> ResponseReturnValue:
    """Go on without it, or have it looked at again?"""
    return render("subject_access/settle.html", **_settle_page(target))


@bp.post("/<int:request_id>/schemes/<int:scheme_id>/settle", endpoint="settle_submit")
@requires(Permission.SETTLE_ACCESS_SCHEME, on=scheme_of)
def settle(target: RequestAbout) -> ResponseReturnValue:
    """Do so."""
    page = _settle_page(target)
    form: SettleForm = page["form"]
    if not form.validate():
        return invalid("subject_access/settle.html", **page)
    does = schemes.look_again if form.action.data == LOOK_AGAIN else schemes.leave_out
    does(current_actor(), target, reason=form.reason.data or "", now=now())
    flash("Its staff are asked again." if does is schemes.look_again else "It is left out. The person reads why.")
    return see_other("subject_access.pack", request_id=target.request.id)


def _settle_page(target: RequestAbout) -> dict[str, Any]:
    _disclose(target, "access_request.read")
    assert target.scheme is not None
    form = SettleForm(is_theirs=target.scheme.provider_id is not None)
    return {"form": form, "asked": target.request, "scheme": target.scheme}


def _scheme_page(target: RequestAbout) -> dict[str, Any]:
    _disclose(target, "access_request.scheme")
    row = target.scheme
    assert row is not None
    pack = queries.pack_in(queries.stored_pack(target.request.id))
    scheme: Scheme = next(each for each in pack.schemes if each.provider_id == row.provider_id)
    places = {text.place for text in scheme.texts()}
    masks = [mask for mask in queries.masks_of(target.request.id) if mask.place in places]
    own = Pack(person=pack.person, reference=pack.reference, drawn_at=pack.drawn_at, parts=(scheme.alone,))
    closed = closed_to_reader(target, pack)
    return {
        "asked": target.request,
        "scheme": row,
        "sha": row.sha256,
        "part": shown_to_scheme(scheme, queries.spans_in_force(masks), closed),
        "every": alike(masks, own, closed),
        "lifted": {mask.id: mask.kept is False for mask in masks},
        "reasons": REASONS,
    }


def _disclose(target: RequestAbout, operation: str) -> None:
    disclose(
        operation,
        object=f"access-request:{target.request.id}",
        subjects=queries.stored_pack(target.request.id).subjects,
        purpose=purpose_of(target.request),
    )
