"""`roundtable plugin new` writes a package that passes its own tests; the guide leads on from there, to the letter."""

from pathlib import Path

import pytest

from core.errors import Refused
from core.scaffold import write_plugin
from tests.support.guide import Reader
from tests.support.outside import Outside
from tools.build_assets import ROOT

NAME = "floating_support"
GUIDE = ROOT / "docs" / "writing-a-plugin.md"


def test_it_is_built_found_and_sound_and_passes_its_own_tests_untouched(outside: Outside, tmp_path: Path) -> None:
    roundtable = ("roundtable", "--data", str(tmp_path / "data"))
    said = outside.run(*roundtable, "plugin", "new", NAME, "--into", str(tmp_path), cwd=tmp_path)
    assert f"{NAME}/pathway.py" in said
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    outside.run("pip", "install", "--quiet", str(tmp_path / NAME))
    try:
        outside.run(*roundtable, "db", "upgrade")
        assert f"{NAME}  0.1.0  running" in outside.run(*roundtable, "plugins", "list")
        outside.run(*roundtable, "plugins", "check")
        kept = outside.run("python", "-m", "pytest", "-q", "-W", "error", cwd=tmp_path / NAME)
        assert " passed" in kept and "failed" not in kept
    finally:
        outside.run("pip", "uninstall", "--quiet", "--yes", "roundtable-floating-support")
    for rules in (("check",), ("format", "--check")):
        outside.run("python", "-m", "ruff", *rules, "--line-length=120", "--isolated", NAME, cwd=tmp_path)


def test_the_guide_leads_from_there_to_a_scheme_in_use_exactly_as_it_is_printed(
    outside: Outside, tmp_path: Path
) -> None:
    """Every command is typed, every file written and every part replaced; what is said is what is printed."""
    reader = Reader(outside, tmp_path)
    reader.follow(GUIDE.read_text("utf-8"))
    assert {"console", "python", "html", "toml"} == set(reader.followed)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Floating Support", "is not a name"),
        ("class", "is not a name"),
        ("2nd_chance", "is not a name"),
        ("mentoring", "is taken"),
        ("there", "exists already"),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_nothing_is_written(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(Refused, match=said):
        write_plugin(name, tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]
