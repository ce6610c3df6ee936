"""Every gate of the assurance design has a drill or a test of its own, and the table of `make drills` fails without."""

import pytest

from tests.without_plugins import ROOT
from tools.drills import PAGE, Gate, Seen, gates, table_of

GATES = (
    "authorization matrix",
    "canary names in every sink",
    "cookie replayed, session fixed, account retired",
    "cross-site request forgery",
    "stored script payloads",
    "PDF payloads and bombs",
    "formulas in CSV and XLSX",
    "sign-in by an unknown user and with a wrong password",
    "TOTP code used twice",
    "kill -9 in live recording",
    "power cut",
    "two chairs approve at once",
    "the same POST 20 times",
    "concurrent edits",
    "SMTP refused, stalled, dropped",
    "plugins that fail",
    "audit tampering",
    "audit store broken",
    "disk full",
    "migration killed at every statement",
    "backup, restored on an empty machine",
    "long bodies and long texts",
)
"""The 22 rows of the design's table, in its order. None is ever taken out."""


def test_every_gate_names_tests_that_there_are() -> None:
    found = gates(PAGE.read_text("utf-8"))
    assert tuple(gate.name for gate in found) == GATES
    for gate in found:
        assert gate.must_show and gate.shown_by, f"nothing shows {gate.name}"
        for one in gate.shown_by:
            path, _, test = one.partition("::")
            assert (ROOT / path).is_file(), f"{gate.name}: there is no {path}"
            assert f"def {test or 'test_'}" in (ROOT / path).read_text("utf-8"), f"{gate.name}: there is no {one}"


@pytest.mark.parametrize(
    ("seen", "holds", "line"),
    [
        (Seen(passed=2, figures=["lost 0"]), True, "| kept | sqlite | yes | lost 0 |"),
        (Seen(passed=3), True, "| kept | sqlite | yes | 3 tests, 0 failed |"),
        (Seen(passed=2, failed=["test_a"], figures=["lost 1"]), False, "| kept | sqlite | NO | failed: test_a |"),
    ],
)
def test_a_gate_holds_when_something_was_tried_and_nothing_failed(seen: Seen, holds: bool, line: str) -> None:
    lines, all_hold = table_of([Gate("kept", "", ("tests/a.py",))], {("kept", "sqlite"): seen})
    assert (lines[-1], all_hold) == (line, holds)


def test_a_gate_of_which_nothing_was_seen_does_not_hold() -> None:
    lines, all_hold = table_of([Gate("kept", "", ("tests/a.py",))], {})
    assert (lines[-1], all_hold) == ("| kept |  | NO | - |", False)


def test_a_test_is_of_a_gate_by_its_file_or_by_its_name() -> None:
    gate = Gate("kept", "", ("tests/a.py", "tests/b.py::test_one"))
    assert gate.has("tests/a.py::test_any[sqlite]") and gate.has("tests/b.py::test_one[sqlite]")
    assert not gate.has("tests/b.py::test_one_more") and not gate.has("tests/ab.py::test_any")
