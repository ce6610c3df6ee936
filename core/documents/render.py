"""What every record becomes HTML with: the templates of documents, and typed text as text.

No session, no clock, no user: the same record gives the same text.
"""

import re
import unicodedata
from functools import cache
from typing import Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.dates import in_words, time_in_words, with_weekday
from core.facts import ActionStatus, EntryKind, ItemKind, ItemOutcome, MinutesStatus, Presence, Visibility
from core.paths import template_root

UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters, and those that turn the direction of what follows: typed text may not reach beyond itself."""

STRONG = {"L": False, "R": True, "AL": True}
"""Directions that a character takes its neighbours along in: whether it is from right to left."""

LEFT_TO_RIGHT = "\u200e"
"""Prints nothing. After a name from right to left it keeps a date that follows from being drawn to its wrong side."""


class Item(Protocol):
    """An item of a record, be it of minutes or of an agenda."""

    @property
    def title(self) -> str:
        """Empty where the reader may not know it."""

    @property
    def kind(self) -> ItemKind:
        """What is talked about."""


@cache
def environment() -> Environment:
    """The templates of documents. Whatever is typed prints as it was typed."""
    made = Environment(
        loader=FileSystemLoader(template_root() / "pdf"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: apart(value) if type(value) is str else value,
    )
    made.filters |= {
        "paragraphs": paragraphs,
        "day": in_words,
        "long_day": with_weekday,
        "clock": time_in_words,
        "ordinal": ordinal,
    }
    made.globals["heading"] = heading
    for listed in (ActionStatus, EntryKind, ItemKind, ItemOutcome, MinutesStatus, Presence, Visibility):
        made.globals[listed.__name__] = listed
    return made


def copy_html(name: str, agency: str) -> str:
    """The stamp of a recipient's copy, one page: their name small under the marking and large across the page."""
    return _stamp((f"Copy of {name}", agency), f"Copy of {name}, {agency}")


def preview_html(name: str, agency: str, seen_by: str) -> str:
    """The stamp of a preview: whose copy it shows, who looks at it, and that it was never issued."""
    return _stamp(
        ("PREVIEW", f"Copy of {name}", agency),
        f"PREVIEW of the copy of {name}, {agency}. Made for {seen_by}. Not issued.",
    )


def full_copy_html(name: str, agency: str) -> str:
    """The stamp of the full copy, with the name of whoever took it."""
    return _stamp(("FULL COPY", name, agency), f"Full copy of {name}, {agency}")


def made_for_html(name: str, agency: str) -> str:
    """The stamp of a list that somebody took from the books: who, small under the marking and large across the page."""
    return _stamp((f"Made for {name}", agency), f"Made for {name}, {agency}")


def _stamp(across: tuple[str, ...], head: str) -> str:
    """Lines across the page, as large as the longest of them lets them be, and one in its head."""
    size = max(10, min(34, 1100 // max(len(line) for line in across)))
    return environment().get_template("_copy.html").render(across=across, head=head, size=size)


def printable(text: str) -> str:
    """Text as text: composed, and without control characters or those that turn the direction of others."""
    return UNPRINTABLE.sub("", unicodedata.normalize("NFC", text))


def apart(text: str) -> str:
    """Text to stand beside other text: printable, and closed where it ends in letters from right to left."""
    shown = printable(text)
    if shown.isascii():
        return shown
    ends = next((STRONG[each] for each in map(unicodedata.bidirectional, reversed(shown)) if each in STRONG), False)
    return shown + LEFT_TO_RIGHT if ends else shown


def paragraphs(text: str) -> list[str]:
    """The lines of a typed text that hold something."""
    lines = printable(text.replace("\r", "\n").replace("\t", " ")).split("\n")
    return [line.strip() for line in lines if line.strip()]


def ordinal(number: int) -> str:
    """`2nd`, `3rd`, `11th`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def heading(item: Item) -> str:
    """What an item is called in this copy: its title, or "Restricted" where the reader may not know it."""
    if item.title:
        return item.title
    return "Restricted" if item.kind is ItemKind.CASE else str(item.kind).capitalize()
