"""The macros that pages are made of: the design system's mark-up, escaped text, errors beside fields."""

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovRadioInput,
    GovSelect,
    GovTextArea,
    GovTextInput,
)
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput, ListWidget

from core import facts
from core.config import Config
from core.paths import template_root
from core.web.forms import DayField, Form, Required
from core.web.templates import set_up_templates

AGENCIES = [SelectChoice("", "Choose an agency"), SelectChoice("1", "Police"), SelectChoice("2", "Housing")]
READERS = [
    SelectChoice("all", "Everyone at this item"),
    SelectChoice("some", "Named agencies", render_kw={"hint": "Below"}),
]


class ActionForm(Form):
    """One field of each kind."""

    title = StringField("Title", [Required("Enter a title")], description="A few words")
    text = TextAreaField("What will be done", [Required("Enter what will be done")])
    agency = SelectField("Agency", [Required("Choose an agency")], choices=AGENCIES)
    due = DayField("Due date", [Required("Enter a due date")], what="Due date")
    readers = RadioField("Who may read it", [Required("Choose who may read it")], choices=READERS)
    agencies = SelectMultipleField(
        "Agencies",
        [Required("Choose an agency to tell")],
        choices=AGENCIES[1:],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    hate = BooleanField("Hate incident", description="As anyone perceives it")
    password = PasswordField("Password", [Required("Enter a password")])


@pytest.fixture
def render(tmp_path: Any) -> Iterator[Callable[..., str]]:
    """`render('{{ field(form.title) }}', form=…)` with every macro imported."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="test", WTF_CSRF_ENABLED=False, ROUNDTABLE=Config(data=tmp_path))
    set_up_templates(app)
    source = app.jinja_loader.get_source(app.jinja_env, "_macros/page.html")[0]  # type: ignore[union-attr]  # set above
    macros = ", ".join(re.findall(r"macro ([a-z]\w+)\(", source))

    def rendered(template: str, **context: Any) -> str:
        line = '{% from "_macros/page.html" import ' + macros + " %}"
        return app.jinja_env.from_string(line + template).render(**context)

    with app.test_request_context(method="POST"):
        yield rendered


def filled(**typed: str | list[str]) -> ActionForm:
    """The form as it was sent."""
    pairs = [(name, one) for name, values in typed.items() for one in ([values] if isinstance(values, str) else values)]
    return ActionForm(MultiDict(pairs))


class Outline(HTMLParser):
    """Elements with their attributes, and the words between, free of the way they were laid out."""

    def __init__(self, mark_up: str) -> None:
        super().__init__()
        self.parts: list[Any] = []
        self.feed(mark_up)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Classes as a set: their order means nothing."""
        kept = {name: value for name, value in attributes if name not in ("class", "required")}
        classes = frozenset((dict(attributes).get("class") or "").split()) - {
            "govuk-label--s",
            "govuk-fieldset__legend--s",
        }
        self.parts.append((tag, classes, {k: "" if v == k else v for k, v in kept.items()}))

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.parts.append(" ".join(data.split()))


WIDGETS = {
    "title": GovTextInput(),
    "text": GovTextArea(),
    "agency": GovSelect(),
    "readers": GovRadioInput(),
    "agencies": GovCheckboxesInput(),
}


@pytest.mark.parametrize("name", WIDGETS)
@pytest.mark.parametrize("valid", [True, False])
def test_a_field_has_the_mark_up_of_govuk_frontend_wtf(render: Callable[..., str], name: str, valid: bool) -> None:
    form = filled(title="Call", text="One\nTwo", agency="2", readers="all", agencies=["1", "2"]) if valid else filled()
    form.validate()
    form.readers.choices = [
        SelectChoice("all", "Everyone"),
        SelectChoice("some", "Some"),
    ]  # items without hints
    form[name].description = "Only this"  # govuk-frontend-wtf draws an empty hint where there is none
    ours = render("{{ field(form[name], rows=5) }}", form=form, name=name)
    form[name].widget = WIDGETS[name]
    assert Outline(ours).parts == Outline(form[name]()).parts


def test_text_comes_back_exactly_as_it_was_typed(render: Callable[..., str]) -> None:
    form = ActionForm()
    form.text.data = typed = "\n  two blanks, then <b>bold</b>\n\n\"quoted\" & 'so'\n"
    page = render("<form>\n  {{ field(form.text) }}\n</form>", form=form)
    inner = page.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]
    # A browser drops the first line break after the tag.
    assert unescape(inner.removeprefix("\n")) == typed
    assert "<b>" not in page


