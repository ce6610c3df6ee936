"""The rejects file: rows that could not be taken, as they stood, each with its line, column and reason.

It is read back by the same import once it is mended, with the three extra columns or without them.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.books.reading import REJECT_COLUMNS, Problem, Table, with_mark


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be taken: its line in the file that was read, its cells, and all that is wrong."""

    line: int
    cells: Sequence[str]
    problems: Sequence[Problem]


def rejects_path(folder: Path, table: Table) -> Path:
    """Where a file's rejects go: people.csv -> people.csv.rejects.csv; a rejects file keeps its name."""
    name = table.name
    return folder / (name if name.casefold().endswith(".rejects.csv") else f"{name}.rejects.csv")


def write_rejects(path: Path, table: Table, rejects: Sequence[Reject]) -> None:
    """Write the file, or remove the one of an earlier run if nothing was rejected.

    Named data: readable by its owner alone. Cells that a spreadsheet would run as a formula get an apostrophe
    in front, which the import takes off again. Begins with a byte-order mark if the file that was read does.
    """
    if not rejects:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = [number for number, name in enumerate(table.header) if name not in REJECT_COLUMNS]
    unfinished = path.with_name(path.name + ".part")
    encoding = "utf-8-sig" if table.marked else "utf-8"
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600, exist_ok=False)
    with unfinished.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*(table.header[number] for number in own), *REJECT_COLUMNS])
        for reject in rejects:
            columns = dict.fromkeys(problem.column for problem in reject.problems if problem.column)
            reasons = "; ".join(
                f"{problem.column}: {problem.reason}" if len(columns) > 1 and problem.column else problem.reason
                for problem in reject.problems
            )
            cells = [with_mark(reject.cells[number]) for number in own]
            writer.writerow([*cells, reject.line, "; ".join(columns), with_mark(reasons)])
    unfinished.replace(path)
