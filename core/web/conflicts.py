"""When somebody else saved first: what they changed and what was typed are saved together where that concerns different
fields; where it is the same field, what is stored now stands beside what was typed, so that neither is lost.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from flask import make_response
from werkzeug.wrappers import Response
from wtforms import Field

from core.dates import in_words
from core.errors import Stale
from core.web.forms import VersionedForm, digest, digests
from core.web.render import render

NOTHING = "(nothing)"


@dataclass(frozen=True, slots=True)
class Difference:
    """What is stored, in words, as a page shows it; and what was typed, where the form has a field for it."""

    label: str
    stored: str
    typed: str | None = None


def save_merged(form: VersionedForm, save: Callable[[], None], *, version: Callable[[], int]) -> None:
    """Save what the form holds; where somebody else saved other fields meanwhile, theirs and these.

    `save` takes the fields and `version_read` from the form each time; `version` is the row's own now. Raises Stale as
    `save` does where both changed the same field, or what no field of the form holds.
    """
    try:
        save()
    except Stale as stale:
        if not _take_theirs(form, stale, version()):
            raise
        save()


def _take_theirs(form: VersionedForm, stale: Stale, version: int) -> bool:
    """Give the fields that only the other changed what is stored now. Whether nothing else stands in the way."""
    read = dict(pair.split(":", 1) for pair in (form.as_read.data or "").split() if ":" in pair)
    if not read:
        return False
    clear = not stale.told
    for fields in _as_one(form, stale):
        stored = [digest(stale.current[field.name]) for field in fields]
        typed = [digest(field.data) for field in fields]
        before = [read.get(field.name) for field in fields]
        if stored in (typed, before):
            continue  # the same from both, or changed here alone
        if typed != before:
            clear = False
            continue
        for field in fields:
            field.raw_data = None
            field.process(None, stale.current[field.name])
    form.version.data = str(version)
    return clear


def _as_one(form: VersionedForm, stale: Stale) -> Iterable[list[Field]]:
    """The fields that hold something stored, each by itself or with those that mean something only together."""
    fields = {field.name: field for field in form if field.name in stale.current}
    for names in form.as_one:
        together = [fields.pop(name) for name in names if name in fields]
        if together:
            yield together
    yield from ([field] for field in fields.values())


def saved_first(template: str, form: VersionedForm, stale: Stale, *, version: int, **context: Any) -> Response:
    """The page of a form over a row that somebody else saved first: 409, with both values, and what was typed still
    in the form. Sent again, it saves over `version`, the row's own now.

    The template is given `form` and `differences`, for the macro of _macros/conflict.html.
    """
    form.version.data = str(version)
    form.as_read.data = digests(stale.current)
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


def in_words_of(field: Field) -> str:
    """What a field holds, as a page shows it."""
    return _words(field, field.data)


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
