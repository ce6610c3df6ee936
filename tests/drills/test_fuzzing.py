"""atheris feeds the one-line action parser and every importer: nothing crashes, nothing hangs.

In full the parser gets ten million inputs, each importer ten minutes. In short some thousands each, of all the books
together.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from core.books.rows import SCHEMAS

ROOT = Path(__file__).parents[2]
FULL = ("line", "districts", "incidents", *SCHEMAS)
SHORT = ("line", "districts", "incidents", "books")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What is fed."""
    metafunc.parametrize("target", FULL if metafunc.config.getoption("--full") else SHORT)


IN_MEMORY = Path("/dev/shm")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """For the files that are written and read again for each input: in memory, where the system has such a folder."""
    if not IN_MEMORY.is_dir():
        yield tmp_path
        return
    with TemporaryDirectory(dir=IN_MEMORY) as made:
        yield Path(made)


def test_nothing_that_it_is_fed_breaks_it(target: str, full: bool, figure, folder: Path) -> None:
    of_the_parser = (10_000_000, 24 * 3_600)
    runs, seconds = (of_the_parser if target == "line" else (0, 600)) if full else (4_000, 60)
    said = subprocess.run(
        [sys.executable, "-m", "tests.support.fuzzing", target, str(folder), str(runs or -1), str(seconds)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stdout[-2_000:] + said.stderr[-4_000:]
    fed = re.search(r"number_of_executed_units:\s*(\d+)", said.stderr)
    assert fed is not None, said.stderr[-2_000:]
    assert int(fed[1]) >= (runs or 1), f"{fed[1]} inputs alone"
    figure(f"fuzzing: {target}", f"{int(fed[1]):,} inputs: 0 crashes, 0 hangs")
