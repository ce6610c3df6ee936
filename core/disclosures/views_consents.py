"""Pages of what somebody said to the use of what they gave in a complaint: kept anew, withdrawn, and told of."""

from collections.abc import Sequence
from typing import Any

from flask import flash
from flask.typing import ResponseReturnValue

from core.cases.models import Case
from core.cases.queries import case_of
from core.disclosures import consents, narrowing, queries
from core.disclosures.arms.line import Wanted
from core.disclosures.blueprint import bp
from core.disclosures.forms import ComplaintForm, ConsentForm, TellForm, WithdrawForm
from core.disclosures.models import ComplaintConsent
from core.disclosures.readers import consent_of, readers_of
from core.errors import Refused, Stale
from core.facts import Actor
from core.partnerships.belonging import agencies_in
from core.policy import Permission
from core.policy.complaints import goes_to
from core.web import (
    beside,
    current_actor,
    disclose,
    invalid,
    may,
    now,
    render,
    requires,
    save_merged,
    saved_first,
    see_other,
    today,
)
from core.web.choices import offered


@bp.get("/cases/<int:case_id>/complaint", endpoint="complaint")
@requires(Permission.EDIT_CASE, on=case_of)
def complaint_page(case: Case) -> ResponseReturnValue:
    """Was the case opened from a complaint?"""
    _disclose_case(case)
    return render("disclosures/complaint.html", case=case, form=_offer(ComplaintForm(), case))


@bp.post("/cases/<int:case_id>/complaint", endpoint="complaint_submit")
@requires(Permission.EDIT_CASE, on=case_of)
def complaint(case: Case) -> ResponseReturnValue:
    """Keep what its provider said."""
    _disclose_case(case)
    form = _offer(ComplaintForm().as_of(today()), case)
    if not form.validate():
        return invalid("disclosures/complaint.html", case=case, form=form)
    try:
        kept = consents.keep_for_case(current_actor(), case=case, said=form.said_for_sure, now=now())
    except Refused as refused:
        beside(form, refused, "provider")
        return invalid("disclosures/complaint.html", case=case, form=form)
    flash("What they said is kept with the case.")
    return see_other("disclosures.consent", consent_id=kept.id)


@bp.get("/consents/<int:consent_id>", endpoint="consent")
@requires(Permission.KEEP_CONSENT, on=consent_of)
def consent(kept: ComplaintConsent) -> ResponseReturnValue:
    """What they said, and who had it."""
    _disclose(kept)
    actor = current_actor()
    return render("disclosures/consent.html", form=TellForm(), **_around(actor, kept))


@bp.get("/consents/<int:consent_id>/answer", endpoint="answer")
@requires(Permission.ANSWER_CONSENT, on=consent_of)
def answer_page(kept: ComplaintConsent) -> ResponseReturnValue:
    """They were asked since, or it was put down wrongly."""
    _disclose(kept)
    form = _offer(_of(kept, ConsentForm(version=str(kept.version), **consents.as_said(kept))), kept.case)
    return render("disclosures/answer.html", consent=kept, case=kept.case, form=form)


@bp.post("/consents/<int:consent_id>/answer", endpoint="answer_submit")
@requires(Permission.ANSWER_CONSENT, on=consent_of)
def answer(kept: ComplaintConsent) -> ResponseReturnValue:
    """Keep it."""
    _disclose(kept)
    form = _offer(_of(kept, ConsentForm().as_of(today())), kept.case)
    page = {"consent": kept, "case": kept.case}
    if not form.validate():
        return invalid("disclosures/answer.html", form=form, **page)

    closed: list[str] = []

    def save() -> None:
        closed[:] = consents.answer_anew(
            current_actor(), consent=kept, said=form.said_for_sure, version=form.version_read, now=now()
        )

    try:
        save_merged(form, save, version=lambda: kept.version)
    except Refused as refused:
        beside(form, refused, "answer")
        return invalid("disclosures/answer.html", form=form, **page)
    except Stale as stale:
        return saved_first("disclosures/answer.html", form, stale, version=kept.version, **page)
    flash(f"What they said is kept. {_closed(closed)}".strip())
    return _on(kept)


