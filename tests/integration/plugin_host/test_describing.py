"""`roundtable plugins doc` tells what a plugin brings, without anybody's data."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from core.cli import main
from core.plugin_api import Clock, Stage
from core.plugin_host.describing import describe
from core.plugin_host.report import PluginReport
from tests.broken_plugins.errand import Errand, info
from tests.integration.plugin_host.test_loading import PACKAGE
from tests.support.errands import NAME


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(folder), *words])


@pytest.fixture
def told(tmp_path, monkeypatch) -> str:
    monkeypatch.setenv("ROUNDTABLE_PLUGINS", f"{NAME} {PACKAGE}.chokes_on_strangers {PACKAGE}.dead_end")
    printed = run(tmp_path, "plugins", "doc", "errands")
    assert printed.exit_code == 0
    return printed.output


@pytest.mark.parametrize(
    "line",
    [
        "# Errands",
        "Plugin `errands`, version 1, interface 1.",
        "## Pathway: Errand",
        "- **Asked** (`asked`), waits for the provider, Answer within 3 working days",
        "- **Done** (`done`), the referral is closed",
        "- **Take it** (`take`): “Asked” to “Running”, by the provider; with consent: asker.",
        "- The asker (`asker`): It is their errand.",
        "- What.",
        "- What do they fetch?",
        "- `roundtable_agenda_annotations`",
        "- `GET /pathways/errands/providers/<int:provider_id>/runners`: keep a provider's register",
    ],
)
def test_it_tells(told: str, line: str) -> None:
    assert f"\n{line}\n" in f"\n{told}"


def test_it_tells_who_reads_what(told: str) -> None:
    rows = told.partition("### What is shown of a referral, and to whom")[2].partition("###")[0]
    assert "- What: " in rows and "referrer" in rows
    assert "## Tables of its own\n\nNone." in told


def test_all_that_run_are_told_and_of_one_that_does_not_it_is_said(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("ROUNDTABLE_PLUGINS", f"{NAME} {PACKAGE}.chokes_on_strangers {PACKAGE}.dead_end")
    everything = run(tmp_path, "plugins", "doc").output
    assert "# Errands" in everything
    assert "# Chokes on strangers" in everything  # what it cannot say is said to depend
    none = run(tmp_path, "plugins", "doc", "dead_end")
    assert none.exit_code == 1
    assert "No plugin called dead_end runs. Those that run: errands, chokes_on_strangers." in none.output


def test_a_clock_in_weeks_and_a_move_with_every_consent_are_told() -> None:
    class Patient(Errand):
        stages = (Stage("asked", "Asked", clock=Clock("Answer", weeks=8)), *Errand.stages[1:])
        transitions = (replace(Errand.transitions[0], every_consent=True), *Errand.transitions[1:])

    told = describe(Flask("told"), info("patient"), PluginReport("patient", "here"), [Patient()], on=date(2026, 3, 2))
    assert "- **Asked** (`asked`), Answer within 8 weeks\n" in told
    assert "“Asked” to “Running”, by the provider; with every consent that is needed.\n" in told
