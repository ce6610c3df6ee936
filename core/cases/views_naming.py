"""Who is named in a case."""

from collections.abc import Sequence

from flask import flash, request
from flask.typing import ResponseReturnValue

from core.cases import operations, queries
from core.cases.blueprint import bp
from core.cases.forms import FindPersonForm, NamePersonForm, NewPersonForm
from core.cases.models import Case
from core.dates import in_words
from core.errors import NotFound, Refused
from core.people.operations import name_person
from core.people.queries import Found, people_found, people_like, person_open_to
from core.policy import Permission
from core.web import beside, current_actor, disclose, invalid, now, render, requires, see_other, today
from core.web.choices import offered
from core.web.forms import stripped

SEARCH_FIRST = "Search for the person by name, then choose them"
LOOK_FIRST = "Look at the people like this. If it is none of them, say so"


def case_of_part(case_id: int, **_part: int) -> Case:
    """The case of an address that goes on to something in it."""
    return queries.case_of(case_id)


@bp.get("/<int:case_id>/people/add", endpoint="find_person")
@requires(Permission.EDIT_CASE, on=queries.case_of)
def find_person(case: Case) -> ResponseReturnValue:
    """Look for somebody known, of those that the reader may open; or go on to enter somebody new."""
    search = FindPersonForm(request.args)
    if not search.validate():
        _disclose(case)
        return invalid("cases/find_person.html", case=case, search=search, found=None, form=None)
    words = stripped(search.name.data or "")
    found = people_found(current_actor(), words) if words else None
    _disclose(case, found or ())
    return render("cases/find_person.html", case=case, search=search, found=found, form=_choice(found or ()))


@bp.post("/<int:case_id>/people/add", endpoint="name_person")
@requires(Permission.EDIT_CASE, on=queries.case_of)
def name_known_person(case: Case) -> ResponseReturnValue:
    """Name somebody known in the case. The search comes with it, so that its results can be shown again."""
    actor = current_actor()
    search = FindPersonForm(request.form)
    words = stripped(search.name.data or "")
    found = people_found(actor, words) if words else ()
    _disclose(case, found)
    form = _choice(found)
    valid = form.validate()
    person = person_open_to(actor, form.person_id.data) if valid else None
    if person is not None:
        try:
            operations.name_in_case(actor, case=case, person=person, role=form.role.data, now=now())
        except Refused as refused:
            beside(form, refused, "role")
        else:
            flash("The person is named in the case.")
            return see_other("cases.show", case_id=case.id)
    if not found:
        search.name.errors = [SEARCH_FIRST]
        return invalid("cases/find_person.html", case=case, search=search, found=None, form=None)
    return invalid("cases/find_person.html", case=case, search=search, found=found, form=form)


@bp.get("/<int:case_id>/people/new", endpoint="new_person")
@requires(Permission.EDIT_CASE, on=queries.case_of)
def new_person_page(case: Case) -> ResponseReturnValue:
    """Enter somebody new."""
    _disclose(case)
    return render("cases/new_person.html", case=case, form=NewPersonForm(), alike=())


@bp.post("/<int:case_id>/people/new", endpoint="create_person")
@requires(Permission.EDIT_CASE, on=queries.case_of)
def create_person(case: Case) -> ResponseReturnValue:
    """Enter them, once it is clear that it is nobody known whom the reader could find."""
    actor = current_actor()
    form = NewPersonForm().as_of(today())
    valid = form.validate()
    alike: Sequence[Found] = ()
    if valid:
        details = form.details
        alike = people_like(
            actor,
            given_name=details.given_name,
            family_name=details.family_name,
            known_as=details.known_as,
            born=details.date_of_birth,
        )
        if alike and not form.somebody_else.data:
            form.somebody_else.errors = [LOOK_FIRST]
            valid = False
    if not valid:
        _disclose(case, alike)
        return invalid("cases/new_person.html", case=case, form=form, alike=alike)
    person = name_person(actor, partnership_id=case.partnership_id, details=form.details, on=today())
    operations.name_in_case(actor, case=case, person=person, role=form.role.data, now=now())
    flash("The person is named in the case.")
    return see_other("cases.show", case_id=case.id)


@bp.post("/<int:case_id>/people/<int:part_id>/remove", endpoint="unname_person")
@requires(Permission.EDIT_CASE, on=case_of_part)
def unname_person(case: Case) -> ResponseReturnValue:
    """Take a role out of the case."""
    assert request.view_args is not None
    part_id = request.view_args["part_id"]
    part = next((part for part in case.people if part.id == part_id), None)
    if part is None:
        raise NotFound
    operations.take_out_of_case(current_actor(), case=case, part=part, now=now())
    flash("The person is no longer named in that role.")
    return see_other("cases.show", case_id=case.id)


def _choice(found: Sequence[Found]) -> NamePersonForm:
    form = NamePersonForm()
    form.person_id.choices = offered((person.id, _in_words(person)) for person in found)
    return form


def _in_words(person: Found) -> str:
    """A name, and what tells two people of that name apart."""
    born = person.date_of_birth
    parts = [
        person.name,
        f"known as {person.known_as}" if person.known_as and person.known_as != person.name else "",
        f"born {in_words(born)}" if born else "date of birth not known",
        person.ref,
        f"in {', '.join(person.cases[:3])}" if person.cases else "",
    ]
    return ", ".join(part for part in parts if part)


def _disclose(case: Case, found: Sequence[Found] = ()) -> None:
    """Every page here is headed by the case; a search shows whom it found as well."""
    subjects = [part.person_id for part in case.people]
    if found:
        disclose("person.search", object=f"case:{case.id}", subjects=[*subjects, *(person.id for person in found)])
    else:
        disclose("case.edit", object=f"case:{case.id}", subjects=subjects)
