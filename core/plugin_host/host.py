"""Taking plugins in, asking them, and keeping their faults where they are."""

import logging
import secrets
import threading
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy
from flask import Flask
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader

from core.clock import utc_now
from core.errors import Refused, RoundtableError
from core.facts import MinutesSection
from core.plugin_api import hookspecs
from core.plugin_api.facts import Annotation, Statistic
from core.plugin_api.holding import HeldRecord
from core.plugin_api.pathway import Pathway
from core.plugin_host import loading
from core.plugin_host.limits import Limits, Overran
from core.plugin_host.loading import Candidate, Rejected
from core.plugin_host.report import PluginReport, place, told
from core.plugin_host.runners import Task, work_off
from core.plugin_host.transactions import Desk, held_transaction

log = logging.getLogger("roundtable.plugins")

ANSWERS: Mapping[str, type] = {
    "roundtable_agenda_annotations": Annotation,
    "roundtable_minutes_sections": MinutesSection,
    "roundtable_statistics": Statistic,
    "roundtable_held_about": HeldRecord,
}
"""The reading hooks, and of what their answers are lists."""


MOST_MISSES = 3
"""A hook that missed its deadline is off while it still runs; so often, and it is off until the next start."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one plugin answered to a reading hook."""

    plugin: str
    title: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A plugin did not answer. Shown where its answer would stand; the log has it under the reference."""

    plugin: str
    title: str
    reference: str

    @property
    def text(self) -> str:
        """For the page and for the minutes."""
        return f"{self.title}: not available (reference {self.reference})."


class PluginFailed(Refused):
    """A pathway raised what it must not. What was under way is undone; the log has it under the reference."""

    def __init__(self, title: str, reference: str) -> None:
        super().__init__(f"{title} is not available now, so nothing was saved. Reference {reference}.")
        self.reference = reference


class PluginHost:
    """The plugins of one application."""

    def __init__(self, *, deadline: float) -> None:
        """`deadline`: seconds that all plugins together have to answer a reading hook."""
        self.deadline = deadline
        self.limits = Limits()
        self.reports: list[PluginReport] = []
        self.templates: dict[str, BaseLoader] = {}
        self.closed: set[str] = set()
        """Names of the plugins that were left out after their pages had been mounted."""
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._loaded: dict[str, Candidate] = {}
        self._pathways: dict[str, tuple[str, Pathway[Any]]] = {}
        self._late: dict[tuple[str, str], Task[Desk]] = {}
        self._references: dict[tuple[str, ...], str] = {}
        self._lock = threading.Lock()

    # Loading

    def load(self, candidate: Candidate) -> None:
        """Take a plugin in, or keep in its report at which stage it failed and why."""
        report = PluginReport(name=candidate.origin, origin=candidate.origin)
        self.reports.append(report)
        stage = "import"
        try:
            for stage, step in self._stages(candidate):  # noqa: B007  used when the step fails
                step()
        except (Exception, SystemExit) as fault:
            self._reject(candidate, report, stage, fault)
            return
        finally:
            _describe(report, candidate)
        self._loaded[candidate.said.name] = candidate
        self._pathways |= {pathway.key: (candidate.said.name, pathway) for pathway in candidate.pathways}

    def _stages(self, candidate: Candidate) -> Iterator[tuple[str, Callable[[], object]]]:
        taken = {name: other.origin for name, other in self._loaded.items()}
        keys = {key: plugin for key, (plugin, _) in self._pathways.items()}
        yield "import", lambda: self._import(candidate)
        yield "hooks", lambda: loading.check_hooks(self._manager, candidate)
        yield "registration", lambda: self._manager.register(candidate.module, candidate.origin)
        hooks = candidate.functions = loading.hook_functions(self._manager, candidate.module)
        yield "information", lambda: loading.check_info(candidate, hooks, taken)
        yield "interface version", lambda: loading.check_api(candidate)
        yield "pathways", lambda: loading.check_pathways(candidate, hooks, keys)
        yield "tables", lambda: loading.check_tables(candidate)
        yield "templates", lambda: self._add_templates(candidate)

    def _import(self, candidate: Candidate) -> None:
        candidate.module = candidate.load()

    def _add_templates(self, candidate: Candidate) -> None:
        folder = loading.templates_of(candidate)
        if folder is not None:
            self.templates[candidate.said.name] = FileSystemLoader(folder)

    def add_pages(self, app: Flask) -> None:
        """Mount the plugins' pages; a plugin whose pages break a rule is rejected as a whole."""
        for name, candidate in list(self._loaded.items()):
            try:
                loading.check_pages(candidate, app)
                if candidate.said.blueprint is not None:
                    app.register_blueprint(candidate.said.blueprint, url_prefix=loading.address_of(name))
            except (Exception, SystemExit) as fault:
                self._reject(candidate, self.report(name), "pages", fault)

    def _reject(self, candidate: Candidate, report: PluginReport, stage: str, fault: BaseException) -> None:
        """Leave nothing of the plugin behind but its report."""
        plain = isinstance(fault, Rejected | pluggy.PluginValidationError)
        report.stage, report.reason = stage, str(fault) if plain else told(fault)
        if self._manager.is_registered(candidate.module):
            self._manager.unregister(candidate.module)
        name = candidate.name
        if self._loaded.get(name) is candidate:
            del self._loaded[name]
            self.templates.pop(name, None)
            self._pathways = {key: kept for key, kept in self._pathways.items() if kept[0] != name}
        log.error("plugin %s rejected at stage %s: %s", candidate.origin, stage, report.reason)

    def leave_out(self, name: str, stage: str, reason: str) -> None:
        """Leave out a plugin that was taken in, for what came to light since. Its pages are gone for everybody."""
        report = self.report(name)
        self._reject(self._loaded[name], report, stage, Rejected(reason))
        self.closed.add(name)

    # What there is

    def report(self, name: str) -> PluginReport:
        """The report of the plugin of that name that is loaded."""
        return next(r for r in self.reports if r.name == name and not r.stage)

    @property
    def plugins(self) -> Sequence[hookspecs.PluginInfo]:
        """What the loaded plugins said of themselves, in the order of loading."""
        return [candidate.said for candidate in self._loaded.values()]

    @property
    def pathways(self) -> Mapping[str, Pathway[Any]]:
        """Key -> pathway, in the order of loading."""
        return {key: pathway for key, (_, pathway) in self._pathways.items()}

    @property
    def owners(self) -> Mapping[str, str]:
        """Key of a pathway -> name of the plugin that brings it."""
        return {key: plugin for key, (plugin, _) in self._pathways.items()}

    def answers(self, name: str, hook: str) -> bool:
        """Whether the plugin of that name answers the hook."""
        return hook in self._loaded[name].functions

    @property
    def pathways_by_plugin(self) -> Sequence[tuple[str, Pathway[Any]]]:
        """Name of a plugin and a pathway of its, in the order of loading."""
        return list(self._pathways.values())

    # Asking

    def ask(
        self,
        app: Flask,
        hook: str,
        arguments: Mapping[str, Any],
        *,
        without: Container[str] = (),
        within: float | None = None,
    ) -> list[Answer | Unavailable]:
        """Every plugin's answer to a reading hook, each alone and all within the deadline.

        In turn, in a thread beside the request's: handing over to a thread for each takes longer than what most have to
        say. Whoever takes long holds up nobody: another thread goes on with the others.

        `without`: names of plugins that are not asked. `within`: another deadline, in seconds.
        """
        deadline = self.deadline if within is None else within
        calls = [
            _Call(name, hook, partial(candidate.functions[hook], **arguments))
            for name, candidate in self._loaded.items()
            if hook in candidate.functions and name not in without
        ]
        asked = [call.task for call in calls if not self._is_off(call.name, hook)]
        work_off(asked, partial(Desk, app), within=deadline)
        return [self._result(call, deadline) for call in calls]

    def _is_off(self, name: str, hook: str) -> bool:
        """Whether the hook is switched off: it was late, and runs still or was late too often."""
        report = self.report(name)
        if hook not in report.switched_off:
            return False
        if report.misses[hook] < MOST_MISSES and self._late[name, hook].done:
            del report.switched_off[hook]
            return False
        return True

    def _result(self, call: "_Call", deadline: float) -> Answer | Unavailable:
        report = self.report(call.name)
        if call.hook in report.switched_off:
            return Unavailable(call.name, report.shown_as, report.switched_off[call.hook])
        if call.fault is not None:
            return Unavailable(call.name, report.shown_as, self.failed(call.name, call.hook, call.fault))
        if call.values is None:
            late = TimeoutError(f"no answer within {deadline} s")
            reference = self.failed(call.name, call.hook, late)
            if not call.task.begun:  # the machine was late, not the plugin
                return Unavailable(call.name, report.shown_as, reference)
            report.switched_off[call.hook] = reference
            report.misses[call.hook] = report.misses.get(call.hook, 0) + 1
            self._late[call.name, call.hook] = call.task
            return Unavailable(call.name, report.shown_as, reference)
        return Answer(call.name, report.shown_as, call.values)

    # Failing

    def failed(self, name: str, where: str, fault: BaseException) -> str:
        """The reference of a failure: logged the first time that it happens in this place, then given again.

        Neither the log nor the report takes the plugin's own words: they could hold somebody's name.
        """
        at = place(fault)
        kind = (name, where, type(fault).__name__, at)
        with self._lock:
            if kind not in self._references:
                self._references[kind] = secrets.token_hex(4)
                log.error("plugin %s failed in %s: %s at %s, reference %s", *kind, self._references[kind])
            reference = self._references[kind]
        report = self.report(name)
        report.last_failure = f"{where}: {type(fault).__name__} at {at}, reference {reference}"
        report.failed_at = utc_now()
        return reference

    @contextmanager
    def guarded(self, pathway: Pathway[Any], where: str) -> Iterator[None]:
        """Run a pathway's own code, for so long and no longer (core.plugin_host.limits).

        A rule's refusal passes; anything else becomes PluginFailed.
        """
        name, called = self._pathways[pathway.key][0], f"{pathway.key}.{where}"
        number = list(self._pathways).index(pathway.key)
        try:
            if self.limits.is_off(number):
                raise TimeoutError("it hung before")
            with self.limits.within(number, f"{name}, {called},"), held_transaction():
                yield
        except RoundtableError:
            raise
        except (Exception, SystemExit, Overran) as fault:
            raise PluginFailed(pathway.title, self.failed(name, called, fault)) from fault


