"""What a mail says: a small template for each, in plain text and HTML (templates/mail). It names no one of a case."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import current_app
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from core.dates import in_words, time_in_words, with_weekday
from core.facts import MARKING
from core.meetings.models import Meeting
from core.paths import template_root

LONGEST_GROUP = 140
"""Characters of a group's name in a subject, which has room for 300."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it is written: a subject of one line, and the same words as plain text and as HTML."""

    subject: str
    text: str
    html: str


def write(template: str, *, subject: str, link: str, **values: Any) -> Letter:
    """Write a mail from `templates/mail/<template>.txt` and `.html`, both given `values`, `subject` and `link`.

    The marking goes before the subject, which is of references and of what the mail is: never a person's name. `link`
    is a path of the site. Raises UndefinedError when the template asks for a value that was not given.
    """
    line = " ".join(f"{MARKING}: {subject}".split())  # imported names may hold a line break, a subject may not
    given = {"subject": line, "marking": MARKING, "link": link_to(link), **values}
    text, html = (_templates().get_template(f"{template}.{form}").render(given) for form in ("txt", "html"))
    return Letter(line, text.strip() + "\n", html)


def about(meeting: Meeting, what: str) -> str:
    """The subject of a mail about a meeting: group, day, reference, and what it is."""
    group = meeting.group.name
    if len(group) > LONGEST_GROUP:
        group = f"{group[:LONGEST_GROUP]}…"
    return f"{group}, {in_words(meeting.starts_at)}, {meeting.ref}: {what}"


def of_copy(meeting: Meeting) -> dict[str, Any]:
    """What the letters to a reader's own copy say of its meeting, and whether a file is to come with them."""
    return {
        "group": meeting.group.name,
        "reference": meeting.ref,
        "starts": meeting.starts_at,
        "attached": meeting.group.partnership.attach_copies,
    }


def link_to(path: str) -> str:
    """The address in a mail. It carries no authority: signing in decides."""
    return f"{current_app.config['ROUNDTABLE'].external_url}{path}"


@lru_cache
def _templates() -> Environment:
    env = Environment(
        loader=FileSystemLoader(template_root() / "mail"),
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(day=in_words, long_day=with_weekday, clock=time_in_words)
    return env
