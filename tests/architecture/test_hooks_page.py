"""docs/hooks.md says what the code says."""

import inspect
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.app import create_app
from core.config import Config
from core.plugin_api import Audience, Pathway, hookspecs
from core.plugin_host import host_of
from core.plugin_host.checking import faults_in
from core.schema import bring_up_to_date
from plugins import mentoring

PAGE = (Path(__file__).parents[2] / "docs" / "hooks.md").read_text(encoding="utf-8")

HOOKS = {name: spec for name, spec in vars(hookspecs).items() if name.startswith("roundtable_")}

DOCUMENTED = dict(re.findall(r"^def (\w+)(\(.*)$", PAGE.partition("## The six hooks")[2], re.MULTILINE))

FIRST_PLUGIN = PAGE.partition("## A first plugin")[2].partition("```python\n")[2].partition("```")[0]

HELPERS = ("stage", "transition", "measured", "clocks_to_set")

METHODS = {
    name: method
    for name, method in vars(Pathway).items()
    if inspect.isfunction(method) and not name.startswith("_") and name not in HELPERS
}
"""Those that an author writes."""


def written(function: Callable[..., Any]) -> str:
    """A signature as the source spells it, without the modules' names."""
    text = str(inspect.signature(function))
    text = re.sub(r"\b(?:core|collections|typing|datetime)\.(?:\w+\.)*", "", text)
    return text.replace("~P", "P").replace("'", "")


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_has_its_section_with_its_real_signature(name: str) -> None:
    assert f"\n### {name}\n" in PAGE
    assert DOCUMENTED[name] == written(HOOKS[name])


@pytest.mark.parametrize("name", METHODS)
def test_every_method_of_a_pathway_is_there_with_its_real_signature(name: str) -> None:
    assert DOCUMENTED[name] == written(METHODS[name])


def test_the_page_tells_of_nothing_that_is_not_there() -> None:
    assert set(DOCUMENTED) == set(HOOKS) | set(METHODS)


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_has_a_plugin_in_the_tree_that_uses_it(name: str) -> None:
    assert hasattr(mentoring, name)


def test_the_first_plugin_of_the_page_is_sound_and_can_be_referred_to(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "floating_support.py").write_text(FIRST_PLUGIN, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    app = create_app(Config(data=tmp_path, plugins=("plugins.mentoring", "floating_support"), testing=True))
    bring_up_to_date(app)
    assert [report.reason for report in host_of(app).reports] == ["", ""]
    assert faults_in(app, host_of(app), on=date(2026, 3, 2)) == {"mentoring": [], "floating_support": []}


def test_the_table_of_audiences_is_the_closed_list() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == [audience.name for audience in Audience]
