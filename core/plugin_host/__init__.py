"""Loads plugins, asks them, and reports on them (docs/adr/0003-plugins.md).

One host per application, kept in `app.extensions["roundtable_plugins"]`.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, cast

from flask import Flask, current_app, request

from core.errors import NotFound
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
from core.plugin_host.migrations import BEHIND, behind, upgrade_plugin, upgrade_plugins
from core.plugin_host.report import PluginReport, PluginState

EXTENSION = "roundtable_plugins"

DEADLINE = 1.5
"""Seconds that all plugins together have for a reading hook, unless `PLUGIN_DEADLINE` says otherwise.

An agenda must be there within 3."""

__all__ = [
    "Answer",
    "PluginFailed",
    "PluginHost",
    "PluginReport",
    "PluginState",
    "Unavailable",
    "add_plugin_pages",
    "ask",
    "behind",
    "guarded",
    "host_of",
    "leave_out_behind",
    "load_plugins",
    "pathway",
    "pathways",
    "reports",
    "upgrade_plugin",
    "upgrade_plugins",
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
    """Mount the plugins' pages at `/pathways/<name>`, after core's own."""
    host = host_of(app)
    host.add_pages(app)

    @app.before_request
    def close_pages() -> None:
        if request.blueprint in host.closed:
            raise NotFound


def leave_out_behind(app: Flask, names: Sequence[str]) -> None:
    """Leave out the plugins whose tables are not up to date: everything else can be served."""
    for name in names:
        host_of(app).leave_out(name, "migrations", BEHIND)


def host_of(app: Flask) -> PluginHost:
    """The host of an application."""
    return cast(PluginHost, app.extensions[EXTENSION])


def ask(hook: str, **arguments: Any) -> list[Answer | Unavailable]:
    """Every plugin's answer to a reading hook; an `Unavailable` for one that failed or was too late.

    Each plugin is called alone, in a thread and a database session of its own, within one deadline.
    """
    return host_of(current_app).ask(current_app._get_current_object(), hook, arguments)  # type: ignore[attr-defined]


def guarded(pathway: Pathway[Any], where: str) -> AbstractContextManager[None]:
    """Run a pathway's own code. Refused passes; any other error becomes PluginFailed, itself a Refused."""
    return host_of(current_app).guarded(pathway, where)


def pathways() -> Mapping[str, Pathway[Any]]:
    """Key -> pathway, of the plugins that run."""
    return host_of(current_app).pathways


def pathway(key: str) -> Pathway[Any] | None:
    """The pathway of that key. None when no running plugin brings it: its referrals are read, not moved."""
    return pathways().get(key)


def reports() -> Sequence[PluginReport]:
    """What is known of every plugin, the rejected ones included."""
    return host_of(current_app).reports
