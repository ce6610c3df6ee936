"""Loads plugins, asks them, and reports on them (docs/adr/0003-plugins.md).

One host per application, kept in `app.extensions["roundtable_plugins"]`.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, cast

from flask import Flask, current_app, request

from core.dates import in_words
from core.errors import NotFound
from core.facts import Actor
from core.plugin_api.pathway import Pathway
from core.plugin_host.host import (
    Answer,
    PluginFailed,
    PluginHost,
    Unavailable,
    candidates,
    installed_packages,
    serve_templates,
)
from core.plugin_host.limits import end_process
from core.plugin_host.migrations import BEHIND, behind, upgrade_plugin, upgrade_plugins
from core.plugin_host.report import PluginReport, PluginState
from core.plugin_host.switches import forget_what_was_read, switched_off_in
from core.web.gate import close_pages

EXTENSION = "roundtable_plugins"

DEADLINE = 1.5
"""Seconds that all plugins together have for a reading hook, unless `PLUGIN_DEADLINE` says otherwise.

An agenda must be there within 3."""

LONG_DEADLINE = 10.0
"""Seconds that they have together for what is put together once, and must not be without any of them."""

__all__ = [
    "Answer",
    "PluginFailed",
    "PluginHost",
    "PluginReport",
    "PluginState",
    "Unavailable",
    "add_plugin_pages",
    "ask",
    "ask_whatever_is_on",
    "behind",
    "end_where_one_hangs",
    "forget_what_was_read",
    "guarded",
    "host_of",
    "host_of_current",
    "installed",
    "leave_out_behind",
    "load_plugins",
    "pathway",
    "pathways",
    "reports",
    "switched_off_in",
    "upgrade_plugin",
    "upgrade_plugins",
    "why_away",
]


def load_plugins(app: Flask) -> PluginHost:
    """Take in the plugins that `app.config["PLUGINS"]` names, and those of installed packages.

    A plugin that fails a stage is left out, and its report says where and why; nothing is raised.
    """
    host = PluginHost(deadline=app.config.get("PLUGIN_DEADLINE", DEADLINE))
    app.extensions[EXTENSION] = host
    serve_templates(app, host)
    for candidate in candidates(app.config.get("PLUGINS", ()), installed_packages()):
        host.load(candidate)
    return host


def add_plugin_pages(app: Flask) -> None:
    """Mount the plugins' pages at `/pathways/<name>`, after core's own; closed where the plugin is switched off."""
    host = host_of(app)
    host.add_pages(app)

    @app.before_request
    def leave_out() -> None:
        if request.blueprint in host.closed:
            raise NotFound

    close_pages(app, _why_closed)


def _why_closed(actor: Actor, blueprint: str) -> str:
    """Why a plugin's pages are not for the actor's partnership; empty where they are, or are core's own."""
    named = [info for info in host_of(current_app).plugins if info.name == blueprint]
    if not named or actor.partnership_id is None or blueprint not in switched_off_in(actor.partnership_id):
        return ""
    return _why_off(named[0].title, blueprint, actor.partnership_id)


def leave_out_behind(app: Flask, names: Sequence[str]) -> None:
    """Leave out the plugins whose tables are not up to date: everything else can be served."""
    for name in names:
        host_of(app).leave_out(name, "migrations", BEHIND)


def end_where_one_hangs(app: Flask) -> None:
    """Let the process end when a pathway hangs and cannot be interrupted: for a server that starts another."""
    host_of(app).limits.leave = end_process


def host_of(app: Flask) -> PluginHost:
    """The host of an application."""
    return cast(PluginHost, app.extensions[EXTENSION])


def host_of_current() -> PluginHost:
    """The host of the application that is at work."""
    return host_of(current_app)


def ask(hook: str, partnership_id: int, /, **arguments: Any) -> list[Answer | Unavailable]:
    """Every plugin's answer to a reading hook; an `Unavailable` for one that failed or was too late.

    Each plugin is called alone, in a thread and a database session of its own, within one deadline. Those that the
    partnership has switched off are not asked.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return host_of(app).ask(app, hook, arguments, without=switched_off_in(partnership_id))


def ask_whatever_is_on(hook: str, /, **arguments: Any) -> list[Answer | Unavailable]:
    """The same of every plugin that runs, be it switched off or not: for what a partnership has to answer for, which
    its plugins hold all the same. Nobody waits for it as for an agenda: they have longer.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return host_of(app).ask(app, hook, arguments, within=LONG_DEADLINE)


def guarded(pathway: Pathway[Any], where: str) -> AbstractContextManager[None]:
    """Run a pathway's own code. Refused passes; any other error becomes PluginFailed, itself a Refused."""
    return host_of(current_app).guarded(pathway, where)


def installed() -> Mapping[str, Pathway[Any]]:
    """Key -> pathway, of the plugins that run, be they switched off or not.

    To read by what was kept: the order of stages, what is told of them, whose turn it is to be careful. What is begun
    or moved on goes by `pathways`.
    """
    return host_of(current_app).pathways


def pathways(partnership_id: int) -> Mapping[str, Pathway[Any]]:
    """Key -> pathway, of the plugins that run and that the partnership has not switched off."""
    off = switched_off_in(partnership_id)
    owners = host_of(current_app).owners
    return {key: pathway for key, pathway in installed().items() if owners.get(key) not in off}


def pathway(key: str, partnership_id: int) -> Pathway[Any] | None:
    """The pathway of that key. None when no plugin brings it that runs and is on in the partnership: its referrals
    are read, not moved, and `why_away` says why.
    """
    return pathways(partnership_id).get(key)


def why_away(key: str, title: str, partnership_id: int) -> str:
    """Why `pathway` is None, for whoever looks at what cannot be moved on. `title` as it was kept."""
    if key in installed():
        return _why_off(title, host_of(current_app).owners[key], partnership_id)
    return f"{title} is not available at the moment, so nothing can be moved on."


def _why_off(title: str, plugin: str, partnership_id: int) -> str:
    off = switched_off_in(partnership_id)[plugin]
    since = in_words(off.since)
    return f"{title} has been switched off in this partnership since {since}, so nothing can be moved on: {off.reason}"


def reports() -> Sequence[PluginReport]:
    """What is known of every plugin, the rejected ones included."""
    return host_of(current_app).reports
