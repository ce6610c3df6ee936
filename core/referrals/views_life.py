"""Pages of what a provider may do with a referral on any pathway: pause it, let it go on, hand it over, reopen it, and
take back how the person is contacted safely.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import flash, g, request
from flask.typing import ResponseReturnValue

from core.dates import in_words
from core.errors import Refused, Stale
from core.people.adjustments.queries import names_of, needed_by
from core.policy import Permission
from core.referrals import cautions, handing_over, pausing, queries, reopening, showing
from core.referrals.blueprint import bp, referral_in_url
from core.referrals.forms import HandOverForm, PauseForm, ReopenForm, ResumeForm, TakeBackForm
from core.referrals.models import Referral
from core.web import beside, current_actor, disclose, invalid, now, render, requires, saved_first, see_other, today
from core.web.choices import offered
from core.web.forms import VersionedForm


@bp.route("/referrals/<int:referral_id>/pause", methods=["GET", "POST"])
@requires(Permission.RUN_REFERRAL, on=referral_in_url)
def pause(row: Referral) -> ResponseReturnValue:
    """Let a referral stand still until a day."""
    form = PauseForm()
    _open_page(row, form)
    page = {"form": form, "row": row, "why": pausing.why_no_pause(row)}
    if not form.is_submitted():
        return render("referrals/pause.html", **page)
    if not form.validate():
        return invalid("referrals/pause.html", **page)
    assert form.back_on.data is not None  # required, and validated
    try:
        pausing.pause(
            current_actor(),
            referral=row,
            reason=form.reason.data or "",
            back_on=form.back_on.data,
            version=form.version_read,
            now=now(),
        )
    except (Stale, Refused) as fault:
        return _answered(fault, "referrals/pause.html", page)
    flash(f"The referral is paused until {in_words(form.back_on.data)}.")
    return see_other("referrals.referral", referral_id=row.id)


@bp.route("/referrals/<int:referral_id>/resume", methods=["GET", "POST"])
@requires(Permission.RUN_REFERRAL, on=referral_in_url)
def resume(row: Referral) -> ResponseReturnValue:
    """Let a paused referral go on."""
    form = ResumeForm()
    _open_page(row, form)
    page = {"form": form, "row": row, "why": "" if row.paused_on is not None else pausing.NOT_PAUSED}
    if not form.is_submitted():
        return render("referrals/resume.html", **page)
    if not form.validate():
        return invalid("referrals/resume.html", **page)
    try:
        pausing.resume(current_actor(), referral=row, version=form.version_read, now=now(), note=form.note.data or "")
    except (Stale, Refused) as fault:
        return _answered(fault, "referrals/resume.html", page)
    flash("The referral goes on.")
    return see_other("referrals.referral", referral_id=row.id)


@bp.route("/referrals/<int:referral_id>/reopen", methods=["GET", "POST"])
@requires(Permission.RUN_REFERRAL, on=referral_in_url)
def reopen(row: Referral) -> ResponseReturnValue:
    """Open a closed referral again."""
    form = ReopenForm()
    _open_page(row, form)
    page = {"form": form, "row": row, "why": reopening.why_not_reopened(row, on=today())}
    if not form.is_submitted():
        return render("referrals/reopen.html", **page)
    if not form.validate():
        return invalid("referrals/reopen.html", **page)
    try:
        reopening.reopen(
            current_actor(), referral=row, reason=form.reason.data or "", version=form.version_read, now=now()
        )
    except (Stale, Refused) as fault:
        return _answered(fault, "referrals/reopen.html", page)
    flash("The referral is open again.")
    return see_other("referrals.referral", referral_id=row.id)


@bp.route("/referrals/<int:referral_id>/safe-contact", methods=["GET", "POST"])
@requires(Permission.RUN_REFERRAL, on=referral_in_url)
def take_back(row: Referral) -> ResponseReturnValue:
    """Take back how somebody is contacted safely, after the referral was closed."""
    form = TakeBackForm()
    _open_page(row, form)
    standing = [told for each, told in cautions.cautions_about(current_actor(), [row.person_id]) if each.id == row.id]
    page = {"form": form, "row": row, "standing": standing, "why": cautions.why_not_taken_back(current_actor(), row)}
    if not form.is_submitted():
        return render("referrals/take_back.html", **page)
    if not form.validate():
        return invalid("referrals/take_back.html", **page)
    try:
        cautions.take_back(
            current_actor(), referral=row, reason=form.reason.data or "", version=form.version_read, now=now()
        )
    except (Stale, Refused) as fault:
        return _answered(fault, "referrals/take_back.html", page)
    flash("It is taken back: nobody is told it any longer.")
    return see_other("referrals.referral", referral_id=row.id)


@bp.app_template_global("needed_here")
def needed_here() -> list[tuple[str, Sequence[str]]]:
    """What those whom a referral names need in every contact, for a provider's own page of it: name and words.

    Asked by every page, answered on one alone that a plugin's view has made, for the people whom it disclosed: behind
    the gate, which let the provider's own staff in.
    """
    referral_id = (request.view_args or {}).get("referral_id")
    if referral_id is None or not request.path.startswith("/pathways/") or not g.get("disclosures"):
        return []
    people = showing.named_in(queries.referral_of(referral_id))
    needs = needed_by(people, on=today())
    return [(name, needs[person_id]) for person_id, name in names_of(people) if person_id in needs]


@bp.app_template_global("cautions_about")
def stands_about(person_ids: Iterable[int]) -> list[tuple[str, str]]:
    """Whom it is about, with what stands, for a plugin's page that shows how these people can be reached."""
    found = cautions.cautions_about(current_actor(), list(person_ids))
    return [(referral.person.name, f"{told.label}: {told.value}") for referral, told in found]


@bp.route("/referrals/<int:referral_id>/hand-over", methods=["GET", "POST"])
@requires(Permission.RUN_REFERRAL, on=referral_in_url)
def hand_over(row: Referral) -> ResponseReturnValue:
    """Hand a referral over to another provider of its pathway."""
    form = HandOverForm()
    _open_page(row, form)
    providers = handing_over.others(row, on=today())
    form.provider.offer(offered((each.id, each.agency.name) for each in providers))
    needed = handing_over.consents_needed(row, on=today())
    if not needed:
        del form.agreed_on
    page = {"form": form, "row": row, "needed": needed, "why": handing_over.why_not(row, on=today())}
    if not form.is_submitted():
        return render("referrals/hand_over.html", **page)
    if not form.validate():
        return invalid("referrals/hand_over.html", **page)
    try:
        made = handing_over.hand_over(
            current_actor(),
            referral=row,
            provider=next(each for each in providers if each.id == form.provider.data),
            agreed_on=form.agreed_on.data if "agreed_on" in form else None,
            reason=form.reason.data or "",
            version=form.version_read,
            now=now(),
        )
    except (Stale, Refused) as fault:
        return _answered(fault, "referrals/hand_over.html", page)
    flash(f"Handed over to {made.provider.agency.name}: {made.ref}.")
    return see_other("referrals.referral", referral_id=row.id)


def _open_page(row: Referral, form: VersionedForm) -> None:
    """What they have in common: the reading is recorded, and the version is the one that is shown."""
    disclose("referral.read", object=f"referral:{row.id}", subjects=showing.named_in(row))
    if not form.is_submitted():
        form.version.data = str(row.version)


def _answered(fault: Stale | Refused, template: str, page: dict[str, Any]) -> ResponseReturnValue:
    """What was typed is kept: beside what somebody else saved first, or below the reason of the refusal."""
    if isinstance(fault, Stale):
        return saved_first(template, stale=fault, version=page["row"].version, **page)
    form = page["form"]
    if fault.field in form:
        beside(form, fault, fault.field)
    else:
        form.form_errors.append(fault.reason)
    return invalid(template, **page)