def test_every_error_is_named_at_the_top_and_leads_to_something_that_takes_the_focus(
    render: Callable[..., str],
) -> None:
    form = filled(**{"due-day": "31"})
    assert not form.validate()
    page = render("{{ error_summary(form) }}{% for f in form %}{{ field(f) }}{% endfor %}", form=form)
    targets = re.findall(r'<a href="#([^"]+)"', page)
    assert len(targets) == 7
    for target in targets:
        assert re.search(rf'<(input|select|textarea)[^>]* id="{target}"', page), target
    assert page.count("Due date must include a month and year") == 2
    assert 'value="31"' in page


def test_a_form_without_errors_has_no_summary_and_a_refusal_has_one(render: Callable[..., str]) -> None:
    assert render("{{ error_summary(form) }}", form=ActionForm()) == ""
    assert "Only the chair may" in render("{{ error_summary(form, 'Only the chair may') }}", form=ActionForm())


def test_a_hint_and_an_error_are_read_out_with_their_field(render: Callable[..., str]) -> None:
    form = filled()
    form.validate()
    page = render("{{ field(form.title) }}{{ field(form.due, hint='For example, 27 3 2027') }}", form=form)
    assert 'aria-describedby="title-hint title-error"' in page
    assert 'aria-describedby="due-hint due-error"' in page


def test_a_password_is_never_sent_back(render: Callable[..., str]) -> None:
    page = render("{{ field(form.password, autocomplete='current-password') }}", form=filled(password="correct horse"))
    assert "correct horse" not in page
    assert 'autocomplete="current-password"' in page
    assert 'data-module="govuk-password-input"' in page


def test_hidden_fields_of_a_write_are_all_there(render: Callable[..., str]) -> None:
    page = render("{{ write_fields(form) }}", form=ActionForm())
    assert 'name="idempotency_key"' in page


MARK_UP = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    "template",
    [
        "{{ tag(x) }}",
        "{{ status_tag(x) }}",
        "{{ badge(x) }}",
        "{{ button_link(x, '/') }}",
        "{{ warning_text(x) }}",
        "{{ notification_banner(x) }}",
        "{{ breadcrumbs([(x, '/')]) }}",
        "{{ sub_navigation([(x, '/', true)]) }}",
        "{{ pagination(next='/', next_label=x) }}",
        "{{ summary_list([(x, x, '/')]) }}",
        "{{ table(x, [x, (x, 'numeric')], [[x, x]]) }}",
        "{{ timeline([{'title': x, 'at': x, 'by': x, 'text': x}]) }}",
        "{% call details(x) %}{{ x }}{% endcall %}",
        "{% call filter_panel('/', chosen=[(x, '/')]) %}{{ x }}{% endcall %}",
    ],
)
def test_mark_up_in_text_stays_text(render: Callable[..., str], template: str) -> None:
    page = render(template, x=MARK_UP)
    assert "<script" not in page.lower()
    assert "alert(1)" in page.lower()


def test_a_table_on_a_phone_still_says_what_each_cell_is(render: Callable[..., str]) -> None:
    page = render("{{ table('Actions', ['Action', ('Minutes', 'numeric')], [['Call', '5']]) }}")
    assert 'data-label="Minutes"' in page
    for role in ("table", "rowgroup", "row", "columnheader", "rowheader", "cell"):
        assert f'role="{role}"' in page


def test_an_empty_table_says_so(render: Callable[..., str]) -> None:
    assert "No actions yet." in render("{{ table('Actions', ['Action'], [], empty='No actions yet.') }}")


@pytest.mark.parametrize(
    "closed",
    [
        facts.CaseStatus,
        facts.Risk,
        facts.MeetingStatus,
        facts.ItemOutcome,
        facts.NominationStatus,
        facts.Presence,
        facts.ActionStatus,
        facts.ProviderStatus,
        facts.MinutesStatus,
        facts.MailState,
    ],
)
def test_every_status_has_a_colour(closed: type[StrEnum]) -> None:
    source = (template_root() / "_macros/page.html").read_text(encoding="utf-8")
    colours = source.partition("_colours = {")[2].partition("}")[0]
    for status in closed:
        assert f'"{status}": "' in colours, status
