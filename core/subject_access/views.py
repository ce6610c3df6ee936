"""Pages of requests for one's own data: the list, entering one, what happened to it, and how it ended."""

from collections.abc import Sequence
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue

from core.dates import in_words
from core.errors import Refused
from core.people.models import Person
from core.people.search import LONGEST_QUERY
from core.policy import Permission
from core.policy.subject_access import RequestAbout
from core.subject_access import operations, queries, views_schemes
from core.subject_access import views_pack as pack
from core.subject_access.blueprint import bp
from core.subject_access.forms import EndForm, EnterForm, ExtendForm, GiveForm, IdentityForm, PauseForm, ResumeForm
from core.subject_access.lists import AccessState
from core.subject_access.loading import request_of
from core.subject_access.operations import Asked, purpose_of
from core.web import beside, current_actor, disclose, invalid, may, now, render, requires, see_other, today
from core.web.addresses import row_id
from core.web.forms import held

__all__ = ["bp", "pack", "views_schemes"]


@bp.get("")
@requires(Permission.LIST_ACCESS_REQUESTS)
def index() -> ResponseReturnValue:
    """Every request, and where it stands."""
    found = queries.requests_for(current_actor())
    disclose(
        "access_request.list",
        object=f"partnership:{current_actor().partnership_id}",
        subjects=[each.person_id for each in found if each.person_id is not None],
    )
    rows = [(each, queries.due_of(each, today=today()), queries.is_overdue(each, today=today())) for each in found]
    return render("subject_access/index.html", rows=rows, may_keep=may(Permission.KEEP_ACCESS_REQUESTS))


@bp.get("/new")
@requires(Permission.KEEP_ACCESS_REQUESTS)
def new() -> ResponseReturnValue:
    """Whom is the request about?"""
    asked = (request.args.get("q") or "").strip()[:LONGEST_QUERY]
    found: Sequence[Person] = queries.people_found(current_actor().partnership_id, asked) if asked else ()
    if asked:
        disclose(
            "access_request.search",
            object=f"partnership:{current_actor().partnership_id}",
            subjects=[each.id for each in found],
        )
    return render("subject_access/new.html", q=asked, found=found)


@bp.get("/new/details", endpoint="enter")
@requires(Permission.KEEP_ACCESS_REQUESTS)
def enter_page() -> ResponseReturnValue:
    """Who asks, how, and since when?"""
    page = _enter_page()
    return render(
        "subject_access/enter.html", form=EnterForm(today=today(), is_held=page["person"] is not None), **page
    )


@bp.post("/new/details", endpoint="enter_submit")
@requires(Permission.KEEP_ACCESS_REQUESTS)
def enter() -> ResponseReturnValue:
    """Keep the request."""
    page = _enter_page()
    form = EnterForm(today=today(), is_held=page["person"] is not None)
    if not form.validate():
        return invalid("subject_access/enter.html", form=form, **page)
    asked = Asked(
        about_name=form.about_name.data or "",
        asked_by=held(form.asked_by.data),
        asker_name=form.asker_name.data or "",
        authority=form.authority.data or "",
        shares_home=form.shares_home.data,
        arrived=held(form.arrived.data),
        received_on=held(form.received_on.data),
        reply_to=form.reply_to.data or "",
    )
    made = operations.enter(current_actor(), asked, person=page["person"], now=now())
    flash(f"The request is kept as {made.ref}. Record what they showed of who they are.")
    return see_other("subject_access.show", request_id=made.id)


def _enter_page() -> dict[str, Any]:
    person = queries.person_held(current_actor().partnership_id, row_id(request.values.get("person")))
    if person is not None:
        disclose("access_request.search", object=f"person:{person.id}", subjects=[person.id])
    return {"person": person}


