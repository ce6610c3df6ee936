"""Changes the product in small ways, one at a time, and counts how many of the changes some test notices (mutmut).

python tools/mutants.py                                     core/policy and core/audit, some hours
python tools/mutants.py core/audit/chain.py -t tests/unit/test_audit_chain.py

It works on a copy of the checkout in a folder of its own, at the lowest priority. Ends with 0 if nine of ten are
noticed. What nobody noticed is listed: a missing test, or a change that changes nothing.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEAST = 90
"""Of a hundred changes."""

WHAT = ("core/policy/*", "core/audit/*")
TESTS = (
    "tests/unit",
    "tests/integration/policy",
    "tests/integration/matrix",
    "tests/integration/running",
    "tests/integration/admin/test_trail.py",
    "tests/integration/test_canaries.py",
)
NOTICED = ("killed", "caught by type check", "timeout", "suspicious", "segfault")
MADE = (
    ".git",
    ".venv",
    "node_modules",
    "var",
    "mutants",
    "test-results",
    ".mypy_cache",
    ".hypothesis",
    "__pycache__",
)


def copied(folder: Path) -> Path:
    """The checkout, without what is made or installed."""
    copy = folder / "checkout"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*MADE), symlinks=True)
    return copy


def configure(copy: Path, what: list[str], tests: list[str]) -> None:
    """What mutmut reads there: the copy's own settings, and what to change and by what it must be noticed."""
    besides = sorted(each.name for each in copy.iterdir() if each.name not in ("core", "tests", "pyproject.toml"))
    settings = {
        "source_paths": ["core"],
        "only_mutate": [each if each.endswith((".py", "*")) else f"{each.rstrip('/')}/*" for each in what],
        "also_copy": besides,
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "--db=sqlite", "-n0", "-q"],
        "pytest_add_cli_args_test_selection": tests,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    with (copy / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join(["", "[tool.mutmut]", *lines, ""]))


def mutmut(copy: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run it there, as politely as can be."""
    command = [sys.executable, "-m", "mutmut", *arguments]
    return subprocess.run(
        command, cwd=copy, text=True, check=False, stdout=subprocess.PIPE, preexec_fn=lambda: os.nice(19)
    )


def main() -> int:
    """Change, count, list; 0 if enough was noticed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("what", nargs="*", default=list(WHAT), help="files or folders of core")
    asked.add_argument("-t", "--tests", action="append", help="by which tests it must be noticed")
    asked.add_argument("-j", "--jobs", default="1")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="roundtable-mutants-") as folder:
        copy = copied(Path(folder))
        configure(copy, given.what, given.tests or list(TESTS))
        ran = mutmut(copy, "run", "--max-children", given.jobs)
        told = re.findall(r"^\s*(core\.\S+): (.+)$", mutmut(copy, "results", "--all", "true").stdout, re.MULTILINE)
        missed = [name for name, became in told if became not in NOTICED]
        for name in missed:
            changes = [line for line in mutmut(copy, "show", name).stdout.splitlines() if re.match(r"[-+] ", line)]
            print(name, *changes, sep="\n  ")
    if ran.returncode or not told:
        print(ran.stdout[-3_000:])
        return 1
    score = 100 * (len(told) - len(missed)) / len(told)
    print(f"{len(told)} changes, {len(told) - len(missed)} noticed: {score:.1f} %, at least {LEAST} % are wanted")
    return 0 if score >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
