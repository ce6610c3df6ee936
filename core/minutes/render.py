"""A record as HTML for paper. No session, no clock, no user: the same record gives the same text."""

import unicodedata
from functools import cache
from itertools import groupby

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from core.clock import minutes_between
from core.dates import in_words, time_in_words, with_weekday
from core.facts import CAME, ActionStatus, EntryKind, ItemKind, ItemOutcome, MinutesStatus, Presence, Visibility
from core.meetings.agenda_document import AgendaLine, AgendaRecord
from core.minutes.record import MeetingRecord, RecordedAction, RecordedItem
from core.paths import template_root

UNPRINTABLE = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Characters that turn the direction of what follows them: typed text may not reach beyond itself."""


def minutes_html(record: MeetingRecord) -> str:
    """Minutes, ready for core.minutes.pdf: the record as it is, nothing added and nothing left out."""
    return _page("minutes.html").render(
        record=record,
        present=[line for line in record.attendance if line.presence in CAME],
        apologies=[line for line in record.attendance if line.presence is Presence.APOLOGIES],
        absent=[line for line in record.attendance if line.presence is Presence.EXPECTED],
        actions_by_agency=actions_by_agency(record),
    )


def agenda_html(agenda: AgendaRecord) -> str:
    """An agenda, ready for core.minutes.pdf, with the running total against the length of the meeting."""
    running = 0
    lines: list[tuple[AgendaLine, int]] = []
    for line in agenda.items:
        running += line.minutes_allotted
        lines.append((line, running))
    available = minutes_between(agenda.starts_at, agenda.ends_at)
    return _page("agenda.html").render(record=agenda, lines=lines, allotted=running, available=available)


def copy_html(name: str, agency: str) -> str:
    """The stamp of a recipient's copy, one page: their name small under the marking and large across the page."""
    longest = max(len(name) + len("Copy of "), len(agency))
    return _page("_copy.html").render(name=name, agency=agency, size=max(10, min(34, 1100 // longest)))


def actions_by_agency(record: MeetingRecord) -> list[tuple[str, list[tuple[RecordedItem, RecordedAction]]]]:
    """What each agency undertook, agencies by name, actions by due date."""
    agreed = [(item, action) for item in record.items for action in item.actions]
    agreed.sort(key=lambda pair: (pair[1].owner.name.casefold(), pair[1].due_on, pair[1].ref))
    return [(agency, list(pairs)) for agency, pairs in groupby(agreed, key=lambda pair: pair[1].owner.name)]


def printable(text: str) -> str:
    """Text as text: composed, and without control characters or those that turn the direction of others."""
    return "".join(
        character
        for character in unicodedata.normalize("NFC", text)
        if character == "\n" or not (character in UNPRINTABLE or unicodedata.category(character) in ("Cc", "Cs"))
    )


def paragraphs(text: str) -> list[str]:
    """The lines of a typed text that hold something."""
    lines = printable(text.replace("\r", "\n").replace("\t", " ")).split("\n")
    return [line.strip() for line in lines if line.strip()]


def ordinal(number: int) -> str:
    """`2nd`, `3rd`, `11th`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def heading(item: RecordedItem | AgendaLine) -> str:
    """What an item is called in this copy: its title, or "Restricted" where the reader may not know it."""
    if item.title:
        return item.title
    return "Restricted" if item.kind is ItemKind.CASE else str(item.kind).capitalize()


def missing(item: RecordedItem, record: MeetingRecord) -> list[str]:
    """Who was at the meeting but not at this item, save those who declared an interest. None if not heard."""
    here = {(each.user_id, each.name) for each in (*item.heard_by, *item.recused)}
    there = (line for line in record.attendance if line.presence in CAME)
    return [line.name for line in there if (line.user_id, line.name) not in here] if item.heard_by else []


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(template_root() / "pdf"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    environment.filters |= {
        "paragraphs": paragraphs,
        "day": in_words,
        "long_day": with_weekday,
        "clock": time_in_words,
        "ordinal": ordinal,
    }
    environment.globals |= {"heading": heading, "missing": missing}
    for listed in (ActionStatus, EntryKind, ItemKind, ItemOutcome, MinutesStatus, Presence, Visibility):
        environment.globals[listed.__name__] = listed
    return environment


def _page(name: str) -> Template:
    return _environment().get_template(name)
