"""`roundtable plugin new` writes a package that installs, is found, and passes its own tests as it is written."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from core.errors import Refused
from core.scaffold import write_plugin

NAME = "floating_support"


def done(*command: str, cwd: Path, path: Path) -> str:
    """What a command says that must succeed, with `path` to import from."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ROUNDTABLE_")}
    ran = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=cwd,
        env={**environment, "PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def test_it_is_built_found_and_sound_and_passes_its_own_tests_untouched(tmp_path: Path) -> None:
    """Built as a wheel and unpacked where nothing else is, as pip does it."""
    site, data = tmp_path / "site", tmp_path / "data"
    said = done("core.cli", "plugin", "new", NAME, "--into", str(tmp_path), cwd=tmp_path, path=site)
    assert f"{NAME}/pathway.py" in said
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    done("build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(tmp_path / NAME), cwd=tmp_path, path=site)
    zipfile.ZipFile(next(tmp_path.glob("*.whl"))).extractall(site)
    done("core.cli", "db", "upgrade", "--data", str(data), cwd=tmp_path, path=site)
    listed = done("core.cli", "plugins", "list", "--data", str(data), cwd=tmp_path, path=site)
    assert f"{NAME}  0.1.0  running" in listed
    assert "4 of 4 plugins are sound." in done(
        "core.cli", "plugins", "check", "--data", str(data), cwd=tmp_path, path=site
    )
    kept = done("pytest", "-q", "-W", "error", str(tmp_path / NAME), cwd=tmp_path / NAME, path=site)
    assert " passed" in kept and "failed" not in kept
    for rules in (("ruff", "check"), ("ruff", "format", "--check")):
        done(*rules, "--line-length=120", "--isolated", str(tmp_path / NAME), cwd=tmp_path, path=site)


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
