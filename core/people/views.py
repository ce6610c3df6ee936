"""Pages of persons named in cases."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from core.cases.models import Case
from core.errors import Stale
from core.minutes.access.queries import is_in_minutes_of
from core.people import operations, queries
from core.people.ages import childhood
from core.people.forms import PersonForm
from core.people.models import Person
from core.plugin_api.facts import age_on
from core.policy import Permission
from core.referrals.showing import cautions_about
from core.web import current_actor, disclose, invalid, may, render, requires, saved_first, see_other, today

bp = Blueprint("people", __name__, url_prefix="/people")

Named = tuple[Person, list[Case]]


def named(person_id: int) -> Named:
    """The person of the address, with every case that names them."""
    return queries.person_named(person_id)


@bp.get("/<int:person_id>")
@requires(Permission.OPEN_PERSON, on=named)
def show(person_and_cases: Named) -> ResponseReturnValue:
    """What is held about somebody, and the cases that name them and that the reader may open."""
    person, _ = person_and_cases
    parts = queries.parts_of(current_actor(), person.id)
    disclose("person.read", object=f"person:{person.id}", subjects=[person.id])
    born = person.date_of_birth
    return render(
        "people/show.html",
        person=person,
        cautions=cautions_about(current_actor(), person.id),
        parts=parts,
        age=age_on(born, today()) if born else None,
        childhood=childhood(born, today()),
        editable=may(Permission.EDIT_PERSON, person_and_cases),
        in_minutes=may(Permission.FIND_ACCESS_COPIES, person_and_cases)
        and is_in_minutes_of(current_actor(), person.id),
    )


@bp.get("/<int:person_id>/edit", endpoint="edit")
@requires(Permission.EDIT_PERSON, on=named)
def edit_page(person_and_cases: Named) -> ResponseReturnValue:
    """Set right what is held about somebody."""
    person, _ = person_and_cases
    disclose("person.edit", object=f"person:{person.id}", subjects=[person.id])
    return render("people/edit.html", person=person, form=PersonForm(obj=person))


@bp.post("/<int:person_id>/edit", endpoint="edit_submit")
@requires(Permission.EDIT_PERSON, on=named)
def edit(person_and_cases: Named) -> ResponseReturnValue:
    """Save it, unless somebody else saved first: then show both, and keep what was typed."""
    person, _ = person_and_cases
    disclose("person.edit", object=f"person:{person.id}", subjects=[person.id])
    form = PersonForm().as_of(today())
    if not form.validate():
        return invalid("people/edit.html", person=person, form=form)
    try:
        operations.correct_person(current_actor(), person=person, version=form.version_read, details=form.details)
    except Stale as stale:
        return saved_first("people/edit.html", form, stale, version=person.version, person=person)
    flash("The changes were saved.")
    return see_other("people.show", person_id=person.id)
