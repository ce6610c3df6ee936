"""Making what was erased physically gone: from free pages, from the log of changes, from the indexes of names.

SQLite writes zeros over what is deleted (`secure_delete`, core.database). What was freed before that was switched on,
and what still stands in the write-ahead log, goes here; so do the fragments of names that its search keeps until they
are merged. PostgreSQL keeps a changed row until VACUUM takes it.
"""

from sqlalchemy import Engine, text

from core.errors import RoundtableError


class StillThere(RoundtableError):
    """Something of what was erased could not be taken from the disk yet: somebody was reading. Try again."""


REBUILT = (
    "INSERT INTO person_names (person_names) VALUES ('rebuild')",
    "INSERT INTO case_file_names (case_file_names) VALUES ('rebuild')",
)
"""SQLite's tables for searching names (migration 0002), made again of what is left."""


def make_sure_it_is_gone(engine: Engine) -> None:
    """Slow, and no transaction of anybody's: after a list was erased, and before a restored machine serves.

    Raises StillThere where others were at work so long that it could not be done.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name != "sqlite":
            connection.execute(text("VACUUM"))
            return
        driver = connection.connection.driver_connection
        assert driver is not None
        for statement in REBUILT:
            driver.execute(statement)
        driver.execute("VACUUM")
        busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StillThere("The database was in use, so part of what was erased may still be on the disk.")
