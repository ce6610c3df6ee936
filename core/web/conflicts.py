"""When somebody else saved first: what is stored now beside what was typed, so that neither is lost."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from flask import make_response
from werkzeug.wrappers import Response
from wtforms import Field

from core.dates import in_words
from core.errors import Stale
from core.web.forms import VersionedForm
from core.web.render import render

NOTHING = "(nothing)"


@dataclass(frozen=True, slots=True)
class Difference:
    """What is stored, in words, as a page shows it; and what was typed, where the form has a field for it."""

    label: str
    stored: str
    typed: str | None = None


def saved_first(template: str, form: VersionedForm, stale: Stale, *, version: int, **context: Any) -> Response:
    """The page of a form over a row that somebody else saved first: 409, with both values, and what was typed still
    in the form. Sent again, it saves over `version`, the row's own now.

    The template is given `form` and `differences`, for the macro of _macros/conflict.html.
    """
    form.version.data = str(version)
    return make_response(render(template, form=form, differences=compared(form, stale), **context), 409)


def compared(form: VersionedForm, stale: Stale) -> list[Difference]:
    """What the form has no field for, then the fields whose value is not the stored one, in the form's order."""
    told = [Difference(label, words or NOTHING) for label, words in stale.told.items()]
    both = [
        Difference(field.label.text, _words(field, stale.current[field.name]), _words(field, field.data))
        for field in form
        if field.name in stale.current
    ]
    return [*told, *(difference for difference in both if difference.stored != difference.typed)]


def _words(field: Field, value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return in_words(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, list | tuple):
        return ", ".join(_words(field, each) for each in value)
    choices = field.iter_choices() if hasattr(field, "iter_choices") else ()
    return next((str(choice.label) for choice in choices if str(choice.value) == str(value)), str(value))
