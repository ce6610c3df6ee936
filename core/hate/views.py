"""Pages of the queue of hate incidents, for whoever the partnership named to answer for them."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from core.cases.queries import people_named_in
from core.errors import Stale
from core.hate import operations, queries
from core.hate.forms import DoneForm, LeadForm
from core.policy import Permission
from core.policy.hate import HateQueue, HateReportIn
from core.web import current_actor, disclose, invalid, may, now, render, requires, saved_first, see_other, today

bp = Blueprint("hate", __name__, url_prefix="/hate")


def queue_here() -> HateQueue:
    """The queue of the partnership in which somebody asks."""
    return queries.queue_of(current_actor().partnership_id or 0, on=today())


def report_here(report_id: int) -> HateReportIn:
    """One report of that queue."""
    return queries.report_in(queue_here(), report_id)


@bp.get("")
@requires(Permission.SEE_HATE_QUEUE, on=queue_here)
def index(queue: HateQueue) -> ResponseReturnValue:
    """The queue: references and days, what waits first."""
    return render(
        "hate/index.html",
        reports=queries.reports_for(current_actor(), queue),
        lead=queries.lead_of(queue.partnership_id) if queue.lead_id is not None else None,
        today=today(),
    )


@bp.get("/<int:report_id>")
@requires(Permission.SEE_HATE_REPORT, on=report_here)
def show(target: HateReportIn) -> ResponseReturnValue:
    """One incident as it was flagged, and what was done."""
    _disclose(target, "hate.read")
    return render("hate/show.html", form=_done_form(target), **_page(target))


@bp.post("/<int:report_id>/acknowledge")
@requires(Permission.ANSWER_HATE_REPORT, on=report_here)
def acknowledge(target: HateReportIn) -> ResponseReturnValue:
    """Note that one has looked at it."""
    operations.acknowledge(current_actor(), target=target, now=now())
    flash("It is noted that you have looked at this.")
    return see_other("hate.show", report_id=target.report.id)


@bp.post("/<int:report_id>/done")
@requires(Permission.ANSWER_HATE_REPORT, on=report_here)
def done(target: HateReportIn) -> ResponseReturnValue:
    """Write down what was done."""
    _disclose(target, "hate.read")
    form = DoneForm()
    if not form.validate():
        return invalid("hate/show.html", form=form, **_page(target))
    try:
        operations.say_what_was_done(
            current_actor(), target=target, version=form.version_read, done=form.done.data, now=now()
        )
    except Stale as stale:
        return saved_first("hate/show.html", form, stale, version=target.report.version, **_page(target))
    flash("What was done is written down.")
    return see_other("hate.show", report_id=target.report.id)


@bp.get("/lead", endpoint="lead")
@requires(Permission.NAME_HATE_LEAD)
def lead_page() -> ResponseReturnValue:
    """Who answers for hate incidents."""
    kept = queries.lead_of(current_actor().partnership_id or 0)
    form = LeadForm(user_id=kept.user_id if kept else None, version=str(kept.version if kept else 0))
    return render("hate/lead.html", form=_offer(form), lead=kept)


@bp.post("/lead", endpoint="lead_submit")
@requires(Permission.NAME_HATE_LEAD)
def name_lead() -> ResponseReturnValue:
    """Name them."""
    partnership_id = current_actor().partnership_id or 0
    form = _offer(LeadForm())
    if not form.validate():
        return invalid("hate/lead.html", form=form, lead=queries.lead_of(partnership_id))
    people = {user.id: user for user in queries.people_to_name(partnership_id, on=today())}
    user = people[form.user_id.data]
    try:
        operations.name_lead(
            current_actor(), partnership_id=partnership_id, user=user, version=form.version_read, now=now()
        )
    except Stale as stale:
        kept = queries.lead_of(partnership_id)
        return saved_first("hate/lead.html", form, stale, version=kept.version if kept else 0, lead=kept)
    flash(f"{user.name} answers for hate incidents from now on.")
    return see_other("hate.lead")


def _offer(form: LeadForm) -> LeadForm:
    people = queries.people_to_name(current_actor().partnership_id or 0, on=today())
    form.user_id.offer(
        SelectChoice(str(user.id), f"{user.name}, {user.agency.name}") for user in people if user.agency is not None
    )
    return form


def _done_form(target: HateReportIn) -> DoneForm:
    return DoneForm(done=target.report.done, version=str(target.report.version))


def _page(target: HateReportIn) -> dict[str, object]:
    report = target.report
    what, held_back = queries.words_of(current_actor(), report)
    return {
        "report": report,
        "what": what,
        "held_back": held_back,
        "may_answer": may(Permission.ANSWER_HATE_REPORT, target),
        "case_is_open": queries.is_case_open_to(current_actor(), report.case_id),
        "today": today(),
    }


def _disclose(target: HateReportIn, action: str) -> None:
    # What is written may name anybody in the case.
    disclose(
        action,
        object=f"hate:{target.report.id}",
        subjects=people_named_in([target.report.case_id]),
        purpose=f"case:{target.report.case_id}",
    )
