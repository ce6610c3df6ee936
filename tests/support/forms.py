"""The forms of a page, as a browser sees them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

CHOSEN_ONE_OF = ("select-one", "radio")
MANY_OF = ("select-multiple", "checkbox")
KEPT_BY_US = ("csrf_token", "idempotency_key")


@dataclass
class FormField:
    """A named field. `options` holds the values that can be chosen, `values` those that are."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


@dataclass
class PageForm:
    """A form: where it goes, and its fields by name. A submit button with a name is a field with one option."""

    action: str
    method: str
    fields: dict[str, FormField] = field(default_factory=dict)

    def data(self) -> dict[str, list[str]]:
        """What a browser would send if nobody touched it; less the token and the key, which ours adds."""
        return {f.name: list(f.values) for f in self.fields.values() if f.values and f.name not in KEPT_BY_US}

    @property
    def asked(self) -> Iterator[FormField]:
        """The fields that somebody fills in."""
        return (f for f in self.fields.values() if f.kind not in ("hidden", "submit"))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[PageForm] = []
        self._form: PageForm | None = None
        self._text: FormField | None = None
        self._select: FormField | None = None
        self._templates = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what belongs to a form."""
        given = {name: value or "" for name, value in attrs}
        self._templates += tag == "template"
        if self._templates:
            return  # nothing of the page yet
        if tag == "form":
            self._form = PageForm(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None and tag == "option" and self._select is not None:
            self._select.options.append(given.get("value", ""))
            if "selected" in given:
                self._select.values.append(given.get("value", ""))
        elif self._form is not None and given.get("name"):
            self._named(self._form, tag, given, dict(attrs))

    def _named(self, form: PageForm, tag: str, given: dict[str, str], attrs: dict[str, str | None]) -> None:
        name, value = given["name"], given.get("value", "")
        if tag == "textarea":
            self._text = form.fields.setdefault(name, FormField(name, "textarea"))
            self._text.values = [""]
        elif tag == "select":
            kind = "select-multiple" if "multiple" in attrs else "select-one"
            self._select = form.fields.setdefault(name, FormField(name, kind))
        elif tag in ("input", "button"):
            kind = given.get("type", "text" if tag == "input" else "submit")
            found = form.fields.setdefault(name, FormField(name, kind))
            if kind in ("radio", "checkbox", "submit"):
                found.options.append(value or "on")
                if "checked" in attrs:
                    found.values.append(value or "on")
            else:
                found.values = [value]

    def handle_data(self, data: str) -> None:
        """The text of a text area."""
        if self._text is not None:
            self._text.values = [self._text.values[0] + data]

    def handle_endtag(self, tag: str) -> None:
        """Close what ends."""
        self._templates -= tag == "template"
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._text is not None:
            self._text.values = [self._text.values[0].removeprefix("\n")]  # as browsers do
            self._text = None
        elif tag == "select" and self._select is not None:
            if self._select.kind == "select-one" and not self._select.values and self._select.options:
                self._select.values = self._select.options[:1]
            self._select = None


def forms_of(html: str) -> list[PageForm]:
    """All forms of a page, in order."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms


_LATER = re.compile(r"<template\b.*?</template>", re.DOTALL)
_ID = re.compile(r'\sid="([^"]+)"')


def ids_of(html: str) -> set[str]:
    """Every id on the page, as our templates write them: what a link of the error summary can lead to.

    Not of what stands in a `template`: that is nothing of the page yet. By a pattern: walking thousands of pages with
    Python's parser takes a minute.
    """
    return set(_ID.findall(_LATER.sub("", html)))


def fill_in(browser: Any, address: str, data: Mapping[str, Any]) -> Any:
    """Open the form at that address and send it with that typed or chosen in it, as somebody does who read it."""
    page = browser.get(address).get_data(as_text=True)
    form = next(form for form in forms_of(page) if set(data) <= set(form.fields))
    return browser.post(address, {**form.data(), **data})
