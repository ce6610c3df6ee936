"""Reads tables of text: CSV or TSV, UTF-8 with or without a byte-order mark, row by row with line numbers.

Knows nothing of what the columns mean. Text is handed on exactly as it stands in the file.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import NamedTuple, TextIO

CHUNK = 1 << 20
HEADER_LIMIT = 10_000
REJECT_COLUMNS = ("reject_line", "reject_column", "reject_reason")
"""What a rejects file has beside the original columns."""

_BINARY = (
    (b"%PDF", "This is a PDF, whatever its name says. Export the table as CSV (UTF-8)."),
    (b"PK\x03\x04", "This is a workbook or a ZIP file. Save the sheet as CSV (UTF-8)."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel or Word file. Save the sheet as CSV (UTF-8)."),
    (b"\x1f\x8b", "This is a compressed file. Unpack it first."),
    (b"\xff\xfe", "The text is in UTF-16. Save the table as CSV (UTF-8)."),
    (b"\xfe\xff", "The text is in UTF-16. Save the table as CSV (UTF-8)."),
)
_MARK_BEFORE = "=+-@\t\r\n'"
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


class Unreadable(Exception):
    """A file that cannot be taken at all. Says which file, where and why, in plain English."""

    def __init__(self, file: str, reason: str, *, line: int | None = None, column: str = "") -> None:
        place = file
        if line is not None:
            place += f", line {line}"
        if column:
            place += f", column {column}"
        super().__init__(f"{place}: {reason}")
        self.file, self.reason, self.line, self.column = file, reason, line, column


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell, or with the row as a whole (`column` is then empty)."""

    column: str
    reason: str


class RawRow(NamedTuple):
    """One row as it stands: the line it begins on, as many cells as the header has, what is wrong."""

    line: int
    cells: Sequence[str]
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A readable file: its header is known, its rows are read on demand."""

    path: Path
    header: tuple[str, ...]
    delimiter: str
    lines: int
    marked: bool
    """The file begins with a byte-order mark, as Excel writes it."""
    has_nul: bool
    is_plain: bool
    """No quotation mark and no NUL in it, and no rejects file of ours: every line is a row."""
    is_rejects: bool
    """A rejects file of ours: cells that a spreadsheet would run carry an apostrophe in front."""

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.name

    def ignored(self, columns: Sequence[str]) -> tuple[str, ...]:
        """Columns of the file that nobody asks for."""
        return tuple(name for name in self.header if name and name not in columns and name not in REJECT_COLUMNS)

    def rows(self) -> Iterator[RawRow]:
        """Every row below the header, in order, blank ones left out. Never raises for what a row holds."""
        if self.is_plain:
            for line, text in enumerate(self.plain_lines(), 2):
                plain = self.plain_row(line, text)
                if plain is not None:
                    yield plain
            return
        with self.path.open(encoding="utf-8-sig", newline="") as stream:
            for row in _split(stream, self.delimiter, len(self.header)):
                if self.has_nul and row.problem is None and any("\0" in cell for cell in row.cells):
                    column = next(n for n, cell in zip(self.header, row.cells, strict=True) if "\0" in cell)
                    problem = Problem(column, "Holds a NUL character (a byte of value 0), which text cannot have")
                    row = RawRow(row.line, row.cells, problem)
                if self.is_rejects:
                    row = RawRow(row.line, [without_mark(cell) for cell in row.cells], row.problem)
                yield row

    def plain_lines(self) -> Iterator[str]:
        """Every line below the header, which is line 1, for a plain table."""
        with self.path.open(encoding="utf-8-sig", newline="") as stream:
            stream.readline()
            yield from stream

    def plain_row(self, line: int, text: str) -> RawRow | None:
        """A line of a plain table as a row; None if it is blank."""
        cells = text.rstrip("\r\n").split(self.delimiter)
        if len(cells) == len(self.header):
            return RawRow(line, cells) if any(cells) else None
        return _uneven(line, cells, len(self.header), self.delimiter) if any(cells) else None


def open_table(path: Path, columns: Sequence[str]) -> Table:
    """The table in that file, which must have all `columns`; others are allowed.

    The delimiter follows from the header: a tab if it holds one, else a comma. Raises Unreadable.
    """
    table = peek(path)
    missing = [name for name in columns if name not in table.header]
    if missing:
        unknown = table.ignored(columns)
        reason = f"The header lacks {_named(missing)}."
        if unknown:
            reason += f" It has {_named(unknown)}, which is not known here."
        raise Unreadable(table.name, f"{reason} Expected: {', '.join(columns)}.", line=1)
    return table


def peek(path: Path) -> Table:
    """The table in that file, whatever its columns are. Checks every byte of it once. Raises Unreadable."""
    marked, has_nul, has_quotes, lines = _check_bytes(path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        first = stream.readline(HEADER_LIMIT)
        if not first.strip():
            raise Unreadable(path.name, "The first line is blank; it must name the columns.", line=1)
        if len(first) == HEADER_LIMIT:
            raise Unreadable(path.name, "The first line is too long to be the names of columns.", line=1)
        delimiter = "\t" if "\t" in first else ","
        if delimiter == "," and "," not in first and ";" in first:
            reason = "The columns are separated by semicolons. Save the table with commas or tabs."
            raise Unreadable(path.name, reason, line=1)
        try:
            cells = next(csv.reader([first], delimiter=delimiter, strict=True))
        except csv.Error:
            reason = "The names of the columns cannot be read: a quotation mark is out of place."
            raise Unreadable(path.name, reason, line=1) from None
    header = tuple(cell.strip().casefold().replace(" ", "_") for cell in cells)
    for name in header:
        if name and header.count(name) > 1:
            raise Unreadable(path.name, "Two columns have this name.", line=1, column=name)
    is_rejects = ".rejects." in path.name or any(name in header for name in REJECT_COLUMNS)
    is_plain = not (has_nul or has_quotes or is_rejects)
    return Table(path, header, delimiter, lines, marked, has_nul, is_plain, is_rejects)


def with_mark(cell: str) -> str:
    """The cell as a rejects file holds it: an apostrophe in front keeps a spreadsheet from running it."""
    if cell and cell[0] in _MARK_BEFORE and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def without_mark(cell: str) -> str:
    """What `with_mark` was given."""
    if len(cell) > 1 and cell[0] == "'" and cell[1] in _MARK_BEFORE:
        return cell[1:]
    return cell


def _check_bytes(path: Path) -> tuple[bool, bool, bool, int]:
    """Begins with a byte-order mark, holds NUL, holds quotation marks, count of lines.

    Raises Unreadable unless it is UTF-8 text.
    """
    lines, has_nul, has_quotes, marked, rest = 0, False, False, False, b""
    try:
        with path.open("rb") as stream:
            start = stream.read(CHUNK)
            if not start.removeprefix(b"\xef\xbb\xbf").strip():
                raise Unreadable(path.name, "The file is empty.")
            for magic, reason in _BINARY:
                if start.startswith(magic):
                    raise Unreadable(path.name, reason)
            if start[:1] == b"\0" or start[1:2] == b"\0":
                raise Unreadable(path.name, "The text is in UTF-16. Save the table as CSV (UTF-8).")
            marked = start.startswith(b"\xef\xbb\xbf")
            for chunk in chain([start], iter(lambda: stream.read(CHUNK), b"")):
                whole, rest = _whole_characters(rest + chunk)
                try:
                    whole.decode("utf-8")
                except UnicodeDecodeError as error:
                    raise _not_utf8(path, whole, error.start, lines) from None
                lines += whole.count(b"\n")
                has_nul = has_nul or b"\0" in whole
                has_quotes = has_quotes or b'"' in whole
            if rest:
                raise _not_utf8(path, rest, 0, lines)
    except OSError as error:
        raise Unreadable(path.name, f"The file cannot be opened: {error.strerror}.") from error
    return marked, has_nul, has_quotes, lines


def _whole_characters(data: bytes) -> tuple[bytes, bytes]:
    """Cut before a character that the end of the chunk may have split (at most three bytes)."""
    for back in range(1, min(4, len(data) + 1)):
        byte = data[-back]
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return (data[:-back], data[-back:]) if back < length else (data, b"")
        if byte < 0x80:
            break
    return data, b""


def _not_utf8(path: Path, data: bytes, offset: int, lines: int) -> Unreadable:
    line = lines + data.count(b"\n", 0, offset) + 1
    reason = f"The text is not UTF-8 (byte {data[offset]:#04x}). Save the table as CSV (UTF-8)."
    return Unreadable(path.name, reason, line=line)


class _Lines:
    """A file's lines, one after the other, counted; lines can be handed back to be read again."""

    def __init__(self, stream: TextIO) -> None:
        self._lines: Iterator[str] = iter(stream)
        self.taken = 0
        self.since: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.taken += 1
        self.since.append(line)
        return line

    def hand_back(self, lines: list[str]) -> None:
        self.taken -= len(lines)
        self._lines = chain(lines, self._lines)