@bp.get("/<int:request_id>")
@requires(Permission.SEE_ACCESS_REQUEST, on=request_of)
def show(target: RequestAbout) -> ResponseReturnValue:
    """Who asks for what, by when, and what was done."""
    asked = target.request
    page = _page(target)
    drawn = asked.drawn_at is not None
    reads = may(Permission.READ_ACCESS_PACK, target)
    return render(
        "subject_access/show.html",
        **page,
        names=queries.names_of((asked.identity_by_id, asked.kept_by_id)),
        undecided=queries.undecided(asked.id) if drawn else 0,
        waiting=[each for each in queries.schemes_of(asked.id) if each.answer is None] if drawn else (),
        papers=queries.papers_of(asked.id) if asked.released_at is not None and reads else (),
        may_work=may(Permission.WORK_ACCESS_REQUEST, target),
        may_prepare=may(Permission.PREPARE_ACCESS_PACK, target),
        may_read=reads,
        may_release=may(Permission.RELEASE_ACCESS_PACK, target),
        may_take_back=may(Permission.TAKE_ACCESS_PACK_BACK, target),
        may_give=may(Permission.GIVE_ACCESS_PACK, target),
        AccessState=AccessState,
    )


@bp.get("/<int:request_id>/identity", endpoint="identity")
@requires(Permission.WORK_ACCESS_REQUEST, on=request_of)
def identity_page(target: RequestAbout) -> ResponseReturnValue:
    """What did they show, and when?"""
    return render("subject_access/identity.html", form=IdentityForm(today=today()), **_page(target))


@bp.post("/<int:request_id>/identity", endpoint="identity_submit")
@requires(Permission.WORK_ACCESS_REQUEST, on=request_of)
def identity(target: RequestAbout) -> ResponseReturnValue:
    """Record it: the month begins."""
    form, page = IdentityForm(today=today()), "subject_access/identity.html"
    if not form.validate():
        return invalid(page, form=form, **_page(target))
    try:
        operations.show_identity(current_actor(), target, seen=form.seen.data or "", on=held(form.on.data), now=now())
    except Refused as refused:
        beside(form, refused, "seen")
        return invalid(page, form=form, **_page(target))
    flash(f"It is recorded. The request is due by {_due_in_words(target)}.")
    return _back_to(target)


@bp.get("/<int:request_id>/clarify", endpoint="pause")
@requires(Permission.WORK_ACCESS_REQUEST, on=request_of)
def pause_page(target: RequestAbout) -> ResponseReturnValue:
    """What were they asked?"""
    return render("subject_access/pause.html", form=PauseForm(today=today()), **_page(target))


@bp.post("/<int:request_id>/clarify", endpoint="pause_submit")
@requires(Permission.WORK_ACCESS_REQUEST, on=request_of)
def pause(target: RequestAbout) -> ResponseReturnValue:
    """Record it: the clock stands still."""
    form, page = PauseForm(today=today()), "subject_access/pause.html"
    if not form.validate():
        return invalid(page, form=form, **_page(target))
    try:
        operations.ask_what(current_actor(), target, what=form.what.data or "", on=held(form.on.data), now=now())
    except Refused as refused:
        beside(form, refused, "what")
        return invalid(page, form=form, **_page(target))
    flash("The clock stands still until they answer.")
    return _back_to(target)


@bp.get("/<int:request_id>/clarified", endpoint="resume")
@requires(Permission.WORK_ACCESS_REQUEST, on=request_of)
def resume_page(target: RequestAbout) -> ResponseReturnValue:
    """When did they answer?"""
    return render("subject_access/resume.html", form=ResumeForm(today=today()), **_page(target))


@bp.post("/<int:request_id>/clarified", endpoint="resume_submit")
@requires(Permission.WORK_ACCESS_REQUEST, on=request_of)
def resume(target: RequestAbout) -> ResponseReturnValue:
    """Record it: the clock runs again."""
    form, page = ResumeForm(today=today()), "subject_access/resume.html"
    if not form.validate():
        return invalid(page, form=form, **_page(target))
    try:
        operations.hear_what(current_actor(), target, on=held(form.on.data), now=now())
    except Refused as refused:
        beside(form, refused, "on")
        return invalid(page, form=form, **_page(target))
    flash(f"The clock runs again. The request is due by {_due_in_words(target)}.")
    return _back_to(target)


