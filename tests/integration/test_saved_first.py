"""Two people change the same row: whoever comes second sees what is stored, and keeps what they typed."""

import re
from html import unescape

import pytest

from tests.integration.matrix.filling import Filled, every_form
from tests.support.forms import PageForm, forms_of

NOTICE = "Somebody else saved first"
MORE = " and what I know"

IN_THEIR_OWN_WORDS = ("text", "textarea")


def versioned_forms(app, world) -> list[Filled]:
    """Every form of the application over a row: it carries the version which was read. What is new has version 0."""
    return [form for form in every_form(app, world) if form.data.get("version", ["0"]) != ["0"]]


def typed_into(form: Filled) -> dict[str, list[str]]:
    """What somebody sends who adds to every text that stands there; of the rest, what fills the form."""
    data = dict(form.data)
    for name, text in texts_that_stand(form).items():
        data[name] = [text + MORE]
    return data


def texts_that_stand(form: Filled) -> dict[str, str]:
    """Fields of the form that hold words already: name -> words. Times, numbers, postcodes and addresses are none."""
    return {
        field.name: field.values[0]
        for field in form.form.asked
        if field.kind in IN_THEIR_OWN_WORDS
        and field.values
        and re.fullmatch(r"(?![A-Z0-9 ]*$)[A-Z][^:@]*", field.values[0])
    }


def written_in(form: Filled, data: dict[str, list[str]]) -> dict[str, str]:
    """What is sent in fields of words: name -> words."""
    return {
        field.name: data[field.name][0]
        for field in form.form.asked
        if field.kind in IN_THEIR_OWN_WORDS and data.get(field.name)
    }


def form_again(form: Filled, page: str) -> PageForm | None:
    """The same form on the page that answered."""
    names = {field.name for field in form.form.asked}
    return next((each for each in forms_of(page) if names <= set(each.fields) and "version" in each.fields), None)


def wrong_with(form: Filled, *, by_htmx: bool) -> list[str]:
    """What whoever comes second misses: empty when all is well."""
    data = {**typed_into(form), "version": ["9999999"], "as_read": [""]}  # what was read is not known: nothing merges
    headers = {"HX-Request": "true"} if by_htmx else {}
    answer = form.browser.post(form.path, data, headers=headers)
    page, name = answer.get_data(as_text=True), form.route.name
    if answer.status_code == 303 and not written_in(form, data):
        page = form.browser.get(answer.location).get_data(as_text=True)
        return [] if "Somebody else" in page else [f"{name}: a button does nothing, and does not say so"]
    if answer.status_code != 409:
        return [f"{name}: {answer.status_code}"]
    wrong = [] if NOTICE in page else [f"{name}: does not say that somebody else saved first"]
    if not written_in(form, data):
        return wrong  # a button: nothing was typed
    again = form_again(form, page)
    if again is None:
        return [*wrong, f"{name}: the form is gone, with what was typed"]
    if again.fields["version"].values != form.form.fields["version"].values:
        wrong.append(f"{name}: sent again, it would be refused again")
    for field, words in written_in(form, data).items():
        if again.fields[field].values != [words]:
            wrong.append(f"{name}: {field} holds {again.fields[field].values}, not what was typed")
    notice = unescape(page.partition(NOTICE)[2].partition("<form")[0])
    as_it_stood = all(form.data.get(field) == form.form.fields[field].values for field in written_in(form, data))
    if "What is saved now</h4>" not in notice and not as_it_stood:
        wrong.append(f"{name}: does not say what is stored")
    for field, words in texts_that_stand(form).items():
        if f">{words}<" not in notice or f">{words}{MORE}<" not in notice:
            wrong.append(f"{name}: {field} is not shown with both values")
    return wrong


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("by_htmx", [False, True], ids=["whole pages", "htmx"])
def test_whoever_comes_second_sees_both_values_and_keeps_what_they_typed(app, world, by_htmx):
    forms = versioned_forms(app, world)
    wrong = [line for form in forms for line in wrong_with(form, by_htmx=by_htmx)]
    assert len(forms) > 30, "the forms were not found"
    assert not wrong, "\n".join(wrong)