class _Call:
    """One plugin's answer to a reading hook, worked out in a thread beside the request's."""

    def __init__(self, name: str, hook: str, question: Callable[[], object]) -> None:
        self.name, self.hook, self.question = name, hook, question
        self.values: tuple[Any, ...] | None = None
        self.fault: BaseException | None = None
        self.task = Task(f"{name}.{hook}", self._run)

    def _run(self, desk: Desk) -> None:
        """The answer is in `values` or `fault` when this is done."""
        try:
            self.values = _list_of(ANSWERS[self.hook], desk.ask(self.question))
        except BaseException as fault:  # SystemExit too: it would end the thread without a word
            self.fault = fault


def _list_of(kind: type, answer: Any) -> tuple[Any, ...]:
    """The answer as a tuple. Raises TypeError when it, or a part of it, is of another type."""
    if not isinstance(answer, list | tuple):
        raise TypeError(f"{type(answer).__name__} instead of a list of {kind.__name__}")
    for value in answer:
        if not isinstance(value, kind):
            raise TypeError(f"{type(value).__name__} instead of {kind.__name__}")
    return tuple(answer)


def _describe(report: PluginReport, candidate: Candidate) -> None:
    report.hooks = candidate.hooks
    info = candidate.info
    if info is None:
        return
    report.name, report.title, report.version, report.api = info.name, info.title, info.version, info.api
    report.tables = () if info.metadata is None else tuple(sorted(info.metadata.tables))
    report.pathways = tuple(pathway.key for pathway in candidate.pathways)


def candidates(names: Sequence[str], packages: Sequence[EntryPoint]) -> list[Candidate]:
    """The configured plugins, then those of installed packages that are not configured already."""
    found = [loading.from_dotted_name(name) for name in names]
    found += [
        Candidate(origin=f"{point.name} ({point.value})", load=point.load)
        for point in packages
        if point.value not in names
    ]
    return found


def installed_packages() -> Sequence[EntryPoint]:
    """What installed packages offer as plugins, sorted by name."""
    return sorted(entry_points(group=f"{hookspecs.PROJECT}.plugins"), key=lambda point: point.name)


def serve_templates(app: Flask, host: PluginHost) -> None:
    """Let templates be found as `<plugin>/x.html`, after core's own: no plugin can shadow a page."""
    own = app.jinja_loader
    assert own is not None
    app.jinja_loader = ChoiceLoader([own, PrefixLoader(host.templates)])
