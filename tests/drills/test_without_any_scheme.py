"""Drill: the core's own tests pass with every scheme taken away (tests/without_plugins.py)."""

import re
import subprocess
import sys
from pathlib import Path

from tests.support.server import ROOT

WITNESS = "tests/drills/no_scheme_is_there.py"
"""Fails where a scheme can be had. Not found by its name: it must be asked for."""

SMALL = ("tests/unit/reminders", "tests/integration/people")
"""Folders of the core's that take seconds."""

SHARE = 0.7
"""Of all tests, the schemes' own included: fewer run without schemes only if what is the core's is left out."""


def pytest_says(*arguments: str) -> str:
    """What a run of tests prints at its end, in a process of its own that must not fail."""
    command = (sys.executable, "-m", "pytest", "--db=sqlite", "-q", "-p", "no:cacheprovider", *arguments)
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr
    return ran.stdout.splitlines()[-1]


def passed_without_schemes(own: Path, *arguments: str) -> int:
    """How many tests passed where there is no scheme."""
    last = pytest_says("--no-plugins", f"--basetemp={own / 'base'}", f"--output={own / 'browser'}", *arguments)
    assert not re.search("skipped|xfailed", last), last
    return int(re.search(r"(\d+) passed", last)[1])


def test_the_core_passes_its_tests_without_any_scheme(full, tmp_path, figure):
    some = passed_without_schemes(tmp_path, *SMALL, WITNESS)
    if full:
        there = int(re.match(r"(\d+) tests", pytest_says("--collect-only", "tests"))[1])
        passed = passed_without_schemes(tmp_path, "-n", "auto", "--maxprocesses=4", "--dist=loadscope", "tests")
        figure("without any scheme", f"{passed} tests passed, of {there} that there are with the schemes' own")
        assert passed >= there * SHARE
    else:
        figure("without any scheme", f"{some} tests passed")
    assert some > 20
