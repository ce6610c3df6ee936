"""The stages through which a plugin is taken in. Each raises what is wrong; the host keeps both."""

import difflib
import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pluggy
from flask import Flask

from core.database import MOST_CHARACTERS
from core.migrations.heads import NotPlain, heads_of
from core.plugin_api import hookspecs
from core.plugin_api.checks import KEY, faults_of
from core.plugin_api.hookspecs import API, PluginInfo
from core.plugin_api.pathway import Pathway
from core.plugin_host.migrations import version_table
from core.web import policy_of

Hooks = Mapping[str, Callable[..., Any]]
"""Hook name -> a callable with keyword arguments."""


LONGEST = MOST_CHARACTERS - len(version_table(""))
"""Characters that a plugin's name may have, so that the table that says how far it was migrated can bear it."""


class Rejected(Exception):
    """The plugin does not keep to the interface; the message says in what."""


@dataclass(slots=True)
class Candidate:
    """A plugin on its way in."""

    origin: str
    load: Callable[[], Any]
    module: Any = None
    info: PluginInfo | None = None
    pathways: list[Pathway[Any]] = field(default_factory=list)
    hooks: tuple[str, ...] = ()
    functions: Hooks = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its own name once it has said it, else where it comes from."""
        return self.origin if self.info is None else self.info.name

    @property
    def said(self) -> PluginInfo:
        """What it said of itself; only after the stage that asks."""
        assert self.info is not None
        return self.info


def from_dotted_name(name: str) -> Candidate:
    """A plugin that the configuration names."""
    return Candidate(origin=name, load=lambda: importlib.import_module(name))


def hook_functions(manager: pluggy.PluginManager, plugin: object) -> Hooks:
    """Hook name -> a callable with keyword arguments, for what this plugin answers."""
    found: dict[str, Callable[..., Any]] = {}
    for caller in manager.get_hookcallers(plugin) or ():
        for impl in caller.get_hookimpls():
            if impl.plugin is plugin:
                found[caller.name] = _with_known_arguments(impl)
    return found


def _with_known_arguments(impl: pluggy.HookImpl) -> Callable[..., Any]:
    """An implementation may leave out arguments that it does not need."""
    return lambda **arguments: impl.function(*[arguments[name] for name in impl.argnames])


def check_hooks(manager: pluggy.PluginManager, candidate: Candidate) -> None:
    """Every hook is known and marked, takes what the hook gives, and none wraps another plugin's answer.

    Before pluggy sees it: what pluggy would say of these is for its own authors.
    """
    found = []
    for name in dir(candidate.module):
        marked = manager.parse_hookimpl_opts(candidate.module, name)
        if marked is None:
            if name in KNOWN and callable(getattr(candidate.module, name)):
                raise Rejected(f"{name} lacks @hookimpl, so nobody would ask it.")
            continue
        hook = marked.get("specname") or name
        if hook not in KNOWN:
            raise Rejected(f"There is no hook {hook}.{_meant(hook)} The hooks are {', '.join(KNOWN)}.")
        if marked["wrapper"] or marked["hookwrapper"]:
            raise Rejected(f"{hook} wraps other plugins' answers, which is not allowed.")
        too_many = [each for each in _wanted(getattr(candidate.module, name)) if each not in KNOWN[hook]]
        if too_many:
            gives = ", ".join(KNOWN[hook]) or "no argument"
            raise Rejected(f"{hook} wants {', '.join(too_many)}, which the hook does not give. It gives {gives}.")
        found.append(hook)
    candidate.hooks = tuple(sorted(found))


KNOWN: Mapping[str, tuple[str, ...]] = {
    name: tuple(inspect.signature(spec).parameters)
    for name, spec in vars(hookspecs).items()
    if name.startswith(f"{hookspecs.PROJECT}_")
}
"""Hook -> the arguments that it gives."""


def _meant(hook: str) -> str:
    near = difflib.get_close_matches(hook, KNOWN, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def _wanted(function: Callable[..., Any]) -> list[str]:
    """The arguments that a function cannot do without."""
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [
        each.name
        for each in inspect.signature(function).parameters.values()
        if each.kind in plain and each.default is inspect.Parameter.empty
    ]


def check_info(candidate: Candidate, hooks: Hooks, taken: Mapping[str, str]) -> None:
    """It says who it is, under a name of its own."""
    if "roundtable_info" not in hooks:
        raise Rejected("It does not answer roundtable_info.")
    info = hooks["roundtable_info"]()
    if not isinstance(info, PluginInfo):
        raise Rejected(f"roundtable_info answered {type(info).__name__}, not PluginInfo.")
    if not KEY.fullmatch(info.name):
        raise Rejected(f"“{info.name}” is not a name: lower-case letters, digits and underscores.")
    if len(info.name) > LONGEST:
        raise Rejected(f"“{info.name}” is too long for a name: with its tables PostgreSQL takes {LONGEST} characters.")
    if info.name in taken:
        raise Rejected(f"{taken[info.name]} and {candidate.origin} both call themselves {info.name}.")
    candidate.info = info


def check_api(candidate: Candidate) -> None:
    """It was written for this interface."""
    if candidate.said.api != API:
        raise Rejected(f"It wants plugin interface {candidate.said.api}; this is {API}.")


def check_pathways(candidate: Candidate, hooks: Hooks, taken: Mapping[str, str]) -> None:
    """Its pathways can be travelled, each under a key of its own."""
    answer = hooks["roundtable_pathways"]() if "roundtable_pathways" in hooks else ()
    if not isinstance(answer, list | tuple):
        raise Rejected(f"roundtable_pathways answered {type(answer).__name__}, not a list.")
    keys = dict(taken)
    for pathway in answer:
        if not isinstance(pathway, Pathway):
            raise Rejected(f"roundtable_pathways answered a {type(pathway).__name__}, not a Pathway.")
        faults = faults_of(pathway)
        if faults:
            raise Rejected(" ".join(faults))
        if pathway.key in keys:
            raise Rejected(f"The pathway {pathway.key} comes from both {keys[pathway.key]} and {candidate.name}.")
        keys[pathway.key] = candidate.name
    candidate.pathways = list(answer)


def check_tables(candidate: Candidate) -> None:
    """Its tables carry its name and hold on to no other plugin's or core's; it can migrate them."""
    info = candidate.said
    tables = {} if info.metadata is None else info.metadata.tables
    for name, table in tables.items():
        if not name.startswith(f"{info.name}_"):
            raise Rejected(f"Its table {name} must be named {info.name}_…")
        for key in table.foreign_keys:
            if not key.target_fullname.startswith(f"{info.name}_"):
                raise Rejected(f"Its table {name} holds a foreign key to {key.target_fullname}.")
    if tables and info.migrations is None:
        raise Rejected("It has tables but no migrations.")
    if info.migrations is None:
        return
    if not info.migrations.is_dir():
        raise Rejected("Its folder of migrations does not exist.")
    try:
        heads_of(info.migrations)
    except NotPlain as fault:
        raise Rejected(str(fault)) from fault
    except (SyntaxError, UnicodeError, OSError):
        pass  # a migration that cannot be read fails when it is run


def templates_of(candidate: Candidate) -> Path | None:
    """The folder that it named, or `templates` beside its module. Raises Rejected for what is named in vain."""
    folder = _folder_of(candidate)
    for pathway in candidate.pathways:
        for form in (pathway.form, pathway.settings, *(move.form for move in pathway.transitions)):
            if form is None or not form.template:
                continue
            own, _, rest = form.template.partition("/")
            if own != candidate.said.name or folder is None or not (folder / rest).is_file():
                raise Rejected(f"{form.__name__} names the template {form.template}, which is not there.")
    return folder


def _folder_of(candidate: Candidate) -> Path | None:
    named = candidate.said.templates
    if named is not None:
        if not named.is_dir():
            raise Rejected("Its folder of templates does not exist.")
        return named
    module = inspect.getmodule(candidate.module)
    if module is None or module.__file__ is None:
        return None
    beside = Path(module.__file__).parent / "templates"
    return beside if beside.is_dir() else None


def check_pages(candidate: Candidate, app: Flask) -> None:
    """Every page has a policy, lies under the plugin's own address, and nothing reaches into core's pages."""
    blueprint = candidate.said.blueprint
    if blueprint is None:
        _check_own_pages(candidate, None)
        return
    name = candidate.said.name
    if blueprint.name != name:
        raise Rejected(f"Its blueprint is called {blueprint.name} and must be called {name}.")
    if name in app.blueprints:
        raise Rejected(f"Pages called {name} exist already.")
    if blueprint.template_folder is not None:
        raise Rejected("Its blueprint names a template folder: templates load as <plugin>/… alone.")
    # On an application of its own first: what it registers can be looked at before it is let in.
    probe = Flask(f"{name}_probe", static_folder=None)
    probe.url_map.converters = app.url_map.converters
    before = _reach(probe)
    probe.register_blueprint(blueprint, url_prefix=address_of(name))
    if _reach(probe) != before:
        raise Rejected("Its blueprint runs code before, after or around the pages of others.")
    for rule in probe.url_map.iter_rules():
        if not rule.rule.startswith(f"{address_of(name)}/"):
            raise Rejected(f"Its page {rule.rule} lies outside {address_of(name)}/.")
    for endpoint, view in probe.view_functions.items():
        if policy_of(view) is None:
            raise Rejected(f"Its view {endpoint} declares no policy.")
    _check_own_pages(candidate, probe)


def _check_own_pages(candidate: Candidate, probe: Flask | None) -> None:
    """The pages that its pathways link to exist, and take the id that core gives them."""
    rules = [] if probe is None else list(probe.url_map.iter_rules())
    for pathway in candidate.pathways:
        for page, argument in ((pathway.register, "provider_id"), (pathway.record, "referral_id")):
            if page is None:
                continue
            if not any(rule.endpoint == page.endpoint and rule.arguments == {argument} for rule in rules):
                raise Rejected(f"{pathway.key} links to {page.endpoint}: it has no such page that takes {argument}.")


def address_of(name: str) -> str:
    """Where a plugin's pages are mounted."""
    return f"/pathways/{name}"


def _reach(app: Flask) -> tuple[Any, ...]:
    """What a blueprint could add to the whole application."""
    per_request = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
    values = (app.url_value_preprocessors, app.url_default_functions)
    return (
        *(len(functions.get(None, ())) for functions in (*per_request, *values)),
        len(app.template_context_processors.get(None, ())),
        len(app.error_handler_spec.get(None, {})),
        len(app.jinja_env.filters),
        len(app.jinja_env.globals),
        len(app.teardown_appcontext_funcs),
    )
