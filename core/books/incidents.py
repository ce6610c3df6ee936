"""The incident register: tens of thousands of police-recorded incidents, read in bulk.

Equal rows are different incidents (the police publish a month and a rounded place, no more), so a row is
known again by its text and by its number among the rows equal to it.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice

from core.books import queries
from core.books.districts import district_ids
from core.books.reading import Problem, RawRow, Table
from core.books.rejects import Reject
from core.extensions import db
from core.partnerships.areas import Point

COLUMNS = ("month", "longitude", "latitude", "location", "lsoa_code")
CHUNK = 200_000
"""Rows held in memory at once."""
TOGETHER = 250
"""Rows to a statement."""

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})(-01)?")
_LSOA = re.compile(r"[A-Z][0-9]{8}|")


def take_incidents(partnership_id: int, table: Table, advance: Callable[[int], None]) -> tuple[int, int, list[Reject]]:
    """Put the table's rows into the register; how many were read, how many were new, and the rejected.

    `advance` is called now and then with the line that was reached.
    """
    before = queries.count_of_incidents(partnership_id)
    outlines = queries.outlines_of(partnership_id)
    register = _Register(table)
    for some in register.equal_rows():
        new = register.new_places()
        for place, district_id in zip(new, district_ids(outlines, [place.point for place in new]), strict=True):
            place.lie_in(district_id)
        _insert(
            [
                (partnership_id, month, *place.values, f"{place.hash}{number:x}")
                for month, place, numbers in some
                for number in numbers
            ]
        )
        advance(register.line)
    return register.read, queries.count_of_incidents(partnership_id) - before, register.rejects


class _Place:
    """Everything of a row but its month: some thousands of places hold all the incidents."""

    __slots__ = ("hash", "point", "values")

    def __init__(self, point: Point, street: str, lsoa_code: str, hash_: str) -> None:
        self.point = point
        self.hash = hash_
        self.values: tuple[float, float, str, str, int | None] = (*point, street, lsoa_code, None)

    def lie_in(self, district_id: int | None) -> None:
        """Keep the district."""
        self.values = (*self.values[:4], district_id)


EqualRows = tuple[str, _Place, range]
"""Month, place, and the numbers of the rows among all that are equal in both."""


class _Register:
    """A table read as incidents. Each place is parsed once, equal rows are counted, rejects are kept beside."""

    def __init__(self, table: Table) -> None:
        self.read = 0
        self.line = 1
        self.rejects: list[Reject] = []
        self._table = table
        self._at = [table.header.index(column) for column in COLUMNS]
        self._places: dict[str, _Place | None] = {}
        """By their cells, or by what stands in a line behind the month."""
        self._new: list[_Place] = []
        self._counts: dict[str, int] = {}

    def equal_rows(self) -> Iterator[list[EqualRows]]:
        """Month and place of the rows that can be taken, with their numbers among the rows equal to them."""
        if self._table.is_plain and self._table.header == COLUMNS:
            lines = self._table.plain_lines()
            while some := list(islice(lines, CHUNK)):
                yield self._count_lines(some)
        else:
            rows = self._table.rows()
            while chunk := list(islice(rows, CHUNK)):
                self.line = chunk[-1].line
                yield [taken for raw in chunk if (taken := self._take(raw)) is not None]

    def new_places(self) -> list[_Place]:
        """Places met for the first time since this was last asked."""
        new, self._new = self._new, []
        return new

    def _count_lines(self, lines: Sequence[str]) -> list[EqualRows]:
        """The usual file, a row to a line and the columns in order: lines that repeat are counted, not parsed."""
        found, others = [], set()
        delimiter, places, counts = self._table.delimiter, self._places, self._counts
        for text, times in Counter(lines).items():
            month_text, _, tail = text.partition(delimiter)
            month, place = _month(month_text), places.get(tail)
            if place is None:
                cells = tail.rstrip("\r\n").split(delimiter)
                place = places[tail] = self._place(cells)
            if month is None or place is None:
                others.add(text)
                continue
            self.read += times
            key = month + place.hash
            before = counts.get(key, 0)
            counts[key] = before + times
            found.append((month, place, range(before + 1, before + times + 1)))
        if others:
            for line, text in enumerate(lines, self.line + 1):
                raw = self._table.plain_row(line, text) if text in others else None
                if raw is not None and (taken := self._take(raw)) is not None:
                    found.append(taken)
        self.line += len(lines)
        return found

    def _take(self, raw: RawRow) -> EqualRows | None:
        """One row; None if it cannot be taken."""
        self.read += 1
        if raw.problem is None:
            month_text, *cells = (raw.cells[at] for at in self._at)
            month, text = _month(month_text), "\x1f".join(cells)
            if text not in self._places:
                self._places[text] = self._place(cells)
            place = self._places[text]
            if month is not None and place is not None:
                key = month + place.hash
                number = self._counts[key] = self._counts.get(key, 0) + 1
                return month, place, range(number, number + 1)
        problems = [raw.problem] if raw.problem else _problems(*(raw.cells[at] for at in self._at))
        self.rejects.append(Reject(raw.line, raw.cells, problems))
        return None

    def _place(self, cells: Sequence[str]) -> _Place | None:
        """The place that these cells name, or None if they do not name one."""
        if len(cells) != 4:
            return None
        longitude, latitude, street, lsoa_code = _degrees(cells[0], 180), _degrees(cells[1], 90), cells[2], cells[3]
        if longitude is None or latitude is None or len(street) > 200 or not _is_lsoa(lsoa_code):
            return None
        hash_ = hashlib.blake2b("\x1f".join(cells).encode(), digest_size=8).hexdigest()
        place = _Place((longitude, latitude), street, lsoa_code.strip(), hash_)
        self._new.append(place)
        return place


def _insert(rows: Sequence[tuple[object, ...]]) -> None:
    """Insert the rows, passing over those that are in the register already.

    Through the driver itself and many rows to a statement: a third of the time that one by one takes.
    """
    connection = db.session.connection()
    row = f"({', '.join(['?' if connection.dialect.paramstyle == 'qmark' else '%s'] * 8)})"
    insert = (
        "INSERT INTO incident"
        " (partnership_id, month, longitude, latitude, street, lsoa_code, district_id, fingerprint) VALUES "
    )
    or_not = " ON CONFLICT (partnership_id, lsoa_code, month, fingerprint) DO NOTHING"
    full = len(rows) - len(rows) % TOGETHER
    if full:
        several = [tuple(chain.from_iterable(rows[start : start + TOGETHER])) for start in range(0, full, TOGETHER)]
        connection.exec_driver_sql(insert + ", ".join([row] * TOGETHER) + or_not, several)
    if rows[full:]:
        connection.exec_driver_sql(insert + row + or_not, list(rows[full:]))


def _problems(month: str, longitude: str, latitude: str, street: str, lsoa_code: str) -> list[Problem]:
    """Everything that is wrong with a row of the register."""
    problems = []
    if _month(month) is None:
        problems.append(Problem("month", f"{_said(month)} is not a month; write it as 2022-01 or 2022-01-01"))
    for column, value, most in (("longitude", longitude, 180), ("latitude", latitude, 90)):
        if _degrees(value, most) is None:
            reason = f"{_said(value)} is not a number of degrees between -{most} and {most}"
            problems.append(Problem(column, reason))
    if len(street) > 200:
        problems.append(Problem("location", f"Is {len(street):,} characters long; the limit is 200"))
    if not _is_lsoa(lsoa_code):
        problems.append(Problem("lsoa_code", f"{_said(lsoa_code)} is not an LSOA's code, as E01012607"))
    return problems


@lru_cache(maxsize=1_000)
def _month(text: str) -> str | None:
    """The first day of the month as ISO text, which both databases take for a date; None if it is none."""
    found = _MONTH.fullmatch(text.strip())
    if not found or not 1900 <= int(found[1]) <= 2100 or not 1 <= int(found[2]) <= 12:
        return None
    return f"{found[1]}-{found[2]}-01"


@lru_cache(maxsize=100_000)
def _degrees(text: str, most: int) -> float | None:
    """A number between plus and minus `most`; no infinity, no exponent, no underscore."""
    try:
        degrees = float(text)
    except ValueError:
        return None
    plain = "e" not in text and "E" not in text and "_" not in text
    return degrees if plain and -most <= degrees <= most else None


@lru_cache(maxsize=10_000)
def _is_lsoa(text: str) -> bool:
    return _LSOA.fullmatch(text.strip()) is not None


def _said(value: str) -> str:
    return f'"{value[:40]}"' if value.strip() else "Blank"
