"""What a loaded plugin brings, in plain words and Markdown, for `roundtable plugins doc`. Nobody's data is needed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from flask import Flask
from wtforms import BooleanField, Field
from wtforms.fields import RadioField, SelectField, SelectMultipleField

from core.plugin_api.facts import CaseFacts, PersonFacts, Progress, Reached, ReferralFacts
from core.plugin_api.hookspecs import PluginInfo
from core.plugin_api.pathway import Clock, Pathway, Stage, Transition
from core.plugin_api.pathway_form import PathwayForm
from core.plugin_host.report import PluginReport
from core.web import policy_of
from core.web.forms import DayField

STRANGER = ReferralFacts[Any](PersonFacts(0, "", ""), CaseFacts(0, ""))
"""Somebody of whom nothing is known."""


def describe(app: Flask, info: PluginInfo, report: PluginReport, pathways: Sequence[Pathway[Any]], *, on: date) -> str:
    """The whole page of a plugin. What a pathway cannot say of a stranger is said to depend on the person."""
    lines = [f"# {info.title}", "", f"Plugin `{info.name}`, version {info.version}, interface {info.api}.", ""]
    with app.test_request_context():
        for pathway in pathways:
            lines += _pathway(pathway, on=on)
    lines += _section("## Hooks that it answers", (f"`{hook}`" for hook in report.hooks))
    lines += _section("## Tables of its own", (f"`{table}`" for table in report.tables))
    lines += _section("## Pages of its own", _pages(app, info.name))
    return "\n".join(lines).rstrip() + "\n"


def _section(heading: str, entries: Iterable[str]) -> list[str]:
    """A heading and its list; "None." for an empty one."""
    found = [f"- {entry}" for entry in entries]
    return [heading, "", *(found or ["None."]), ""]


def _pathway(pathway: Pathway[Any], *, on: date) -> Iterator[str]:
    titles = {stage.key: stage.title for stage in pathway.stages}
    yield from (
        f"## Pathway: {pathway.title}",
        "",
        f"Key `{pathway.key}`, payload version {pathway.payload_version}.",
        "",
    )
    yield from _section("### Stages", map(_stage, pathway.stages))
    reopened = titles[pathway.reopened or pathway.stages[0].key]
    yield f"A withdrawn consent that it cannot go on without, and a hand-over, lead to “{titles[pathway.halted]}”."
    yield f"Opened again, it goes on at “{reopened}”."
    if type(pathway).clock is not Pathway.clock:
        yield "Which clock runs depends on what the referral holds."
    yield f"Stages, clock and history are for: {_audiences(pathway.process)}."
    yield ""
    yield from _section("### Clocks that a partnership may set", map(_clock_to_set, pathway.clocks_to_set().values()))
    yield from _section("### Moves", (_move(move, titles, on=on) for move in pathway.transitions))
    yield from _section("### Consents", _or_depends(lambda: _consents(pathway, on)))
    yield from _section("### The referral form", _fields(pathway.form, on=on))
    yield from _section("### What is shown of a referral, and to whom", _or_depends(lambda: _rows(pathway, on)))
    yield from _section("### Outcomes", _or_depends(lambda: _outcomes(pathway)))
    yield from _section("### Actions usually agreed", _or_depends(lambda: _actions(pathway)))
    settings = () if pathway.settings is None else _fields(pathway.settings, on=on)
    yield from _section("### Settings of each provider", settings)


def _or_depends(tell: Any) -> list[str]:
    """What it says; or that it can be told of a referral alone. Its own fault is for `plugins check`, not for here."""
    try:
        return list(tell())
    except Exception:
        return ["Depends on the person who is referred."]


def _stage(stage: Stage) -> str:
    words = [f"**{stage.title}** (`{stage.key}`)"]
    if stage.closed:
        words.append("the referral is closed")
    if stage.waits_for is not None:
        words.append(f"waits for the {stage.waits_for}")
    if stage.clock is not None:
        words.append(_clock(stage.clock))
    if stage.told:
        words.append(f"others at the table are told “{stage.told}”")
    return ", ".join(words)


def _clock(clock: Clock) -> str:
    lengths = ((clock.working_days, "working day"), (clock.weeks, "week"), (clock.months, "month"))
    count, unit = next(length for length in lengths if length[0])
    return f"{clock.label} within {count} {unit}{'' if count == 1 else 's'}"


def _clock_to_set(clock: Clock) -> str:
    return f"{_clock(clock)}. {clock.source}".rstrip()


def _move(move: Transition, titles: dict[str, str], *, on: date) -> str:
    ends = f"at “{titles[move.source]}”" if move.stays else f"“{titles[move.source]}” to “{titles[move.target]}”"
    words = [f"**{move.label}** (`{move.key}`): {ends}, by the {' or the '.join(sorted(move.by))}"]
    if move.every_consent:
        words.append("with every consent that is needed")
    elif move.consents:
        words.append(f"with consent: {', '.join(sorted(move.consents))}")
    if move.checks_eligibility:
        words.append("for somebody eligible alone")
    if move.declines:
        words.append("the provider declines")
    if move.measures_outcome:
        words.append("asks for the outcome")
    asked = [] if move.form is None else _fields(move.form, on=on)
    return "; ".join(words) + "." + (f" Asks: {' '.join(asked)}" if asked else "")


def _consents(pathway: Pathway[Any], on: date) -> list[str]:
    return [
        f"{each.who} (`{each.key}`): {each.why}{'' if each.halts else ' The referral goes on without it.'}"
        for each in pathway.consents(STRANGER, on)
    ]


def _rows(pathway: Pathway[Any], on: date) -> list[str]:
    """The rows of a referral just made by a form filled in with anything."""
    payload = pathway.payload(_filled_in(pathway.form, on))
    progress = Progress((Reached(pathway.stages[0].key, on),))
    return [f"{row.label}: {_audiences(row.audiences)}" for row in pathway.rows(payload, progress)]


def _outcomes(pathway: Pathway[Any]) -> list[str]:
    return [f"{each.title}: {'; '.join(text for _, text in each.answers)}" for each in pathway.outcomes()]


def _actions(pathway: Pathway[Any]) -> list[str]:
    return [f"{each.text} (within {each.due_in} working days)" for each in pathway.action_templates()]


def _audiences(audiences: Iterable[str]) -> str:
    return ", ".join(sorted(audiences)) or "nobody"


def _fields(kind: type[PathwayForm], *, on: date) -> list[str]:
    """Each field by its label, with what there is to choose."""
    form = kind(formdata=None)
    try:
        form.prepare(STRANGER, on)
    except Exception:
        return [_field(field) for field in _asked(form)]  # its choices depend on the referral
    return [_field(field) for field in _asked(form)]


def _asked(form: PathwayForm) -> Iterator[Field]:
    return (field for field in form if field.name != "idempotency_key")


def _field(field: Field) -> str:
    choices = "; ".join(label for value, label in _choices(field) if value)
    label = field.label.text
    return (label if label.endswith(("?", ".", ")")) else f"{label}.") + (f" {choices}." if choices else "")


def _choices(field: Field) -> list[tuple[str, str]]:
    if not isinstance(field, RadioField | SelectField | SelectMultipleField) or not field.choices:
        return []
    return [(str(choice.value), str(choice.label)) for choice in field.iter_choices()]


def _filled_in(kind: type[PathwayForm], on: date) -> PathwayForm:
    """The form with anything in it."""
    form = kind(formdata=None)
    form.prepare(STRANGER, on)
    for field in _asked(form):
        values = [value for value, _ in _choices(field) if value]
        if isinstance(field, SelectMultipleField):
            field.data = values[:1]
        elif isinstance(field, RadioField | SelectField):
            field.data = values[0] if values else None
        elif isinstance(field, DayField):
            field.data = on
        elif not isinstance(field, BooleanField):
            field.data = field.data or "…"
    return form


def _pages(app: Flask, name: str) -> list[str]:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f"{name}.")]
    return sorted(
        f"`{method} {rule.rule}`: {policy_of(app.view_functions[rule.endpoint])}"
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )
