"""Finding names: by trigrams where a word has three characters, else by the beginning of the name.

SQLite has them in FTS5 tables, PostgreSQL in pg_trgm indexes (migration 0002). This says only which rows match; who may
find them is the policy's, and is asked in the same query.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, column, false, literal_column, select, table
from sqlalchemy.orm import InstrumentedAttribute

from core.extensions import db
from core.people.models import Person
from core.people.names import folded

LONGEST_QUERY = 200
"""Characters of a search that are read."""

_TRIGRAM = 3
_LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class SearchedNames:
    """A column of folded names, the key of its rows and the FTS5 table that SQLite finds them with."""

    id: InstrumentedAttribute[Any]
    name: InstrumentedAttribute[Any]
    fts: str


PEOPLE = SearchedNames(Person.id, Person.search_name, "person_names")


def name_matches(names: SearchedNames, query: str) -> ColumnElement[bool]:
    """Rows whose name holds every word of the query, whatever its case and accents. An empty query finds nothing."""
    text = folded(query[:LONGEST_QUERY])
    words = text.split()
    long = [word for word in words if len(word) >= _TRIGRAM]
    if not words:
        return false()
    on_sqlite = db.session.get_bind().dialect.name == "sqlite"
    if not long:
        return _begins(names, text, on_sqlite=on_sqlite)
    if not on_sqlite:
        return and_(*(names.name.contains(word, autoescape=True) for word in words))
    short = [word for word in words if len(word) < _TRIGRAM]
    return and_(_in_fts(names, long), *(names.name.contains(word, autoescape=True) for word in short))


def _in_fts(names: SearchedNames, words: list[str]) -> ColumnElement[bool]:
    phrases = " AND ".join('"' + word.replace('"', '""') + '"' for word in words)
    found = table(names.fts, column("rowid"))
    return names.id.in_(select(found.c.rowid).where(literal_column(names.fts).op("MATCH")(phrases)))


def _begins(names: SearchedNames, text: str, *, on_sqlite: bool) -> ColumnElement[bool]:
    if on_sqlite:  # its LIKE cannot use an index that tells case
        return and_(names.name >= text, names.name < text + _LAST_CHARACTER)
    return names.name.startswith(text, autoescape=True)
