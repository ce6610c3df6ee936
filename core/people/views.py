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
from core.people.protected.queries import protected_address
from core.plugin_api.facts import age_on
from core.policy import Permission
from core.policy.protecting import AddressOf
from core.referrals.cautions import cautions_about
from core.standards.lists import PROMISED_TO
from core.standards.queries import plans_about
from core.web import current_actor, disclose, invalid, may, render, requires, save_merged, saved_first, see_other, today

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
    born, address = person.date_of_birth, AddressOf(*person_and_cases, protected_address(person.id))
    return render(
        "people/show.html",
        person=person,
        cautions=[row for _, row in cautions_about(current_actor(), [person.id])],
        parts=parts,
        plans=plans_about(current_actor(), person.id),
        promised_to=PROMISED_TO,
        age=age_on(born, today()) if born else None,
        childhood=childhood(born, today()),
        editable=may(Permission.EDIT_PERSON, person_and_cases),
        protected=address.protected is not None,
        reads_address=may(Permission.READ_PROTECTED_ADDRESS, address),
        in_minutes=may(Permission.FIND_ACCESS_COPIES, person_and_cases)
        and is_in_minutes_of(current_actor(), person.id),
    )


@bp.get("/<int:person_id>/edit", endpoint="edit")
@requires(Permission.EDIT_PERSON, on=named)
def edit_page(person_and_cases: Named) -> ResponseReturnValue:
    """Set right what is held about somebody."""
    person, _ = person_and_cases
    disclose("person.edit", object=f"person:{person.id}", subjects=[person.id])
    return render("people/edit.html", person=person, form=_fitting(PersonForm(obj=person), person))


@bp.post("/<int:person_id>/edit", endpoint="edit_submit")
@requires(Permission.EDIT_PERSON, on=named)
def edit(person_and_cases: Named) -> ResponseReturnValue:
    """Save it, beside what somebody else changed meanwhile. Of the same field both are shown, and what was typed is
    kept.
    """
    person, _ = person_and_cases
    disclose("person.edit", object=f"person:{person.id}", subjects=[person.id])
    form = _fitting(PersonForm(), person).as_of(today())
    if not form.validate():
        return invalid("people/edit.html", person=person, form=form)

    def save() -> None:
        operations.correct_person(current_actor(), person=person, version=form.version_read, details=form.details)

    try:
        save_merged(form, save, version=lambda: person.version)
    except Stale as stale:
        return saved_first("people/edit.html", form, stale, version=person.version, person=person)
    flash("The changes were saved.")
    return see_other("people.show", person_id=person.id)


def _fitting(form: PersonForm, person: Person) -> PersonForm:
    """Without an address where it is protected."""
    return form if protected_address(person.id) is None else form.without_address()
