"""Pages of plugins: what each is, how it stands, and its switch for the partnership."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import flash
from flask.typing import ResponseReturnValue

from core import plugin_host
from core.admin import queries, switching
from core.admin.blueprint import bp
from core.admin.forms import SwitchForm
from core.admin.queries import InUse, Switch
from core.errors import NotFound, Refused, Stale
from core.plugin_api.pathway import Pathway
from core.plugin_host import PluginReport, PluginState
from core.policy import Permission
from core.web import beside, current_actor, invalid, may, now, render, requires, saved_first, see_other


@dataclass(frozen=True, slots=True)
class Shown:
    """A plugin as its page has it. `state` in words, and the colour of its tag."""

    report: PluginReport
    switch: Switch
    state: str
    colour: str

    @property
    def address(self) -> str:
        """What its page is called: two that were left out may call themselves the same."""
        return self.report.origin if self.report.stage else self.report.name

    @property
    def pathways(self) -> list[Pathway[object]]:
        """Those that it brings, if it runs."""
        known = plugin_host.installed()
        return [known[key] for key in self.report.pathways if key in known and not self.report.stage]


def plugin_named(plugin: str) -> Shown:
    """The plugin of the address, whether it runs or was left out."""
    for each in _all():
        if each.address == plugin:
            return each
    raise NotFound


@bp.get("/plugins")
@requires(Permission.SEE_PLUGINS)
def plugins() -> ResponseReturnValue:
    """Every plugin, those included that could not be loaded."""
    shown = sorted(_all(), key=lambda each: each.report.shown_as.lower())
    return render("admin/plugins.html", plugins=shown)


@bp.get("/plugins/<plugin>")
@requires(Permission.SEE_PLUGINS, on=plugin_named)
def plugin(shown: Shown) -> ResponseReturnValue:
    """One plugin: what it brings, how it stands, what went wrong last."""
    return render(
        "admin/plugin.html",
        shown=shown,
        use=_use(shown),
        may_switch=may(Permission.SWITCH_PLUGIN) and not shown.report.stage,
    )


@bp.get("/plugins/<plugin>/switch")
@requires(Permission.SWITCH_PLUGIN, on=plugin_named)
def switch_page(shown: Shown) -> ResponseReturnValue:
    """Why it is switched off, or on again."""
    form = SwitchForm(version=str(shown.switch.version))
    return render("admin/plugin_switch.html", form=form, shown=shown, use=_use(shown))


@bp.post("/plugins/<plugin>/switch")
@requires(Permission.SWITCH_PLUGIN, on=plugin_named)
def switch(shown: Shown) -> ResponseReturnValue:
    """Turn the switch, unless somebody else has."""
    form = SwitchForm()
    page = {"shown": shown, "use": _use(shown)}
    if not form.validate():
        return invalid("admin/plugin_switch.html", form=form, **page)
    turn = switching.switch_on if shown.switch.is_off else switching.switch_off
    try:
        turn(current_actor(), plugin=shown.report.name, reason=form.reason.data, version=form.version_read, now=now())
    except Refused as refused:
        beside(form, refused, "reason")
        return invalid("admin/plugin_switch.html", form=form, **page)
    except Stale as stale:
        return saved_first("admin/plugin_switch.html", form, stale, version=shown.switch.version, **page)
    flash(f"{shown.report.shown_as} is switched {'on again' if shown.switch.is_off else 'off'} in this partnership.")
    return see_other("admin.plugin", plugin=shown.address)


def _all() -> list[Shown]:
    partnership_id = current_actor().partnership_id
    switches = {} if partnership_id is None else queries.switches_in(partnership_id)
    return [_shown(report, switches) for report in plugin_host.reports()]


def _shown(report: PluginReport, switches: Mapping[str, Switch]) -> Shown:
    # The switch is of the plugin that runs under the name, not of another that wanted it.
    switch = Switch() if report.stage else switches.get(report.name, Switch())
    if report.stage == "migrations":
        return Shown(report, switch, "Behind on migrations", "red")
    if report.state is PluginState.REJECTED:
        return Shown(report, switch, "Left out", "red")
    if switch.is_off:
        return Shown(report, switch, "Switched off here", "grey")
    if report.state is PluginState.PARTLY_OFF:
        return Shown(report, switch, "Partly switched off", "orange")
    return Shown(report, switch, "Running", "green")


def _use(shown: Shown) -> InUse | None:
    """What the actor's partnership has on its pathways."""
    partnership_id = current_actor().partnership_id
    return None if partnership_id is None else queries.use_of(partnership_id, shown.report.pathways)
