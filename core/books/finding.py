"""Which files are books, and of what kind."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.books.incidents import COLUMNS
from core.books.reading import Table, Unreadable, open_table, peek
from core.books.rows import SCHEMAS
from core.errors import Refused
from core.partnerships.areas import DistrictOutline, read_districts

DISTRICTS = "districts"
INCIDENTS = "incidents"
ORDER = (DISTRICTS, *SCHEMAS)
_NAMED = re.compile(rf"({'|'.join(SCHEMAS)})(\.(csv|tsv|txt))?(\.rejects)?\.(csv|tsv|txt)")


@dataclass(frozen=True, slots=True)
class Book:
    """One file of the books, found readable. Districts have outlines, everything else a table."""

    name: str
    kind: str
    table: Table | None = None
    outlines: Sequence[DistrictOutline] = ()


def books_in(path: Path) -> list[Book]:
    """The books in a folder, or that one file, in the order of import; each was opened and found readable.

    Files of other names are left alone. Raises Unreadable, before anything is imported, for a file that is
    not what its name says, and when there are no books at all.
    """
    if not path.is_dir():
        return [_book(path, _kind_of(path))]
    found = []
    for file in sorted(path.iterdir()):
        named = _NAMED.fullmatch(file.name.casefold())
        if named:
            found.append((named[1], file))
        elif file.name.casefold() == f"{DISTRICTS}.geojson":
            found.append((DISTRICTS, file))
    if not found:
        expected = ", ".join(f"{name}.csv" for name in SCHEMAS)
        raise Unreadable(path.name, f"There are no books in this folder. Expected: {expected}.")
    # A mended rejects file comes after the file that it was taken from.
    found.sort(key=lambda entry: (ORDER.index(entry[0]), ".rejects." in entry[1].name, entry[1].name))
    return [_book(file, kind) for kind, file in found]


def incidents_in(path: Path) -> Book:
    """A file of the incident register. Raises Unreadable."""
    return Book(path.name, INCIDENTS, table=open_table(path, COLUMNS))


def _kind_of(path: Path) -> str:
    """Which table a file holds: from its name, else from its columns. Raises Unreadable."""
    named = _NAMED.fullmatch(path.name.casefold())
    if named:
        return named[1]
    if path.suffix.casefold() in (".geojson", ".json"):
        return DISTRICTS
    header = peek(path).header
    matching = [schema for schema in SCHEMAS.values() if set(schema.columns) <= set(header)]
    if not matching:
        known = ", ".join(SCHEMAS)
        raise Unreadable(path.name, f"These are not the columns of any of the books: {known}.", line=1)
    return max(matching, key=lambda schema: len(schema.columns)).name


def _book(path: Path, kind: str) -> Book:
    if kind != DISTRICTS:
        return Book(path.name, kind, table=open_table(path, SCHEMAS[kind].columns))
    try:
        return Book(path.name, kind, outlines=read_districts(path.read_bytes()))
    except Refused as refusal:
        raise Unreadable(path.name, refusal.reason) from refusal
    except OSError as error:
        raise Unreadable(path.name, f"The file cannot be opened: {error.strerror}.") from error
