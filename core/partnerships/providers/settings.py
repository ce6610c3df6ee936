"""What a provider filled in of its pathway's own form of settings."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from core import plugin_host
from core.partnerships.models import Provider
from core.plugin_api.pathway import Pathway


def settings_of(provider: Provider, pathway: Pathway[Any]) -> Mapping[str, Any] | None:
    """Field -> value as JSON knows it. None while nothing was filled in, or what was must be filled in again."""
    if pathway.settings is None or not provider.settings_version:
        return None
    with plugin_host.guarded(pathway, "load_settings"):
        loaded = pathway.load_settings(provider.settings, provider.settings_version)
    return None if loaded is None else MappingProxyType(dict(loaded))
