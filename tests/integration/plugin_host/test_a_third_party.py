"""The proof: a third party's scheme is installed outside the checkout, used in a meeting, and taken away again."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.outside import Outside, wheel_of
from tools.build_assets import ROOT

GUIDE = ROOT / "docs" / "writing-a-plugin.md"
EXAMPLE = ROOT / "examples" / "acceptable_behaviour"
STORY = Path("tests") / "support" / "contracts_in_use.py"


LATER = """from alembic import op

revision = "9999"
down_revision = "{last}"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE later (id INTEGER PRIMARY KEY, referral_id INTEGER REFERENCES referral (id))")
"""


def test_a_third_partys_scheme_is_installed_used_in_a_meeting_and_taken_away(outside: Outside, tmp_path: Path) -> None:
    scripts, data = tmp_path / "scripts", tmp_path / "data"
    _copy_what_the_story_needs(scripts)
    story = (str(outside.python), str(scripts / STORY))

    wheel = wheel_of(EXAMPLE, tmp_path / "wheel")
    outside.install(wheel)
    said = outside.run("roundtable", "--data", str(data), "db", "upgrade")
    assert "acceptable_behaviour" in said
    own_tests = shutil.copytree(EXAMPLE / "tests", tmp_path / "tests")
    outside.run("python", "-m", "pytest", "-q", "-W", "error", str(own_tests), cwd=tmp_path)
    outside.run(*story, "used", str(data), PYTHONPATH=str(scripts))
    _has_what_the_guide_says_to_click((data / "read.html").read_text("utf-8"))

    outside.run("pip", "uninstall", "--yes", "roundtable-acceptable-behaviour")
    assert "acceptable_behaviour" not in outside.run("roundtable", "--data", str(data), "plugins", "list")
    with _a_later_release(outside):
        said = outside.run("roundtable", "--data", str(data), "db", "upgrade")
        assert "Brought up to date: core." in said
        outside.run(*story, "taken-away", str(data), PYTHONPATH=str(scripts))

        outside.install(wheel)
        outside.run(*story, "put-back", str(data), PYTHONPATH=str(scripts))
        outside.run("pip", "uninstall", "--yes", "roundtable-acceptable-behaviour")


@contextmanager
def _a_later_release(outside: Outside) -> Iterator[None]:
    """Roundtable as it may be by then: with a migration more, which must not stumble over what the plugin left."""
    versions = outside.site / "core" / "migrations" / "versions"
    last = max(path.name for path in versions.glob("[0-9]*.py"))[:4]
    later = versions / "9999_later.py"
    later.write_text(LATER.format(last=last), encoding="utf-8")
    try:
        yield
    finally:
        later.unlink()


def _has_what_the_guide_says_to_click(pages: str) -> None:
    """What the guide prints in bold, where it leads people through the pages, stands on one of them."""
    clicks = GUIDE.read_text("utf-8").partition("## 7. An agency provides it")[2].partition("\n## ")[0]
    labels = re.findall(r"\*\*(.+?)\*\*", clicks)
    assert len(labels) > 5
    assert [label for label in labels if label not in pages] == []


def _copy_what_the_story_needs(into: Path) -> None:
    """The builders and the browser of these tests, and nothing from which the product could be imported."""
    shutil.copytree(
        ROOT / "tests" / "support", into / "tests" / "support", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in ("__init__.py", "builders.py"):
        shutil.copy(ROOT / "tests" / name, into / "tests" / name)