@bp.get("/consents/<int:consent_id>/withdraw", endpoint="withdraw")
@requires(Permission.WITHDRAW_CONSENT, on=consent_of)
def withdraw_page(kept: ComplaintConsent) -> ResponseReturnValue:
    """They withdraw."""
    _disclose(kept)
    form = WithdrawForm(version=str(kept.version), withdrawn_on=today())
    return render("disclosures/withdraw.html", form=form, **_about_to_close(kept))


@bp.post("/consents/<int:consent_id>/withdraw", endpoint="withdraw_submit")
@requires(Permission.WITHDRAW_CONSENT, on=consent_of)
def withdraw(kept: ComplaintConsent) -> ResponseReturnValue:
    """It acts from now on."""
    _disclose(kept)
    form = WithdrawForm().not_after(today())
    page = _about_to_close(kept)
    if not form.validate():
        return invalid("disclosures/withdraw.html", form=form, **page)
    assert form.withdrawn_on.data is not None
    try:
        closed = consents.withdraw(
            current_actor(),
            consent=kept,
            withdrawn_on=form.withdrawn_on.data,
            note=form.note.data or "",
            version=form.version_read,
            now=now(),
        )
    except Refused as refused:
        beside(form, refused, "withdrawn_on")
        return invalid("disclosures/withdraw.html", form=form, **page)
    except Stale as stale:
        return saved_first("disclosures/withdraw.html", form, stale, version=kept.version, **page)
    if kept.is_of_case:
        flash(f"The withdrawal is kept. {_closed(closed) or 'The case was open to nobody else.'}")
    else:
        flash("It is shown to nobody beyond the agency that took the complaint from now on. Below is who has had it.")
    return _on(kept)


@bp.post("/consents/<int:consent_id>/tell", endpoint="tell")
@requires(Permission.TELL_READERS, on=consent_of)
def tell(kept: ComplaintConsent) -> ResponseReturnValue:
    """Tell those who had read it."""
    told = consents.tell_readers(current_actor(), consent=kept, now=now())
    flash(f"{told} {'person is' if told == 1 else 'people are'} told by mail: the reference of the case, and no more.")
    return see_other("disclosures.consent", consent_id=kept.id)


def _closed(names: Sequence[str]) -> str:
    return f"The case is closed to: {', '.join(names)}." if names else ""


def _on(kept: ComplaintConsent) -> ResponseReturnValue:
    """The page of the consent, where whoever kept it may still open it: the case may be closed to them now."""
    if not may(Permission.KEEP_CONSENT, kept):
        return see_other("cases.index")
    return see_other("disclosures.consent", consent_id=kept.id)


def _about_to_close(kept: ComplaintConsent) -> dict[str, Any]:
    return {"consent": kept, "case": kept.case, "closing": narrowing.everybody(kept.case, kept).names}


def _around(actor: Actor, kept: ComplaintConsent) -> dict[str, Any]:
    return {
        "consent": kept,
        "case": kept.case,
        "reads": goes_to(kept, actor.agency_id),
        "readers": readers_of(kept),
        "page": queries.page_of(queries.of_case(actor, kept.case_id), Wanted()),
        "links": {},
        "may_answer": may(Permission.ANSWER_CONSENT, kept),
        "may_withdraw": may(Permission.WITHDRAW_CONSENT, kept),
    }


def _of(kept: ComplaintConsent, form: ConsentForm) -> ConsentForm:
    return form.at_a_meeting() if kept.entry is not None else form


def _offer(form: Any, case: Case) -> Any:
    form.agreed_agencies.offer(offered(agencies_in(case.partnership_id, on=today())))
    return form


def _disclose(kept: ComplaintConsent) -> None:
    _disclose_case(kept.case)


def _disclose_case(case: Case) -> None:
    disclose("disclosures.read", object=f"case:{case.id}", subjects=[part.person_id for part in case.people])
