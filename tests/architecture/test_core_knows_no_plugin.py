"""The core knows nothing of mentoring or another pathway: no file of it names one (import-linter keeps imports)."""

from pathlib import Path

import pytest

import plugins

ROOT = Path(__file__).parents[2]

SETTINGS = ROOT / "core" / "config.py"
"""Names the built-in plugins, as a setting that an installation replaces."""

STORY = ROOT / "core" / "demo"
"""The demonstration plays a partnership's story, a pathway's included."""

WRITTEN = (".py", ".html", ".css", ".scss", ".js", ".mjs", ".toml", ".mako", ".template", ".txt")

NAMES = sorted(path.parent.name for path in Path(plugins.__file__).parent.glob("*/__init__.py"))


def files() -> list[Path]:
    found = [path for folder in ("core", "templates", "assets") for path in (ROOT / folder).rglob("*")]
    kept = [path for path in found if path.suffix in WRITTEN and STORY not in path.parents]
    return [path for path in kept if path != SETTINGS and "static" not in path.parts]


def words_of(name: str) -> tuple[str, ...]:
    """How a plugin could be named in code or on a page: its name, its name in words or run together, its stem."""
    return (*(name.replace("_", between) for between in ("_", " ", "-", "")), name.removesuffix("ing"))


@pytest.mark.parametrize("name", NAMES)
def test_no_file_of_the_core_names_a_plugin(name: str) -> None:
    naming = [
        str(path.relative_to(ROOT))
        for path in files()
        if any(word in path.read_text(encoding="utf-8").lower() for word in words_of(name))
    ]
    assert naming == []


def test_there_are_plugins_and_files_to_look_at() -> None:
    assert "mentoring" in NAMES
    assert len(files()) > 200
