"""Runs every drill and every test that a gate of docs/running/drills.md names, and writes one table of the gates.

python tools/drills.py --db=both     in full, some hours
python tools/drills.py --short       each drill in its short form

The table goes to the terminal and to test-results/drills.md. Ends with 0 only if every gate has a figure and holds, and
every other drill holds, too.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "running" / "drills.md"
WRITTEN = ROOT / "test-results" / "drills.md"
DRILLS = "tests/drills"
FIGURE = "figure"


@dataclass(frozen=True)
class Gate:
    """A row of the table: what is tried, what it must show, and the tests that show it."""

    name: str
    must_show: str
    shown_by: tuple[str, ...]

    def has(self, nodeid: str) -> bool:
        """Whether that test is one of them."""
        return any(nodeid == one or nodeid.startswith((f"{one}::", f"{one}[")) for one in self.shown_by)


@dataclass
class Seen:
    """What became of the tests of a gate on one database."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Something was tried, and nothing failed."""
        return self.passed > 0 and not self.failed

    @property
    def told(self) -> str:
        """The figures; of tests that tell none, how many there are."""
        if self.failed:
            return f"failed: {', '.join(self.failed[:3])}"
        return "; ".join(dict.fromkeys(self.figures)) or (f"{self.passed} tests, 0 failed" if self.passed else "-")


def gates(page: str) -> list[Gate]:
    """The rows of the page's table of gates, in its order."""
    section = page.partition("\n## Gates\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    return [
        Gate(name, must_show, tuple(f"tests/{one}" for one in re.findall(r"`([^`]+)`", shown_by)))
        for name, must_show, shown_by in rows[2:]
    ]


class Watcher:
    """Notes what became of each test: a plugin of pytest's."""

    def __init__(self, wanted: Sequence[Gate]) -> None:
        self.wanted = wanted
        self.seen: dict[tuple[str, str], Seen] = {}
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of one test is over."""
        found = [gate for gate in self.wanted if gate.has(report.nodeid)]
        if report.failed and not found:
            self.failed.append(report.nodeid)
        for gate in found:
            row = self.seen.setdefault((gate.name, database_of(report.nodeid)), Seen())
            if report.failed:
                row.failed.append(report.nodeid.rpartition("/")[2])
            elif report.when == "call" and report.passed:
                row.passed += 1
                row.figures += [told[2] for name, told in report.user_properties if name == FIGURE]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be read is no drill that holds."""
        if report.failed:
            self.failed.append(report.nodeid)


def database_of(nodeid: str) -> str:
    """On which database a test ran, as its name says; empty where it needs none."""
    return next((kind for kind in ("sqlite", "postgresql") if re.search(rf"\[.*\b{kind}\b", nodeid)), "")


def table_of(wanted: Iterable[Gate], seen: dict[tuple[str, str], Seen]) -> tuple[list[str], bool]:
    """The table's lines, and whether every gate holds: one of which nothing was seen does not."""
    lines, all_hold = ["| gate | database | holds | figure |", "|---|---|---|---|"], True
    for gate in wanted:
        rows = sorted((kind, row) for (name, kind), row in seen.items() if name == gate.name) or [("", Seen())]
        for kind, row in rows:
            all_hold = all_hold and row.holds
            told = row.told.replace("|", "/").replace("\n", " ")
            lines.append(f"| {gate.name} | {kind} | {'yes' if row.holds else 'NO'} | {told} |")
    return lines, all_hold


def main() -> int:
    """Run them; 0 only if all hold."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--db", choices=("sqlite", "postgresql", "both"), default="both")
    asked.add_argument("--short", action="store_true", help="each drill in its short form")
    asked.add_argument("rest", nargs="*", help="further options for pytest, after --")
    given = asked.parse_args()
    wanted = gates(PAGE.read_text("utf-8"))
    others = sorted({one for gate in wanted for one in gate.shown_by if not one.startswith(DRILLS)})
    watcher = Watcher(wanted)
    options = [f"--rootdir={ROOT}", f"--db={given.db}", "-s", *([] if given.short else ["--full"]), *given.rest]
    code = pytest.main([*options, DRILLS, *others], plugins=[watcher])
    lines, all_hold = table_of(wanted, watcher.seen)
    lines += [f"\nFailed beside the gates: {', '.join(dict.fromkeys(watcher.failed))}"] if watcher.failed else []
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n", *lines, f"\nWritten to {WRITTEN.relative_to(ROOT)}", sep="\n")
    return 0 if all_hold and code == pytest.ExitCode.OK else 1


if __name__ == "__main__":
    sys.exit(main())
