"""The page on which a provider fills in its pathway's own form of settings."""

from dataclasses import dataclass
from typing import Any

from flask import flash
from flask.typing import ResponseReturnValue

from core import plugin_host
from core.errors import NotFound, Refused, Stale
from core.partnerships.blueprint import bp
from core.partnerships.models import Provider
from core.partnerships.providers import operations, queries
from core.partnerships.providers.forms import SettingsForm, settings_form, settings_in_words, values_for
from core.partnerships.providers.settings import settings_of
from core.plugin_api.pathway import Pathway
from core.plugin_api.pathway_form import PathwayForm
from core.policy import Permission
from core.web import current_actor, invalid, render, requires, saved_first, see_other


@dataclass(frozen=True, slots=True)
class ShownSettings:
    """A provider's settings on its page. `values`: label -> words; `again`: they must be filled in once more."""

    values: dict[str, str]
    again: bool


def shown_settings(row: Provider) -> ShownSettings | None:
    """What the provider filled in; None where its pathway asks for nothing, or cannot be asked."""
    pathway = plugin_host.installed().get(row.pathway_key)
    if pathway is None or pathway.settings is None:
        return None
    try:
        kept = settings_of(row, pathway)
        with plugin_host.guarded(pathway, "settings"):
            values = settings_in_words(pathway.settings, kept or {})
    except plugin_host.PluginFailed:
        return None
    return ShownSettings(values, again=kept is None and row.settings_version > 0)


def provider_with_settings(provider_id: int) -> Provider:
    """The registration of the address, if its pathway has a form of settings."""
    row = queries.provider(provider_id)
    pathway = plugin_host.installed().get(row.pathway_key) if row is not None else None
    if row is None or pathway is None or pathway.settings is None:
        raise NotFound
    return row


@bp.get("/providers/<int:provider_id>/settings", endpoint="provider_settings")
@requires(Permission.MANAGE_PROVIDER, on=provider_with_settings)
def settings_page(row: Provider) -> ResponseReturnValue:
    """What the provider says of its own scheme."""
    pathway, kind = _pathway_of(row)
    kept = settings_of(row, pathway) or {}
    with plugin_host.guarded(pathway, "settings"):
        form = settings_form(kind, details=values_for(kind, kept), version=str(row.version))
        return _page(form, row)


@bp.post("/providers/<int:provider_id>/settings", endpoint="change_provider_settings")
@requires(Permission.MANAGE_PROVIDER, on=provider_with_settings)
def change_settings(row: Provider) -> ResponseReturnValue:
    """Keep it, unless somebody else saved first."""
    pathway, kind = _pathway_of(row)
    with plugin_host.guarded(pathway, "settings"):
        form = settings_form(kind)
        if not form.validate():
            return invalid("partnerships/provider_settings.html", provider=row, form=form)
        values = form.details.form.answers()
        kept = settings_in_words(kind, settings_of(row, pathway) or {})
    try:
        operations.change_settings(
            current_actor(),
            provider=row,
            pathway=pathway,
            version=form.version_read,
            values=values,
            now_in_words=kept,
        )
    except Stale as stale:
        return saved_first("partnerships/provider_settings.html", form, stale, version=row.version, provider=row)
    flash("The settings were saved.")
    return see_other("partnerships.provider", provider_id=row.id)


def _pathway_of(row: Provider) -> tuple[Pathway[Any], type[PathwayForm]]:
    """The pathway and its form of settings. Raises Refused where the partnership has switched it off."""
    pathway = plugin_host.pathway(row.pathway_key, row.partnership_id)
    if pathway is None or pathway.settings is None:
        known = plugin_host.installed()[row.pathway_key]  # the address was found by it
        raise Refused(plugin_host.why_away(known.key, known.title, row.partnership_id))
    return pathway, pathway.settings


def _page(form: SettingsForm, row: Provider) -> str:
    return render("partnerships/provider_settings.html", provider=row, form=form)
