"""What tests the core imports no scheme: `pytest --no-plugins` runs it with all of them taken away."""

import ast
from pathlib import Path

import pytest

from tests import without_plugins

TESTS = Path(__file__).parents[1]


def imports_a_scheme(source: str) -> bool:
    """Whether a module imports from the folder `plugins`, at its top or anywhere in it."""
    for node in ast.walk(ast.parse(source)):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if any(name.partition(".")[0] == "plugins" for name in names):
            return True
    return False


def test_only_what_is_listed_as_a_schemes_imports_one() -> None:
    found = [path for path in TESTS.rglob("*.py") if imports_a_scheme(path.read_text(encoding="utf-8"))]
    assert found, "there are tests of schemes"
    assert [str(path) for path in found if not without_plugins.is_of_a_scheme(path)] == []


def test_what_is_listed_is_there() -> None:
    files = {*without_plugins.FILES_OF_SCHEMES, *(each.partition("::")[0] for each in without_plugins.TESTS_OF_SCHEMES)}
    assert [name for name in files if not (without_plugins.ROOT / name).is_file()] == []


def test_what_is_taken_away_cannot_be_imported() -> None:
    with pytest.raises(ModuleNotFoundError, match="taken away"):
        without_plugins._Gone().find_spec("plugins.mentoring")
    assert without_plugins._Gone().find_spec("core.plugin_api") is None


@pytest.mark.parametrize("source", ["import plugins.mentoring", "def test():\n    from plugins import mediation"])
def test_an_import_is_found_wherever_it_stands(source: str) -> None:
    assert imports_a_scheme(source)
    assert not imports_a_scheme("from core import plugin_host")
