"""Time and identity are arguments below a view: what import-linter cannot see, read from the syntax tree."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

THE_CLOCK = "core/clock.py"
"""The one place that asks the machine for the time."""

AT_THE_EDGE = {
    "core/accounts/identity.py": "loads the session of a request",
    "core/audit/trail.py": "stamps a record as its transaction commits",
    "core/books/commands.py": "begins a command",
    "core/circulation/catcher.py": "stamps a mail as it comes in",
    "core/cli.py": "begins a command",
    "core/encryption/keys.py": "stamps a key that it makes where there is none yet",
    "core/jobs.py": "begins a job",
    "core/plugin_host/host.py": "stamps a plugin's failure",
    "core/migrations/versions/0020_contact_plans_for_everybody.py": "counts from the day on which it runs",
    "core/migrations/versions/0025_hate_and_adjustments.py": "counts from the day on which it runs",
    "core/minutes/loading.py": "loads what an address names, with whether the reader was there",
    "core/recording/loading.py": "loads what an address names, with the reader's own line in the attendance",
}
"""Beside views, core.web and the commands, where the present moment and the user of a request enter."""

EDGES = ("core/web/", "core/commands/")

CLOCKS = {
    ("date", "today"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("func", "current_date"),
    ("func", "current_timestamp"),
    ("func", "now"),
    ("time", "localtime"),
    ("time", "time"),
}
PRESENT = {"current_actor", "current_user", "now", "signed_in", "today", "utc_now"}
"""What core.clock, core.web, core.plugin_api and Flask-Login give of the present."""
GIVEN_BY = ("core.clock", "core.plugin_api", "core.web", "flask_login")


def breaches(source: str) -> Iterator[str]:
    """Where a module asks for the present instead of being told: "line: what"."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if (owner, node.attr) in CLOCKS:
                yield f"{node.lineno}: {owner}.{node.attr}"
            elif node.attr in {"current_user", "utc_now"}:
                yield f"{node.lineno}: {node.attr}"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(GIVEN_BY):
            yield from (f"{node.lineno}: {each.name}" for each in node.names if each.name in PRESENT)


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the product that is neither a view nor at the edge."""
    for folder in ("core", "plugins"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            at_the_edge = path.stem.split("_")[0] == "views" or name in AT_THE_EDGE or name.startswith(EDGES)
            hands_on = name == "core/plugin_api/__init__.py"  # re-exports core.web's for plugins' views
            if name != THE_CLOCK and not at_the_edge and not hands_on and "tests" not in path.parts:
                yield name, path


def test_below_a_view_nothing_asks_for_the_time_or_the_user() -> None:
    found = [f"{name}:{each}" for name, path in modules() for each in breaches(path.read_text(encoding="utf-8"))]
    assert found == []


def test_at_the_edge_too_the_machine_is_asked_through_the_clock_alone() -> None:
    paths = [path for folder in ("core", "plugins") for path in (ROOT / folder).rglob("*.py")]
    direct = [
        f"{path.relative_to(ROOT)}:{each}"
        for path in paths
        if path != ROOT / THE_CLOCK
        for each in breaches(path.read_text(encoding="utf-8"))
        if "." in each.split(": ")[1]
    ]
    assert direct == []


def test_most_modules_are_looked_at() -> None:
    names = [name for name, _ in modules()]
    assert len(names) > 40
    assert "core/meetings/schedule.py" in names


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\nday = datetime.date.today()",
        "from datetime import date\nday = date.today()",
        "from datetime import UTC, datetime\nmoment = datetime.now(UTC)",
        "from datetime import datetime\nmake = datetime.utcnow",
        "import time\nseconds = time.time()",
        "from sqlalchemy import func\ncolumn = func.now()",
        "from flask_login import current_user as somebody",
        "import flask_login\nname = flask_login.current_user.name",
        "from core.clock import utc_now",
        "from core.web import current_actor",
        "def inside():\n    from core.plugin_api import today",
    ],
)
def test_each_way_of_asking_is_seen(source: str) -> None:
    assert len(list(breaches(source))) == 1


def test_an_argument_called_now_or_a_stopwatch_is_no_breach() -> None:
    source = "import time\ndef overdue(actions, *, now, today):\n    time.perf_counter()\n    return now < today"
    assert list(breaches(source)) == []
