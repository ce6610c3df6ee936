"""The wheel carries what it needs: unpacked outside the checkout, it migrates, finds its plugin, shows a page."""

import csv
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from core.cli import main
from core.config import BUILT_IN_PLUGINS
from core.demo.building import PASSWORD as DEMO_PASSWORD
from core.demo.building import demo_accounts
from tests.support.outside import wheel_of
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
    return wheel_of(ROOT, tmp_path_factory.mktemp("wheel"))


def test_a_wheel_runs_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    zipfile.ZipFile(wheel).extractall(unpacked)
    command = [sys.executable, "-c", TRY, str(unpacked), str(tmp_path / "data")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    built_in = [name.rpartition(".")[2] for name in BUILT_IN_PLUGINS]
    assert f"plugins: {built_in}" in done.stdout


def test_a_wheel_holds_templates_books_and_assets_and_no_test(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in ("core/_templates/base.html", "core/static/manifest.json", "core/demo/books/cases.csv"):
        assert wanted in names
    for plugin in BUILT_IN_PLUGINS:
        assert any(name.startswith(f"{plugin.replace('.', '/')}/templates/") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    own = [name for name in names if not name.startswith("core/scaffold/files/")]  # those are an author's to be
    assert not [name for name in own if name.startswith(("tests/", "bench/", "examples/")) or "/tests/" in name]


def test_a_wheel_alone_builds_the_demonstration_with_accounts_and_documents_and_a_second_run_builds_nothing(
    wheel: Path, tmp_path: Path
) -> None:
    unpacked, folder = tmp_path / "unpacked", tmp_path / "demonstration"
    zipfile.ZipFile(wheel).extractall(unpacked)

    def roundtable(*words: str) -> str:
        """What the command says, run from the wheel in a process of its own."""
        environment = {**os.environ, "PYTHONPATH": str(unpacked)}
        command = [sys.executable, "-m", "core.cli", *words, "--data", str(folder)]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "Warning" not in done.stderr
        return done.stdout

    said = roundtable("demo", "--no-serve")
    with (folder / "demo" / "accounts.csv").open(encoding="utf-8", newline="") as file:
        accounts = list(csv.DictReader(file))
    assert [tuple(account) for account in accounts[:1]] == [("email", "password", "roles")]
    assert {account["email"] for account in accounts} == {account["email"] for account in demo_accounts()}
    assert {account["password"] for account in accounts} == {DEMO_PASSWORD}
    for account in accounts:
        assert account["email"] in said
    agenda = PdfReader(folder / "demo" / "agenda-v1.pdf")
    assert "OFFICIAL-SENSITIVE" in agenda.pages[0].extract_text()
    copies = sorted((folder / "demo").glob("minutes-*.pdf"))
    assert len(copies) > 10
    assert len({copy.read_bytes() for copy in copies}) == len(copies)

    with closing(sqlite3.connect(folder / "roundtable.db")) as database:
        behind = database.execute(
            "SELECT item.position, item.heading, item.outcome FROM agenda_item AS item JOIN meeting ON meeting.id = "
            "item.meeting_id JOIN agenda_item AS current ON current.id = meeting.current_item_id "
            "WHERE meeting.status = 'in session' AND item.position < current.position"
        ).fetchall()
    assert len(behind) == 8 and [item for item in behind if item[2] == "not yet heard"] == []

    before = {path: path.stat().st_mtime_ns for path in (folder / "demo").iterdir()}
    assert "Importing" not in roundtable("demo", "--no-serve")
    assert {path: path.stat().st_mtime_ns for path in (folder / "demo").iterdir()} == before

    os.utime(folder / "demo" / "accounts.csv", (1_700_000_000, 1_700_000_000))
    assert "built on 14 November 2023" in roundtable("demo", "--no-serve")
    audited = CliRunner().invoke(main, ["--data", str(folder), "audit", "verify"], catch_exceptions=False)
    assert audited.exit_code == 0
    shutil.rmtree(folder)
