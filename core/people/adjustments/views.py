"""Pages of adjustments."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from core.cases.models import Case
from core.errors import Refused, Stale
from core.people.adjustments import operations
from core.people.adjustments.forms import AdjustmentForm, EndForm
from core.people.adjustments.queries import Asked, adjustment_of
from core.people.models import Person
from core.people.queries import person_named
from core.policy import Permission
from core.web import beside, current_actor, disclose, invalid, now, render, requires, saved_first, see_other, today
from core.web.forms import held

bp = Blueprint("adjustments", __name__, url_prefix="/people/<int:person_id>/adjustments")

Named = tuple[Person, list[Case]]


@bp.get("/new", endpoint="add")
@requires(Permission.KEEP_ADJUSTMENTS, on=person_named)
def add_page(named: Named) -> ResponseReturnValue:
    """Record something that somebody needs."""
    _disclose(named[0])
    return render("people/adjustment.html", person=named[0], form=AdjustmentForm(since=today()))


@bp.post("/new", endpoint="add_submit")
@requires(Permission.KEEP_ADJUSTMENTS, on=person_named)
def add(named: Named) -> ResponseReturnValue:
    """Keep it."""
    person, _ = named
    _disclose(person)
    form = AdjustmentForm().as_of(today())
    if not form.validate():
        return invalid("people/adjustment.html", person=person, form=form)
    operations.add_adjustment(
        current_actor(),
        person=person,
        kind=form.kind.data,
        detail=form.detail.data or "",
        asked_by=form.asked_by.data,
        since=held(form.since.data),
        now=now(),
    )
    flash("The adjustment was recorded. Whoever plans contact sees it.")
    return see_other("people.show", person_id=person.id)


@bp.get("/<int:adjustment_id>/end", endpoint="end")
@requires(Permission.KEEP_ADJUSTMENTS, on=adjustment_of)
def end_page(asked: Asked) -> ResponseReturnValue:
    """Ask why it is not needed any more."""
    _disclose(asked.person)
    form = EndForm(version=str(asked.adjustment.version))
    return render("people/adjustment_end.html", person=asked.person, adjustment=asked.adjustment, form=form)


@bp.post("/<int:adjustment_id>/end", endpoint="end_submit")
@requires(Permission.KEEP_ADJUSTMENTS, on=adjustment_of)
def end(asked: Asked) -> ResponseReturnValue:
    """End it."""
    _disclose(asked.person)
    form, page = EndForm(), {"person": asked.person, "adjustment": asked.adjustment}
    if not form.validate():
        return invalid("people/adjustment_end.html", form=form, **page)
    try:
        operations.end_adjustment(
            current_actor(), adjustment=asked.adjustment, version=form.version_read, why=form.why.data, on=today()
        )
    except Refused as refused:
        beside(form, refused, "why")
        return invalid("people/adjustment_end.html", form=form, **page)
    except Stale as stale:
        return saved_first("people/adjustment_end.html", form, stale, version=asked.adjustment.version, **page)
    flash("The adjustment is ended. It stays in what is held.")
    return see_other("people.show", person_id=asked.person.id)


def _disclose(person: Person) -> None:
    disclose("person.edit", object=f"person:{person.id}", subjects=[person.id])