@bp.get("/<int:request_id>/extend", endpoint="extend")
@requires(Permission.WORK_ACCESS_REQUEST, on=request_of)
def extend_page(target: RequestAbout) -> ResponseReturnValue:
    """Why does it take two months longer, and when were they told?"""
    return render("subject_access/extend.html", form=ExtendForm(today=today()), **_page(target))


@bp.post("/<int:request_id>/extend", endpoint="extend_submit")
@requires(Permission.WORK_ACCESS_REQUEST, on=request_of)
def extend(target: RequestAbout) -> ResponseReturnValue:
    """Record it: the day on which it is due moves."""
    form, page = ExtendForm(today=today()), "subject_access/extend.html"
    if not form.validate():
        return invalid(page, form=form, **_page(target))
    try:
        operations.extend(
            current_actor(), target, reason=form.reason.data or "", told_on=held(form.told_on.data), now=now()
        )
    except Refused as refused:
        beside(form, refused, "reason")
        return invalid(page, form=form, **_page(target))
    flash(f"The request is due two months later, by {_due_in_words(target)}.")
    return _back_to(target)


@bp.get("/<int:request_id>/end", endpoint="end")
@requires(Permission.WORK_ACCESS_REQUEST, on=request_of)
def end_page(target: RequestAbout) -> ResponseReturnValue:
    """Why is there no pack?"""
    form = EndForm(today=today(), is_held=target.request.person_id is not None)
    return render("subject_access/end.html", form=form, **_page(target))


@bp.post("/<int:request_id>/end", endpoint="end_submit")
@requires(Permission.WORK_ACCESS_REQUEST, on=request_of)
def end(target: RequestAbout) -> ResponseReturnValue:
    """Close it. It stays, with the reason."""
    form, page = EndForm(today=today(), is_held=target.request.person_id is not None), "subject_access/end.html"
    if not form.validate():
        return invalid(page, form=form, **_page(target))
    try:
        operations.end(
            current_actor(),
            target,
            ending=held(form.ending.data),
            reason=form.reason.data or "",
            told_on=form.told_on.data,
            now=now(),
        )
    except Refused as refused:
        beside(form, refused, "ending")
        return invalid(page, form=form, **_page(target))
    flash("The request is closed. It is kept, with what you wrote.")
    return _back_to(target)


@bp.get("/<int:request_id>/given", endpoint="give")
@requires(Permission.GIVE_ACCESS_PACK, on=request_of)
def give_page(target: RequestAbout) -> ResponseReturnValue:
    """How was it given, and when?"""
    return render("subject_access/give.html", form=GiveForm(today=today()), **_page(target))


@bp.post("/<int:request_id>/given", endpoint="give_submit")
@requires(Permission.GIVE_ACCESS_PACK, on=request_of)
def give(target: RequestAbout) -> ResponseReturnValue:
    """Record it: the request is answered."""
    form, page = GiveForm(today=today()), "subject_access/give.html"
    if not form.validate():
        return invalid(page, form=form, **_page(target))
    try:
        operations.give(current_actor(), target, how=form.how.data or "", on=held(form.on.data), now=now())
    except Refused as refused:
        beside(form, refused, "how")
        return invalid(page, form=form, **_page(target))
    flash("It is recorded how the pack was given.")
    return _back_to(target)


def _page(target: RequestAbout) -> dict[str, Any]:
    """What every page of a request says besides its form."""
    asked = target.request
    disclose(
        "access_request.read",
        object=f"access-request:{asked.id}",
        subjects=[asked.person_id] if asked.person_id is not None else [],
        purpose=purpose_of(asked),
    )
    return {
        "asked": asked,
        "due": queries.due_of(asked, today=today()),
        "first_due": queries.first_due_of(asked, today=today()),
        "overdue": queries.is_overdue(asked, today=today()),
    }


def _due_in_words(target: RequestAbout) -> str:
    return in_words(held(queries.due_of(target.request, today=today())))


def _back_to(target: RequestAbout) -> ResponseReturnValue:
    return see_other("subject_access.show", request_id=target.request.id)
