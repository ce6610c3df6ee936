"""What `roundtable plugins check` finds in a plugin that loads, and that a broken one holds up nobody else."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.app import create_app
from core.cli import main
from core.commands.context import migrated_application
from core.config import Config
from core.plugin_host import PluginState, host_of, installed
from core.schema import bring_up_to_date, what_is_behind
from plugins.mediation.models import Dispute

PACKAGE = "tests.broken_plugins"


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(folder), *words], catch_exceptions=False)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("forgets_a_column", "no migration makes the column forgets_a_column_note.pages"),
        ("cannot_be_migrated", "Its migrations failed in an empty database: RuntimeError: no disk (0001_note.py:"),
        ("chokes_on_strangers", "Pathway choking, eligibility, before the form is filled in: AttributeError"),
        ("raises_when_asked", "Asked about nothing at all, roundtable_statistics: ValueError at raises_when_asked.py:"),
        ("misspells_a_hook", "Did you mean roundtable_pathways?"),
    ],
)
def test_the_check_finds_what_would_fail_in_use(tmp_path, databases, monkeypatch, name: str, told: str) -> None:
    databases.fresh_sqlite(tmp_path / "roundtable.db")
    monkeypatch.setenv("ROUNDTABLE_PLUGINS", f"plugins.mentoring {PACKAGE}.{name}")
    checked = run(tmp_path, "plugins", "check")
    assert checked.exit_code == 1
    assert told in checked.output
    assert "1 of 2 plugins are sound" in checked.output


def test_the_check_names_a_column_of_people_that_would_not_follow_them(tmp_path, databases, monkeypatch) -> None:
    databases.fresh_sqlite(tmp_path / "roundtable.db")
    monkeypatch.delitem(Dispute.__table__.c.person_id.info, "holds")
    checked = run(tmp_path, "plugins", "check")
    assert checked.exit_code == 1
    assert "Table mediation_dispute: person_id holds a person and does not say so." in checked.output


def test_the_check_says_that_tables_are_not_up_to_date(tmp_path, databases) -> None:
    databases.fresh_sqlite(tmp_path / "roundtable.db")
    assert run(tmp_path, "plugins", "check").exit_code == 0
    (tmp_path / "roundtable.db").unlink()
    checked = run(tmp_path, "plugins", "check")
    assert checked.exit_code == 1
    assert "mentoring: refused at the stage “migrations”: Its tables are not up to date" in checked.output


def test_a_migration_that_fails_holds_up_neither_core_nor_the_other_plugins(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("ROUNDTABLE_PLUGINS", f"{PACKAGE}.cannot_be_migrated plugins.mentoring")
    upgraded = run(tmp_path, "db", "upgrade")
    assert upgraded.exit_code == 1
    assert "Brought up to date: core, mentoring." in upgraded.output
    assert "cannot_be_migrated: Its migrations failed: RuntimeError: no disk" in upgraded.output
    app = create_app(Config(data=tmp_path, plugins=(f"{PACKAGE}.cannot_be_migrated", "plugins.mentoring")))
    assert what_is_behind(app) == ["cannot_be_migrated"]


def test_a_plugin_whose_tables_are_behind_is_left_out_and_the_rest_is_served(tmp_path) -> None:
    bring_up_to_date(create_app(Config(data=tmp_path, plugins=())))
    app = migrated_application(Config(data=tmp_path, plugins=("plugins.mentoring",)))
    (report,) = host_of(app).reports
    assert (report.state, report.stage) == (PluginState.REJECTED, "migrations")
    with app.app_context():
        assert "mentoring" not in installed()
    browser = app.test_client()
    assert browser.get("/pathways/mentoring/providers/1/mentors").status_code == 404
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/sign-in").status_code == 200
