"""The mentor register and the sessions: their provider's own staff alone may open them."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from core.plugin_api import (
    Permission,
    ProviderFacts,
    ReferralAtProvider,
    Refused,
    Stale,
    current_actor,
    disclose,
    invalid,
    provider_of,
    referral_of,
    render,
    requires,
    saved_first,
    see_other,
    today,
)
from plugins.mentoring import operations, queries
from plugins.mentoring.forms import MentorForm, SessionForm
from plugins.mentoring.matching import lapses, reasons_against, renewals
from plugins.mentoring.models import Mentor

PAGE = 40
"""Mentors on a page of the register."""

bp = Blueprint("mentoring", __name__)

_provider = provider_of("mentoring")
_referral = referral_of("mentoring")


def _mentor(*, provider_id: int, mentor_id: int) -> Mentor:
    """Through its provider, never by its id alone."""
    return queries.mentor_of(provider_id=_provider(provider_id=provider_id).id, mentor_id=mentor_id)


@bp.get("/providers/<int:provider_id>/mentors")
@requires(Permission.KEEP_REGISTER, on=_provider)
def mentors(provider: ProviderFacts) -> ResponseReturnValue:
    """All mentors, why one cannot be matched today, and whose checks want renewing."""
    on = today()
    disclose("mentoring.mentors", object=f"provider:{provider.id}")
    mentors = queries.mentors_of(provider.id)
    begin = _begin([mentor.id for mentor in mentors], request.args.get("after", ""))
    shown = mentors[begin : begin + PAGE]
    return render(
        "mentoring/mentors.html",
        provider=provider,
        mentors=[(mentor, reasons_against(mentor, on), renewals(mentor, on)) for mentor in shown],
        later=begin > 0,
        next=shown[-1].id if begin + PAGE < len(mentors) else None,
        must_stop=[(mentor, lapses(mentor, on)) for mentor in mentors if mentor.mentees and lapses(mentor, on)],
    )


def _begin(ids: Sequence[int], after: str) -> int:
    """Where a page begins: behind the mentor with that id, or with the first. All are read: any may have to stop."""
    return ids.index(int(after)) + 1 if after.isdecimal() and len(after) < 10 and int(after) in ids else 0


@bp.route("/providers/<int:provider_id>/mentors/new", methods=["GET", "POST"])
@requires(Permission.KEEP_REGISTER, on=_provider)
def new_mentor(provider: ProviderFacts) -> ResponseReturnValue:
    """Enter a mentor."""
    form = MentorForm()
    if not form.is_submitted():
        return render("mentoring/mentor.html", form=form, provider_id=provider.id, heading="Add a mentor")
    if not form.validate():
        return invalid("mentoring/mentor.html", form=form, provider_id=provider.id, heading="Add a mentor")
    operations.add_mentor(current_actor(), provider=provider, **form.details())
    flash(f"{form.name.data} is on the register.")
    return see_other("mentoring.mentors", provider_id=provider.id)


@bp.route("/providers/<int:provider_id>/mentors/<int:mentor_id>", methods=["GET", "POST"])
@requires(Permission.KEEP_REGISTER, on=_mentor)
def edit_mentor(mentor: Mentor) -> ResponseReturnValue:
    """Change a mentor's entry."""
    form = MentorForm(obj=mentor)
    disclose("mentoring.mentor", object=f"mentor:{mentor.id}")
    page: dict[str, Any] = {
        "form": form,
        "provider_id": mentor.provider_id,
        "heading": "Change a mentor’s details",
        "matches": queries.matches_of(mentor.id),
    }
    if not form.is_submitted():
        return render("mentoring/mentor.html", **page)
    if not form.validate():
        return invalid("mentoring/mentor.html", **page)
    try:
        operations.change_mentor(current_actor(), mentor=mentor, version=form.version_read, **form.details())
    except Stale as stale:
        return saved_first("mentoring/mentor.html", stale=stale, version=mentor.version, **page)
    flash("The changes were saved.")
    return see_other("mentoring.mentors", provider_id=mentor.provider_id)


@bp.get("/referrals/<int:referral_id>/sessions")
@requires(Permission.KEEP_RECORD, on=_referral)
def sessions(referral: ReferralAtProvider) -> ResponseReturnValue:
    """The sessions that were held, and those to which the young person did not come."""
    disclose("mentoring.sessions", object=f"referral:{referral.id}", subjects=[referral.person_id])
    return render(
        "mentoring/sessions.html",
        referral=referral,
        sessions=queries.sessions_of(referral.id),
        why_not=operations.why_no_session(referral),
    )


@bp.route("/referrals/<int:referral_id>/sessions/new", methods=["GET", "POST"])
@requires(Permission.KEEP_RECORD, on=_referral)
def new_session(referral: ReferralAtProvider) -> ResponseReturnValue:
    """Record a session."""
    form = SessionForm()
    form.earliest, form.latest = referral.opened_on, today()
    disclose("mentoring.sessions", object=f"referral:{referral.id}", subjects=[referral.person_id])
    if not form.is_submitted():
        return render("mentoring/session.html", form=form, referral=referral)
    if not form.validate():
        return invalid("mentoring/session.html", form=form, referral=referral)
    assert form.held_on.data is not None  # required, and validated
    try:
        operations.record_session(
            current_actor(),
            referral=referral,
            held_on=form.held_on.data,
            came=form.came.data == "yes",
            note=form.note.data or "",
            on=today(),
        )
    except Refused as refused:
        form.form_errors.append(refused.reason)
        return invalid("mentoring/session.html", form=form, referral=referral)
    flash("The session is recorded.")
    return see_other("mentoring.sessions", referral_id=referral.id)