def _split(stream: TextIO, delimiter: str, width: int) -> Iterator[RawRow]:
    """Rows of as many cells as the header has.

    A quotation mark out of place would swallow the rows after it: that one line is then a problem of its own,
    and the lines after it are read again as rows.
    """
    lines = _Lines(stream)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    next(reader)
    while True:
        first = lines.taken + 1
        lines.since.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            taken = lines.since[:]
            lines.hand_back(taken[1:])
            cells = taken[0].rstrip("\r\n").split(delimiter)
            yield RawRow(first, _to_width(cells, width, delimiter), Problem("", _quoting(error)))
            continue
        if not any(cells):
            continue
        if len(cells) == width:
            yield RawRow(first, cells)
        else:
            yield _uneven(first, cells, width, delimiter)


def _uneven(line: int, cells: list[str], width: int, delimiter: str) -> RawRow:
    """A row with more or fewer cells than the header. Blank cells beyond the header are harmless."""
    if len(cells) > width and not any(cells[width:]):
        return RawRow(line, cells[:width])
    if len(cells) > width:
        reason = (
            f"The row has {len(cells)} cells, the header {width}: a text that holds the separator"
            " must stand in quotation marks"
        )
    else:
        reason = f"The row ends after {len(cells)} of {width} cells"
    return RawRow(line, _to_width(cells, width, delimiter), Problem("", reason))


def _to_width(cells: list[str], width: int, delimiter: str) -> list[str]:
    """As many cells as the header has, nothing lost: what is over goes into the last one."""
    if len(cells) > width:
        return [*cells[: width - 1], delimiter.join(cells[width - 1 :])]
    return [*cells, *[""] * (width - len(cells))]


def _quoting(error: csv.Error) -> str:
    if "field larger" in str(error):
        limit = f"{csv.field_size_limit():,}"
        return f"A cell is longer than {limit} characters, or its quotation mark is never closed"
    if "unexpected end" in str(error):
        return "A quotation mark is opened and never closed"
    return "A quotation mark is out of place: inside a quoted text it must be doubled"


def _named(names: Sequence[str]) -> str:
    return f"the column{'s' if len(names) > 1 else ''} {', '.join(names)}"
