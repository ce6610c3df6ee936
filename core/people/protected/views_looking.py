"""Looking over what somebody is about to save: a protected address is not typed anywhere by oversight.

A council was reprimanded because a victim's new address, typed into a notes field, reached her former partner. So the
gate asks here before any view, a plugin's included, gets what was typed.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from flask import Flask, make_response, request
from flask.typing import ResponseReturnValue

from core import audit
from core.people.protected.forms import REASONS, StaysForm
from core.people.protected.queries import Hidden, hidden_from_texts_of, is_any_protected
from core.people.protected.telling import holds_some_address, seems_to_hold
from core.web import current_actor, look_over, render
from core.web.answers import FIELD
from core.web.forms import LONG_TEXT, say

ANSWER = "address_stays"

OURS = ("csrf_token", ANSWER)

WARNING = "This seems to hold a protected address. Take it out, or say why it must stay"

THE_PAGES_OF_ADDRESSES = "protected"

OF_AN_ADDRESS = ("address", "postcode")
"""Fields that are meant for somebody's address: any other than a protected one belongs there."""

FILLED = ("writing", "step")
"""Places of a page that an answer fills. Another, an entry of the minutes, it replaces; the form stands within it."""

SHORTEST = 5
"""Characters of an address, number and street."""


def connect_looking(app: Flask) -> None:
    """Let the gate have texts looked over."""
    look_over(app, _look)


def _look() -> ResponseReturnValue | None:
    """None when the texts hold no protected address, or must; else the page that asks, with all that was typed."""
    if request.blueprint == THE_PAGES_OF_ADDRESSES:
        return None
    texts = {name: texts for name, values in request.form.lists() if (texts := list(filter(_is_text, values)))}
    for name in (*OURS, FIELD):
        texts.pop(name, None)
    actor = current_actor()
    if not texts or not is_any_protected(actor.partnership_id):
        return None
    arguments = {name: value for name, value in (request.view_args or {}).items() if isinstance(value, int)}
    hidden = hidden_from_texts_of(actor, arguments)
    found = {name: people for name in texts if (people := set(_given_away(name, texts[name], hidden)))}
    if not found:
        return None
    if (code := request.form.get(ANSWER)) in REASONS:
        audit.record(
            actor,
            audit.Category.ALTERATION,
            "address.stays",
            object=_about(arguments),
            subjects=set().union(*found.values()),
            purpose=f"address:{code}",
        )
        return None
    return _page(found)


def _is_text(value: str) -> bool:
    """Whether what was typed may hold an address: a number alone does not."""
    return len(value) >= SHORTEST and not value.isdigit()


def _given_away(name: str, texts: Sequence[str], hidden: Sequence[Hidden]) -> Iterator[int]:
    """Ids of those whose address a field's texts seem to hold: what is longer than a form takes is not looked at."""
    for text in (each[:LONG_TEXT] for each in texts):
        some = name.rpartition("-")[2] not in OF_AN_ADDRESS and holds_some_address(text)
        for each in hidden:
            if (some and each.on_the_case) or seems_to_hold(text, each.address, each.postcode):
                yield each.person_id


def _page(found: Collection[str]) -> ResponseReturnValue:
    form = StaysForm()
    form.process()
    say(form.address_stays, WARNING)
    carried = [(name, value) for name, value in request.form.items(multi=True) if name not in (*OURS, *found)]
    if any(name == FIELD for name, _ in carried):
        del form.idempotency_key  # the one that came with the form: it is that write
    by_htmx = "HX-Request" in request.headers
    place = _place()
    answer = make_response(
        render(
            "people/stays.html",
            frame="recording/_fragment.html" if by_htmx else "base.html",
            form=form,
            action=request.full_path.rstrip("?"),
            place=place,
            swap="innerHTML" if place in FILLED else "outerHTML",
            carried=carried,
            texts=[(name, text) for name in found for text in request.form.getlist(name)],
        ),
        422,
    )
    if by_htmx and place not in FILLED:
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = f"#{place} .app-writing", "innerHTML"
    return answer


def _place() -> str:
    """The id of what the answer was asked for: a script sends it as `div#writing`."""
    named = re.fullmatch(r"\w+#([\w-]+)", request.headers.get("HX-Target", ""))
    return named[1] if named else FILLED[0]


def _about(arguments: Mapping[str, int]) -> str:
    """What it is written about: the last thing that its address names."""
    name, number = list(arguments.items())[-1] if arguments else ("page", 0)
    return f"{name.removesuffix('_id')}:{number}"
