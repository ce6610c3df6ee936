"""Pages of what a complainant or victim of a case was promised: contact, updates, support, the way to complain."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from core.cases.models import Case
from core.cases.queries import referrals_of
from core.errors import Refused, Stale
from core.facts import CaseStatus
from core.people.adjustments.queries import needed_by
from core.people.history.disputes import disputed_of
from core.people.history.forms import MistakeFields
from core.policy import Permission
from core.referrals.cautions import cautions_about
from core.standards import operations, queries
from core.standards.complaints.queries import words_for
from core.standards.forms import AgreementForm, ComplaintForm, ContactForm, StrikeForm, SupportForm
from core.standards.lists import EntryKind
from core.standards.models import Logged, Promised
from core.standards.operations import Agreement, Part, SupportOffer, WayToComplain
from core.web import (
    beside,
    current_actor,
    disclose,
    invalid,
    may,
    now,
    render,
    requires,
    saved_first,
    see_other,
    today,
)
from core.web.choices import all_of, offered
from core.web.forms import VersionedForm, held

bp = Blueprint("standards", __name__, url_prefix="/cases/<int:case_id>/people/<int:person_id>/contact")

F = TypeVar("F", bound=MistakeFields)


@bp.get("")
@requires(Permission.SEE_CONTACT, on=queries.promised_to)
def show(promised: Promised) -> ResponseReturnValue:
    """What was agreed, what was done, what is due."""
    actor, plan, case = current_actor(), promised.plan, promised.case
    _disclose(promised, "contact.read")
    entries = [Logged(promised, entry) for entry in (queries.log_of(plan) if plan is not None else ())]
    return render(
        "standards/show.html",
        **_about(promised),
        log=[
            (
                each.entry,
                bool(may(Permission.READ_CONTACT_ENTRY, each)),
                not each.entry.struck_at and bool(may(Permission.STRIKE_CONTACT_ENTRY, each)),
            )
            for each in entries
        ],
        owed=queries.owed_of(plan, case.status),
        still_working=plan is None or plan.agency_id in (None, *_working(case)),
        referrals=[each for each in referrals_of(actor, case.id) if each.person_id == promised.person.id],
        keeps=may(Permission.KEEP_CONTACT, promised),
        may_record=may(Permission.RECORD_CONTACT, promised),
        may_refer=may(Permission.REFER, case) and case.status is not CaseStatus.CLOSED,
        today=today(),
    )


@bp.get("/agree", endpoint="agree")
@requires(Permission.KEEP_CONTACT, on=queries.promised_to)
def agree_page(promised: Promised) -> ResponseReturnValue:
    """Agree the contact and the updates."""
    return _ask(promised, "agree", _offer_agencies(_filled(AgreementForm, Agreement, promised), promised.case))


@bp.post("/agree", endpoint="agree_submit")
@requires(Permission.KEEP_CONTACT, on=queries.promised_to)
def agree(promised: Promised) -> ResponseReturnValue:
    """Keep it."""
    form = _offer_agencies(_over(AgreementForm().as_of(today()), Agreement, promised), promised.case)

    def keep() -> None:
        operations.agree(
            current_actor(),
            promised=promised,
            version=form.version_read,
            agreement=form.details,
            now=now(),
            because=form.because,
        )

    return _save(promised, "agree", form, Agreement, keep, "The contact and the updates are agreed.")


@bp.get("/support", endpoint="support")
@requires(Permission.KEEP_CONTACT, on=queries.promised_to)
def support_page(promised: Promised) -> ResponseReturnValue:
    """Record that support was offered."""
    form = _filled(SupportForm, SupportOffer, promised, support_by=current_actor().name, support_offered_on=today())
    return _ask(promised, "support", form)


@bp.post("/support", endpoint="support_submit")
@requires(Permission.KEEP_CONTACT, on=queries.promised_to)
def support(promised: Promised) -> ResponseReturnValue:
    """Keep it."""
    form = _over(SupportForm().as_of(today()), SupportOffer, promised)

    def keep() -> None:
        operations.offer_support(
            current_actor(),
            promised=promised,
            version=form.version_read,
            offer=form.details,
            now=now(),
            because=form.because,
        )

    return _save(promised, "support", form, SupportOffer, keep, "The offer of support was recorded.")


@bp.get("/complaint", endpoint="complaint")
@requires(Permission.KEEP_CONTACT, on=queries.promised_to)
def complaint_page(promised: Promised) -> ResponseReturnValue:
    """Record that the way to complain was given."""
    form = _filled(
        ComplaintForm,
        WayToComplain,
        promised,
        complaint_by=current_actor().name,
        complaint_given_on=today(),
        complaint_text=words_for(promised.case.partnership_id, promised.case.lead_agency_id),
    )
    return _ask(promised, "complaint", form)


@bp.post("/complaint", endpoint="complaint_submit")
@requires(Permission.KEEP_CONTACT, on=queries.promised_to)
def complaint(promised: Promised) -> ResponseReturnValue:
    """Keep it."""
    form = _over(ComplaintForm().as_of(today()), WayToComplain, promised)

    def keep() -> None:
        operations.give_way_to_complain(
            current_actor(),
            promised=promised,
            version=form.version_read,
            way=form.details,
            now=now(),
            because=form.because,
        )

    return _save(promised, "complaint", form, WayToComplain, keep, "It is recorded that the way to complain was given.")


@bp.get("/log", endpoint="log")
@requires(Permission.RECORD_CONTACT, on=queries.promised_to)
def log_page(promised: Promised) -> ResponseReturnValue:
    """Record a contact."""
    plan = promised.plan
    form = ContactForm(made_on=today(), by=current_actor().name, way=plan.way if plan is not None else None)
    return _ask(promised, "log", _offer_kinds(form, promised.case))


@bp.post("/log", endpoint="log_submit")
@requires(Permission.RECORD_CONTACT, on=queries.promised_to)
def log(promised: Promised) -> ResponseReturnValue:
    """Keep it."""
    _disclose(promised, "contact.change")
    form = _offer_kinds(ContactForm().as_of(today()), promised.case)
    if not form.validate():
        return invalid("standards/log.html", form=form, **_about(promised))
    try:
        operations.record_contact(
            current_actor(),
            promised=promised,
            made_on=held(form.made_on.data),
            kind=form.kind.data,
            way=form.way.data,
            by=form.by.data,
            said=form.said.data,
            now=now(),
        )
    except Refused as refused:
        beside(form, refused, "kind")
        return invalid("standards/log.html", form=form, **_about(promised))
    flash("The contact was recorded.")
    return _back(promised)


@bp.get("/log/<int:contact_id>/strike", endpoint="strike")
@requires(Permission.STRIKE_CONTACT_ENTRY, on=queries.logged_in)
def strike_page(logged: Logged) -> ResponseReturnValue:
    """Ask for the reason."""
    _disclose(logged.promised, "contact.change")
    return render("standards/strike.html", form=StrikeForm(), entry=logged.entry, **_about(logged.promised))


@bp.post("/log/<int:contact_id>/strike", endpoint="strike_submit")
@requires(Permission.STRIKE_CONTACT_ENTRY, on=queries.logged_in)
def strike(logged: Logged) -> ResponseReturnValue:
    """Strike it out."""
    _disclose(logged.promised, "contact.change")
    form = StrikeForm()
    if not form.validate():
        return invalid("standards/strike.html", form=form, entry=logged.entry, **_about(logged.promised))
    try:
        operations.strike_out(current_actor(), logged=logged, reason=form.reason.data, now=now())
    except Refused as refused:
        beside(form, refused, "reason")
        return invalid("standards/strike.html", form=form, entry=logged.entry, **_about(logged.promised))
    flash("The line is struck out.")
    return _back(logged.promised)


def _ask(promised: Promised, page: str, form: Any) -> ResponseReturnValue:
    """A page with a form; of a closed case the log is still kept, and what stands there can be corrected."""
    if promised.case.status is CaseStatus.CLOSED and page != "log" and not form.wrong:
        flash(operations.CLOSED)
        return _back(promised)
    _disclose(promised, "contact.change")
    return render(f"standards/{page}.html", form=form, **_about(promised))


def _save(
    promised: Promised, page: str, form: VersionedForm, part: Part, keep: Callable[[], None], done: str
) -> ResponseReturnValue:
    """Keep one part of a plan, unless somebody else saved first: then show both, and keep what was typed."""
    _disclose(promised, "contact.change")
    template = f"standards/{page}.html"
    if not form.validate():
        return invalid(template, form=form, **_about(promised))
    try:
        keep()
    except Refused as refused:
        if refused.field:
            beside(form, refused, refused.field)
        else:
            form.form_errors.append(refused.reason)
        return invalid(template, form=form, **_about(promised))
    except Stale as stale:
        version = operations.version_of(part, promised.plan)
        return saved_first(template, form, stale, version=version, **_about(promised))
    flash(done)
    return _back(promised)


def _filled(form: type[F], part: Part, promised: Promised, **otherwise: object) -> F:
    """A form over one part of the plan: what is stored, or what it begins with."""
    values: Mapping[str, Any] = operations.stored(part, promised.plan)
    begun = {name: value for name, value in values.items() if value not in (None, "")}
    made = form(**{**otherwise, **begun, "version": str(operations.version_of(part, promised.plan))})
    return _over(made, part, promised)


def _over(form: F, part: Part, promised: Promised) -> F:
    """Of a part that is written for the first time nobody asks whether what stood there was wrong."""
    form.over(operations.is_kept(part, promised.plan))
    return form


def _about(promised: Promised) -> dict[str, Any]:
    """What every page here shows: whom it is about, and how they are contacted safely, first of all."""
    return {
        "case": promised.case,
        "person": promised.person,
        "plan": promised.plan,
        "disputes": disputed_of(promised.case.id),
        "cautions": [row for _, row in cautions_about(current_actor(), [promised.person.id])],
        "needs": needed_by([promised.person.id], on=today()).get(promised.person.id, ()),
    }


def _working(case: Case) -> list[int]:
    return [case.lead_agency_id, *(link.agency_id for link in case.agencies)]


def _offer_agencies(form: AgreementForm, case: Case) -> AgreementForm:
    """Agencies that the named contact can belong to: the lead, and those that the case is open to."""
    others = sorted((link.agency.name, link.agency_id) for link in case.agencies)
    pairs = [(case.lead_agency_id, case.lead_agency.name), *((number, name) for name, number in others)]
    form.agency_id.choices = offered(pairs)
    return form


def _offer_kinds(form: ContactForm, case: Case) -> ContactForm:
    """Of a closed case, how it ended instead of how it goes."""
    left_out = EntryKind.UPDATE if case.status is CaseStatus.CLOSED else EntryKind.END
    form.kind.choices = all_of(kind for kind in EntryKind if kind is not left_out)
    return form


def _disclose(promised: Promised, action: str) -> None:
    disclose(action, object=f"case:{promised.case.id}", subjects=[promised.person.id])


def _back(promised: Promised) -> ResponseReturnValue:
    return see_other("standards.show", case_id=promised.case.id, person_id=promised.person.id)
