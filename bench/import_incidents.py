"""Import of 56,434 incidents: the product (checks, districts, keys, audit) beside csv reader + executemany.

    python bench/import_incidents.py [--rounds 7] [--db postgresql+psycopg://user@host:port/name] [--file FILE]

Prints one JSON line a database. Both write the same rows in one transaction, SQLite with WAL and synchronous=FULL,
into an empty table each round, in turn. The yardstick's table has the file's five columns and no index; the
product's has the district, a unique key and an index, and the second yardstick writes into a table like it. Seconds of
the processor are given beside those of the clock, which a busy machine stretches. With --db the given database,
which must be empty, is measured instead of SQLite.
"""

import argparse
import csv
import gc
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy import make_url, text

from core.app import create_app
from core.books.commands import spare_the_collector
from core.books.finding import books_in, incidents_in
from core.books.importing import choose_partnership, import_books
from core.clock import utc_now
from core.config import Config
from core.extensions import db
from core.facts import SYSTEM
from core.schema import bring_up_to_date

CALDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "calder"
TARGET = 3
COLUMNS = "month date, longitude float, latitude float, location varchar(200), lsoa_code varchar(12)"
BARE = f"CREATE TABLE floor (id {{key}}, {COLUMNS})"
SAME = (
    f"CREATE TABLE floor (id {{key}}, {COLUMNS}, partnership_id integer REFERENCES partnership (id),"
    " district_id integer REFERENCES district (id), fingerprint varchar(32),"
    " UNIQUE (partnership_id, lsoa_code, month, fingerprint))"
)
SAME_INDEX = "CREATE INDEX floor_district ON floor (partnership_id, district_id, month)"
INSERT = "INSERT INTO floor (month, longitude, latitude, location, lsoa_code) VALUES ({marks})"
INSERT_SAME = (
    "INSERT INTO floor (month, longitude, latitude, location, lsoa_code, partnership_id, district_id, fingerprint)"
    " VALUES ({marks}, 1, 1, {key})"
)
Seconds = tuple[float, float]
"""Of the clock and of this process's processor."""


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--db", default="", help="a PostgreSQL to be measured on instead of SQLite")
    options.add_argument("--file", type=Path, default=CALDER / "incidents_police_2022.tsv")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Config(data=Path(folder), database_url=chosen.db))
        bring_up_to_date(app)
        with app.app_context():
            product_import(CALDER / "districts.geojson", Path(folder))
        floors = postgresql_floors(chosen.db) if chosen.db else sqlite_floors(Path(folder) / "roundtable.db")
        figures = compare(app, Path(folder), chosen.file, floors, chosen.rounds)
    print(json.dumps({"job": "import incidents", "db": "postgresql" if chosen.db else "sqlite", **figures}))


def compare(
    app: Flask, folder: Path, file: Path, floors: list[Callable[[Path], Seconds]], rounds: int
) -> dict[str, object]:
    """All in turn, each on an empty table; the medians after one round to warm up."""
    gc.collect()
    spare_the_collector()
    taken: list[list[Seconds]] = [[], [], []]
    with app.app_context():
        for turn in range(rounds + 1):
            empty()
            gc.collect()
            clock, processor = time.perf_counter(), time.process_time()
            rows = product_import(file, folder)
            seconds = [(time.perf_counter() - clock, time.process_time() - processor)]
            empty()
            for floor in floors:
                gc.collect()
                seconds.append(floor(file))
            if turn:
                for times, figure in zip(taken, seconds, strict=True):
                    times.append(figure)
    (product, product_cpu), (bare, bare_cpu), (same, same_cpu) = (
        tuple(statistics.median(times) for times in zip(*figures, strict=True)) for figures in taken
    )
    return {
        "rows": rows,
        "product_s": round(product, 3),
        "yardstick": "csv reader + executemany, bare table",
        "yardstick_s": round(bare, 3),
        "ratio": round(product / bare, 2),
        "cpu_ratio": round(product_cpu / bare_cpu, 2),
        "target": TARGET,
        "met": product / bare <= TARGET,
        "same_table_s": round(same, 3),
        "ratio_same_table": round(product / same, 2),
        "cpu_ratio_same_table": round(product_cpu / same_cpu, 2),
    }


def product_import(file: Path, folder: Path) -> int:
    """The product's own import, from opening the file to the commit; the rows taken."""
    books = [incidents_in(file)] if file.suffix != ".geojson" else books_in(file)
    (tally,) = import_books(
        SYSTEM,
        books,
        into=lambda: choose_partnership(CALDER, books, key="calder", name=None),
        rejects=folder / "rejects",
        now=utc_now(),
        progress=lambda _file, _line, _lines: None,
    )
    db.session.remove()
    return tally.taken


def empty() -> None:
    """Take all incidents out again, outside of what is timed, and leave the log of SQLite empty."""
    db.session.execute(text("DELETE FROM incident"))
    db.session.commit()
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    db.session.remove()


def sqlite_floors(path: Path) -> list[Callable[[Path], Seconds]]:
    """csv reader + executemany on SQLite, into a bare table and into one like the product's."""

    def floor(create: list[str], insert: str) -> Callable[[Path], Seconds]:
        def run(file: Path) -> Seconds:
            connection = sqlite3.connect(path)
            connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON")
            connection.executescript(";".join(create).format(key="integer primary key"))
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            clock, processor = time.perf_counter(), time.process_time()
            with file.open(encoding="utf-8", newline="") as stream:
                reader = csv.reader(stream, delimiter="\t")
                next(reader)
                connection.executemany(insert, reader)
            connection.commit()
            taken = time.perf_counter() - clock, time.process_time() - processor
            connection.executescript("DROP TABLE floor; PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            return taken

        return run

    marks = "?, ?, ?, ?, ?"
    return [
        floor([BARE], INSERT.format(marks=marks)),
        floor([SAME, SAME_INDEX], INSERT_SAME.format(marks=marks, key="hex(randomblob(9))")),
    ]


def postgresql_floors(url: str) -> list[Callable[[Path], Seconds]]:
    """The same on PostgreSQL."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

    def floor(create: list[str], insert: str) -> Callable[[Path], Seconds]:
        def run(file: Path) -> Seconds:
            with psycopg.connect(address) as connection:
                for statement in create:
                    connection.execute(statement.format(key="serial primary key"))
                connection.commit()
                clock, processor = time.perf_counter(), time.process_time()
                with file.open(encoding="utf-8", newline="") as stream:
                    reader = csv.reader(stream, delimiter="\t")
                    next(reader)
                    connection.cursor().executemany(insert, reader)
                connection.commit()
                taken = time.perf_counter() - clock, time.process_time() - processor
                connection.execute("DROP TABLE floor")
                return taken

        return run

    marks = "%s, %s, %s, %s, %s"
    return [
        floor([BARE], INSERT.format(marks=marks)),
        floor([SAME, SAME_INDEX], INSERT_SAME.format(marks=marks, key="md5(random()::text)")),
    ]


if __name__ == "__main__":
    main()
