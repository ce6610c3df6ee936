"""Pages of persons named in cases."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from core.cases.models import Case
from core.errors import Stale
from core.minutes.access.queries import is_in_minutes_of, names_of
from core.people import operations, queries
from core.people.adjustments.queries import adjustments_of
from core.people.ages import childhood
from core.people.forms import PersonForm
from core.people.history.queries import disputed
from core.people.history.versions import corrected_lately
from core.people.merging.queries import merges_into
from core.people.models import Person
from core.people.protected.queries import protected_address
from core.plugin_api.facts import age_on
from core.policy import Permission
from core.policy.merging import Merged
from core.policy.protecting import AddressOf
from core.referrals.cautions import cautions_about
from core.retention.queries import holds_on_person
from core.standards.lists import PROMISED_TO
from core.standards.queries import plans_about
from core.web import (
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

bp = Blueprint("people", __name__, url_prefix="/people")

Named = tuple[Person, list[Case]]


def named(person_id: int) -> Named:
    """The person of the address, with every case that names them."""
    return queries.person_named(person_id)


def named_or_kept(person_id: int) -> Named:
    """The same; of a record that was merged into another, the one that is kept."""
    found = named(person_id)
    return found if found[0].merged_into_id is None else named(found[0].merged_into_id)


@bp.get("/<int:person_id>")
@requires(Permission.OPEN_PERSON, on=named_or_kept)
def show(person_and_cases: Named) -> ResponseReturnValue:
    """What is held about somebody, and the cases that name them and that the reader may open."""
    person, _ = person_and_cases
    if request.view_args != {"person_id": person.id}:
        return see_other("people.show", person_id=person.id)  # it says what was merged into it
    parts, merges = queries.parts_of(current_actor(), person.id), merges_into(person.id)
    disclose("person.read", object=f"person:{person.id}", subjects=[person.id, *(each.gone_id for each in merges)])
    born, address = person.date_of_birth, AddressOf(*person_and_cases, protected_address(person.id))
    return render(
        "people/show.html",
        person=person,
        cautions=[row for _, row in cautions_about(current_actor(), [person.id])],
        parts=parts,
        merges=merges,
        mergers=names_of({each.by_id for each in merges}) if merges else {},
        # The other record's name, and why, may come from a case that is closed to the reader.
        sees_all={part.case_id for part in parts} == {case.id for case in person_and_cases[1]},
        undoable=bool(merges) and may(Permission.UNDO_MERGE, Merged(merges[0], address)),
        plans=plans_about(current_actor(), person.id),
        promised_to=PROMISED_TO,
        age=age_on(born, today()) if born else None,
        childhood=childhood(born, today()),
        editable=may(Permission.EDIT_PERSON, person_and_cases),
        adjustments=adjustments_of(person.id),
        keeps_adjustments=may(Permission.KEEP_ADJUSTMENTS, person_and_cases),
        may_ask=may(Permission.ASK_RECTIFICATION, person_and_cases),
        disputes=disputed([person.id]),
        corrected=corrected_lately(person.id, now=now()),
        today=today(),
        protected=address.protected is not None,
        reads_address=may(Permission.READ_PROTECTED_ADDRESS, address),
        holds=[hold for hold in holds_on_person([person.id]) if hold.ended_at is None],
        may_hold=may(Permission.HOLD_PERSON, person_and_cases),
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
        operations.correct_person(
            current_actor(),
            person=person,
            version=form.version_read,
            details=form.details,
            because=form.because,
            now=now(),
        )

    try:
        save_merged(form, save, version=lambda: person.version)
    except Stale as stale:
        return saved_first("people/edit.html", form, stale, version=person.version, person=person)
    flash("The changes were saved.")
    return see_other("people.show", person_id=person.id)


def _fitting(form: PersonForm, person: Person) -> PersonForm:
    """Without an address where it is protected."""
    return form if protected_address(person.id) is None else form.without_address()
