"""A plugin that breaks a rule is left out, and the page that lists plugins says where and why."""

import pytest
from flask import Flask, render_template_string

from core.plugin_host import PluginHost, PluginState, add_plugin_pages, load_plugins

PACKAGE = "tests.broken_plugins"

REJECTED = {
    "raises_at_import": ("import", "RuntimeError: no good (raises_at_import.py:"),
    "exits_at_import": ("import", "SystemExit: 3"),
    "not_there": ("import", "No module named"),
    "says_nothing": ("information", "does not answer roundtable_info"),
    "misspells_a_hook": ("hooks", "There is no hook roundtable_pathway. Did you mean roundtable_pathways?"),
    "asks_for_too_much": ("hooks", "wants session, which the hook does not give. It gives period, partnership."),
    "forgets_a_mark": ("hooks", "roundtable_pathways lacks @hookimpl"),
    "wraps_others": ("hooks", "wraps other plugins"),
    "raises_when_introduced": ("information", "RuntimeError: nobody (raises_when_introduced.py:"),
    "raises_before_its_pathways": ("pathways", "RuntimeError: lost the way (raises_before_its_pathways.py:"),
    "wrong_info": ("information", "dict, not PluginInfo"),
    "bad_name": ("information", "is not a name"),
    "talks_too_long": ("information", "is too long for a name: with its tables PostgreSQL takes 47 characters"),
    "takes_a_name": ("information", f"{PACKAGE}.well_behaved and {PACKAGE}.takes_a_name both"),
    "wants_another_api": ("interface version", "wants plugin interface 9; this is 1"),
    "takes_a_key": ("pathways", "errand comes from both well_behaved and takes_a_key"),
    "no_pathway": ("pathways", "a str, not a Pathway"),
    "dead_end": ("pathways", "From stage asked there is no way to an end."),
    "takes_a_table": ("tables", "case_notes must be named takes_a_table_"),
    "holds_on_to_core": ("tables", "foreign key to person.id"),
    "cannot_migrate": ("tables", "no migrations"),
    "loses_a_migration": ("tables", '0002_pages.py among its migrations does not say `revision = "…"`'),
    "no_templates": ("templates", "does not exist"),
    "no_such_template": ("templates", "ShowyForm names the template no_such_template/showy.html, which is not there"),
    "links_nowhere": ("pages", "lost links to links_nowhere.runners: it has no such page that takes provider_id"),
    "unguarded_view": ("pages", "unguarded_view.open_to_all declares no policy"),
    "reaches_out": ("pages", "before, after or around the pages of others"),
    "shadows_templates": ("pages", "names a template folder"),
    "misnames_blueprint": ("pages", "must be called misnames_blueprint"),
}
"""Module -> the stage at which it is refused, and what is said."""


def host_with(*names: str) -> tuple[Flask, PluginHost]:
    """An application of nothing but these plugins."""
    app = Flask("host_of_plugins")
    app.config["PLUGINS"] = [f"{PACKAGE}.{name}" for name in names]
    host = load_plugins(app)
    add_plugin_pages(app)
    return app, host


@pytest.mark.parametrize("name", REJECTED)
def test_a_plugin_that_breaks_a_rule_is_left_out_and_the_report_says_why(name: str) -> None:
    stage, reason = REJECTED[name]
    app, host = host_with("well_behaved", name)
    report = host.reports[1]
    assert report.state is PluginState.REJECTED
    assert (report.stage, report.origin) == (stage, f"{PACKAGE}.{name}")
    assert reason in report.reason
    assert [info.name for info in host.plugins] == ["well_behaved"]
    assert list(host.pathways) == ["errand"]
    assert not [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_all_the_broken_ones_together_leave_the_good_one_running() -> None:
    _, host = host_with(*REJECTED, "well_behaved")
    states = {report.origin.removeprefix(f"{PACKAGE}."): report.state for report in host.reports}
    # Loaded first, takes_a_name and takes_a_key break no rule: the good one is then the one too many.
    assert states.pop("well_behaved") is PluginState.REJECTED
    running = {name for name, state in states.items() if state is PluginState.RUNNING}
    assert running == {"takes_a_name", "takes_a_key"}


def test_a_good_plugin_is_reported_with_its_hooks_and_pathways() -> None:
    _, host = host_with("well_behaved")
    (report,) = host.reports
    assert report.state is PluginState.RUNNING
    assert (report.name, report.title, report.version, report.api) == (
        "well_behaved", "Well behaved", "1", "1",
    )  # fmt: skip
    assert report.pathways == ("errand",)
    assert len(report.hooks) == 6


def test_a_plugin_of_an_installed_package_is_found(tmp_path, monkeypatch) -> None:
    package = tmp_path / "errands-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: errands\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[roundtable.plugins]\nerrands = tests.broken_plugins.well_behaved\n")
    monkeypatch.syspath_prepend(tmp_path)
    _, host = host_with()
    assert [report.origin for report in host.reports] == ["errands (tests.broken_plugins.well_behaved)"]
    assert host.reports[0].state is PluginState.RUNNING


def test_a_plugin_both_configured_and_installed_is_loaded_once(tmp_path, monkeypatch) -> None:
    package = tmp_path / "errands-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: errands\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[roundtable.plugins]\nerrands = tests.broken_plugins.well_behaved\n")
    monkeypatch.syspath_prepend(tmp_path)
    _, host = host_with("well_behaved")
    assert len(host.reports) == 1


def test_a_plugin_cannot_shadow_a_template_of_core(tmp_path) -> None:
    (tmp_path / "mentoring").mkdir()
    (tmp_path / "mentoring" / "match.html").write_text("core's own")
    app = Flask("templates", template_folder=str(tmp_path))
    app.config["PLUGINS"] = ["plugins.mentoring"]
    load_plugins(app)
    with app.app_context():
        assert render_template_string('{% include "mentoring/match.html" %}') == "core's own"
        assert app.jinja_env.get_template("mentoring/mentors.html").name == "mentoring/mentors.html"
