"""Pages of what we hold and how long, of monthly lists and of legal holds."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core.cases.models import Case
from core.cases.queries import case_of
from core.clock import local_date
from core.errors import Refused, Stale
from core.people.models import Person
from core.people.queries import person_named
from core.policy import Permission
from core.retention import holding, operations, queries, reviewing
from core.retention.forms import ApproveForm, EndForm, EntryForm, HoldForm, periods_form
from core.retention.in_the_way import in_the_way
from core.retention.kinds import CHOSEN, NOT_OURS, RULES
from core.retention.models import Decision, LegalHold, RetentionEntry, RetentionList
from core.retention.operations import ERASE, KEEP
from core.retention.reviewing import OldMinutes
from core.retention.schedule import schedule
from core.web import beside, current_actor, invalid, may, now, render, requires, saved_first, see_other

bp = Blueprint("retention", __name__, url_prefix="/data-protection")

Named = tuple[Person, list[Case]]


def _here() -> int:
    """The partnership of whoever asks; for those of none an id that nothing has."""
    return current_actor().partnership_id or 0


def list_of(list_id: int) -> RetentionList:
    """The list of the address."""
    return queries.list_by_id(_here(), list_id)


def entry_of(list_id: int, due_id: int) -> RetentionEntry:
    """A line of that list."""
    return queries.entry_of(list_of(list_id), due_id)


def minutes_of(old_minutes_id: int) -> OldMinutes:
    """The minutes of the address."""
    return reviewing.minutes_of(_here(), old_minutes_id)


def case_named(case_id: int) -> Case:
    """The case of the address."""
    return case_of(case_id)


def named(held_person_id: int) -> Named:
    """The person of the address, with every case that names them."""
    return person_named(held_person_id)


def hold_of(hold_id: int) -> LegalHold:
    """The hold of the address."""
    return queries.hold_by_id(_here(), hold_id)


@bp.get("/held", endpoint="held")
@requires(Permission.SEE_HOLDINGS)
def held() -> ResponseReturnValue:
    """What we hold, why, and how long."""
    return render(
        "retention/held.html",
        rows=schedule(queries.periods_of(_here())),
        not_ours=NOT_OURS,
        may_see=may(Permission.SEE_RETENTION),
    )


@bp.get("/retention")
@requires(Permission.SEE_RETENTION)
def index() -> ResponseReturnValue:
    """The monthly lists, and what is on hold."""
    return render(
        "retention/index.html",
        lists=queries.lists_of(_here()),
        old=reviewing.to_review(_here(), on=local_date(now())),
        shown=reviewing.SHOWN,
        holds=_shown(queries.standing_holds(_here())),
        chosen=[row for row in schedule(queries.periods_of(_here())) if row.rule.is_set],
    )


@bp.post("/retention/minutes/<int:old_minutes_id>/reviewed", endpoint="review")
@requires(Permission.REVIEW_MINUTES, on=minutes_of)
def review(minutes: OldMinutes) -> ResponseReturnValue:
    """Record that somebody looked at old minutes again."""
    reviewing.review(current_actor(), minutes=minutes, on=local_date(now()))
    flash(f"It is recorded that the minutes of {minutes.reference} were looked at again.")
    return see_other("retention.index")


@bp.get("/retention/periods", endpoint="periods")
@requires(Permission.SET_RETENTION)
def periods_page() -> ResponseReturnValue:
    """Choose how long what is chosen is kept."""
    periods = queries.periods_of(_here())
    values = {queries.box_of(rule.kind): periods[rule.kind] for rule in CHOSEN}
    form = periods_form()(version=str(queries.version_of_periods(periods)), **values)
    return render("retention/periods.html", form=form, boxes=list(values))


@bp.post("/retention/periods", endpoint="periods_submit")
@requires(Permission.SET_RETENTION)
def set_periods() -> ResponseReturnValue:
    """Keep it, unless somebody else saved first."""
    form = periods_form()()
    boxes = [queries.box_of(rule.kind) for rule in CHOSEN]
    if not form.validate():
        return invalid("retention/periods.html", form=form, boxes=boxes)
    try:
        operations.set_periods(current_actor(), periods=form.periods, version=form.version_read)
    except Stale as stale:
        version = queries.version_of_periods(queries.periods_of(_here()))
        return saved_first("retention/periods.html", form, stale, version=version, boxes=boxes)
    flash("The periods are saved. They count from the next monthly list.")
    return see_other("retention.index")


@bp.get("/retention/lists/<int:list_id>", endpoint="list")
@requires(Permission.SEE_RETENTION, on=list_of)
def show_list(found: RetentionList) -> ResponseReturnValue:
    """What was due in a month: references and days, and what stands in the way."""
    after = request.args.get("after", "")[:40]
    return render(
        "retention/list.html",
        found=found,
        page=queries.page_of(found.id, after=after),
        further=after != "",
        may_approve=may(Permission.APPROVE_ERASURE, found),
        needed=operations.APPROVERS,
        decisions=Decision,
        rules=RULES,
    )


@bp.get("/retention/lists/<int:list_id>/lines/<int:due_id>", endpoint="entry")
@requires(Permission.DECIDE_RETENTION, on=entry_of)
def entry_page(entry: RetentionEntry) -> ResponseReturnValue:
    """Decide what becomes of a line."""
    form = EntryForm(
        version=str(entry.version),
        decision=KEEP if entry.decision is Decision.KEPT else ERASE,
        keep_until=entry.keep_until,
        reason=entry.reason,
    )
    return render("retention/entry.html", form=form, **_about(entry))


@bp.post("/retention/lists/<int:list_id>/lines/<int:due_id>", endpoint="entry_submit")
@requires(Permission.DECIDE_RETENTION, on=entry_of)
def decide_entry(entry: RetentionEntry) -> ResponseReturnValue:
    """Keep what was decided, unless somebody else saved first."""
    form = EntryForm()
    if not form.validate():
        return invalid("retention/entry.html", form=form, **_about(entry))
    try:
        if form.decision.data == KEEP:
            assert form.keep_until.data is not None
            operations.keep(
                current_actor(),
                entry=entry,
                version=form.version_read,
                until=form.keep_until.data,
                reason=form.reason.data or "",
                now=now(),
            )
        else:
            operations.put_back(current_actor(), entry=entry, version=form.version_read, now=now())
    except Stale as stale:
        return saved_first("retention/entry.html", form, stale, version=entry.version, **_about(entry))
    except Refused as refused:
        beside(form, refused, otherwise="decision")
        return invalid("retention/entry.html", form=form, **_about(entry))
    flash(f"{entry.reference}: {entry.decision}. Whoever approved the list before approves it again.")
    return see_other("retention.list", list_id=entry.list_id)


def _about(entry: RetentionEntry) -> dict[str, Any]:
    return {
        "entry": entry,
        "rules": RULES,
        "held_up": in_the_way(entry.kind, [entry.record_id]).get(entry.record_id, ()),
    }


@bp.post("/retention/lists/<int:list_id>/approve", endpoint="approve")
@requires(Permission.APPROVE_ERASURE, on=list_of, proved=True)
def approve(found: RetentionList) -> ResponseReturnValue:
    """Approve a list as it stands."""
    last = operations.approve(current_actor(), found=found, version=ApproveForm().version_read, now=now())
    flash(
        "The list is approved by two people. What nothing holds up is erased within the hour."
        if last
        else "You approved the list. Somebody else approves it, too, before anything is erased."
    )
    return see_other("retention.list", list_id=found.id)


@bp.get("/holds/cases/<int:case_id>", endpoint="hold_case")
@requires(Permission.HOLD_CASE, on=case_named)
def hold_case_page(case: Case) -> ResponseReturnValue:
    """Have nothing of a case erased."""
    return render("retention/hold.html", form=HoldForm(), **_held_of_case(case))


@bp.post("/holds/cases/<int:case_id>", endpoint="hold_case_submit")
@requires(Permission.HOLD_CASE, on=case_named)
def hold_case(case: Case) -> ResponseReturnValue:
    """Set the hold."""

    def held(reason: str) -> None:
        holding.hold_case(current_actor(), case=case, reason=reason, now=now())

    return _set(held, case.ref, url_for("retention.hold_case", case_id=case.id), _held_of_case(case))


def _set(hold: Callable[[str], None], ref: str, page: str, shown: dict[str, Any]) -> ResponseReturnValue:
    """Set it for the reason of the form, or say why not."""
    form = HoldForm()
    if form.validate():
        try:
            hold(form.reason.data or "")
        except Refused as refused:
            beside(form, refused, otherwise="reason")
        else:
            flash(f"Nothing of {ref} is erased until the hold is ended.")
            return redirect(page, 303)
    return invalid("retention/hold.html", form=form, **shown)


def _held_of_case(case: Case) -> dict[str, Any]:
    holds = queries.holds_on_case(case.id)
    return {
        "what": f"Case {case.ref}",
        "submit_to": url_for("retention.hold_case_submit", case_id=case.id),
        "holds": _shown(holds),
        "opens": ("cases.show", {"case_id": case.id}) if may(Permission.OPEN_CASE, case) else None,
    }


@bp.get("/holds/people/<int:held_person_id>", endpoint="hold_person")
@requires(Permission.HOLD_PERSON, on=named)
def hold_person_page(person_and_cases: Named) -> ResponseReturnValue:
    """Have nothing of somebody erased."""
    return render("retention/hold.html", form=HoldForm(), **_held_of_person(person_and_cases))


@bp.post("/holds/people/<int:held_person_id>", endpoint="hold_person_submit")
@requires(Permission.HOLD_PERSON, on=named)
def hold_person(person_and_cases: Named) -> ResponseReturnValue:
    """Set the hold."""
    person, cases = person_and_cases

    def held(reason: str) -> None:
        holding.hold_person(current_actor(), person=person, cases=cases, reason=reason, now=now())

    page = url_for("retention.hold_person", held_person_id=person.id)
    return _set(held, person.ref, page, _held_of_person(person_and_cases))


def _held_of_person(person_and_cases: Named) -> dict[str, Any]:
    person, _ = person_and_cases
    holds = queries.holds_on_person([person.id])
    return {
        "what": f"Person {person.ref}",
        "submit_to": url_for("retention.hold_person_submit", held_person_id=person.id),
        "holds": _shown(holds),
        "opens": (("people.show", {"person_id": person.id}) if may(Permission.OPEN_PERSON, person_and_cases) else None),
    }


def _shown(holds: Iterable[LegalHold]) -> list[tuple[LegalHold, bool, bool]]:
    """Each hold, whether the reader may end it, and whether they read why: a reason may tell of a case that is closed
    to them, so it is for whoever set it and those who may end it.
    """
    mine = current_actor().user_id
    ends = [(hold, bool(may(Permission.END_HOLD, hold))) for hold in holds]
    return [(hold, may_end, may_end or hold.by_id == mine) for hold, may_end in ends]


@bp.get("/holds/<int:hold_id>/end", endpoint="end_hold")
@requires(Permission.END_HOLD, on=hold_of)
def end_page(hold: LegalHold) -> ResponseReturnValue:
    """End a hold."""
    return render("retention/end.html", form=EndForm(version=str(hold.version)), hold=hold)


@bp.post("/holds/<int:hold_id>/end", endpoint="end_hold_submit")
@requires(Permission.END_HOLD, on=hold_of)
def end_hold(hold: LegalHold) -> ResponseReturnValue:
    """Have it ended, unless somebody else was first."""
    form = EndForm()
    if not form.validate():
        return invalid("retention/end.html", form=form, hold=hold)
    try:
        holding.end_hold(
            current_actor(), hold=hold, version=form.version_read, reason=form.reason.data or "", now=now()
        )
    except Stale as stale:
        return saved_first("retention/end.html", form, stale, version=hold.version, hold=hold)
    flash("The hold is ended.")
    return see_other("retention.index")
