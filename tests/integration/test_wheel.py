"""The wheel carries what it needs: unpacked outside the checkout, it migrates, finds its plugin, shows a page."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools.build_assets import ROOT

TRY = """
import sys
from pathlib import Path

unpacked, data = Path(sys.argv[1]), Path(sys.argv[2])
sys.path.insert(0, str(unpacked))

import core
from core.app import create_app
from core.config import Config
from core.paths import template_root
from core.schema import bring_up_to_date

assert unpacked in Path(core.__file__).parents, core.__file__
assert unpacked in template_root().parents, template_root()
app = create_app(Config(data=data))
bring_up_to_date(app)
browser = app.test_client()
page = browser.get("/sign-in").get_data(as_text=True)
sheet = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
assert browser.get(sheet).status_code == 200, sheet
assert browser.get("/healthz").status_code == 200
from core.plugin_host import host_of
print("plugins:", [plugin.name for plugin in host_of(app).plugins])
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_a_wheel_runs_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    zipfile.ZipFile(wheel).extractall(unpacked)
    command = [sys.executable, "-c", TRY, str(unpacked), str(tmp_path / "data")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "plugins: ['mentoring', 'mediation', 'victim_support']" in done.stdout


def test_a_wheel_holds_templates_books_and_assets_and_no_test(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in ("core/_templates/base.html", "core/static/manifest.json", "core/demo/books/cases.csv"):
        assert wanted in names
    for plugin in ("mentoring", "mediation", "victim_support"):
        assert any(name.startswith(f"plugins/{plugin}/templates/") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "bench/")) or "/tests/" in name]


def test_the_demonstration_is_built_from_a_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    zipfile.ZipFile(wheel).extractall(unpacked)
    command = [sys.executable, "-m", "core.cli", "demo", "--data", str(tmp_path / "data"), "--no-serve"]
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = {path.name for path in (tmp_path / "data" / "demo").iterdir()}
    assert {"accounts.csv", "agenda-v1.pdf"} <= made
    assert len([name for name in made if name.startswith("minutes-")]) > 10
